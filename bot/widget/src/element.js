/**
 * <support-chat>: the customers' chat window, one file without dependencies, because a company's portal must be
 * able to add it with one script tag under a strict Content-Security-Policy (no unsafe-inline, no unsafe-eval).
 *
 *   <script type="module" src="https://asistente.example/widget.js"></script>
 *   <support-chat token-endpoint="/chat-token"></support-chat>
 *
 * Attributes: server (gateway origin; default: this script's), token-endpoint (own back end answering {"token": JWT}; absent =
 * visitor), open, theme (light|dark; default: the system's), zone (of the company's clock), phone and hours (of the support line).
 * Methods: open(text?), close(), identify(token), logout(). Property: token. Events: support-chat-open, support-chat-close,
 * support-chat-logout, token-needed (identify() is to be called again). Texts are es-MX. Needs Chrome/Edge 105, Firefox 101 or
 * Safari 16.4 (Windows Server 2012 R2 ends at Chrome 109, so nothing newer is used).
 *
 * What is kept where, and why: customers share computers at the counter of a shop.
 * - Conversation texts are never stored in the browser; after a reload they come from the server.
 * - Session, draft and unsent messages belong to one person (belongings.js). Before it is known who is at the page nothing is shown
 *   and nothing can be written; when somebody else shows up, nothing of it can be reached any more.
 * - Session and draft lie in sessionStorage: they survive a reload and die with the tab. Unsent messages and read marks lie in
 *   localStorage under the person's key, seven days at most.
 * - The portal's token is never stored. Logging out removes all of it, in every tab of this person.
 */
import { Connection } from './connection.js';
import { Calendar } from './dates.js';
import { h, icon } from './dom.js';
import { fit, holdPage, keepFocus, keepInside, onFile, phoneSize, touch } from './frame.js';
import { Log } from './log.js';
import { CSS } from './style.js';
import { TEXTS } from './texts.js';

const MAX_CHARACTERS = 4096;
const TYPING_MS = { bot: 20_000, agent: 5_000 }; // an agent's sign comes again every 3 s
const HIDDEN_MS = 30_000; // a hidden tab gives its stream back after this

const HOME = new URL(import.meta.url).origin;
const SHEET = new CSSStyleSheet(); // a constructed sheet is not an inline style: strict CSP lets it pass
SHEET.replaceSync(CSS);
const LIVE = new Map(); // the page's connections, which outlive an element that is moved or made anew

const characters = (text) => [...text].length; // the server counts code points, not UTF-16 units
const press = (listener) => ({ type: 'button', onclick: listener });

export class SupportChat extends HTMLElement {
  static observedAttributes = ['open', 'server', 'token-endpoint'];

