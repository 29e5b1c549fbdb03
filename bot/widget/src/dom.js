/** Elements without HTML: data goes in as text only, so nothing anybody wrote can become markup. */

const ICONS = {
  chat: 'M21 12a8 8 0 0 1-8 8H4l1.9-3.2A8 8 0 1 1 21 12ZM9 12h.01M13 12h.01M17 12h.01',
  down: 'M6 9l6 6 6-6',
  send: 'M4 12l16-8-6 16-3-7-7-1Z',
  exit: 'M14 4H6a1 1 0 0 0-1 1v14a1 1 0 0 0 1 1h8M10 12h10M17 9l3 3-3 3',
  thumb: 'M7 10v11H4V10h3l4-7a3 3 0 0 1 3 3v4h5a2 2 0 0 1 2 2l-2 7a2 2 0 0 1-2 2H7',
  check: 'M5 12l5 5 9-10',
};

/** An element with properties and children. Data goes in as text only: nothing here ever parses HTML. */
export function h(tag, properties = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === false) continue;
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else if (name === 'class') node.className = value;
    else node.setAttribute(name, value === true ? '' : value);
  }
  node.append(...children.filter((child) => child !== undefined && child !== null));
  return node;
}

export function icon(name) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  path.setAttribute('d', ICONS[name]);
  svg.append(path);
  return svg;
}
