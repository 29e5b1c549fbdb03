/** The window: what a person does in it, against real connections and a gateway as people.mjs has it. */
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';

import { forget, pass } from './clock.mjs';
import { fakePage } from './fakes.mjs';
import { FakeGateway, FakeStorage } from './people.mjs';

const PHONE = '(max-width:520px),(max-height:480px)';
const { document, window, matchMedia } = fakePage();
globalThis.BroadcastChannel = class {
  postMessage() {}
  close() {}
};
const { SupportChat } = await import('../../bot/widget/src/element.js');

let gateway, server, user, chat, told;
let sites = 0;

beforeEach(() => {
  forget();
  document.body.replaceChildren();
  document.activeElement = document.body;
  matchMedia(PHONE).matches = false;
  Object.assign(window, { sessionStorage: new FakeStorage(), localStorage: new FakeStorage(), scrolledTo: null });
  [gateway, server, user, told] = [new FakeGateway(), `https://gateway${(sites += 1)}.example`, { sub: 'C-1' }, []];
  globalThis.fetch = async (url, options) => {
    if (String(url).startsWith(server)) return gateway.fetch(String(url).slice(server.length), options);
    return user ? new Response(JSON.stringify({ token: token(user) })) : new Response('{}', { status: 401 });
  };
});

const token = (claims) => `x.${Buffer.from(JSON.stringify({ ...claims, n: Math.random() })).toString('base64url')}.x`;
const find = (selector) => chat.shadowRoot.querySelector(selector);
const box = () => find('textarea');
const bubbles = () => find('.log').querySelectorAll('.bubble').map(({ textContent }) => textContent);
const named = (name) => chat.shadowRoot.querySelectorAll('button').find((one) => (one.getAttribute('aria-label') ?? one.textContent) === name && one.getClientRects().length);
const focused = () => chat.shadowRoot.activeElement;

/** A page with the chat on it, a moment after it was loaded. */
async function visit(attributes = { open: '', 'token-endpoint': '/chat-token' }) {
  chat = new SupportChat();
  for (const [name, value] of Object.entries({ server, ...attributes })) chat.setAttribute(name, value);
  for (const name of ['support-chat-open', 'support-chat-close', 'support-chat-logout', 'token-needed']) chat.addEventListener(name, () => told.push(name));
  document.body.append(chat);
  await pass(1_000);
}

function type(text) {
  box().value = text;
  box().dispatchEvent({ type: 'input' });
}

const enter = (more = {}) => box().dispatchEvent({ type: 'keydown', key: 'Enter', ...more });

async function ask(text) {
  type(text);
  enter();
  await pass(1_000);
}

test('what is asked is answered, and heard politely once the history is there', async () => {
  await visit();
  assert.equal(find('.status').textContent, 'En línea');
  await ask('  hola ');
  assert.deepEqual(bubbles(), ['Tú: hola', 'Asistente: Recibí hola']);
  assert.deepEqual([box().value, find('.log').getAttribute('aria-live')], ['', 'polite']);
});

test('the button opens the window with the box ready; Escape closes it and gives the focus back', async () => {
  await visit({ 'token-endpoint': '/chat-token' });
  assert.deepEqual([find('.panel').hidden, find('.launcher').hidden], [true, false]);
  find('.launcher').click();
  assert.deepEqual([find('.panel').hidden, find('.launcher').hidden, focused()], [false, true, box()]);
  box().dispatchEvent({ type: 'keydown', key: 'Escape' });
  assert.deepEqual([find('.panel').hidden, focused()], [true, find('.launcher')]);
  assert.deepEqual(told, ['support-chat-open', 'support-chat-close']);
});

test('a page may open it with words, which are not sent and do not replace a draft', async () => {
  await visit({ 'token-endpoint': '/chat-token' });
  chat.open('¿Cómo pago?');
  assert.equal(box().value, '¿Cómo pago?');
  chat.open('¿Y mi factura?');
  assert.equal(box().value, '¿Cómo pago?');
  assert.equal(gateway.calls.includes('POST /webchat/messages'), false);
});

test('Enter that ends a composition, with Shift, or on nothing, sends nothing', async () => {
  await visit();
  type('こん');
  for (const more of [{ isComposing: true }, { keyCode: 229 }, { shiftKey: true }]) assert.equal(enter(more), true);
  type('   ');
  enter();
  await pass(1_000);
  assert.deepEqual(bubbles(), []);
});

test('pressed twice it is sent once', async () => {
  await visit();
  type('hola');
  enter();
  enter();
  await pass(1_000);
  assert.deepEqual(bubbles(), ['Tú: hola', 'Asistente: Recibí hola']);
});

test('before it is known who is there nothing can be written', async () => {
  globalThis.fetch = () => Promise.reject(new TypeError('network'));
  await visit();
  assert.deepEqual([box().readOnly, box().placeholder], [true, 'Un momento…']);
  await ask('hola');
  assert.deepEqual(bubbles(), []);
});

test('what is too long stays, and is said to be', async () => {
  await visit();
  type('ñ'.repeat(4097));
  enter();
  assert.deepEqual([box().value.length, find('.trouble').hidden, box().getAttribute('aria-invalid')], [4097, false, 'true']);
  assert.match(find('.count').textContent, /^4,?097 \/ 4,?096$/);
  type('corto');
  assert.deepEqual([find('.trouble').hidden, find('.count').hidden], [true, true]);
});

