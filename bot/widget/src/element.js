/**
 * <support-chat>: the customers' chat window, one file without dependencies, because a company's portal must be
 * able to add it with one script tag under a strict Content-Security-Policy (no unsafe-inline, no unsafe-eval).
 *
 *   <script type="module" src="https://asistente.example/widget.js"></script>
 *   <support-chat token-endpoint="/chat-token"></support-chat>
 *
 * Attributes: server (gateway origin; default: this script's), token-endpoint (own back end answering {"token": JWT}; absent =
 * visitor), open, theme (light|dark; default: the system's), phone and hours (of the support line). Methods: open(text?), close(), identify(token),
 * logout(). Property: token. Events: support-chat-open, support-chat-close, support-chat-logout, token-needed (a token given to
 * identify() has expired: call it again). Texts are es-MX. Needs Chrome/Edge 105, Firefox 101 or Safari 16.4 (Windows Server
 * 2012 R2 ends at Chrome 109, so nothing newer is used).
 *
 * What is kept where, and why: customers share computers at the counter of a shop.
 * - Conversation texts are never stored in the browser; after a reload they come from the server.
 * - The session token lies in sessionStorage: it survives a reload and dies with the tab, so the next person at the computer
 *   does not find the chat. A saved session of an identified customer is used only together with a fresh portal token.
 *   Further tabs of the same person get the session over BroadcastChannel while one of them is open.
 * - Unsent messages lie in localStorage under their conversation's id, so they survive a closed browser, every tab of the same
 *   conversation sees them, and they are never sent in somebody else's conversation. They are dropped after seven days.
 * - The portal's token is never stored. Logging out removes all of it, in every tab of this conversation.
 */
import { Connection } from './connection.js';
import { CLOCK, dayName } from './dates.js';
import { h, icon } from './dom.js';
import { richText } from './richtext.js';
import { CSS } from './style.js';
import { TEXTS } from './texts.js';

const MAX_CHARACTERS = 4096;
const TYPING_MS = 20_000;

const characters = (text) => [...text].length; // the server counts code points, not UTF-16 units

const HOME = new URL(import.meta.url).origin;
const SHEET = new CSSStyleSheet(); // a constructed sheet is not an inline style: strict CSP lets it pass
SHEET.replaceSync(CSS);
const phoneSize = matchMedia('(max-width:520px),(max-height:480px)');
const touch = matchMedia('(pointer:coarse)');

export class SupportChat extends HTMLElement {
  static observedAttributes = ['open', 'server', 'token-endpoint'];

  #ui = {};
  #connection = null;
  #messages = new Map(); // seq → message; what only this page says has a fraction as seq
  #nodes = new Map(); // seq, item id or day → node
  #used = new Map(); // id of a button that cannot be pressed any more → whether it was chosen
  #status = 'idle';
  #owner = 'bot';
  #typing = null;
  #life = null;
  #opener = null;
  #ended = false;
  #unread = 0;
  #stick = true;

  constructor() {
    super();
    this.attachShadow({ mode: 'open' }).adoptedStyleSheets = [SHEET];
    this.#build();
  }

  // public

