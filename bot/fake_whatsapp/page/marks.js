// WhatsApp's own marks as a telephone draws them: *bold*, _italic_, ~struck~, `code`, ```block```, "> " quotes, lists, and links.
// A mark counts only at the edge of a word, so that co*****o@example stays as it is. Nothing becomes HTML: only nodes are made.

const INLINE = [
  { tag: 'b', mark: /(?<![\p{L}\p{N}*\u200d])\*(?![\s*\u200d])([^*\n]*[^\s*\u200d])\*(?![\p{L}\p{N}*])/u },
  { tag: 'i', mark: /(?<![\p{L}\p{N}_\u200d])_(?![\s_\u200d])([^_\n]*[^\s_\u200d])_(?![\p{L}\p{N}_])/u },
  { tag: 's', mark: /(?<![\p{L}\p{N}~\u200d])~(?![\s~\u200d])([^~\n]*[^\s~\u200d])~(?![\p{L}\p{N}~])/u },
  { tag: 'code', mark: /`([^`\n]+)`/u },
  { tag: 'a', mark: /(https?:\/\/[^\s<>"]*[^\s<>".,;:!?)*_~])/u },
];
const BLOCK = /```([\s\S]+?)```/;

export function marked(text) {
  const whole = document.createDocumentFragment();
  let rest = text;
  for (let found = BLOCK.exec(rest); found; found = BLOCK.exec(rest)) {
    lines(rest.slice(0, found.index), whole);
    whole.append(element('pre', found[1].trim()));
    rest = rest.slice(found.index + found[0].length);
  }
  lines(rest, whole);
  return whole;
}

function lines(text, into) {
  text.split('\n').forEach((line, number) => {
    const quote = /^> ?(.+)$/.exec(line);
    const item = /^[-*] (.+)$/.exec(line);
    if (quote || item) {
      const block = element('span', '');
      block.className = quote ? 'quoted' : 'item';
      inline((quote ?? item)[1], block);
      into.append(block);
      return;
    }
    if (number && !['quoted', 'item'].includes(into.lastChild?.className)) into.append('\n');
    inline(line, into);
  });
}

function inline(text, into) {
  const found = INLINE.map(({ tag, mark }) => ({ tag, hit: mark.exec(text) })).filter(({ hit }) => hit);
  if (!found.length) {
    into.append(text);
    return;
  }
  const { tag, hit } = found.reduce((first, next) => (next.hit.index < first.hit.index ? next : first));
  into.append(text.slice(0, hit.index));
  const node = element(tag, '');
  if (tag === 'a') {
    node.href = hit[1];
    node.target = '_blank';
    node.rel = 'noopener noreferrer';
  }
  if (tag === 'a' || tag === 'code') node.textContent = hit[1];
  else inline(hit[1], node);
  into.append(node);
  inline(text.slice(hit.index + hit[0].length), into);
}

function element(tag, text) {
  const node = document.createElement(tag);
  node.textContent = text;
  return node;
}
