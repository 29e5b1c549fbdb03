/** A Web Storage area that the browser may block: then the page's memory takes its place. */
export class Store {
  constructor(open, prefix) {
    this.prefix = prefix;
    try {
      this.area = open();
      this.area.setItem(`${prefix}probe`, '1'); // that it is there says nothing: only using it tells
      this.area.removeItem(`${prefix}probe`);
    } catch {
      const memory = new Map();
      this.area = { getItem: (k) => memory.get(k) ?? null, setItem: (k, v) => memory.set(k, v), removeItem: (k) => memory.delete(k), keys: () => [...memory.keys()] };
    }
  }
  keys(start = '') {
    const all = this.area.keys?.() ?? Object.keys(this.area);
    return all.filter((key) => key.startsWith(this.prefix + start)).map((key) => key.slice(this.prefix.length));
  }
  get(key) {
    try {
      return JSON.parse(this.area.getItem(this.prefix + key));
    } catch {
      return null;
    }
  }
  /** Whether it could be kept. */
  set(key, value) {
    try {
      this.area.setItem(this.prefix + key, JSON.stringify(value));
      return true;
    } catch {
      return false; // full: what is shown and sent does not depend on it, it only would not survive a reload
    }
  }
  drop(key) {
    this.area.removeItem(this.prefix + key);
  }
}
