/** Session, stream and outbox: speaks the gateway's HTTP contract and knows nothing of the page. */
import { backoff, Problem, retryAfter } from './http.js';
import { sseEvents } from './sse.js';
import { Store } from './storage.js';

const OUTBOX_DAYS = 7;
const HISTORY = 300; // at most so many messages are loaded at first
const HIDDEN_MS = 30_000; // a hidden tab gives its stream back after this: browsers allow six HTTP/1.1 connections to an origin
const SILENCE_MS = 60_000; // a stream without a byte, not even a heartbeat, for so long is dead
const POLL_MS = 3_000;
const TYPED_MS = 3_000; // the customer's own typing is told no more often

const uuid = () =>
  crypto.randomUUID?.() ?? // only in secure contexts
  '10000000-1000-4000-8000-100000000000'.replace(/[018]/g, (c) => (c ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (c / 4)))).toString(16));

/**
 * Speaks the gateway's HTTP contract. `on` receives: status(name), messages(list, first), typing(who|null, on), reset(why),
 * state(value), outbox(), sent(item, seq), refused(item, problem), tokenNeeded(), loggedOut(byHand).
 */
export class Connection {
  #session = null;
  #wakeUp = null;
  #running = null;
  #stream = null;
  #streamTrouble = 0;
  #paused = false;
  #loaded = false;
  #flushing = false;
  #again = false;
  #known = null; // the conversation whose unsent messages may be shown; it outlives a session that is being renewed
  #held = null; // portal token given by identify()
  #subject = null; // whom it names
  #badToken = null;
  #lastAt = 0;
  #sendTries = 0;
  #typedAt = 0;
  #memory = new Map(); // unsent items whose write to storage failed or was refused

