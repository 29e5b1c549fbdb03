/**
 * People at one browser: its tabs, a portal that knows who is logged in, a gateway that can be out of reach. The widget's connections are the
 * real ones; what a window would show is kept by a view as small as that takes.
 */
import { Connection } from '../../bot/widget/src/connection.js';

const GATEWAY = 'https://gateway.example';
const encode = (claims) => `x.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.x`;
const decode = (token) => JSON.parse(Buffer.from(token.split('.')[1], 'base64url').toString());
const json = (body, status = 200) => new Response(JSON.stringify(body), { status });

export class FakeStorage {
  #items = new Map();
  getItem(key) {
    return this.#items.get(key) ?? null;
  }
  setItem(key, value) {
    this.#items.set(key, String(value));
  }
  removeItem(key) {
    this.#items.delete(key);
  }
  keys() {
    return [...this.#items.keys()];
  }
  toString() {
    return JSON.stringify([...this.#items]);
  }
}

/** The gateway as far as a widget can tell: conversations by session, and by person where the token names one. */
export class FakeGateway {
  up = true;
  mute = false; // streams stay open and bring nothing
  answers = true;
  conversations = [];
  streams = new Set();
  opened = 0; // streams so far
  calls = [];
  #sessions = new Map();

  fetch(path, { method = 'GET', headers = {}, body, signal }) {
    this.calls.push(`${method} ${path.split('?')[0]}`);
    if (!this.up) return Promise.reject(new TypeError('network'));
    const asked = body ? JSON.parse(body) : {};
    if (path === '/webchat/session') return this.#open(asked);
    const conversation = this.#sessions.get(headers.Authorization?.slice(7));
    if (!conversation) return json({ error: 'no_session' }, 401);
    const since = Number(new URLSearchParams(path.split('?')[1]).get('since'));
    if (path.startsWith('/webchat/stream')) return this.#stream(conversation, since, signal);
    if (path.startsWith('/webchat/messages') && method === 'GET') return json({ messages: conversation.messages.filter(({ seq }) => seq > since) });
    if (path === '/webchat/messages') return this.#message(conversation, asked);
    if (path === '/webchat/logout') {
      for (const [session, of] of this.#sessions) if (session === headers.Authorization.slice(7) || (of === conversation && !of.person)) this.#sessions.delete(session);
    }
    return new Response(null, { status: 204 });
  }

  #open({ token, session }) {
    const who = token ? decode(token) : null;
    const [desk, person] = [who?.sub ?? null, who?.person ?? null];
    const earlier = this.#sessions.get(session);
    const own = person && this.conversations.find((one) => one.desk === desk && one.person === person);
    let conversation = own || (earlier?.desk === desk && earlier.person === person ? earlier : null);
    if (!conversation) this.conversations.push((conversation = { id: `c${this.conversations.length}`, desk, person, messages: [] }));
    const name = `s${this.#sessions.size}-${Math.random()}`;
    this.#sessions.set(name, conversation);
    return json({ session: name, conversation: conversation.id, cursor: conversation.messages.length, epoch: 'e' });
  }

  #stream(conversation, since, signal) {
    const gateway = this;
    gateway.opened += 1;
    const body = new ReadableStream({
      start(controller) {
        const stream = { conversation, controller, end: () => (gateway.streams.delete(stream), controller.error(new TypeError('cut'))) };
        gateway.streams.add(stream);
        signal.addEventListener('abort', () => gateway.streams.has(stream) && stream.end());
        gateway.#write(stream, 'state', { owner: 'bot' });
        for (const message of conversation.messages) if (message.seq > since) gateway.#write(stream, 'message', message);
      },
    });
    return new Response(body, { headers: { 'content-type': 'text/event-stream' } });
  }

  #write({ controller }, event, value) {
    if (!this.mute) controller.enqueue(new TextEncoder().encode(`id: ${value.seq ?? ''}\nevent: ${event}\ndata: ${JSON.stringify(value)}\n\n`));
  }

  #message(conversation, { id, text }) {
    const known = conversation.messages.find((message) => message.id === id);
    if (!known) {
      this.say(conversation, { id, author: 'customer', kind: 'text', text });
      if (this.answers) this.say(conversation, { author: 'bot', kind: 'answer', text: `Recibí ${text}` });
    }
    return json({ seq: (known ?? conversation.messages.find((message) => message.id === id)).seq }, 202);
  }

  say(conversation, message) {
    const whole = { seq: conversation.messages.length + 1, at: new Date(Date.now()).toISOString(), ...message };
    conversation.messages.push(whole);
    for (const stream of this.streams) if (stream.conversation === conversation) this.#write(stream, 'message', whole);
  }

  cut() {
    this.up = false;
    for (const stream of [...this.streams]) stream.end();
  }

  expire() {
    this.#sessions.clear();
  }
}

/** What a window shows of a connection. */
class View {
  messages = new Map();
  box = '';
  #key = null;
  events = [];

