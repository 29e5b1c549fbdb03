/**
 * One person's way to the gateway: finds out who is at the page, opens the session, and keeps receiving and sending. It knows nothing of
 * the window, and outlives it: an element that the page moves or makes anew finds it again.
 */
import { Belongings } from './belongings.js';
import { backoff, Gateway, portalToken, Problem } from './http.js';
import { whoOf } from './identity.js';
import { Receiver } from './receiver.js';
import { Sender } from './sender.js';
import { Store } from './storage.js';
import { Tabs } from './tabs.js';
import { BROWSER } from './world.js';

const AWAY_MS = 2_000; // an element that was moved is back by then
const HISTORY = 300; // at most so many messages are loaded at first
const POLL_MS = 3_000;
const FOLLOW_MS = 5_000; // so often a tab that follows another one sees whether that is still there
const TICK_MS = 5_000;
const ASLEEP_MS = 20_000; // a clock that jumped so far was asleep
const IDENTIFY_MS = 3_000; // a page that knows its customer has so long to call identify() again
const TYPED_MS = 3_000; // the customer's own typing is told no more often
const RECHECK_MS = 5_000; // who is logged in to the portal is asked no more often when a tab is looked at again: its pages without a chat tell nobody

export class Connection {
  status = 'idle';
  blocked = false; // the portal has to say who is there
  view = null;
  #who = null; // whoever is at the page; null: not known yet
  #held = null; // portal token given by identify()
  #badToken = null;
  #running = null;
  #wakeUp = null;
  #paused = false;
  #hurry = false;
  #from = 0; // the cursor that the window begins with
  #probedAt = -Infinity;
  #typedAt = -Infinity;
  #checkedAt = 0;
  #last = null;
  #leaving = null;

  constructor(server, tokenEndpoint, world = BROWSER) {
    Object.assign(this, { server, tokenEndpoint, world });
    const name = `support-chat:${server}:`;
    this.keep = new Belongings(new Store(world.tab, name), new Store(world.shared, name));
    this.gateway = new Gateway(server, world);
    this.receiver = new Receiver(this.gateway, {
      messages: (list, first) => this.#tell('messages', list, first),
      typing: (who, on) => this.#tell('typing', who, on),
      state: (value) => this.#tell('state', value),
      alive: (event) => this.tabs.share(event),
      mute: () => this.#mute(),
    });
    this.sender = new Sender(this.gateway, this.keep, world, name, {
      outbox: () => this.#tell('outbox'),
      sent: (item, seq) => this.#sent(item, seq),
      refused: (item, problem) => this.#tell('refused', item, problem),
      unreachable: () => (this.#setStatus('offline'), this.receiver.cut()),
      renew: () => this.#renew(),
    });
    this.tabs = new Tabs(world, name, {
      sitting: (who) => this.#handOver(who),
      news: (event) => this.receiver.received(event),
      follow: () => this.receiver.cut(),
      free: () => this.wake(),
      logout: (key, byHand) => key === this.keep.key && this.#end(byHand),
      met: (endpoint) => endpoint === this.#endpoint && this.#recheck(),
    });
  }

  get token() {
    return this.#held;
  }
  get running() {
    return !!this.#running;
  }
  /** Whether it is known who is at the page: before, nothing is shown and nothing can be written. */
  get known() {
    return !!this.#who;
  }
  get conversation() {
    return this.gateway.session && this.keep.session.conversation;
  }
  get #endpoint() {
    return this.#held ? null : this.tokenEndpoint;
  }

  // its life