  constructor(server, tokenEndpoint, on) {
    Object.assign(this, { server, tokenEndpoint, on, cursor: 0, epoch: null, retryAt: 0, sending: null, failed: false, blocked: false });
    const prefix = `support-chat:${server}:`;
    this.tab = new Store('sessionStorage', prefix);
    this.local = new Store('localStorage', prefix);
    this.lockName = prefix;
    this.#dropOldItems();
    this.channel = 'BroadcastChannel' in window ? new BroadcastChannel(prefix) : null;
    this.channel?.addEventListener('message', ({ data }) => this.#fromOtherTab(data));
  }

  get conversation() {
    return this.#session?.conversation ?? null;
  }
  get saved() {
    return this.tab.get('session');
  }
  get running() {
    return !!this.#running;
  }
  get token() {
    return this.#held;
  }

  start() {
    if (this.#running) return this.wake();
    this.#running = new AbortController();
    this.#run(this.#running.signal);
  }

  stop() {
    this.#running?.abort();
    this.#running = null;
    this.#stream?.abort();
    this.wake();
  }

  close() {
    this.stop();
    clearTimeout(this.retryTimer);
    this.channel?.close();
  }

  wake() {
    this.#wakeUp?.();
  }

  /** The page's own token, or null for a visitor. The same customer keeps the conversation; another one never sees it. */
  identify(token) {
    const subject = token ? subjectOf(token) : null;
    this.stop();
    if (this.#known && subject !== this.#subject) this.#leave();
    this.blocked = false;
    this.#held = token || null;
    this.#subject = subject;
    this.#badToken = this.#session = null;
    this.start();
  }

  pause(paused) {
    this.#paused = paused;
    if (paused) this.#stream?.abort();
    else this.wake();
  }

  // session

  async #token() {
    if (this.#held || !this.tokenEndpoint) {
      if (this.#held && this.#held === this.#badToken) throw new Problem(401, 'token');
      return this.#held;
    }
    let response;
    try {
      response = await this.#fetch(new URL(this.tokenEndpoint, document.baseURI), { credentials: 'same-origin', redirect: 'manual', headers: { Accept: 'application/json' } });
    } catch {
      throw new Problem(0, 'network');
    }
    if (response.status >= 500 || response.status === 429) throw new Problem(response.status, 'token-endpoint', retryAfter(response));
    // 401, 204, a redirect or a log-in page: nobody is logged in to the portal
    return response.ok ? ((await response.json().catch(() => null))?.token ?? null) : null;
  }

  async #openSession(signal) {
    const token = await this.#token();
    if (signal.aborted) return; // identify() or a log-out came in between
    const subject = token ? subjectOf(token) : null;
    const sameInThisPage = this.#known && subject === this.#subject;
    this.#subject = subject;
    let saved = this.tab.get('session');
    if (saved && saved.identified !== !!token) saved = null;
    saved ??= await this.#askOtherTabs();
    const body = { ...(token && { token }), ...(saved && { session: saved.session }) };
    let answer;
    try {
      answer = await this.#call('POST', '/webchat/session', body);
    } catch (problem) {
      if (![400, 401, 403].includes(problem.status) || !(token || saved)) throw problem;
      try {
        answer = await this.#call('POST', '/webchat/session', token ? { token } : {}); // the old session was the trouble
      } catch (second) {
        if (!token || this.tokenEndpoint) throw second;
        this.#badToken = token;
        throw new Problem(401, 'token');
      }
    }
    if (signal.aborted) return;
    const before = this.#known ?? saved?.conversation;
    const mayMove = before && (sameInThisPage || (!token && !(this.saved?.identified ?? false)));
    const epoch = this.epoch ?? saved?.epoch;
    const restored = !!epoch && epoch !== answer.epoch && before === String(answer.conversation); // the server was put back to an older copy
    this.epoch = answer.epoch;
    this.#session = { session: answer.session, conversation: String(answer.conversation), identified: !!token, epoch: answer.epoch };
    this.tab.set('session', this.#session);
    this.#known = this.conversation;
    // a conversation that expired: what this tab has not sent yet goes to the new one, if nobody else can have sat down at it meanwhile
    if (mayMove && before !== this.conversation) this.#moveItems(before);
    this.#moveItems('new');
    if (restored) this.local.drop(`read:${this.conversation}`);
    if (before !== this.conversation || restored || !this.#loaded) {
      this.cursor = restored ? 0 : Math.max(0, (answer.cursor ?? 0) - HISTORY);
      const wasLoaded = this.#loaded;
      this.#loaded = false;
      if (wasLoaded) this.on.reset(before && !restored ? 'renewed' : '');
    }
    this.blocked = false;
  }

  #forgetSession() {
    this.#session = null; // the saved one stays: the server is asked to go on with the same conversation
    this.#stream?.abort();
  }

  /** A new tab joins the conversation of the same person's tab that is still open. Resolves to a saved session or null. */
  #askOtherTabs() {
    if (!this.channel) return null;
    return new Promise((resolve) => {
      this.handOver = resolve;
      this.channel.postMessage({ need: this.#subject });
      setTimeout(() => resolve(null), 150);
    });
  }

  #fromOtherTab(data) {
    if (data.need !== undefined && this.#session && data.need === this.#subject) this.channel.postMessage({ session: this.#session, to: data.need });
    else if (data.session && data.to === this.#subject) this.handOver?.(data.session);
    else if (data.logout && data.logout === this.conversation) this.#clear(), this.on.loggedOut(data.byHand);
  }

  /** Ends the session on the server as far as it can be reached, and removes every trace from this computer. */
  async logout(byHand) {
    const session = this.#session?.session ?? this.saved?.session;
    const conversation = this.conversation ?? this.saved?.conversation;
    if (conversation) this.channel?.postMessage({ logout: conversation, byHand });
    this.#clear();
    this.on.loggedOut(byHand);
    if (!session) return;
    try {
      // without a connection the session lives on at the server until its time, but nobody holds its token any more
      await this.#fetch(`${this.server}/webchat/logout`, { method: 'POST', keepalive: true, headers: { Authorization: `Bearer ${session}` } });
    } catch {
      /* see above */
    }
  }

  #clear() {
    const conversation = this.conversation ?? this.saved?.conversation;
    this.stop();
    clearTimeout(this.retryTimer);
    for (const key of this.tab.keys()) this.tab.drop(key);
    if (conversation) for (const key of [...this.local.keys(`out:${conversation}:`), `read:${conversation}`]) this.local.drop(key);
    this.#memory.clear();
    this.#held = this.#subject = null;
    this.#leave();
  }

  #leave(why = '') {
    Object.assign(this, { cursor: 0, epoch: null, retryAt: 0, sending: null, failed: false, blocked: false });
    this.#session = this.#known = null;
    this.#loaded = false;
    this.on.reset(why);
  }

  // receiving

  async #run(signal) {
    let tries = 0;
    this.on.status('connecting');
    while (!signal.aborted) {
      try {
        while (this.#paused && !signal.aborted) await this.#pause(HIDDEN_MS * 10);
        if (!this.#session) await this.#openSession(signal);
        if (signal.aborted) return;
        await this.sync();
        if (signal.aborted) return;
        tries = 0;
        this.on.status('online');
        this.flush();
        // three streams in a row that brought nothing (a proxy that cuts or buffers): poll, and try the stream now and then
        if (this.#streamTrouble < 3 || this.#streamTrouble++ % 10 === 0) await this.#readStream(signal);
        else await this.#pause(POLL_MS);
      } catch (problem) {
        if (signal.aborted) return;
        tries += 1;
        if (problem.code === 'token') {
          this.on.status('token');
          this.blocked = true;
          this.on.tokenNeeded();
          await this.#pause(3_600_000);
          continue;
        }
        if (problem.status === 401 || problem.status === 403) {
          this.#forgetSession();
          if (tries > 2) this.on.status('offline');
        } else if (problem.status === 400 && this.cursor) this.cursor = 0; // a cursor the server does not know: read all again
        else if (problem.code !== 'stream') this.on.status('offline');
        if (problem.retryAfter) await new Promise((go) => setTimeout(go, problem.retryAfter));
        else await this.#pause(backoff(tries));
      }
    }
  }

  #pause(ms) {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wakeUp = () => (clearTimeout(timer), resolve());
    });
  }

  /** Fetches what came after the cursor. */
  async sync() {
    const conversation = this.conversation;
    const first = !this.#loaded;
    const all = [];
    for (let page = null; page?.length !== 0; ) {
      page = (await this.#call('GET', `/webchat/messages?since=${this.cursor}`)).messages;
      if (conversation !== this.conversation) return;
      all.push(...page);
      this.cursor = Math.max(this.cursor, ...page.map((message) => message.seq));
      if (page.length < 100) break;
    }
    this.#loaded = true;
    this.on.messages(all, first);
  }

  async #readStream(signal) {
    const stop = (this.#stream = new AbortController());
    signal.addEventListener('abort', () => stop.abort());
    let bytes = false;
    let silence = setTimeout(() => stop.abort(), 10_000);
    try {
      const response = await fetch(`${this.server}/webchat/stream?since=${this.cursor}`, {
        headers: { Authorization: `Bearer ${this.#session.session}`, Accept: 'text/event-stream' },
        signal: stop.signal,
        cache: 'no-store',
        credentials: 'omit',
      });
      if (response.status === 401 || response.status === 403) throw new Problem(response.status);
      if (!response.ok || !response.body || !response.headers.get('content-type')?.includes('event-stream')) throw new Problem(response.status, 'stream', retryAfter(response));
      const heard = () => {
        bytes = true;
        this.#streamTrouble = 0;
        clearTimeout(silence);
        silence = setTimeout(() => stop.abort(), SILENCE_MS);
      };
      clearTimeout(silence);
      silence = setTimeout(() => stop.abort(), SILENCE_MS);
      for await (const event of sseEvents(response.body, heard)) this.#received(event);
    } catch (problem) {
      if (problem instanceof Problem && problem.code !== 'stream') throw problem;
      if (!bytes && !this.#paused) this.#streamTrouble += 1;
      throw problem instanceof Problem ? problem : new Problem(0, 'stream');
    } finally {
      clearTimeout(silence);
      stop.abort();
    }
    if (!bytes) this.#streamTrouble += 1;
    throw new Problem(0, 'stream'); // ended by the server: read on from the cursor
  }

  #received({ id, event, data }) {
    let value;
    try {
      value = JSON.parse(data);
    } catch {
      return;
    }
    if (event === 'typing') {
      const on = typeof value === 'object' ? (value.typing ?? value.on ?? value.active ?? true) : value;
      this.on.typing(value?.author ?? null, !!on);
    } else if (event === 'state') this.on.state(value);
    else if (value?.seq !== undefined) {
      this.on.messages([value], false);
      this.cursor = Math.max(this.cursor, Number(id) || value.seq);
    }
  }

  async markRead(seq) {
    if (!this.conversation || (this.local.get(`read:${this.conversation}`) ?? 0) >= seq) return;
    this.local.set(`read:${this.conversation}`, seq);
    await this.#call('POST', '/webchat/read', { seq }).catch(() => {}); // the next one tells the same and more
  }

  get readUpTo() {
    return this.conversation ? this.local.get(`read:${this.conversation}`) : null;
  }

  // sending

  /** Puts {text} or {button, title} in the outbox and sends as soon as that is possible. Returns the item. */
  send(content) {
    this.#lastAt = Math.max(Date.now(), this.#lastAt + 1);
    const item = { id: uuid(), at: this.#lastAt, ...content };
    this.#keep(item);
    this.on.outbox();
    this.flush();
    if (!this.#running) this.start();
    else if (!this.#session) this.wake();
    return item;
  }

  /** The customer writes on: what came before is answered together with it. Whether that is told does not matter for anything else. */
  typing() {
    if (Date.now() < this.#typedAt + TYPED_MS || !this.#session || this.unsent().length) return;
    this.#typedAt = Date.now();
    this.#call('POST', '/webchat/typing').catch(() => {});
  }

  #bucket() {
    return this.#known ?? 'new';
  }

  #box(bucket) {
    return bucket === 'new' ? this.tab : this.local; // before the first session nobody can say whose message it is
  }

  #keep(item, bucket = this.#bucket()) {
    const key = `out:${bucket}:${item.id}`;
    this.#box(bucket).set(key, item);
    if (this.#box(bucket).get(key) === null) this.#memory.set(item.id, item);
  }

  #dropItem(item, bucket = this.#bucket()) {
    this.#box(bucket).drop(`out:${bucket}:${item.id}`);
    this.#memory.delete(item.id);
  }

  /** Unsent items of this conversation, oldest first. */
  unsent(bucket = this.#bucket()) {
    const box = this.#box(bucket);
    const stored = box.keys(`out:${bucket}:`).map((key) => box.get(key)).filter(Boolean);
    return [...stored, ...this.#memory.values()].sort((a, b) => a.at - b.at);
  }

  #moveItems(from) {
    for (const item of this.unsent(from)) {
      if (from === this.conversation) return;
      this.#dropItem(item, from);
      this.#keep(item, this.conversation);
    }
  }

  #dropOldItems() {
    const oldest = Date.now() - OUTBOX_DAYS * 86_400_000;
    for (const key of this.local.keys('out:')) if (!(this.local.get(key)?.at > oldest)) this.local.drop(key);
  }

  /** Sends the outbox in order, in one tab at a time. Any failure that may pass leaves the rest for later, with the same ids. */
  async flush() {
    if (!this.#session || Date.now() < this.retryAt) return;
    this.#again = true;
    if (this.#flushing) return;
    this.#flushing = true;
    clearTimeout(this.retryTimer);
    try {
      while (this.#again) {
        this.#again = false;
        const run = () => this.#sendAll();
        await (navigator.locks ? navigator.locks.request(this.lockName + this.conversation, run) : run());
      }
    } finally {
      this.#flushing = false;
      this.sending = null;
      this.on.outbox();
    }
  }

  async #sendAll() {
    for (let item; this.#session && (item = this.unsent()[0]); ) {
      this.sending = item.id;
      this.on.outbox();
      const bucket = this.#bucket();
      try {
        const content = item.button === undefined ? { text: item.text } : { button: item.button };
        const { seq } = await this.#call('POST', '/webchat/messages', { id: item.id, ...content });
        this.#sendTries = this.retryAt = this.#typedAt = 0;
        this.failed = false;
        this.#dropItem(item, bucket);
        if (bucket === this.#known) this.on.sent(item, seq); // not after a log-out meanwhile
      } catch (problem) {
        if (bucket !== this.#known) return;
        if (this.#isFinal(problem, item)) {
          this.#dropItem(item, bucket);
          this.on.refused(item, problem);
          continue;
        }
        this.#sendTries += 1;
        this.failed = true;
        if (problem.status === 401 || problem.status === 403) return this.#renew();
        const wait = problem.retryAfter || backoff(this.#sendTries);
        this.retryAt = problem.retryAfter ? Date.now() + problem.retryAfter : 0;
        this.retryTimer = setTimeout(() => ((this.retryAt = 0), this.flush()), wait);
        if (!problem.status) this.on.status('offline'), this.#stream?.abort();
        return;
      }
    }
  }

  #renew() {
    this.#forgetSession();
    this.wake();
  }

  #isFinal({ status }, item) {
    if (item.button !== undefined && [403, 404, 409, 410, 422].includes(status)) return true;
    return [400, 404, 405, 409, 410, 413, 415, 422].includes(status);
  }

  // HTTP

  async #call(method, path, body) {
    let response;
    try {
      response = await this.#fetch(this.server + path, {
        method,
        headers: {
          ...(this.#session && { Authorization: `Bearer ${this.#session.session}` }),
          ...(body && { 'Content-Type': 'application/json' }),
        },
        body: body && JSON.stringify(body),
      });
    } catch {
      throw new Problem(0, 'network');
    }
    const answer = await response.json().catch(() => null);
    if (response.ok && !answer && response.status !== 204) throw new Problem(0, 'network'); // torn on the way: what it said is not known
    if (response.ok) return answer ?? {};
    throw new Problem(response.status, answer?.error === 'token' ? 'refused' : answer?.error, retryAfter(response));
  }

  /** Without cookies: ours need none, and a page on the gateway's own host may have many. */
  #fetch(url, options) {
    return fetch(url, { cache: 'no-store', credentials: 'omit', signal: options.keepalive ? undefined : AbortSignal.timeout(15_000), ...options });
  }
}

/** The customer a portal token names, read without trust, only to notice that the page changed to another one. */
function subjectOf(token) {
  try {
    return JSON.parse(atob(token.split('.')[1].replace(/-/g, '+').replace(/_/g, '/'))).sub ?? token;
  } catch {
    return token;
  }
}
