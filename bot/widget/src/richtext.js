/** Message text to nodes: paragraphs, lists, links, telephone numbers, bold. */
import { h } from './dom.js';

// a link with words · an address · a Mexican phone number (10 digits in groups, or with +52) · bold. Masked data such as
// co*****o@x.mx or **** 1234 is not bold: a mark touches a letter on its inner side and no third asterisk.
const INLINE = new RegExp(
  [
    String.raw`\[([^\]\n]{1,120})\]\((https?:\/\/[^\s()<>"]+)\)`,
    String.raw`(https?:\/\/[^\s<>"]+)`,
    String.raw`(?<![\d-])((?:\+?52[ -]?)?(?:\d{2}[ -]\d{4}[ -]\d{4}|\d{3}[ -]\d{3}[ -]\d{4})|\+52\d{10})(?![\d-])`,
    String.raw`(?<!\*)\*\*(?![\s*])([^*\n]+?)(?<!\s)\*\*(?!\*)`,
  ].join('|'),
  'g',
);

function link(href, text) {
  return h('a', { href, target: '_blank', rel: 'noopener noreferrer' }, text);
}

function inline(text) {
  const parts = [];
  let from = 0;
  for (const found of text.matchAll(INLINE)) {
    const [whole, words, target, address, phone, bold] = found;
    parts.push(text.slice(from, found.index));
    from = found.index + whole.length;
    if (target) parts.push(link(target, words));
    else if (address) {
      let end = address.replace(/[.,;:!?…'»”\]]+$/, '');
      if (end.endsWith(')') && !end.includes('(')) end = end.slice(0, -1);
      parts.push(link(end, end), address.slice(end.length));
    } else if (phone) {
      const digits = phone.replace(/\D/g, '');
      parts.push(h('a', { href: `tel:+${digits.length === 10 ? '52' : ''}${digits}`, class: 'nowrap' }, phone));
    } else parts.push(h('b', {}, bold));
  }
  parts.push(text.slice(from));
  return parts.filter((part) => part !== '');
}

/** Message text → nodes: blank lines part paragraphs, lines starting with • or - become a list, other line breaks stay. */
export function richText(text) {
  const blocks = [];
  let list = null;
  let paragraph = null;
  for (const line of text.split(/\r\n|\r|\n/)) {
    const bullet = /^\s*[•-]\s+(.*)$/.exec(line);
    if (bullet) {
      if (!list) blocks.push((list = h('ul')));
      list.append(h('li', {}, ...inline(bullet[1])));
      paragraph = null;
    } else if (!line.trim()) {
      list = paragraph = null;
    } else {
      if (paragraph) paragraph.append(h('br'));
      else blocks.push((paragraph = h('p')));
      paragraph.append(...inline(line));
      list = null;
    }
  }
  return blocks;
}