  #ui = {};
  #log = new Log({
    choose: (button) => this.#choose(button),
    retry: () => this.#retryByHand(),
    suggest: (text) => this.#sendText(text),
    repaint: () => this.#paint(),
    rate: (seq, value) => this.#rate(seq, value),
  });
  #view = {
    status: () => this.#statusChanged(),
    known: () => this.#known(),
    messages: (list, first) => this.#take(list, first),
    typing: (who, on) => this.#setTyping(on && (who ?? this.#owner)),
    state: (value) => this.#setOwner(value?.owner),
    reset: (why) => this.#reset(why),
    outbox: () => this.#paint(),
    sent: (item, seq) => this.#sent(item, seq),
    refused: (item, problem) => this.#refused(item, problem),
    tokenNeeded: () => this.#tokenNeeded(),
    loggedOut: (byHand) => this.#loggedOut(byHand),
  };
  #connection = null;
  #calendar = null;
  #shown = null; // the key of whoever's draft is in the box
  #offered = ''; // text of open(), until it is known whose box it is put in
  #owner = 'bot';
  #life = null;
  #opener = null;
  #scroll = null; // where the page was when the window covered it
  #ended = false;
  #timers = {};

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
    this.#offered = text ?? '';
    this.setAttribute('open', '');
    if (this.#connection?.known) this.#offer();
    this.#focusInside();
  }

  close() {
    this.removeAttribute('open');
    const target = this.#opener?.isConnected ? this.#opener : this.#ui.launcher;
    this.#opener = null;
    target.focus({ preventScroll: true });
  }

  identify(token) {
    if (!this.#connection) this.#join(true);
    this.#ended = false;
    clearTimeout(this.#timers.start);
    this.#connection.keep.tab.drop('ended');
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
    on(window, 'online', () => this.#connection?.probe(true));
    on(window, 'focus', () => this.#connection?.seen());
    on(window, 'pagehide', () => this.#connection?.pause(true));
    on(window, 'pageshow', (event) => event.persisted && (this.#connection?.returned(), this.#visibility(), this.#connection?.probe(true)));
    on(window, 'storage', (event) => event.key?.startsWith(this.#connection?.keep.shared.prefix) && this.#paint());
    on(document, 'visibilitychange', () => this.#visibility());
    for (const name of ['resize', 'scroll']) on(window.visualViewport, name, () => this.#fit());
    on(phoneSize, 'change', () => this.#fit());
    this.#calendar = new Calendar(this.getAttribute('zone') ?? 'America/Mexico_City');
    this.#join();
  }

  disconnectedCallback() {
    this.#life?.abort();
    for (const timer of Object.values(this.#timers)) clearTimeout(timer);
    this.#connection?.detach(this.#view);
  }

  attributeChangedCallback(name, before, now) {
    if (name === 'open') {
      this.#toggled(now !== null);
    } else if (this.#connection && before !== now) {
      this.#connection.detach(this.#view);
      this.#connection = null;
      this.#reset('');
      if (this.isConnected) this.#join(true);
    }
  }

  /** Takes up the page's connection. While another element has it, that one may be about to go: it is asked `again` once. */
  #join(again) {
    const server = (this.getAttribute('server') ?? HOME).replace(/\/+$/, '');
    const endpoint = this.getAttribute('token-endpoint');
    const name = `${server} ${endpoint}`;
    let connection = this.#connection ?? LIVE.get(name);
    const taken = connection?.view && connection.view !== this.#view;
    if (taken && !again) {
      this.#timers.join = setTimeout(() => this.#join(true));
      return;
    }
    if (!connection || taken) LIVE.set(name, (connection = new Connection(server, endpoint)));
    this.#connection = connection;
    connection.attach(this.#view);
    if (this.isConnected) this.#begin();
  }

  #begin() {
    const { keep } = this.#connection;
    if (keep.tab.get('open') && !phoneSize.matches) this.setAttribute('open', '');
    this.#ended = !!keep.tab.get('ended');
    if (this.#connection.known) this.#known();
    if (keep.wasHere || keep.wasIdentified || this.#connection.known || this.hasAttribute('open') || this.hasAttribute('token-endpoint')) {
      this.#timers.start = setTimeout(() => this.#start()); // the page's script may call identify() first
    }
    this.#visibility();
    this.#paint();
  }

  #start() {
    if (this.#connection && !this.#ended && !this.#connection.running) this.#connection.start();
  }

  #tell(name) {
    this.dispatchEvent(new CustomEvent(name, { bubbles: true, composed: true }));
  }

  #visibility() {
    clearTimeout(this.#timers.hidden);
    if (document.hidden) {
      this.#timers.hidden = setTimeout(() => this.#connection?.pause(true), HIDDEN_MS);
      return;
    }
    this.#connection?.pause(false);
    this.#connection?.seen();
    this.#paint();
    this.#markRead();
  }

  // building

  #build() {
    const ui = this.#ui;
    ui.badge = h('span', { class: 'badge', 'aria-hidden': 'true', hidden: true });
    ui.launcher = h('button', { ...press(() => this.open()), class: 'launcher', part: 'launcher', 'aria-haspopup': 'dialog' }, icon('chat'), ui.badge);
    ui.news = h('p', { class: 'sr', role: 'status' });
    ui.panel = h('section', { class: 'panel', part: 'panel', role: 'dialog', 'aria-labelledby': 'title', tabindex: '-1', hidden: true });
    ui.panel.append(this.#buildHeader(), this.#buildConfirm(), this.#log.node, this.#log.jump, ...this.#buildComposer(), this.#buildEnded());
    const root = h('section', { class: 'root', lang: 'es-MX', 'aria-label': 'Chat de soporte' }, ui.launcher, ui.news, ui.panel);
    this.shadowRoot.append(root);
    keepInside(root);
    holdPage(ui.panel);
    onFile(ui.panel, () => this.#note(TEXTS.picture(this.getAttribute('phone') ?? '55 8000 9480', this.getAttribute('hours') ?? 'en días hábiles de 9:00 a 18:00 h')));
    ui.panel.addEventListener('keydown', (event) => this.#key(event));
  }

  #buildHeader() {
    const ui = this.#ui;
    ui.status = h('p', { class: 'status', part: 'status', role: 'status' });
    ui.exit = h('button', { ...press(() => this.#askLogout()), class: 'head exit' }, icon('exit'), h('span', {}, 'Cerrar sesión'));
    const minimise = h('button', { ...press(() => this.close()), class: 'head', 'aria-label': 'Minimizar chat', title: 'Minimizar' }, icon('down'));
    return h('header', { part: 'header' }, h('div', { class: 'who' }, h('h2', { id: 'title' }, TEXTS.title), ui.status), ui.exit, minimise);
  }

  #buildConfirm() {
    const ui = this.#ui;
    ui.question = h('p', { id: 'question' });
    ui.leave = h('button', { ...press(() => this.#connection?.logout(true)), class: 'solid' }, 'Cerrar sesión');
    const stay = h('button', { ...press(() => this.#hideConfirm()), class: 'plain' }, 'Cancelar');
    ui.confirm = h('div', { class: 'confirm', role: 'group', 'aria-labelledby': 'question', hidden: true }, ui.question, h('div', { class: 'row' }, ui.leave, stay));
    return ui.confirm;
  }

  #buildComposer() {
    const ui = this.#ui;
    ui.trouble = h('p', { class: 'trouble', role: 'alert', hidden: true });
    ui.count = h('span', { class: 'count', id: 'count', hidden: true });
    ui.box = h('textarea', { id: 'box', part: 'input', rows: '1', placeholder: TEXTS.placeholder, enterkeyhint: 'send', autocomplete: 'off', 'aria-describedby': 'count' });
    const label = h('label', { class: 'sr', for: 'box' }, TEXTS.placeholder);
    ui.form = h('form', { part: 'composer' }, label, ui.count, ui.box, h('button', { class: 'send', part: 'send', 'aria-label': 'Enviar', title: 'Enviar' }, icon('send')));
    ui.form.addEventListener('submit', (event) => (event.preventDefault(), this.#submit()));
    ui.box.addEventListener('input', () => {
      this.#edited();
      // an answer is awaited, and may wait for this; or an agent has the conversation, who sees it
      if (ui.box.value && (this.#log.typing === 'bot' || this.#owner === 'agent')) this.#connection?.typing();
    });
    ui.box.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' || event.shiftKey || event.isComposing || event.keyCode === 229) return;
      event.preventDefault();
      this.#submit();
    });
    return [ui.trouble, ui.form];
  }

  #buildEnded() {
    const ui = this.#ui;
    ui.why = h('p');
    ui.again = h('button', { ...press(() => this.#restart()), class: 'solid' });
    ui.ended = h('div', { class: 'ended', hidden: true }, icon('exit'), ui.why, ui.again);
    return ui.ended;
  }

  #key(event) {
    if (event.key === 'Tab') keepFocus(event, this.#ui.panel, this.shadowRoot.activeElement);
    if (event.key !== 'Escape') return;
    event.preventDefault();
    if (this.#ui.confirm.hidden) this.close();
    else this.#hideConfirm();
  }

  // the window

  #toggled(open) {
    const { panel, launcher, news } = this.#ui;
    panel.hidden = !open;
    launcher.hidden = open;
    news.textContent = '';
    this.#fit();
    if (!this.isConnected) return;
    this.#connection?.keep.tab.set('open', open);
    if (open) {
      this.#scroll = [scrollX, scrollY];
      this.#start();
      this.#connection?.seen();
      this.#log.toBottom();
      this.#grow();
      this.#markRead();
    } else if (phoneSize.matches && this.#scroll && this.#scroll.join() !== [scrollX, scrollY].join()) {
      const [left, top] = this.#scroll;
      scrollTo({ left, top, behavior: 'instant' }); // also where the page has it smooth
    }
    this.#paint();
    this.#tell(open ? 'support-chat-open' : 'support-chat-close');
  }

  #focusInside() {
    const { again, panel, box, ended } = this.#ui;
    const target = ended.hidden ? (touch.matches ? panel : box) : again; // on a phone the keyboard would cover the suggestions
    target.focus({ preventScroll: true });
  }

  /** After a press whose button goes or is disabled, which would drop the focus. */
  #keepFocus() {
    (touch.matches ? this.#log.node : this.#ui.box).focus({ preventScroll: true });
  }

  #fit() {
    fit(this.#ui.panel, this.hasAttribute('open'));
    this.#log.keepBottom();
  }

  #statusChanged() {
    if (this.#connection.status === 'online' && this.#ui.trouble.textContent === TEXTS.portal) this.#say('');
    this.#paint();
  }

  #setOwner(owner) {
    if (owner !== 'agent' && owner !== 'bot') return;
    this.#owner = owner;
    this.#paint();
  }

  #setTyping(who) {
    clearTimeout(this.#timers.typing);
    this.#log.typing = who || null;
    if (who) this.#timers.typing = setTimeout(() => this.#setTyping(false), TYPING_MS[who] ?? TYPING_MS.bot);
    this.#paint();
  }

  #say(text) {
    if (this.#ui.trouble.textContent === text) return;
    this.#ui.trouble.textContent = text;
    this.#ui.trouble.hidden = !text;
  }

  #note(text) {
    this.#log.note(text);
    this.#paint();
  }

  #tokenNeeded() {
    if (this.#connection.known) this.#say(TEXTS.portal);
    this.#tell('token-needed');
    this.#paint();
  }

  // logging out

  #askLogout() {
    this.#ui.question.textContent = TEXTS.confirm(this.#connection?.keep.unsent().length ?? 0);
    this.#ui.confirm.hidden = false;
    this.#ui.leave.focus();
  }

  #hideConfirm() {
    this.#ui.confirm.hidden = true;
    this.#ui.exit.focus();
  }

  #restart() {
    if (this.#ended) {
      this.#ended = false;
      this.#connection.keep.tab.drop('ended');
      this.#start();
    } else this.#connection.identify(null); // nobody knows who it is: a visitor, and not silently
    this.#paint();
    this.#focusInside();
  }

  #loggedOut(byHand) {
    const inside = this.shadowRoot.activeElement;
    const { tab } = this.#connection.keep;
    this.#ended = true;
    tab.set('open', this.hasAttribute('open'));
    // pressed in the chat: a reload must not bring the conversation back while the portal is still logged in;
    // called by the portal: the next customer who logs in there finds the chat ready
    if (byHand) tab.set('ended', true);
    this.#paint();
    if (inside) this.#ui.again.focus();
    this.#tell('support-chat-logout');
  }

  #reset(why) {
    this.#log.reset();
    this.#owner = 'bot';
    clearTimeout(this.#timers.typing);
    this.#say('');
    this.#ui.confirm.hidden = true;
    if (why === 'renewed') this.#log.note(TEXTS.renewed);
    if (!this.#connection?.known) this.#showDraft(null, '');
    this.#paint();
  }

  // writing

  /** It is known who is here: what that person has not finished comes back, and nobody else's. */
  #known() {
    const { keep } = this.#connection;
    if (keep.key !== this.#shown) this.#showDraft(keep.key, keep.draft);
    this.#offer();
    this.#paint();
  }

  #offer() {
    if (this.#offered && !this.#ui.box.value) this.#setDraft(this.#offered);
    this.#offered = '';
  }

  #showDraft(key, text) {
    this.#shown = key;
    this.#ui.box.value = text;
    this.#grow();
  }

  #setDraft(text) {
    this.#ui.box.value = text;
    this.#edited();
  }

  #edited() {
    this.#grow();
    this.#connection.keep.draft = this.#ui.box.value;
  }

  #grow() {
    const { box, count } = this.#ui;
    box.style.height = 'auto';
    box.style.height = `${Math.min(132, Math.max(44, box.scrollHeight + 2))}px`;
    const length = characters(box.value);
    const over = length > MAX_CHARACTERS;
    count.hidden = length < MAX_CHARACTERS - 500;
    // what describes the box is read out also while it is hidden
    count.textContent = count.hidden ? '' : `${length.toLocaleString('es-MX')} / ${MAX_CHARACTERS.toLocaleString('es-MX')}`;
    count.toggleAttribute('data-over', over);
    box.setAttribute('aria-invalid', String(over));
    this.#say(over ? TEXTS.tooLong : this.#connection?.blocked ? TEXTS.portal : '');
  }

  #submit() {
    const text = this.#ui.box.value.trim();
    if (!text || !this.#connection.known) return;
    if (characters(text) > MAX_CHARACTERS) return this.#say(TEXTS.tooLong);
    this.#setDraft('');
    this.#sendText(text);
  }

  #sendText(text) {
    if (!this.#connection.known) return;
    this.#log.follow();
    this.#connection.send({ text });
    this.#log.toBottom();
    if (!touch.matches) this.#ui.box.focus({ preventScroll: true });
  }

  #choose(button) {
    this.#log.use(button.id, true);
    this.#log.follow();
    this.#connection.send({ button: button.id, title: button.title });
    this.#paint();
    this.#keepFocus();
  }

  async #rate(seq, value) {
    const before = this.#log.rate(seq, value);
    this.#paint();
    if (await this.#connection.rate(seq, value)) return;
    this.#log.rate(seq, before);
    this.#paint();
    this.#say(TEXTS.notRated);
  }

  #retryByHand() {
    this.#connection.sender.failed = false; // so that the press is seen to do something
    this.#keepFocus();
    this.#connection.probe();
    this.#paint();
  }

  #sent(item, seq) {
    if (this.#log.sent(item, seq) && this.#owner === 'bot') this.#setTyping('bot');
    this.#paint();
  }

  #refused(item, { status }) {
    if (item.button !== undefined) {
      this.#log.use(item.button, false);
      return this.#note(TEXTS.usedButton);
    }
    const { box } = this.#ui;
    this.#setDraft(box.value ? `${item.text}\n${box.value}` : item.text);
    this.#say(status === 413 ? TEXTS.tooLong : TEXTS.refused);
    this.#paint();
  }

  // reading

  #take(list, first) {
    const { keep, sender } = this.#connection;
    const waiting = keep.unsent().find(({ id }) => id === sender.sending);
    const said = this.#log.take(list, waiting).filter((message) => message.author !== 'customer');
    if (said.some((message) => message.kind !== 'notice' || message.author === 'agent')) this.#setTyping(false);
    const spoke = [...list].reverse().find((message) => message.author === 'agent' || message.kind === 'answer');
    if (spoke) this.#owner = spoke.author;
    const open = this.hasAttribute('open');
    if (first && keep.read === null && !open) keep.read = Math.max(0, ...list.map((message) => message.seq));
    this.#paint(said[0]?.seq);
    if (!first && said.length && !open) this.#ui.news.textContent = TEXTS.news;
    if (first) setTimeout(() => this.#log.node.setAttribute('aria-live', 'polite'), 200);
    this.#markRead();
  }

  #markRead() {
    if (!this.hasAttribute('open') || document.hidden || !this.#connection?.conversation) return;
    const last = this.#log.lastSaid;
    if (last) this.#connection.markRead(last);
    this.#paint();
  }

  // painting

  #paint(top) {
    const { badge, launcher, exit, form, box } = this.#ui;
    const connection = this.#connection;
    const lost = !!connection?.blocked && !connection.known;
    const over = this.#ended || lost;
    this.#paintStatus(lost);
    this.#paintEnded(over, lost);
    this.#log.node.hidden = form.hidden = over;
    exit.hidden = over || (this.#log.empty && !connection?.conversation);
    box.readOnly = !connection?.known;
    box.placeholder = connection?.known ? TEXTS.placeholder : TEXTS.wait;
    const unread = this.hasAttribute('open') ? 0 : this.#log.unread(connection?.keep.read ?? 0);
    badge.hidden = !unread;
    badge.textContent = unread > 9 ? '9+' : unread;
    launcher.setAttribute('aria-label', TEXTS.launcher + (unread ? `, ${unread} sin leer` : ''));
    if (!connection || !this.#calendar) return;
    const { keep, sender, status, running } = connection;
    const trying = running && (status === 'connecting' || status === 'online');
    this.#log.paint({ known: connection.known, unsent: keep.unsent(), sending: sender.sending, failed: sender.failed, retryAt: sender.retryAt, trying, calendar: this.#calendar }, top);
  }

  #paintStatus(lost) {
    const { status } = this.#ui;
    const now = this.#connection?.status ?? 'idle';
    const name = this.#ended ? 'ended' : lost ? 'token' : now === 'online' && this.#owner === 'agent' ? 'agent' : now;
    if (status.textContent !== TEXTS.status[name]) status.textContent = TEXTS.status[name];
    status.toggleAttribute('data-on', name === 'online' || name === 'agent');
  }

  #paintEnded(over, lost) {
    const { ended, why, again } = this.#ui;
    ended.hidden = !over;
    if (!over) return;
    why.textContent = lost ? TEXTS.lost : TEXTS.ended;
    again.textContent = lost ? TEXTS.visitor : TEXTS.again;
  }
}

if (!customElements.get('support-chat')) customElements.define('support-chat', SupportChat);
