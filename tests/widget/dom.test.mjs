import assert from 'node:assert/strict';
import { test } from 'node:test';

import { h, icon } from '../../bot/widget/src/dom.js';
import { fakePage } from './fakes.mjs';

fakePage();

test('an element has its properties and children; what is not there leaves no trace', () => {
  const node = h('p', { class: 'a', title: 'b', hidden: true, lang: false, dir: undefined }, 'uno ', null, undefined, h('b', {}, 'dos'));
  assert.equal(String(node), '<p class="a" title="b" hidden="">uno <b>dos</b></p>');
});

test('what somebody wrote becomes text, never markup', () => {
  const node = h('p', {}, '<img src=x onerror=alert(1)>');
  assert.equal(node.children.length, 0);
  assert.equal(node.textContent, '<img src=x onerror=alert(1)>');
});

test('a listener listens', () => {
  let pressed = 0;
  const node = h('button', { onclick: () => (pressed += 1) });
  node.click();
  assert.equal(pressed, 1);
  assert.deepEqual(node.attributes, {});
});

test('an icon is drawn, and no screen reader reads it', () => {
  for (const name of ['chat', 'down', 'send', 'exit', 'thumb', 'check']) {
    const svg = icon(name);
    assert.equal(svg.getAttribute('aria-hidden'), 'true');
    assert.match(svg.firstChild.getAttribute('d'), /^M/);
  }
});
