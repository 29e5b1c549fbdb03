/** What the browser keeps, by area. */

/** A Web Storage area that may be blocked by the browser: then the page's memory takes its place. */
export class Store {
  constructor(area, prefix) {
    this.prefix = prefix;
    try {
      this.area = window[area];
      this.area.setItem(`${prefix}probe`, '1');
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
  set(key, value) {
    try {
      this.area.setItem(this.prefix + key, JSON.stringify(value));
    } catch {
      /* full: the message is still shown and sent, it only would not survive a reload */
    }
  }
  drop(key) {
    this.area.removeItem(this.prefix + key);
  }
}
