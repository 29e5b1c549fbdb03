/** Brings what is said in the conversation: by a stream while there is one, by asking when it fails or keeps silent about what was sent. */
import { Problem, retryAfter } from './http.js';
import { sseEvents } from './sse.js';

const SILENCE_MS = 60_000; // a stream without a byte, not even a heartbeat, for so long is dead
const FIRST_MS = 6_000; // the gateway says at once who answers: a stream that does not bring that is held back on its way
const LOOKS_MS = [1500, 1500, 1500, 2000, 3000, 5000, 5000, 10_000, 10_000, 15_000]; // between looks for an answer that is awaited

export class Receiver {
  cursor = 0;
  loaded = false;
  trouble = 0; // streams in a row that brought nothing
  heard = 0; // how many times the stream, this one or another tab's, gave a sign
  heardAt = -Infinity;
  #stream = null;
  #answered = 0;
  #awaited = 0;
  #life = 0;

  /** `on`: messages(list, first), typing(who, on), state(value), alive(event?), mute(). */
  constructor(gateway, on) {
    Object.assign(this, { gateway, on });
  }

  /** Begins anew after this seq. */
  reset(cursor) {
    this.cursor = cursor;
    this.loaded = false;
    this.#answered = this.#awaited = 0;
    this.#life += 1;
  }

  cut() {
    this.#stream?.abort();
  }

  /** Fetches what came after the cursor; how many messages that were. Raises Problem. */
  async sync(ms) {
    const life = this.#life;
    const all = [];
    for (let page = null; page?.length !== 0; ) {
      page = (await this.gateway.call('GET', `/webchat/messages?since=${this.cursor}`, undefined, ms)).messages;
      if (life !== this.#life) return 0; // it is another conversation now
      const news = page.filter((message) => message.seq > this.cursor);
      all.push(...news);
      this.#reached(news);
      if (page.length < 100) break;
    }
    const first = !this.loaded;
    this.loaded = true;
    if (all.length || first) this.on.messages(all, first);
    return all.length;
  }

  /** Reads one stream until it ends. Always raises a Problem: "stream" when it is to be read on from the cursor. */
  async read(signal) {
    const stop = (this.#stream = new AbortController());
    const end = () => stop.abort();
    signal.addEventListener('abort', end);
    let bytes = false;
    let silence = setTimeout(end, FIRST_MS);
    const heard = () => {
      bytes = true;
      this.trouble = 0;
      this.#sign();
      clearTimeout(silence);
      silence = setTimeout(end, SILENCE_MS);
    };
    try {
      const response = await this.gateway.stream(this.cursor, stop.signal);
      if (response.status === 401 || response.status === 403) throw new Problem(response.status);
      if (!response.ok || !response.body || !response.headers.get('content-type')?.includes('event-stream')) throw new Problem(response.status, 'stream', retryAfter(response));
      for await (const event of sseEvents(response.body, heard)) {
        if (stop.signal.aborted) break;
        this.received(event);
        this.on.alive(event);
      }
    } catch (problem) {
      if (problem instanceof Problem) throw problem;
    } finally {
      if (!bytes && !signal.aborted) this.trouble += 1;
      clearTimeout(silence);
      signal.removeEventListener('abort', end);
      stop.abort();
    }
    throw new Problem(0, 'stream');
  }

  #sign() {
    this.heard += 1;
    this.heardAt = Date.now();
    this.on.alive();
  }

  /** One event of the stream, read here or by another tab. */
  received({ id, event, data }) {
    let value;
    try {
      value = JSON.parse(data);
    } catch {
      return;
    }
    this.heard += 1;
    this.heardAt = Date.now();
    if (event === 'typing') this.on.typing(value.author ?? null, !!value.typing);
    else if (event === 'state') this.on.state(value);
    else if (value?.seq > this.cursor && this.loaded) {
      if (value.seq > this.cursor + 1) return void this.sync().catch(() => {}); // something lies in between
      this.#reached([value]);
      this.on.messages([value], false);
      this.cursor = Math.max(this.cursor, Number(id) || 0);
    }
  }

  #reached(messages) {
    for (const message of messages) {
      this.cursor = Math.max(this.cursor, message.seq);
      if (message.author !== 'customer' && message.kind !== 'notice') this.#answered = message.seq;
    }
  }

  /** A message was sent as `seq`: its answer is looked for while the stream says nothing. */
  async expect(seq) {
    const awaits = this.#awaited;
    this.#awaited = Math.max(seq, awaits);
    if (awaits) return; // it is being looked for already
    const life = this.#life;
    for (let looks = 0, awaited = seq; looks < LOOKS_MS.length; looks += 1) {
      const { heard } = this;
      await new Promise((resolve) => setTimeout(resolve, LOOKS_MS[looks]));
      if (life !== this.#life) return;
      if (this.#answered > this.#awaited) break;
      if (this.#awaited > awaited) [awaited, looks] = [this.#awaited, -1];
      if (this.heard !== heard) continue; // it speaks
      if (await this.sync(5000).catch(() => 0)) this.mute();
      if (life !== this.#life) return;
    }
    this.#awaited = 0;
  }

  /** The stream has kept silent about something. */
  mute() {
    this.trouble += 1;
    this.on.mute();
  }
}
