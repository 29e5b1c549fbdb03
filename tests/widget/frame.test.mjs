import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';

import { FakeElement, fakePage } from './fakes.mjs';

const PHONE = '(max-width:520px),(max-height:480px)';
const page = fakePage();
const frame = await import('../../bot/widget/src/frame.js');
const phone = page.matchMedia(PHONE);

let panel;
let root;

beforeEach(() => {
  phone.matches = false;
  const host = new FakeElement('support-chat');
  page.document.body.replaceChildren(host);
  host.attachShadow();
  [root, panel] = [new FakeElement('section'), new FakeElement('section')];
  host.shadowRoot.append(root);
  root.append(panel);
});

function inside(tag, name = '') {
  const node = new FakeElement(tag);
  node.className = name;
  panel.append(node);
  return node;
}

test('what is done inside does not reach the page, and presses do', () => {
  const heard = [];
  const names = 'keydown keyup keypress paste copy contextmenu selectstart mousedown wheel focusin click pointerdown'.split(' ');
  for (const name of names) page.document.addEventListener(name, () => heard.push(name));
  frame.keepInside(root);
  const box = inside('textarea');
  for (const name of names) box.dispatchEvent({ type: name });
  assert.deepEqual(heard, ['click', 'pointerdown']);
});

test('on a telephone Tab goes round inside the window, and at a desk it leaves it', () => {
  const [first, , last] = [inside('button'), inside('textarea'), inside('button')];
  const gone = inside('button');
  gone.hidden = true;
  const tab = (active, shiftKey) => {
    let kept = false;
    frame.keepFocus({ shiftKey, preventDefault: () => (kept = true) }, panel, active);
    return kept;
  };
  assert.equal(tab(last, false), false);
  phone.matches = true;
  assert.equal(tab(first, false), false);
  assert.equal(tab(last, false), true);
  assert.equal(root.parentNode.activeElement, first);
  assert.equal(tab(first, true), true);
  assert.equal(root.parentNode.activeElement, last);
});

test('on a telephone only what scrolls inside is scrolled', () => {
  frame.holdPage(panel);
  const log = inside('div', 'log');
  const goes = (node, type, touches) => node.dispatchEvent({ type, touches });
  assert.equal(goes(log, 'wheel'), true); // at a desk
  phone.matches = true;
  assert.equal(goes(log, 'wheel'), false); // there is nothing more to see in it
  log.scrollHeight = 10;
  assert.equal(goes(log, 'wheel'), true);
  assert.equal(goes(panel, 'touchmove', [1]), false);
  assert.equal(goes(panel, 'touchmove', [1, 2]), true); // two fingers zoom
});

test('on a telephone the open window is modal, and as high as the keyboard leaves it', () => {
  phone.matches = true;
  Object.assign(page.window.visualViewport, { height: 412.5, offsetTop: 20 });
  frame.fit(panel, true);
  assert.deepEqual([panel.getAttribute('aria-modal'), panel.style['--visible'], panel.style['--top']], ['true', '412.5px', '20px']);
  Object.assign(page.window.visualViewport, { scale: 2, height: 200 });
  frame.fit(panel, true);
  assert.equal(panel.style['--visible'], '412.5px'); // zoomed by fingers: nothing moves
  page.window.visualViewport.scale = 1;
});

test('a picture is told of, and a cell of a table that comes with its picture is pasted', () => {
  let told = 0;
  frame.onFile(panel, () => (told += 1));
  const box = inside('textarea');
  const pasted = (files, text) => box.dispatchEvent({ type: 'paste', clipboardData: { files, getData: () => text } });
  assert.equal(pasted(['x.png'], ''), false);
  assert.equal(pasted(['x.png'], 'celda'), true);
  assert.equal(pasted([], 'texto'), true);
  assert.equal(told, 1);
  assert.equal(box.dispatchEvent({ type: 'dragover', dataTransfer: { types: ['Files'], files: [] } }), false);
  assert.equal(panel.classList.contains('drop'), true);
  assert.equal(box.dispatchEvent({ type: 'drop', dataTransfer: { files: ['x.png'], getData: () => '' } }), false);
  assert.deepEqual([told, panel.classList.contains('drop')], [2, false]);
});