test('what the gateway refuses comes back before what was typed since', async () => {
  await visit();
  const { fetch } = globalThis;
  globalThis.fetch = async (url, options) => (options.method === 'POST' && String(url).endsWith('/messages') ? new Response('{}', { status: 400 }) : fetch(url, options));
  type('raro');
  enter();
  type('y más');
  await pass(1_000);
  assert.equal(box().value, 'raro\ny más');
  assert.match(find('.trouble').textContent, /No pude recibir ese mensaje/);
});

test('a suggestion asks, and goes', async () => {
  await visit();
  named('¿Cómo pago?').click();
  assert.equal(named('¿Cómo pago?'), undefined); // pressed twice it asks once
  await pass(1_000);
  assert.deepEqual(bubbles(), ['Tú: ¿Cómo pago?', 'Asistente: Recibí ¿Cómo pago?']);
});

test('what came while it was closed is counted, and read when it is opened', async () => {
  await visit();
  await ask('hola');
  chat.close();
  gateway.say(gateway.conversations[0], { author: 'agent', kind: 'text', text: '¿Sigues ahí?' });
  await pass(1_000);
  assert.equal(find('.launcher').getAttribute('aria-label'), 'Abrir chat de soporte, 1 sin leer');
  assert.match(find('.sr').textContent, /mensaje nuevo/);
  chat.open();
  assert.equal(find('.badge').hidden, true);
  assert.ok(gateway.calls.includes('POST /webchat/read'));
});

test('logging out asks, takes everything away, and begins anew when it is wished', async () => {
  await visit();
  await ask('hola');
  type('a medias');
  named('Cerrar sesión').click();
  assert.equal(focused(), find('.confirm').querySelector('.solid'));
  box().dispatchEvent({ type: 'keydown', key: 'Escape' });
  assert.deepEqual([find('.confirm').hidden, find('.panel').hidden], [true, false]);
  named('Cerrar sesión').click();
  find('.confirm').querySelector('.solid').click();
  await pass(1_000);
  assert.deepEqual([bubbles(), box().value, find('.ended').hidden, focused()], [[], '', false, named('Iniciar conversación')]);
  assert.doesNotMatch(`${window.sessionStorage}${window.localStorage}`, /hola|a medias/);
  assert.ok(told.includes('support-chat-logout'));
  named('Iniciar conversación').click();
  await pass(1_000);
  await ask('otra vez');
  assert.deepEqual(bubbles(), ['Tú: otra vez', 'Asistente: Recibí otra vez']);
});

test('another customer whom the page names finds the window empty at once', async () => {
  await visit({ open: '' });
  chat.identify(token({ sub: 'C-1' }));
  await pass(1_000);
  await ask('del primero');
  type('a medias');
  chat.identify(token({ sub: 'C-2' }));
  assert.deepEqual([bubbles(), box().value], [[], '']);
  await pass(1_000);
  await ask('del segundo');
  assert.deepEqual(bubbles(), ['Tú: del segundo', 'Asistente: Recibí del segundo']);
});

test('a page that comes out of the back/forward cache shows nothing before it is known who is there', async () => {
  await visit();
  await ask('hola');
  type('a medias');
  user = { sub: 'C-2' };
  window.dispatchEvent({ type: 'pagehide' });
  window.dispatchEvent({ type: 'pageshow', persisted: true });
  assert.deepEqual([bubbles(), box().value, box().readOnly], [[], '', true]);
  await pass(1_000);
  assert.deepEqual([bubbles(), box().value, box().readOnly], [[], '', false]);
  assert.deepEqual(gateway.conversations.map(({ desk }) => desk), ['C-1', 'C-2']);
});

test('and it shows all of it again to whom it belongs', async () => {
  await visit();
  await ask('hola');
  type('a medias');
  window.dispatchEvent({ type: 'pagehide' });
  window.dispatchEvent({ type: 'pageshow', persisted: true });
  await pass(1_000);
  assert.deepEqual([bubbles(), box().value], [['Tú: hola', 'Asistente: Recibí hola'], 'a medias']);
});

test('moved, or removed and made anew, it is the same talk and the same draft', async () => {
  await visit();
  await ask('hola');
  type('a medias');
  document.body.append(chat);
  await pass(3_000);
  assert.deepEqual([bubbles().length, box().value], [2, 'a medias']);
  chat.remove();
  await pass(3_000);
  await visit();
  assert.deepEqual([bubbles(), box().value], [['Tú: hola', 'Asistente: Recibí hola'], 'a medias']);
  assert.equal(gateway.conversations.length, 1);
});

test('a thumb that cannot be kept is taken back and said so', async () => {
  await visit();
  await ask('hola');
  gateway.cut();
  named('Me sirvió').click();
  assert.equal(named('Me sirvió').getAttribute('aria-pressed'), 'true');
  await pass(1_000);
  assert.equal(named('Me sirvió').getAttribute('aria-pressed'), 'false');
  assert.match(find('.trouble').textContent, /No pude guardar tu opinión/);
});

test('on a telephone the page is put back where it was, at once also where it scrolls smoothly', async () => {
  matchMedia(PHONE).matches = true;
  globalThis.scrollY = 700;
  await visit({ 'token-endpoint': '/chat-token' });
  chat.open();
  globalThis.scrollY = 0; // the keyboard has moved it
  chat.close();
  assert.deepEqual(window.scrolledTo, { left: 0, top: 700, behavior: 'instant' });
});
