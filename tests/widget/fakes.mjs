/** Stand-ins for what a browser gives, as small as the modules' tests need them. */

const VOID = new Set(['br']);

/** A document whose elements write themselves as HTML. */
export function fakeDocument() {
  const element = (tag) => ({
    attributes: {},
    children: [],
    set className(name) {
      this.attributes.class = name;
    },
    setAttribute(name, value) {
      this.attributes[name] = value;
    },
    append(...children) {
      this.children.push(...children);
    },
    toString() {
      const attributes = Object.entries(this.attributes).map(([name, value]) => ` ${name}="${value}"`).join('');
      return `<${tag}${attributes}>${this.children.join('')}${VOID.has(tag) ? '' : `</${tag}>`}`;
    },
  });
  return { createElement: element };
}
