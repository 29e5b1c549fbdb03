import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';

import { Log } from '../../bot/widget/src/log.js';
import { forget, pass } from './clock.mjs';
import { fakePage } from './fakes.mjs';

fakePage();
const calendar = { dayName: (moment) => `día ${moment.getUTCDate()}`, time: () => '14:05' };

let log, called;

beforeEach(() => {
  forget();
  called = [];
  const on = Object.fromEntries(['choose', 'retry', 'suggest', 'repaint', 'rate'].map((name) => [name, (...values) => called.push([name, ...values])]));
  log = new Log(on);
});

const said = (seq, author, text, more = {}) => ({ seq, author, kind: author === 'bot' ? 'answer' : 'text', text, at: `2026-11-26T15:0${seq % 10}:00Z`, ...more });
const item = (id, text) => ({ id, text, at: Date.now() });
const paint = (now = {}) => log.paint({ known: true, unsent: [], sending: null, failed: false, retryAt: 0, trying: true, calendar, ...now });
const bubbles = () => log.node.querySelectorAll('.bubble').map(({ textContent }) => textContent);
const button = (name) => log.node.querySelectorAll('button').find((one) => one.textContent === name || one.getAttribute('aria-label') === name);
const BUTTONS = { buttons: [{ id: 'b1', title: 'SIERRA-01' }, { id: 'b2', title: 'SIERRA-02' }] };

test('an empty talk greets and suggests; what is suggested can be pressed as soon as it is known who is there', () => {
  paint({ known: false });
  assert.match(log.node.textContent, /¿En qué te ayudo\?/);
  button('¿Cómo pago?').click();
  assert.deepEqual(called, []);
  paint();
  button('¿Cómo pago?').click();
  assert.deepEqual(called, [['suggest', '¿Cómo pago?']]);
  log.take([said(1, 'customer', 'hola')]);
  paint();
  assert.equal(button('¿Cómo pago?'), undefined);
});

test('messages stand in their order, each once, with who said it and the day', () => {
  assert.equal(log.take([said(3, 'bot', 'tres'), said(1, 'customer', 'uno')]).length, 2);
  assert.deepEqual(log.take([said(2, 'agent', 'dos'), said(3, 'bot', 'tres')]).map(({ seq }) => seq), [2]);
  paint();
  assert.deepEqual(bubbles(), ['Tú: uno', 'Asesor: dos', 'Asistente: tres']);
  assert.deepEqual(log.node.querySelectorAll('.day').map(({ textContent }) => textContent), ['día 26']);
});

test('nodes stay, so that nothing is read out twice', () => {
  log.take([said(1, 'customer', 'uno'), said(2, 'bot', 'dos')]);
  paint();
  const before = log.node.querySelectorAll('.message');
  log.take([said(3, 'bot', 'tres')]);
  paint();
  assert.deepEqual(log.node.querySelectorAll('.message').slice(0, 2), before);
});

for (const [first, steps] of [
  ['the answer to its POST', ['sent', 'stream']],
  ['the stream', ['stream', 'sent']],
]) {
  test(`what was written is one bubble, the same one, when ${first} comes first`, () => {
    const mine = item('i', 'hola');
    paint({ unsent: [mine], sending: 'i' });
    const [waiting] = log.node.querySelectorAll('.message');
    const does = { sent: () => log.sent(mine, 1), stream: () => log.take([said(1, 'customer', 'hola')], mine) };
    does[steps[0]]();
    paint({ unsent: steps[0] === 'stream' ? [mine] : [], sending: 'i' });
    does[steps[1]]();
    paint();
    assert.deepEqual(bubbles(), ['Tú: hola']);
    assert.equal(log.node.querySelectorAll('.message')[0], waiting);
  });
}

test('what waits says so: on its way, later, or to be tried by hand', async () => {
  const state = (now) => {
    paint({ unsent: [item('i', 'hola')], ...now });
    return log.node.querySelector('.meta').textContent;
  };
  assert.equal(state({ sending: 'i' }), 'Enviando…');
  await pass(2_000);
  assert.deepEqual(called, [['repaint']]); // it is seen when it takes too long
  assert.equal(state({ failed: true, retryAt: Date.now() + 60_000 }), 'Sin enviar · lo reintento en un momento');
  assert.equal(state({ failed: true }), 'Sin enviar · Reintentar');
  button('Reintentar').click();
  assert.deepEqual(called.at(-1), ['retry']);
});

test('a button that was pressed stays chosen, and the others can be pressed still', () => {
  log.take([said(1, 'bot', '¿De cuál?', BUTTONS)]);
  paint();
  button('SIERRA-02').click();
  assert.deepEqual(called, [['choose', BUTTONS.buttons[1]]]);
  log.use('b2', true);
  paint();
  const [one, two] = log.node.querySelectorAll('.choice');
  assert.deepEqual([one.disabled, two.disabled, two.textContent], [false, true, 'Elegiste: SIERRA-02']);
  log.use('b2', false); // it was used up elsewhere
  paint();
  assert.deepEqual([two.disabled, two.textContent], [true, 'SIERRA-02']);
});

test('after a reload it is seen what was pressed', () => {
  log.take([said(1, 'bot', '¿De cuál?', BUTTONS), said(2, 'customer', 'SIERRA-01')]);
  paint();
  assert.deepEqual(log.node.querySelectorAll('.choice').map(({ disabled }) => disabled), [true, false]);
});

test('an answer can be praised and blamed, a notice and an agent cannot; a second press takes it back', () => {
  log.take([said(1, 'bot', 'a', { kind: 'notice' }), said(2, 'agent', 'b'), said(3, 'bot', 'c')]);
  paint();
  assert.equal(log.node.querySelectorAll('.thumb').length, 2);
  button('Me sirvió').click();
  assert.deepEqual(called, [['rate', 3, 1]]);
  assert.equal(log.rate(3, 1), 0);
  paint();
  assert.deepEqual(log.node.querySelectorAll('.thumb').map((thumb) => thumb.getAttribute('aria-pressed')), ['true', 'false']);
  button('Me sirvió').click();
  assert.deepEqual(called.at(-1), ['rate', 3, 0]);
});

test('unread is what was said to the customer since, without the greeting', () => {
  log.take([said(1, 'bot', 'hola', { kind: 'greeting' }), said(2, 'customer', 'a'), said(3, 'bot', 'b'), said(4, 'agent', 'c')]);
  assert.deepEqual([log.unread(0), log.unread(3), log.unread(4), log.lastSaid], [2, 1, 0, 4]);
});

test('a word of the page itself stands at the end, and counts as nothing', () => {
  log.take([said(1, 'customer', 'uno'), said(2, 'bot', 'dos')]);
  log.note('Sigamos en una nueva.');
  paint();
  assert.equal(bubbles().at(-1), 'Aviso: Sigamos en una nueva.');
  assert.equal(log.lastSaid, 2);
});

test('who writes is said, and gone when the talk is', () => {
  log.typing = 'agent';
  paint();
  assert.equal(log.node.querySelector('.typing').textContent, 'Un asesor está escribiendo');
  log.node.setAttribute('aria-live', 'polite');
  log.reset();
  paint();
  assert.equal(log.node.querySelector('.typing'), null);
  assert.equal(log.node.getAttribute('aria-live'), 'off'); // what is loaded next is history
});

test('an answer longer than a bubble is one message, and its author is named once', () => {
  log.take([said(1, 'bot', 'uno dos', { parts: ['uno', 'dos'] })]);
  paint();
  assert.deepEqual(bubbles(), ['Asistente: uno', 'dos']);
  assert.equal(log.node.querySelectorAll('.message').length, 1);
});
