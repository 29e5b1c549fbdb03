/** The conversation as it is shown: messages, what waits to be sent, buttons. Nodes stay the same, so that a screen reader hears each once. */
import { h, icon } from './dom.js';
import { richText } from './richtext.js';
import { TEXTS } from './texts.js';

const NEAR_MS = 120_000; // messages so close are one group
const YOUNG_MS = 1_500; // so long a message that waits is taken to be on its way

export class Log {
  typing = null; // who is
  #messages = new Map(); // seq → message; what only this page says has a fraction as seq
  #nodes = new Map(); // seq, item id or day → node
  #used = new Map(); // id of a button that cannot be pressed any more → whether it was chosen
  #matched = null; // id of the item whose message the stream has already brought
  #stick = true;

  /** `on`: choose(button), retry(), suggest(text), repaint(), rate(seq, value). */
  constructor(on) {
    this.on = on;
    this.node = h('div', { class: 'log', part: 'log', role: 'log', 'aria-live': 'off', 'aria-label': 'Conversación', tabindex: '0' });
    this.node.addEventListener('scroll', () => this.#scrolled(), { passive: true });
    new ResizeObserver(() => this.#stick && this.toBottom()).observe(this.node); // the box grew, the keyboard came
    this.jump = h('button', { type: 'button', class: 'jump', hidden: true, onclick: () => this.toBottom() }, icon('down'), 'Mensajes nuevos');
    this.welcome = h('div', { class: 'welcome' }, h('b', {}, TEXTS.welcome), h('span', {}, TEXTS.intro));
    const chip = (text) => h('button', { type: 'button', class: 'choice', onclick: () => on.suggest(text) }, text);
    this.chips = h('div', { class: 'chips', role: 'group', 'aria-label': 'Sugerencias' }, ...TEXTS.suggestions.map(chip));
    this.dots = h('div', { class: 'bubble typing' }, h('span', { class: 'sr' }), h('i'), h('i'), h('i'));
  }

  reset() {
    for (const map of [this.#messages, this.#nodes, this.#used]) map.clear();
    this.#matched = this.typing = null;
    this.#stick = true;
    this.node.setAttribute('aria-live', 'off'); // what is loaded next is history: not read out
  }

  get empty() {
    return !this.#messages.size;
  }
  /** Seq of the last message that was said to the customer. */
  get lastSaid() {
    return Math.max(0, ...[...this.#messages.values()].filter((m) => m.author !== 'customer').map((m) => Math.floor(m.seq)));
  }
  /** How many there are that the customer has not read. */
  unread(read) {
    return [...this.#messages.values()].filter((m) => m.author !== 'customer' && m.kind !== 'greeting' && m.seq > read).length;
  }

  /** Takes messages; those that were not there yet. `waiting`: the item that is being sent. */
  take(list, waiting) {
    const fresh = list.filter((message) => !this.#messages.has(message.seq));
    for (const message of fresh) {
      this.#messages.set(message.seq, message);
      if (message.author === 'customer') this.#heardBack(message, waiting);
    }
    return fresh;
  }

  /** The stream may bring back our own message before the answer to its POST: the bubble that waits is the same message. */
  #heardBack(message, item) {
    const waiting = item && (item.text ?? item.title) === message.text && this.#nodes.get(item.id);
    if (waiting) this.#nodes.set(message.seq, waiting), this.#nodes.delete(item.id), (this.#matched = item.id);
    const answer = [...this.#messages.values()].filter((m) => m.seq < message.seq && m.buttons?.length).sort((a, b) => b.seq - a.seq)[0];
    const chosen = answer?.buttons.find((button) => button.title === message.text);
    if (chosen) this.#used.set(chosen.id, true);
  }

  /** The server has it: the waiting bubble becomes the message, without being read out again. Whether it was not there yet. */
  sent(item, seq) {
    const waiting = this.#nodes.get(item.id);
    this.#nodes.delete(item.id);
    if (this.#messages.has(seq)) return false;
    this.#messages.set(seq, { seq, author: 'customer', kind: 'text', text: item.text ?? item.title, buttons: [], at: new Date().toISOString() });
    if (waiting) this.#nodes.set(seq, waiting);
    return true;
  }

  /** A word of the page itself; it is not stored anywhere. */
  note(text) {
    const seq = Math.max(0, ...this.#messages.keys()) + 0.001;
    this.#messages.set(seq, { seq, author: 'bot', kind: 'notice', text, buttons: [], at: new Date().toISOString() });
    this.#stick = true;
  }

  /** A button cannot be pressed any more, because it was chosen here or was used up. */
  use(button, chosen) {
    this.#used.set(button, chosen);
  }

  /** What the customer thinks of an answer, 0 for nothing; what it was before. */
  rate(seq, value) {
    const message = this.#messages.get(seq);
    const before = message?.feedback ?? 0;
    if (message) message.feedback = value;
    return before;
  }

  // painting

  /** `now`: {known (who is there), unsent, sending, failed, retryAt, trying} of what waits, and the `calendar`; `top`: seq of the first message that is new. */
  paint(now, top) {
    this.#place(this.#wanted(now));
    if (this.#stick) this.toBottom(top);
    else if (top !== undefined) this.jump.hidden = false;
  }

  #wanted(now) {
    const list = [...this.#messages.values()].sort((a, b) => a.seq - b.seq);
    const unsent = now.unsent.filter((item) => item.id !== this.#matched);
    const began = unsent.length || list.some((m) => m.author === 'customer');
    const wanted = began || list.some((m) => m.kind === 'greeting') ? [] : [this.welcome];
    let day = '';
    list.forEach((message, index) => {
      const name = now.calendar.dayName(new Date(message.at));
      if (name !== day) wanted.push(this.#day((day = name), message.seq));
      wanted.push(this.#message(message, list[index - 1], list[index + 1], now.calendar));
    });
    for (const item of unsent) wanted.push(this.#waiting(item, now));
    if (!began) wanted.push(this.chips);
    for (const chip of this.chips.children) chip.disabled = !now.known;
    if (this.typing) {
      this.dots.firstChild.textContent = TEXTS.typing[this.typing] ?? TEXTS.typing.bot;
      wanted.push(this.dots);
    }
    return wanted;
  }

  #place(wanted) {
    let at = this.node.firstChild;
    for (const node of wanted) {
      if (node === at) at = at.nextSibling;
      else this.node.insertBefore(node, at);
    }
    while (at) {
      const next = at.nextSibling;
      at.remove();
      at = next;
    }
  }

  #day(name, seq) {
    const key = `day ${seq}`;
    const node = this.#nodes.get(key) ?? h('div', { class: 'day' });
    this.#nodes.set(key, node);
    if (node.textContent !== name) node.textContent = name;
    return node;
  }

  #message(message, before, after, calendar) {
    let node = this.#nodes.get(message.seq);
    if (!node) this.#nodes.set(message.seq, (node = this.#bubble(message)));
    const near = (other) => other && other.author === message.author && other.kind !== 'notice' && message.kind !== 'notice' && Math.abs(new Date(other.at) - new Date(message.at)) < NEAR_MS;
    node.classList.remove('unsent');
    node.classList.toggle('near', !!near(before));
    node.classList.toggle('more', !!near(after) && !message.buttons?.length && message.kind !== 'answer');
    const meta = node.querySelector('.meta');
    if (meta.dataset.at !== message.at) {
      meta.dataset.at = message.at;
      delete meta.dataset.state;
      const time = h('time', { datetime: message.at }, calendar.time(new Date(message.at)));
      meta.replaceChildren(...(message.author === 'customer' ? [] : [h('b', {}, TEXTS.author[message.author] ?? '')]), time);
    }
    for (const button of node.querySelectorAll('.choice')) this.#paintChoice(button);
    for (const thumb of node.querySelectorAll('.thumb')) thumb.setAttribute('aria-pressed', String(Number(thumb.dataset.value) === message.feedback));
    return node;
  }

  #paintChoice(button) {
    const chosen = this.#used.get(button.dataset.id);
    button.disabled = chosen !== undefined; // the others stay: "no, el otro" is one press
    if (!!chosen === button.hasAttribute('data-chosen')) return;
    button.toggleAttribute('data-chosen', !!chosen);
    if (chosen) button.prepend(icon('check'), h('span', { class: 'sr' }, 'Elegiste: '));
    else button.replaceChildren(button.lastChild);
  }

  #bubble(message) {
    const look = message.kind === 'notice' ? 'notice' : ['customer', 'agent'].includes(message.author) ? message.author : 'bot';
    const author = look === 'notice' ? 'Aviso' : TEXTS.author[look];
    const texts = message.parts?.length ? message.parts : [message.text ?? '']; // a long answer comes in several bubbles
    const bubble = (text, n) => h('div', { class: 'bubble', part: `bubble ${look}` }, ...(n ? [] : [h('span', { class: 'sr' }, `${author}: `)]), ...richText(String(text)));
    const node = h('div', { class: `message ${look}` }, ...texts.map(bubble));
    if (message.buttons?.length) {
      const choice = (button) => h('button', { type: 'button', class: 'choice', 'data-id': button.id, onclick: () => this.on.choose(button) }, button.title);
      node.append(h('div', { class: 'choices', role: 'group', 'aria-label': 'Opciones' }, ...message.buttons.map(choice)));
    }
    node.append(h('div', { class: 'meta' }));
    if (look === 'bot' && message.kind === 'answer') node.append(this.#thumbs(message));
    return node;
  }

  #thumbs(message) {
    const thumb = (value) => {
      const pressed = () => this.on.rate(message.seq, message.feedback === value ? 0 : value);
      return h('button', { type: 'button', class: 'thumb', 'data-value': value, 'aria-label': TEXTS.rate[value], title: TEXTS.rate[value], onclick: pressed }, icon('thumb'));
    };
    return h('div', { class: 'rate', role: 'group', 'aria-label': 'Tu opinión de esta respuesta' }, thumb(1), thumb(-1));
  }

  #waiting(item, { sending, failed, retryAt, trying }) {
    let node = this.#nodes.get(item.id);
    if (!node) this.#nodes.set(item.id, (node = this.#bubble({ author: 'customer', kind: 'text', text: item.text ?? item.title })));
    const meta = node.querySelector('.meta');
    const fine = !failed && (sending !== null || (trying && Date.now() - item.at < YOUNG_MS)); // once it failed the words stay, or every retry would be read out
    const state = fine ? 'sending' : retryAt > Date.now() ? 'later' : 'retry';
    node.classList.toggle('unsent', state !== 'sending');
    if (meta.dataset.state === state) return node;
    meta.dataset.state = state;
    delete meta.dataset.at;
    if (state === 'retry') meta.replaceChildren(`${TEXTS.unsent} · `, h('button', { type: 'button', class: 'link', onclick: () => this.on.retry() }, TEXTS.retry));
    else meta.replaceChildren(TEXTS[state]);
    if (state === 'sending') setTimeout(() => this.on.repaint(), YOUNG_MS + 100);
    return node;
  }

  // scrolling

  /** What comes next is looked at. */
  follow() {
    this.#stick = true;
  }

  keepBottom() {
    if (this.#stick) this.toBottom();
  }

  #scrolled() {
    this.#stick = this.node.scrollHeight - this.node.scrollTop - this.node.clientHeight < 60;
    if (this.#stick) this.jump.hidden = true;
  }

  /** To the end, but never past the beginning of the first new message: a long answer is read from its top. */
  toBottom(top) {
    const end = this.node.scrollHeight - this.node.clientHeight;
    const node = top === undefined ? null : this.#nodes.get(top);
    this.jump.hidden = true;
    this.node.scrollTop = node ? Math.min(end, node.offsetTop - 12) : end;
  }
}
