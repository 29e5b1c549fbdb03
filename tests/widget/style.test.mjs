import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { CSS } from '../../bot/widget/src/style.js';

const GUIDE = readFileSync(new URL('../../docs/embedding.md', import.meta.url), 'utf8');
const block = (selector) => CSS.slice(CSS.indexOf(`${selector}{`) + selector.length + 1).split('}')[0];

test('no rule of the page outweighs what keeps the window in its place', () => {
  const host = block(':host').split(';');
  assert.ok(host.length > 30);
  for (const rule of host) assert.match(rule, /^[a-z-]+:.+!important$/);
  for (const name of ['transform', 'filter', 'opacity', 'animation', 'contain', 'zoom', 'position', 'overflow']) {
    assert.ok(host.some((rule) => rule.startsWith(`${name}:`)), name);
  }
  assert.match(block('.root'), /^all:initial;/); // nothing is inherited from the page
});

test('nothing is printed', () => assert.match(CSS, /@media print\{:host\{display:none!important\}\}/));

test('nothing is fetched for the looks, and braces close', () => {
  assert.doesNotMatch(CSS, /url\(|@import|@font-face/);
  assert.equal(CSS.split('{').length, CSS.split('}').length);
});

test('who wants no motion sees none', () => assert.match(CSS, /prefers-reduced-motion:reduce\)\{\*\{animation:none!important/));

test('what a company may set is in the guide, and what the guide names is there', () => {
  const names = (text) => [...new Set(text.match(/--support-chat-[a-z-]+/g))].sort();
  assert.deepEqual(names(CSS), names(GUIDE));
});

test('light and dark set the same colours', () => {
  const schemes = CSS.split('--page:').slice(1).map((part) => `--page:${part}`.split(';color-scheme')[0]);
  const names = (text) => [...text.matchAll(/(?:^|;|\n)(--[a-z-]+):/g)].map(([, name]) => name);
  assert.ok(schemes.length >= 2 && names(schemes[0]).length > 12);
  for (const scheme of schemes) assert.deepEqual(names(scheme), names(schemes[0]));
});
