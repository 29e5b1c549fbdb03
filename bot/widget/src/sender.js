/** Sends what waits, in order, one tab at a time. Any failure that may pass leaves the rest for later, with the same ids. */
import { backoff } from './http.js';
import { alone } from './world.js';

const BUTTON_GONE = [403, 404, 409, 410, 422];
const REFUSED = [400, 404, 405, 409, 410, 413, 415, 422];

export class Sender {
  sending = null; // id of the item that is on its way
  failed = false;
  retryAt = 0;
  #tries = 0;
  #flushing = false;
  #again = false;
  #timer = null;

  /** `on`: outbox(), sent(item, seq), refused(item, problem), unreachable(), renew(). */
  constructor(gateway, keep, world, name, on) {
    Object.assign(this, { gateway, keep, world, name, on });
  }

  reset() {
    clearTimeout(this.#timer);
    Object.assign(this, { sending: null, failed: false, retryAt: 0 });
    this.#tries = 0;
  }

  async flush() {
    if (!this.gateway.session || Date.now() < this.retryAt) return;
    this.#again = true;
    if (this.#flushing) return;
    this.#flushing = true;
    clearTimeout(this.#timer);
    try {
      while (this.#again) {
        this.#again = false;
        await alone(this.world, this.name + this.keep.key, () => this.#sendAll());
      }
    } finally {
      this.#flushing = false;
      this.sending = null;
      this.on.outbox();
    }
  }

  async #sendAll() {
    const { key } = this.keep;
    for (let item; this.gateway.session && key === this.keep.key && (item = this.keep.unsent()[0]); ) {
      this.sending = item.id;
      this.on.outbox();
      try {
        const content = item.button === undefined ? { text: item.text } : { button: item.button };
        const { seq } = await this.gateway.call('POST', '/webchat/messages', { id: item.id, ...content });
        if (key !== this.keep.key) return; // somebody else is here, or nobody
        this.#tries = this.retryAt = 0;
        this.failed = false;
        this.keep.drop(item);
        this.on.sent(item, seq);
      } catch (problem) {
        if (key !== this.keep.key) return;
        if ((item.button === undefined ? REFUSED : [...REFUSED, ...BUTTON_GONE]).includes(problem.status)) {
          this.keep.drop(item);
          this.on.refused(item, problem);
          continue;
        }
        return this.#later(problem);
      }
    }
  }

  #later(problem) {
    this.#tries += 1;
    this.failed = true;
    if (problem.status === 401 || problem.status === 403) return this.on.renew();
    this.retryAt = problem.retryAfter ? Date.now() + problem.retryAfter : 0;
    this.#timer = setTimeout(() => ((this.retryAt = 0), this.flush()), problem.retryAfter || backoff(this.#tries));
    if (!problem.status) this.on.unreachable();
  }
}
