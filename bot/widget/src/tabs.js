/**
 * What the tabs of one browser tell each other: who leads (reads the stream for all, because a browser opens six HTTP/1.1 connections to
 * an origin), what the stream brought, a sitting that is handed over, a log-out. Without a channel each tab is alone, and leads.
 */
import { uuid } from './ids.js';

const ANSWER_MS = 400; // the other one may be busy with its page; whoever has a person's token does not wait for it
const PROMISE_MS = 4_000;
const SILENT_MS = 40_000; // a leader that says nothing for so long, not even that its stream lives, is gone or frozen

export class Tabs {
  conversation = null;
  leads = false;
  #channel = null;
  #id = uuid();
  #claim = [0, ''];
  #heardAt = -Infinity; // when another one last said that it leads
  #handOver = null;
  #owed = null;

  /** `on`: sitting(who) gives what may be handed over, null when that is only on its way, undefined when it is not that person's tab; news(event), follow(), free(), logout(key, byHand), met(endpoint). */
  constructor(world, name, on) {
    this.on = on;
    try {
      this.#channel = world.channel(name);
      this.#channel.onmessage = ({ data }) => this.#hear(data);
    } catch {
      /* blocked: alone */
    }
  }

  /** Whether nothing can be heard of the others. */
  get alone() {
    return !this.#channel;
  }

  close() {
    this.release();
    this.#channel?.close();
  }

  /** The sitting of another tab of the same person that is still open, or null. */
  ask(who) {
    if (!this.#channel) return null;
    return new Promise((resolve) => {
      this.#handOver = { who, resolve, timer: setTimeout(resolve, ANSWER_MS, null) };
      this.tell({ need: who, id: this.#id });
    }).finally(() => (this.#handOver = null));
  }

  /** What was promised to tabs that asked while this one had no session yet. */
  deliver(who, sitting) {
    if (this.#owed === who) this.tell({ sitting, to: who });
    this.#owed = null;
  }

  tell(message) {
    try {
      this.#channel?.postMessage(message);
    } catch {
      /* closed */
    }
  }

  /** This tab leads from now on: it is the one that is looked at. */
  claim() {
    this.leads = true;
    this.#claim = [Date.now(), this.#id];
    this.tell({ lead: this.conversation, claim: this.#claim });
  }

  release() {
    if (this.leads) this.tell({ free: this.conversation });
    this.leads = false;
    this.#heardAt = -Infinity;
  }

  /** Whether another tab reads the stream of this conversation. */
  get follows() {
    return !this.leads && Date.now() - this.#heardAt < SILENT_MS;
  }

  /** Says so to the others: the stream brought this, or (nothing given) is alive. */
  share(event) {
    if (this.leads) this.tell({ lead: this.conversation, claim: this.#claim, event });
  }

  #hear(data) {
    if (data.need !== undefined) this.#asked(data);
    else if (data.sitting) {
      if (data.to === this.#handOver?.who) this.#handOver.resolve(data.sitting);
    } else if (data.promise !== undefined) {
      if (data.to !== this.#id || data.promise !== this.#handOver?.who) return;
      this.#wait();
    } else if (data.logout) this.on.logout(data.logout, data.byHand);
    else if (data.met) this.on.met(data.met);
    else if (data.free && data.free === this.conversation) {
      this.#heardAt = -Infinity;
      this.on.free();
    } else if (data.lead && data.lead === this.conversation) this.#led(data);
  }

  /** Of two tabs that ask each other, the one with the lower id goes first and promises. */
  #asked({ need, id }) {
    const sitting = this.on.sitting(need);
    if (sitting) return this.tell({ sitting, to: need });
    if (sitting === undefined) return;
    if (this.#handOver && this.#id > id) {
      this.#wait();
      if (!this.#handOver.again) this.tell({ need, id: this.#id }); // it was somebody else's tab, perhaps, when we asked
      this.#handOver.again = true; // once: of many tabs each would make all above it ask again
      return;
    }
    this.#owed = need;
    this.tell({ promise: need, to: id });
  }

  /** The other one has promised, or is going to. */
  #wait() {
    clearTimeout(this.#handOver.timer);
    this.#handOver.timer = setTimeout(this.#handOver.resolve, PROMISE_MS, null);
  }

  #led({ claim: [at, id], event }) {
    if (this.leads) {
      const [mine, me] = this.#claim;
      if (mine > at || (mine === at && me > id)) return; // it has not heard of us yet
      this.leads = false;
    }
    this.#heardAt = Date.now();
    this.on.follow();
    if (event) this.on.news(event);
  }
}