  /** Shows the window; `text`, if given, is put in the box (not sent) unless a draft is there. */
  open(text) {
    const focused = document.activeElement;
    if (focused && focused !== document.body && focused !== this) this.#opener = focused;
    if (text && !this.#ui.box.value) this.#setDraft(text);
    this.setAttribute('open', '');
    this.#focusInside();
  }

  close() {
    this.removeAttribute('open');
    const target = this.#opener?.isConnected ? this.#opener : this.#ui.launcher;
    this.#opener = null;
    target.focus();
  }

  identify(token) {
    if (!this.#connection) this.#connect();
    this.#ended = false;
    clearTimeout(this.waiting);
    this.#connection.tab.drop('ended');
    this.#connection.identify(token);
    this.#paint();
  }

  get token() {
    return this.#connection?.token ?? null;
  }
  set token(value) {
    this.identify(value);
  }

  async logout() {
    await this.#connection?.logout();
  }

  // life

  connectedCallback() {
    this.#life = new AbortController();
    const { signal } = this.#life;
    const on = (target, name, listener) => target?.addEventListener(name, listener, { signal });
    on(window, 'online', () => this.#retry());
    on(document, 'visibilitychange', () => this.#visibility());
    on(window, 'storage', (event) => event.key?.startsWith(this.#connection?.local.prefix) && this.#paint());
    on(window.visualViewport, 'resize', () => this.#fit());
    on(window.visualViewport, 'scroll', () => this.#fit());
    on(phoneSize, 'change', () => this.#fit());
    if (!this.#connection) this.#connect();
    const { tab, saved } = this.#connection;
    if (tab.get('open') && !phoneSize.matches) this.setAttribute('open', '');
    this.#setDraft(tab.get('draft') ?? '');
    this.#ended = !!tab.get('ended');
    // an identified customer's saved session needs identify() again; a page that does not call it has a visitor
    if (saved?.identified && !this.hasAttribute('token-endpoint')) this.waiting = setTimeout(() => this.#start(), 3000);
    else if (saved || this.hasAttribute('open') || this.hasAttribute('token-endpoint')) this.waiting = setTimeout(() => this.#start());
    this.#paint();
  }

  disconnectedCallback() {
    this.#life?.abort();
    clearTimeout(this.waiting);
    clearTimeout(this.hiding);
    this.#lockPage(false);
    this.#connection?.close();
    this.#connection = null;
    this.#reset('');
  }

  attributeChangedCallback(name, before, now) {
    if (name === 'open') {
      this.#toggled(now !== null);
    } else if (this.#connection && before !== now) {
      this.#connection.close();
      this.#connect();
      this.#reset('');
      if (this.isConnected) this.#start();
    }
  }

  #connect() {
    const server = (this.getAttribute('server') ?? HOME).replace(/\/+$/, '');
    this.#connection = new Connection(server, this.getAttribute('token-endpoint'), {
      status: (name) => this.#setStatus(name),
      messages: (list, first) => this.#take(list, first),
      typing: (who, on) => this.#setTyping(on && (who ?? this.#owner)),
      state: (value) => this.#setOwner(value?.owner),
      reset: (why) => this.#reset(why),
      outbox: () => this.#paint(),
      sent: (item, seq) => this.#sent(item, seq),
      refused: (item, problem) => this.#refused(item, problem),
      tokenNeeded: () => (this.#say(TEXTS.portal), this.#tell('token-needed')),
      loggedOut: (byHand) => this.#loggedOut(byHand),
    });
  }

  #start() {
    if (this.#connection && !this.#ended && !this.#connection.running) this.#connection.start();
  }

  #tell(name) {
    this.dispatchEvent(new CustomEvent(name, { bubbles: true, composed: true }));
  }

  #visibility() {
    clearTimeout(this.hiding);
    if (document.hidden) this.hiding = setTimeout(() => this.#connection?.pause(true), HIDDEN_MS);
    else {
      this.#connection?.pause(false);
      this.#paint();
      this.#markRead();
    }
  }

  // building

  #build() {
    const ui = this.#ui;
    const press = (listener) => ({ type: 'button', onclick: listener });
    ui.badge = h('span', { class: 'badge', 'aria-hidden': 'true', hidden: true });
    ui.launcher = h('button', { ...press(() => this.open()), class: 'launcher', part: 'launcher', 'aria-haspopup': 'dialog' }, icon('chat'), ui.badge);
    ui.news = h('p', { class: 'sr', role: 'status' });
    ui.status = h('p', { class: 'status', part: 'status', role: 'status' });
    ui.exit = h('button', { ...press(() => this.#askLogout()), class: 'head exit' }, icon('exit'), h('span', {}, 'Cerrar sesión'));
    const minimise = h('button', { ...press(() => this.close()), class: 'head', 'aria-label': 'Minimizar chat', title: 'Minimizar' }, icon('down'));
    const title = h('h2', { id: 'title' }, TEXTS.title);
    const header = h('header', { part: 'header' }, h('div', { class: 'who' }, title, ui.status), ui.exit, minimise);
    ui.question = h('p', { id: 'question' });
    ui.leave = h('button', { ...press(() => this.#connection?.logout(true)), class: 'solid' }, 'Cerrar sesión');
    const stay = h('button', { ...press(() => this.#hideConfirm()), class: 'plain' }, 'Cancelar');
    ui.confirm = h('div', { class: 'confirm', role: 'group', 'aria-labelledby': 'question', hidden: true }, ui.question, h('div', { class: 'row' }, ui.leave, stay));
    ui.log = h('div', { class: 'log', part: 'log', role: 'log', 'aria-live': 'off', 'aria-label': 'Conversación', tabindex: '0' });
    ui.log.addEventListener('scroll', () => this.#scrolled(), { passive: true });
    new ResizeObserver(() => this.#stick && this.#toBottom()).observe(ui.log); // the box grew, the keyboard came
    ui.jump = h('button', { ...press(() => this.#toBottom()), class: 'jump', hidden: true }, icon('down'), 'Mensajes nuevos');
    ui.trouble = h('p', { class: 'trouble', role: 'alert', hidden: true });
    ui.count = h('span', { class: 'count', id: 'count', hidden: true });
    ui.box = h('textarea', { id: 'box', part: 'input', rows: '1', placeholder: TEXTS.placeholder, enterkeyhint: 'send', autocomplete: 'off', 'aria-describedby': 'count' });
    const label = h('label', { class: 'sr', for: 'box' }, TEXTS.placeholder);
    ui.form = h('form', { part: 'composer' }, label, ui.count, ui.box, h('button', { class: 'send', part: 'send', 'aria-label': 'Enviar', title: 'Enviar' }, icon('send')));
    ui.again = h('button', { ...press(() => this.#restart()), class: 'solid' }, TEXTS.again);
    ui.ended = h('div', { class: 'ended', hidden: true }, icon('exit'), h('p', {}, TEXTS.ended), ui.again);
    ui.panel = h('section', { class: 'panel', part: 'panel', role: 'dialog', 'aria-labelledby': 'title', tabindex: '-1', hidden: true });
    ui.panel.append(header, ui.confirm, ui.log, ui.jump, ui.trouble, ui.form, ui.ended);
    ui.welcome = h('div', { class: 'welcome' }, h('b', {}, TEXTS.welcome), h('span', {}, TEXTS.intro));
    const chip = (text) => h('button', { ...press(() => this.#sendText(text)), class: 'choice' }, text);
    ui.chips = h('div', { class: 'chips', role: 'group', 'aria-label': 'Sugerencias' }, ...TEXTS.suggestions.map(chip));
    ui.typing = h('div', { class: 'bubble typing' }, h('span', { class: 'sr' }), h('i'), h('i'), h('i'));
    this.shadowRoot.append(h('section', { 'aria-label': 'Chat de soporte' }, ui.launcher, ui.news, ui.panel));
    this.#listen();
  }

  #listen() {
    const { panel, box, form } = this.#ui;
    form.addEventListener('submit', (event) => (event.preventDefault(), this.#submit()));
    box.addEventListener('input', () => {
      this.#edited();
      if (box.value && this.#typing === 'bot') this.#connection?.typing(); // an answer is awaited: it may wait for this
    });
    box.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' || event.shiftKey || event.isComposing || event.keyCode === 229) return;
      event.preventDefault();
      this.#submit();
    });
    panel.addEventListener('keydown', (event) => this.#key(event));
    panel.addEventListener('paste', (event) => this.#file(event, event.clipboardData));
    panel.addEventListener('drop', (event) => (panel.classList.remove('drop'), this.#file(event, event.dataTransfer)));
    panel.addEventListener('dragover', (event) => {
      if (!event.dataTransfer?.types.includes('Files')) return;
      event.preventDefault(); // or the browser would leave the page to show the file
      panel.classList.add('drop');
    });
    panel.addEventListener('dragleave', () => panel.classList.remove('drop'));
  }

  #key(event) {
    event.stopPropagation(); // the page's shortcuts are not meant
    if (event.key === 'Escape') {
      event.preventDefault();
      if (this.#ui.confirm.hidden) this.close();
      else this.#hideConfirm();
    } else if (event.key === 'Tab' && phoneSize.matches) {
      // full screen: nothing behind the window can be seen, so Tab stays inside
      const stops = [...this.#ui.panel.querySelectorAll('button,a[href],textarea,[tabindex="0"]')].filter((node) => !node.disabled && node.getClientRects().length);
      const at = stops.indexOf(this.shadowRoot.activeElement);
      const edge = event.shiftKey ? at <= 0 : at === stops.length - 1;
      if (edge) event.preventDefault(), stops.at(event.shiftKey ? -1 : 0).focus();
    }
  }

  // a copied table cell comes as text and picture: its text is what was meant
  #file(event, data) {
    if (!data?.files.length || (event.type === 'paste' && data.getData('text/plain'))) return;
    event.preventDefault();
    this.#note(TEXTS.picture(this.getAttribute('phone') ?? '55 8000 9480', this.getAttribute('hours') ?? 'en días hábiles de 9:00 a 18:00 h'));
  }

  // the window

  #toggled(open) {
    const { panel, launcher, news } = this.#ui;
    panel.hidden = !open;
    launcher.hidden = open;
    news.textContent = '';
    this.#fit();
    if (!this.isConnected) return;
    this.#connection?.tab.set('open', open);
    if (open) {
      this.#start();
      this.#toBottom();
      this.#edited();
      this.#markRead();
    }
    this.#paint();
    this.#tell(open ? 'support-chat-open' : 'support-chat-close');
  }

  #focusInside() {
    const { again, panel, box } = this.#ui;
    if (this.#ended) again.focus();
    else (touch.matches ? panel : box).focus(); // on a phone the keyboard would cover the suggestions
  }

  /** On a phone the window fills what the on-screen keyboard leaves, and the page behind does not scroll. */
  #fit() {
    const view = window.visualViewport;
    const full = phoneSize.matches && this.hasAttribute('open');
    this.#lockPage(full);
    this.#ui.panel.setAttribute('aria-modal', String(full));
    if (!view || view.scale > 1.01) return; // pinch-zoomed: leave the layout alone
    this.#ui.panel.style.setProperty('--visible', `${view.height}px`);
    this.#ui.panel.style.setProperty('--top', `${view.offsetTop}px`);
    if (this.#stick) this.#toBottom();
  }

  #lockPage(locked) {
    const { style } = document.documentElement;
    if (locked && this.overflow === undefined) (this.overflow = style.overflow), (style.overflow = 'hidden');
    else if (!locked && this.overflow !== undefined) (style.overflow = this.overflow), (this.overflow = undefined);
  }

  #setStatus(name) {
    this.#status = name;
    if (name === 'online' && this.#ui.trouble.textContent === TEXTS.portal) this.#say('');
    this.#paint();
  }

  #setOwner(owner) {
    if (owner !== 'agent' && owner !== 'bot') return;
    this.#owner = owner;
    this.#paint();
  }

  #setTyping(who) {
    clearTimeout(this.typingTimer);
    this.#typing = who || null;
    if (who) this.typingTimer = setTimeout(() => this.#setTyping(false), TYPING_MS);
    this.#paint();
  }

  #say(text) {
    if (this.#ui.trouble.textContent === text) return;
    this.#ui.trouble.textContent = text;
    this.#ui.trouble.hidden = !text;
  }

  /** A word of the page itself, in the list; it is not stored anywhere. */
  #note(text) {
    const last = Math.max(0, ...this.#messages.keys());
    const seq = last + 0.001;
    this.#messages.set(seq, { seq, author: 'bot', kind: 'notice', text, buttons: [], at: new Date().toISOString() });
    this.#stick = true;
    this.#paint();
  }

  // logging out

  #askLogout() {
    this.#ui.question.textContent = TEXTS.confirm(this.#connection?.unsent().length ?? 0);
    this.#ui.confirm.hidden = false;
    this.#ui.leave.focus();
  }

  #hideConfirm() {
    this.#ui.confirm.hidden = true;
    this.#ui.exit.focus();
  }

  #restart() {
    this.#ended = false;
    this.#connection.tab.drop('ended');
    this.#start();
    this.#paint();
    this.#focusInside();
  }

  #loggedOut(byHand) {
    const inside = this.shadowRoot.activeElement;
    const { tab } = this.#connection;
    this.#ended = true;
    this.#status = 'ended';
    this.#setDraft('');
    tab.set('open', this.hasAttribute('open'));
    // pressed in the chat: a reload must not bring the conversation back while the portal is still logged in;
    // called by the portal: the next customer who logs in there finds the chat ready
    if (byHand) tab.set('ended', true);
    this.#paint();
    if (inside) this.#ui.again.focus();
    this.#tell('support-chat-logout');
  }

  #reset(why) {
    for (const map of [this.#messages, this.#nodes, this.#used]) map.clear();
    this.matched = null;
    this.#owner = 'bot';
    this.#unread = 0;
    this.#stick = true;
    clearTimeout(this.typingTimer);
    this.#typing = null;
    this.#say('');
    this.#ui.confirm.hidden = true;
    this.#ui.log.setAttribute('aria-live', 'off'); // what is loaded next is history: not read out
    if (why === 'renewed') this.#note(TEXTS.renewed);
    this.#paint();
  }

  // writing

  #setDraft(text) {
    this.#ui.box.value = text;
    this.#edited();
  }

  #edited() {
    const { box, count } = this.#ui;
    box.style.height = 'auto';
    box.style.height = `${Math.min(132, Math.max(44, box.scrollHeight + 2))}px`;
    const length = characters(box.value);
    const over = length > MAX_CHARACTERS;
    count.hidden = length < MAX_CHARACTERS - 500;
    count.textContent = `${length.toLocaleString('es-MX')} / ${MAX_CHARACTERS.toLocaleString('es-MX')}`;
    count.toggleAttribute('data-over', over);
    box.setAttribute('aria-invalid', String(over));
    this.#say(over ? TEXTS.tooLong : this.#connection?.blocked ? TEXTS.portal : '');
    if (this.isConnected) this.#connection?.tab.set('draft', box.value);
  }

  #submit() {
    const text = this.#ui.box.value.trim();
    if (!text) return;
    if (characters(text) > MAX_CHARACTERS) return this.#say(TEXTS.tooLong);
    this.#setDraft('');
    this.#sendText(text);
  }

  #sendText(text) {
    this.#stick = true;
    this.#connection.send({ text });
    this.#toBottom();
    if (!touch.matches) this.#ui.box.focus();
  }

  #choose(button) {
    this.#used.set(button.id, true);
    this.#stick = true;
    this.#connection.send({ button: button.id, title: button.title });
    this.#paint();
    (touch.matches ? this.#ui.log : this.#ui.box).focus(); // the pressed button is disabled now and would drop the focus
  }

  #retryByHand() {
    this.#connection.failed = false; // so that the press is seen to do something
    (touch.matches ? this.#ui.log : this.#ui.box).focus(); // its button goes
    this.#retry();
    this.#paint();
  }

  #retry() {
    this.#connection?.wake();
    this.#connection?.flush();
  }

  /** The server has it: the waiting bubble becomes the message, without being read out again. */
  #sent(item, seq) {
    const waiting = this.#nodes.get(item.id);
    this.#nodes.delete(item.id);
    if (!this.#messages.has(seq)) {
      this.#messages.set(seq, { seq, author: 'customer', kind: 'text', text: item.text ?? item.title, buttons: [], at: new Date().toISOString() });
      if (waiting) this.#nodes.set(seq, waiting);
      if (this.#owner === 'bot') this.#setTyping('bot');
    }
    this.#paint();
  }

  #refused(item, { status }) {
    if (item.button !== undefined) {
      this.#used.set(item.button, false);
      this.#note(TEXTS.usedButton);
      return;
    }
    const { box } = this.#ui;
    this.#setDraft(box.value ? `${item.text}\n${box.value}` : item.text);
    this.#say(status === 413 ? TEXTS.tooLong : TEXTS.refused);
    this.#paint();
  }

  // reading

  #take(list, first) {
    const fresh = list.filter((message) => !this.#messages.has(message.seq));
    for (const message of fresh) {
      this.#messages.set(message.seq, message);
      if (message.author === 'customer') this.#heardBack(message);
      else if (message.kind !== 'notice' || message.author === 'agent') this.#setTyping(false);
      if (message.author === 'agent' || message.kind === 'answer') this.#owner = message.author;
    }
    if (first) {
      const known = this.#connection.readUpTo;
      if (known === null && !this.hasAttribute('open')) this.#connection.local.set(`read:${this.#connection.conversation}`, Math.max(0, ...list.map((message) => message.seq)));
    }
    const top = fresh.find((message) => message.author !== 'customer')?.seq;
    this.#paint(top);
    if (!first && top !== undefined && !this.hasAttribute('open')) this.#ui.news.textContent = 'Tienes un mensaje nuevo de soporte';
    if (first) setTimeout(() => this.#ui.log.setAttribute('aria-live', 'polite'), 200);
    this.#markRead();
  }

  /** The stream may bring back our own message before the answer to its POST: the bubble that waits is the same message. */
  #heardBack(message) {
    const item = this.#connection.unsent().find(({ id, text, title }) => id === this.#connection.sending && (text ?? title) === message.text);
    const waiting = item && this.#nodes.get(item.id);
    if (waiting) this.#nodes.set(message.seq, waiting), this.#nodes.delete(item.id), (this.matched = item.id);
    const answer = [...this.#messages.values()].filter((m) => m.seq < message.seq && m.buttons?.length).sort((a, b) => b.seq - a.seq)[0];
    const chosen = answer?.buttons.find((button) => button.title === message.text);
    if (chosen) this.#used.set(chosen.id, true);
  }

  #markRead() {
    if (!this.hasAttribute('open') || document.hidden || !this.#connection?.conversation) return;
    const last = Math.max(0, ...[...this.#messages.values()].filter((m) => m.author !== 'customer').map((m) => Math.floor(m.seq)));
    if (last) this.#connection.markRead(last);
    this.#paint();
  }

  // painting

  /** Brings the page in line with the state; nodes stay the same, so that a screen reader hears each message once. */
  #paint(top) {
    const { ui, log, badge, launcher, status, exit, ended, form } = { ui: this.#ui, ...this.#ui };
    const name = this.#ended ? 'ended' : this.#status === 'online' && this.#owner === 'agent' ? 'agent' : this.#status;
    if (status.textContent !== TEXTS.status[name]) status.textContent = TEXTS.status[name];
    status.toggleAttribute('data-on', name === 'online' || name === 'agent');
    ended.hidden = !this.#ended;
    log.hidden = form.hidden = this.#ended;
    exit.hidden = this.#ended || (!this.#messages.size && !this.#connection?.conversation);
    const list = [...this.#messages.values()].sort((a, b) => a.seq - b.seq);
    const read = this.#connection?.readUpTo ?? 0;
    this.#unread = this.hasAttribute('open') ? 0 : list.filter((m) => m.author !== 'customer' && m.kind !== 'greeting' && m.seq > read).length;
    badge.hidden = !this.#unread;
    badge.textContent = this.#unread > 9 ? '9+' : this.#unread;
    launcher.setAttribute('aria-label', TEXTS.launcher + (this.#unread ? `, ${this.#unread} sin leer` : ''));
    this.#place(this.#wanted(list));
    if (this.#stick) this.#toBottom(top);
    else if (top !== undefined) ui.jump.hidden = false;
  }

  #wanted(list) {
    const { welcome, chips, typing } = this.#ui;
    const wanted = [];
    const unsent = (this.#connection?.unsent() ?? []).filter((item) => item.id !== this.matched);
    let day = '';
    if (!list.some((m) => m.kind === 'greeting' || m.author === 'customer') && !unsent.length) wanted.push(welcome);
    list.forEach((message, index) => {
      const at = new Date(message.at);
      if (at.toDateString() !== day) wanted.push(this.#day((day = at.toDateString()), at));
      wanted.push(this.#message(message, list[index - 1], list[index + 1]));
    });
    for (const item of unsent) wanted.push(this.#waiting(item));
    if (!list.some((m) => m.author === 'customer') && !unsent.length) wanted.push(chips);
    if (this.#typing) {
      typing.firstChild.textContent = TEXTS.typing[this.#typing] ?? TEXTS.typing.bot;
      wanted.push(typing);
    }
    return wanted;
  }

  #place(wanted) {
    const { log } = this.#ui;
    let at = log.firstChild;
    for (const node of wanted) {
      if (node === at) at = at.nextSibling;
      else log.insertBefore(node, at);
    }
    while (at) {
      const next = at.nextSibling;
      at.remove();
      at = next;
    }
  }

  #day(key, at) {
    const node = this.#nodes.get(key) ?? h('div', { class: 'day' });
    this.#nodes.set(key, node);
    const name = dayName(at);
    if (node.textContent !== name) node.textContent = name;
    return node;
  }

  #message(message, before, after) {
    let node = this.#nodes.get(message.seq);
    if (!node) this.#nodes.set(message.seq, (node = this.#bubble(message)));
    const near = (other) => other && other.author === message.author && other.kind !== 'notice' && message.kind !== 'notice' && Math.abs(new Date(other.at) - new Date(message.at)) < 120_000;
    node.classList.remove('unsent');
    node.classList.toggle('near', !!near(before));
    node.classList.toggle('more', !!near(after) && !message.buttons?.length);
    const meta = node.querySelector('.meta');
    const at = new Date(message.at);
    if (meta.dataset.at !== message.at) {
      meta.dataset.at = message.at;
      meta.replaceChildren(...(message.author === 'customer' ? [] : [h('b', {}, TEXTS.author[message.author] ?? '')]), h('time', { datetime: message.at }, CLOCK.format(at)));
    }
    for (const button of node.querySelectorAll('.choice')) {
      const chosen = this.#used.get(button.dataset.id);
      button.disabled = chosen !== undefined; // the others stay: "no, el otro" is one press
      if (!!chosen === button.hasAttribute('data-chosen')) continue;
      button.toggleAttribute('data-chosen', !!chosen);
      if (chosen) button.prepend(icon('check'), h('span', { class: 'sr' }, 'Elegiste: '));
      else button.replaceChildren(button.lastChild);
    }
    return node;
  }

  #bubble(message) {
    const look = message.kind === 'notice' ? 'notice' : ['customer', 'agent'].includes(message.author) ? message.author : 'bot';
    const author = look === 'notice' ? 'Aviso' : TEXTS.author[look];
    const texts = message.parts?.length ? message.parts : [message.text ?? '']; // a long answer comes in several bubbles
    const bubble = (text, n) => h('div', { class: 'bubble', part: `bubble ${look}` }, ...(n ? [] : [h('span', { class: 'sr' }, `${author}: `)]), ...richText(String(text)));
    const node = h('div', { class: `message ${look}` }, ...texts.map(bubble));
    if (message.buttons?.length) {
      const choice = (button) => h('button', { type: 'button', class: 'choice', 'data-id': button.id, onclick: () => this.#choose(button) }, button.title);
      node.append(h('div', { class: 'choices', role: 'group', 'aria-label': 'Opciones' }, ...message.buttons.map(choice)));
    }
    node.append(h('div', { class: 'meta' }));
    return node;
  }

  #waiting(item) {
    let node = this.#nodes.get(item.id);
    if (!node) this.#nodes.set(item.id, (node = this.#bubble({ author: 'customer', kind: 'text', text: item.text ?? item.title })));
    const meta = node.querySelector('.meta');
    const { sending, failed, retryAt, running } = this.#connection;
    const young = running && ['connecting', 'online'].includes(this.#status) && Date.now() - item.at < 1500;
    const fine = !failed && (sending !== null || young); // once it failed the words stay, or every retry would be read out
    const state = fine ? 'sending' : retryAt > Date.now() ? 'later' : 'retry';
    node.classList.toggle('unsent', state !== 'sending');
    if (meta.dataset.state === state) return node;
    meta.dataset.state = state;
    delete meta.dataset.at;
    if (state === 'retry') meta.replaceChildren(`${TEXTS.unsent} · `, h('button', { type: 'button', class: 'link', onclick: () => this.#retryByHand() }, TEXTS.retry));
    else meta.replaceChildren(TEXTS[state]);
    if (state === 'sending') setTimeout(() => this.#paint(), 1600);
    return node;
  }

  // scrolling

  #scrolled() {
    const { log, jump } = this.#ui;
    this.#stick = log.scrollHeight - log.scrollTop - log.clientHeight < 60;
    if (this.#stick) jump.hidden = true;
  }

  /** To the end, but never past the beginning of the first new message: a long answer is read from its top. */
  #toBottom(top) {
    const { log, jump } = this.#ui;
    const end = log.scrollHeight - log.clientHeight;
    const node = top === undefined ? null : this.#nodes.get(top);
    jump.hidden = true;
    log.scrollTop = node ? Math.min(end, node.offsetTop - 12) : end;
  }
}

if (!customElements.get('support-chat')) customElements.define('support-chat', SupportChat);
