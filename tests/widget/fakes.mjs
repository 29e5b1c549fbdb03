/** A document as small as the widget's tests need it: elements that hold elements, listen, and write themselves as HTML. It draws nothing. */

const VOID = new Set(['br']);
const data = (name) => `data-${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

class FakeText {
  parentNode = null;
  constructor(text) {
    this.textContent = String(text);
  }
  remove() {
    this.parentNode?.removeChild(this);
  }
  get nextSibling() {
    return next(this);
  }
  toString() {
    return this.textContent;
  }
}

const next = (node) => node.parentNode.childNodes[node.parentNode.childNodes.indexOf(node) + 1] ?? null;
const asNode = (child) => (child instanceof FakeNode || child instanceof FakeText ? child : new FakeText(child));

export class FakeNode {
  childNodes = [];
  parentNode = null;
  attributes = {};
  #listeners = [];

  // the tree

  get children() {
    return this.childNodes.filter((node) => node instanceof FakeNode);
  }
  get firstChild() {
    return this.childNodes[0] ?? null;
  }
  get lastChild() {
    return this.childNodes.at(-1) ?? null;
  }
  get nextSibling() {
    return next(this);
  }
  get isConnected() {
    return this.parentNode?.isConnected ?? this.host?.isConnected ?? false;
  }
  insertBefore(child, before) {
    const node = asNode(child);
    node.remove();
    const at = before ? this.childNodes.indexOf(before) : this.childNodes.length;
    this.childNodes.splice(at, 0, node);
    node.parentNode = this;
    if (this.isConnected) node.connectedCallback?.();
    return node;
  }
  append(...children) {
    for (const child of children) this.insertBefore(child, null);
  }
  prepend(...children) {
    for (const child of children.reverse()) this.insertBefore(child, this.firstChild);
  }
  removeChild(node) {
    this.childNodes.splice(this.childNodes.indexOf(node), 1);
    node.parentNode = null;
    if (this.isConnected) node.disconnectedCallback?.();
  }
  remove() {
    this.parentNode?.removeChild(this);
  }
  replaceChildren(...children) {
    for (const child of [...this.childNodes]) child.remove();
    this.append(...children);
  }
  get textContent() {
    return this.childNodes.map((node) => node.textContent).join('');
  }
  set textContent(text) {
    this.replaceChildren(...(text === '' ? [] : [text]));
  }

  // attributes

  getAttribute(name) {
    return this.attributes[name] ?? null;
  }
  hasAttribute(name) {
    return name in this.attributes;
  }
  setAttribute(name, value) {
    const before = this.getAttribute(name);
    this.attributes[name] = String(value);
    if (this.constructor.observedAttributes?.includes(name)) this.attributeChangedCallback(name, before, String(value));
  }
  removeAttribute(name) {
    if (!this.hasAttribute(name)) return;
    const before = this.getAttribute(name);
    delete this.attributes[name];
    if (this.constructor.observedAttributes?.includes(name)) this.attributeChangedCallback(name, before, null);
  }
  toggleAttribute(name, on) {
    if (on) this.setAttribute(name, '');
    else this.removeAttribute(name);
  }
  get className() {
    return this.getAttribute('class') ?? '';
  }
  set className(name) {
    this.setAttribute('class', name);
  }
  get classList() {
    const names = () => new Set(this.className.split(' ').filter(Boolean));
    const change = (work) => {
      const all = names();
      work(all);
      this.className = [...all].join(' ');
    };
    return {
      contains: (name) => names().has(name),
      add: (name) => change((all) => all.add(name)),
      remove: (name) => change((all) => all.delete(name)),
      toggle: (name, on) => change((all) => (on ? all.add(name) : all.delete(name))),
    };
  }
  get dataset() {
    return new Proxy(this, {
      get: (node, name) => node.attributes[data(name)],
      set: (node, name, value) => (node.setAttribute(data(name), value), true),
      deleteProperty: (node, name) => (node.removeAttribute(data(name)), true),
    });
  }

  // finding

  matches(selector) {
    return selector.split(',').some((one) => {
      const [, tag, rest] = /^([\w-]*)(.*)$/s.exec(one.trim());
      if (tag && tag !== this.localName) return false;
      return [...rest.matchAll(/\.([\w-]+)|#([\w-]+)|\[([\w-]+)(?:="([^"]*)")?\]/g)].every(([, name, id, attribute, value]) => {
        if (name) return this.classList.contains(name);
        if (id) return this.getAttribute('id') === id;
        return value === undefined ? this.hasAttribute(attribute) : this.getAttribute(attribute) === value;
      });
    });
  }
  querySelectorAll(selector) {
    return this.children.flatMap((child) => [...(child.matches(selector) ? [child] : []), ...child.querySelectorAll(selector)]);
  }
  querySelector(selector) {
    return this.querySelectorAll(selector)[0] ?? null;
  }

  // events

  addEventListener(type, listener, { signal } = {}) {
    this.#listeners.push({ type, listener, signal });
  }
  /** Whether nobody has prevented what the browser does by itself. */
  dispatchEvent(event) {
    const { type } = event;
    let [stopped, prevented] = [false, false];
    const path = [];
    for (let node = this; node; node = node.parentNode ?? node.host ?? null) path.push(node);
    const told = { target: this, composedPath: () => path, stopPropagation: () => (stopped = true), preventDefault: () => (prevented = true) };
    for (const name of ['key', 'shiftKey', 'isComposing', 'keyCode', 'touches', 'clipboardData', 'dataTransfer', 'persisted', 'detail']) told[name] = event[name];
    told.type = type;
    for (const node of path) {
      for (const one of [...node.#listeners]) if (one.type === type && !one.signal?.aborted) one.listener(told);
      if (stopped || event.bubbles === false) break;
    }
    return !prevented;
  }
  /** What a press does, unless the button cannot be pressed. */
  click() {
    if (!this.disabled) this.dispatchEvent({ type: 'click' });
  }

  toString() {
    const attributes = Object.entries(this.attributes).map(([name, value]) => ` ${name}="${value}"`).join('');
    return `<${this.localName}${attributes}>${this.childNodes.join('')}${VOID.has(this.localName) ? '' : `</${this.localName}>`}`;
  }
}

for (const name of ['id', 'title', 'placeholder']) reflect(name, (node) => node.getAttribute(name) ?? '', (node, value) => node.setAttribute(name, value));
for (const name of ['hidden', 'disabled']) reflect(name, (node) => node.hasAttribute(name), (node, value) => node.toggleAttribute(name, value));

function reflect(name, get, set) {
  Object.defineProperty(FakeNode.prototype, name, { configurable: true, get() { return get(this); }, set(value) { set(this, value); } });
}

/** An element; none of them has a size. */
export class FakeElement extends FakeNode {
  value = '';
  readOnly = false;
  scrollTop = 0;
  scrollHeight = 0;
  clientHeight = 0;
  offsetTop = 0;
  style = { setProperty: (name, value) => (this.style[name] = value) };

  constructor(tag) {
    super();
    this.localName = tag;
  }
  attachShadow() {
    this.shadowRoot = new FakeNode();
    return Object.assign(this.shadowRoot, { host: this, activeElement: null });
  }
  /** Not where it, or what it is in, is hidden. */
  getClientRects() {
    for (let node = this; node; node = node.parentNode) if (node.hidden) return [];
    return [{}];
  }
  focus() {
    for (let node = this; node; node = node.parentNode) {
      if (!node.host) continue;
      node.activeElement = this;
      globalThis.document.activeElement = node.host;
      return;
    }
    globalThis.document.activeElement = this;
  }
}

/** A document, made the global one, with what the widget's modules ask of a window; `media`: which media queries hold. */
export function fakePage(media = {}) {
  const queries = new Map();
  const matchMedia = (query) => {
    if (!queries.has(query)) queries.set(query, Object.assign(new FakeNode(), { matches: media[query] ?? false }));
    return queries.get(query);
  };
  const document = Object.assign(new FakeNode(), {
    body: new FakeElement('body'),
    hidden: false,
    baseURI: 'https://portal.example/page',
    createElement: (tag) => new FakeElement(tag),
    createElementNS: (_, tag) => new FakeElement(tag),
  });
  Object.defineProperty(document, 'isConnected', { value: true });
  document.activeElement = document.body;
  document.append(document.body);
  const visualViewport = Object.assign(new FakeNode(), { scale: 1, height: 800, offsetTop: 0 });
  const window = Object.assign(new FakeNode(), { visualViewport, scrolledTo: null });
  const ResizeObserver = class {
    observe() {}
  };
  const defined = new Map();
  const customElements = { get: (name) => defined.get(name), define: (name, kind) => defined.set(name, kind) };
  const HTMLElement = class extends FakeElement {
    constructor() {
      super('support-chat');
    }
  };
  const CSSStyleSheet = class {
    replaceSync(text) {
      this.text = text;
    }
  };
  const scrollTo = (where) => (window.scrolledTo = where);
  Object.assign(globalThis, { document, window, matchMedia, ResizeObserver, customElements, HTMLElement, CSSStyleSheet, scrollTo });
  Object.assign(globalThis, { scrollX: 0, scrollY: 0, origin: 'https://portal.example', location: { href: document.baseURI } });
  return { document, window, matchMedia };
}