  /** The window that shows it from now on; one that is new is told everything. */
  attach(view) {
    const known = this.#last === view;
    this.view = this.#last = view;
    clearTimeout(this.#leaving);
    if (known) return;
    const { running } = this;
    this.stop();
    this.receiver.reset(this.#from);
    if (running) this.start();
  }

  /** The window has gone: perhaps it comes back at another place of the page. */
  detach(view) {
    if (this.view !== view) return;
    this.view = null;
    this.#leaving = setTimeout(() => this.stop(), AWAY_MS);
  }

  start() {
    if (this.#running) return this.wake();
    this.#running = new AbortController();
    this.#run(this.#running.signal);
    this.#tick(this.#running.signal, Date.now());
  }

  stop() {
    this.#running?.abort();
    this.#running = null;
    this.receiver.cut();
    this.tabs.release();
    this.wake();
  }

  wake() {
    this.#wakeUp?.();
  }

  /** A hidden tab gives its stream back. */
  pause(paused) {
    if (this.#paused === paused) return;
    this.#paused = paused;
    if (!paused) return this.wake();
    this.tabs.release();
    this.receiver.cut();
  }

  /** The tab is looked at: it leads, finds out at once whether the connection still lives, and whether it is still the same customer. */
  seen() {
    if (!this.#running) return;
    if (this.gateway.session && !this.#paused) this.tabs.claim();
    this.probe();
    if (this.#endpoint && Date.now() > this.#checkedAt + RECHECK_MS) this.#recheck();
  }

  /** The page was put away and taken out again as it was (back/forward cache): it has heard nothing meanwhile, and finds out anew who is there. */
  returned() {
    if (!this.#running || (!this.#endpoint && this.keep.stands)) return;
    this.#forget();
    this.keep.close();
    this.start();
  }

  /** Asks instead of waiting; `woken`: the stream of before is not worth waiting for. */
  async probe(woken = false) {
    this.wake();
    this.sender.flush();
    if (!this.#running || !this.gateway.session || this.#paused || Date.now() < this.#probedAt + 1_000) return;
    this.#probedAt = Date.now();
    if (woken) return this.#again();
    try {
      if (await this.receiver.sync(5_000)) this.#again(); // the stream had not brought it
    } catch (problem) {
      if (!problem.status) this.#setStatus('offline');
      this.receiver.cut();
    }
  }

  async #tick(signal, before) {
    await new Promise((resolve) => setTimeout(resolve, TICK_MS));
    if (signal.aborted) return;
    const now = Date.now();
    if (now > before + ASLEEP_MS && !this.#paused) this.probe(true);
    this.#tick(signal, now);
  }

  // who is there

  /** The page's own token, or null for a visitor. The same customer keeps the conversation; another one never sees it. */
  identify(token) {
    this.stop();
    this.#held = token || null;
    this.#badToken = null;
    this.blocked = false;
    this.gateway.session = null;
    if (token || !this.tokenEndpoint) this.#meet(token);
    this.start();
  }

  async #token(signal) {
    if (this.#held) {
      if (this.#held === this.#badToken) throw new Problem(401, 'token');
      return this.#held;
    }
    if (this.tokenEndpoint) {
      this.#checkedAt = Date.now();
      return portalToken(this.tokenEndpoint, this.world);
    }
    // an identified customer's sitting needs identify() again: whoever is there now is never silently a visitor
    if (!this.#who && this.keep.wasIdentified) {
      await new Promise((resolve) => setTimeout(resolve, IDENTIFY_MS));
      if (!signal.aborted) throw new Problem(401, 'token');
    }
    return null;
  }

  #meet(token) {
    const who = whoOf(token);
    const before = this.#who;
    const turn = this.#turnOf(who);
    this.#who = who;
    if (this.keep.settle(who, turn)) {
      this.gateway.session = null;
      const shown = this.receiver.loaded;
      this.receiver.cut();
      this.receiver.reset(0);
      this.sender.reset();
      this.tabs.release();
      if (before) this.#tell('reset', shown && before.id !== who.id && this.tokenEndpoint ? 'renewed' : '');
    }
    this.#tell('known');
  }

  /** Names the time since the portal's customer last changed, in whichever tab: a sitting of before is nobody's any more. */
  #turnOf(who) {
    if (!this.#endpoint) return '';
    const name = `portal:${this.#endpoint}`;
    let last = this.keep.shared.get(name);
    if (last?.who !== who.id) {
      this.keep.shared.set(name, (last = { who: who.id, turn: `${Date.now()}${Math.random()}` }));
      this.tabs.tell({ met: this.#endpoint });
    }
    return last.turn;
  }

  /** Somebody else may be logged in to the portal by now. */
  async #recheck() {
    if (!this.#running || !this.#who) return;
    const { signal } = this.#running;
    this.#checkedAt = Infinity; // once is enough, however long the portal takes
    let token;
    for (let tries = 1; token === undefined && !signal.aborted; tries += 1) {
      token = await portalToken(this.tokenEndpoint, this.world).catch(() => undefined);
      if (token === undefined) await new Promise((resolve) => setTimeout(resolve, backoff(tries)));
    }
    this.#checkedAt = signal.aborted ? 0 : Date.now();
    if (signal.aborted) return;
    if (whoOf(token).id === this.#who?.id) return;
    this.stop();
    this.#meet(token);
    this.start();
  }

  // session

  async #openSession(signal) {
    const token = await this.#token(signal);
    if (signal.aborted) return; // identify() or a log-out came in between
    this.#meet(token);
    if (this.keep.fresh) {
      const offered = await this.tabs.ask(this.#who.id);
      if (signal.aborted) return;
      this.keep.fresh = false;
      if (offered) this.keep.adopt(offered);
    }
    const answer = await this.#ask(token);
    if (signal.aborted) return;
    const conversation = String(answer.conversation);
    const before = this.keep.session;
    const same = before?.conversation === conversation;
    const restored = same && before.epoch !== answer.epoch; // the server was put back to an older copy
    this.keep.session = { session: answer.session, conversation, epoch: answer.epoch };
    this.gateway.session = answer.session;
    this.tabs.conversation = conversation;
    this.tabs.deliver(this.#who.id, this.keep.session);
    this.blocked = false;
    if (restored) this.keep.read = null;
    if (same && !restored && this.receiver.loaded) return;
    this.#from = restored ? 0 : Math.max(0, (answer.cursor ?? 0) - HISTORY);
    if (this.receiver.loaded) this.#tell('reset', before && !restored ? 'renewed' : '');
    this.receiver.reset(this.#from);
  }

  #handOver(who) {
    if (this.#who?.id !== who || !this.#running || this.blocked) return undefined;
    return this.gateway.session ? this.keep.session : null;
  }

  async #ask(token) {
    const earlier = this.keep.session?.session;
    const open = (body) => this.gateway.call('POST', '/webchat/session', body);
    try {
      return await open({ ...(token && { token }), ...(earlier && { session: earlier }) });
    } catch (problem) {
      if (![400, 401, 403].includes(problem.status) || !(token || earlier)) throw problem;
    }
    try {
      return await open(token ? { token } : {}); // the old session was the trouble
    } catch (problem) {
      if (!token || this.#endpoint || ![400, 401, 403].includes(problem.status)) throw problem;
      this.#badToken = token;
      throw new Problem(401, 'token');
    }
  }

  #renew() {
    this.gateway.session = null; // the saved one stays: the server is asked to go on with the same conversation
    this.receiver.cut();
    this.wake();
  }

  // logging out

  /** Ends the session on the server as far as it can be reached, and removes every trace from this computer. */
  async logout(byHand) {
    if (this.keep.key) this.tabs.tell({ logout: this.keep.key, byHand });
    await this.#end(byHand);
  }

  async #end(byHand) {
    const session = this.keep.session?.session;
    this.keep.clear();
    this.#forget();
    this.#tell('loggedOut', byHand);
    if (session) await this.gateway.logout(session);
  }

  /** Nobody is known to be here: nothing is shown, and nothing goes out. */
  #forget() {
    this.stop();
    this.sender.reset();
    this.gateway.session = this.#held = this.#badToken = this.#who = null;
    this.receiver.reset(0);
    this.blocked = false;
    this.#tell('reset', '');
  }

  // receiving

  async #run(signal) {
    let tries = 0;
    this.#setStatus('connecting');
    while (!signal.aborted) {
      try {
        while (this.#paused && this.receiver.loaded && !signal.aborted) await this.#pause(FOLLOW_MS * 60);
        if (!this.gateway.session) await this.#openSession(signal);
        if (signal.aborted) return;
        await this.receiver.sync();
        if (signal.aborted) return;
        tries = 0;
        this.#setStatus('online');
        this.sender.flush();
        await this.#listen(signal);
      } catch (problem) {
        if (signal.aborted) return;
        tries += 1;
        await this.#recover(problem, tries);
      }
    }
  }

  async #listen(signal) {
    while (this.tabs.follows && !signal.aborted && this.gateway.session) await this.#pause(FOLLOW_MS);
    if (signal.aborted || this.#paused || !this.gateway.session) return;
    if (!this.tabs.leads) this.tabs.claim();
    // no tab knows of the others, and a browser opens six connections: poll. So too after three streams in a row that brought nothing
    // (a proxy that cuts or buffers); then the stream is tried now and then
    if (!this.tabs.alone && (this.receiver.trouble < 3 || this.receiver.trouble++ % 10 === 0)) await this.receiver.read(signal);
    else await this.#pause(POLL_MS);
  }

  async #recover(problem, tries) {
    if (problem.code === 'token') {
      this.blocked = true;
      this.#setStatus('token');
      this.#tell('tokenNeeded');
      return this.#pause(3_600_000);
    }
    if (problem.status === 401 || problem.status === 403) {
      this.gateway.session = null;
      if (tries > 2) this.#setStatus('offline');
    } else if (problem.status === 400 && this.receiver.cursor) this.receiver.cursor = 0; // one the server does not know: read all again
    else if (problem.code !== 'stream') this.#setStatus('offline');
    const hurry = this.#hurry && problem.code === 'stream';
    this.#hurry = false;
    if (hurry) return;
    if (problem.retryAfter) await new Promise((go) => setTimeout(go, problem.retryAfter));
    else await this.#pause(this.tabs.follows ? 0 : backoff(tries));
  }

  #pause(ms) {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wakeUp = () => (clearTimeout(timer), resolve());
    });
  }

  #mute() {
    if (!this.tabs.leads) this.tabs.claim();
    this.#again();
  }

  /** Another stream, at once. */
  #again() {
    this.#hurry = true;
    this.receiver.cut();
    this.wake();
  }

  markRead(seq) {
    if (!this.conversation || (this.keep.read ?? 0) >= seq) return;
    this.keep.read = seq;
    this.gateway.call('POST', '/webchat/read', { seq }).catch(() => {}); // the next one tells the same and more
  }

  // sending

  /** Puts {text} or {button, title} in the outbox and sends as soon as that is possible. */
  send(content) {
    this.keep.keep(this.keep.item(content));
    this.#tell('outbox');
    this.sender.flush();
    if (!this.#running) this.start();
    else if (!this.gateway.session) this.wake();
  }

  #sent(item, seq) {
    this.#typedAt = -Infinity;
    this.receiver.expect(seq);
    this.#tell('sent', item, seq);
  }

  /** What the customer thinks of an answer; whether that could be kept. */
  rate(seq, value) {
    return this.gateway.call('POST', '/webchat/feedback', { seq, value }).then(() => true, () => false);
  }

  /** The customer writes on: what came before is answered together with it. Whether that is told does not matter for anything else. */
  typing() {
    if (Date.now() < this.#typedAt + TYPED_MS || !this.gateway.session || this.keep.unsent().length) return;
    this.#typedAt = Date.now();
    this.gateway.call('POST', '/webchat/typing').catch(() => {});
  }

  #setStatus(name) {
    this.status = name;
    this.#tell('status', name);
  }

  #tell(name, ...values) {
    this.view?.[name](...values);
  }
}