  constructor(connection) {
    this.connection = connection;
    if (connection.known) this.known();
  }
  status() {}
  typing() {}
  state() {}
  outbox() {}
  refused() {}
  tokenNeeded() {
    this.events.push('token-needed');
  }
  loggedOut() {
    this.box = '';
    this.events.push('logged-out');
  }
  known() {
    const { key, draft } = this.connection.keep;
    if (key !== this.#key) [this.#key, this.box] = [key, draft];
  }
  take(list) {
    for (const message of list) this.messages.set(message.seq, message.text);
  }
  sent(item, seq) {
    this.messages.set(seq, item.text);
  }
  reset() {
    this.messages.clear();
    if (!this.connection.known) [this.#key, this.box] = [null, ''];
  }

  get texts() {
    return [...this.messages.values(), ...this.connection.keep.unsent().map(({ text }) => text), this.box].filter(Boolean);
  }
}

/** `user`: {sub, person?} who is logged in to the portal, or null. A page either names a token endpoint or calls identify() by itself. */
export class Browser {
  user = null;
  portalUp = true;
  shared = new FakeStorage();
  tabs = [];
  locks = true;
  channels = true;
  #bus = new Set();

  constructor(gateway, { endpoint = true } = {}) {
    Object.assign(this, { gateway, endpoint });
  }

  world(storage) {
    const world = {
      tab: () => storage,
      shared: () => this.shared,
      channel: () => (world.end = this.#channel()),
      lock: (_name, run) => (this.locks ? Promise.resolve().then(run) : Promise.reject(new DOMException('blocked', 'SecurityError'))),
      fetch: async (url, options) => {
        if (String(url).startsWith(GATEWAY)) return this.gateway.fetch(String(url).slice(GATEWAY.length), options);
        if (!this.portalUp) throw new TypeError('network');
        return this.user ? json({ token: this.token }) : json({}, 401);
      },
      base: () => 'https://portal.example/page',
    };
    return world;
  }

  get token() {
    return this.user && encode({ ...this.user, n: Math.random() });
  }

  #channel() {
    if (!this.channels) throw new DOMException('blocked', 'SecurityError');
    const channel = {
      postMessage: (data) => {
        const copy = JSON.stringify(data);
        for (const other of this.#bus.has(channel) ? this.#bus : []) if (other !== channel) queueMicrotask(() => this.#bus.has(other) && other.onmessage?.({ data: JSON.parse(copy) }));
      },
      close: () => this.#bus.delete(channel),
    };
    this.#bus.add(channel);
    return channel;
  }

  /** A tab whose page has just been loaded. */
  open(storage = new FakeStorage()) {
    const tab = { storage, kept: null };
    this.#load(tab);
    this.tabs.push(tab);
    return tab;
  }

  #load(tab) {
    tab.connection = new Connection(GATEWAY, this.endpoint ? '/chat-token' : null, this.world(tab.storage));
    this.attach(tab);
    if (!this.endpoint && this.user) tab.connection.identify(this.token);
    else tab.connection.start();
  }

  /** The connection's window, a new one unless it is the `same` that was moved. */
  attach(tab, same = false) {
    if (!same) {
      const view = (tab.view = new View(tab.connection));
      tab.handlers = Object.fromEntries(HANDLERS.map((name) => [name, (...values) => view[name](...values)]));
      tab.handlers.messages = (list) => view.take(list);
    }
    tab.connection.attach(tab.handlers);
  }

  #unload(tab) {
    tab.connection.stop();
    tab.connection.sender.reset();
    tab.connection.tabs.close();
    tab.connection.world.fetch = () => new Promise(() => {}); // a page that is gone hears nothing any more
    tab.connection.detach(tab.handlers);
  }

  reload(tab) {
    this.#unload(tab);
    tab.kept = null;
    this.#load(tab);
  }

  /** The tab shows a page without the chat until it is reloaded. */
  leave(tab) {
    this.#unload(tab);
    this.tabs.splice(this.tabs.indexOf(tab), 1);
  }

  back(tab) {
    this.#load(tab);
    this.tabs.push(tab);
  }

  /** The tab goes on to another page with the chat, and the one it leaves is kept as it is (back/forward cache): it hears nothing meanwhile. */
  follow(tab) {
    const { connection, view, handlers } = tab;
    const { world } = connection;
    const { fetch, end } = world;
    const waiting = [];
    connection.pause(true);
    this.#bus.delete(end);
    world.fetch = () => new Promise((_, reject) => waiting.push(reject));
    const thaw = () => {
      world.fetch = fetch;
      if (end) this.#bus.add(end);
      for (const reject of waiting) reject(new TypeError('network'));
    };
    tab.kept = { connection, view, handlers, thaw };
    this.#load(tab);
  }

  /** Back to the page that was kept, as the window does it. */
  history(tab) {
    const { kept } = tab;
    this.#unload(tab);
    Object.assign(tab, kept, { kept: null });
    kept.thaw();
    tab.connection.returned();
    tab.connection.pause(false);
    tab.connection.seen();
    tab.connection.probe(true);
  }

  close(tab) {
    this.leave(tab);
    tab.storage = null;
  }

  type(tab, text) {
    if (!tab.connection.known) return; // the box can not be written in
    tab.view.box = text;
    tab.connection.keep.draft = text;
  }

  send(tab) {
    const { box } = tab.view;
    if (!box || !tab.connection.known) return;
    tab.view.box = tab.connection.keep.draft = '';
    tab.connection.send({ text: box });
  }
}

const HANDLERS = ['status', 'typing', 'state', 'outbox', 'refused', 'tokenNeeded', 'loggedOut', 'known', 'sent', 'reset'];

/** Numbers from 0 to 1 that are the same for the same seed (mulberry32). */
export function randomly(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
