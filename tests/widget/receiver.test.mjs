import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';

import { Problem } from '../../bot/widget/src/http.js';
import { Receiver } from '../../bot/widget/src/receiver.js';
import { flush, forget, pass } from './clock.mjs';

let messages, asked, told, gateway, receiver;

beforeEach(() => {
  forget();
  [messages, asked, told] = [[], [], []];
  gateway = {
    async call(_method, path) {
      const since = Number(new URLSearchParams(path.split('?')[1]).get('since'));
      asked.push(since);
      return { messages: messages.filter(({ seq }) => seq > since).slice(0, 100) };
    },
  };
  const hears = (name) => (...values) => told.push([name, ...values]);
  receiver = new Receiver(gateway, {
    messages: (list, first) => told.push(['messages', list.map(({ seq }) => seq), first]),
    typing: hears('typing'),
    state: hears('state'),
    alive: () => {},
    mute: hears('mute'),
  });
});

const say = (seq, author = 'bot', kind = 'answer') => messages.push({ seq, author, kind, text: `${seq}` });
const event = (seq, name = 'message') => ({ id: `${seq}`, event: name, data: JSON.stringify(messages.find((one) => one.seq === seq)) });

test('a long talk is fetched page by page and shown at once', async () => {
  for (let seq = 1; seq <= 230; seq += 1) say(seq);
  assert.equal(await receiver.sync(), 230);
  assert.deepEqual(asked, [0, 100, 200]);
  assert.equal(told.length, 1);
  assert.deepEqual([told[0][1].length, told[0][2], receiver.cursor], [230, true, 230]);
});

test('an empty talk is told once, so that the window knows that it is loaded', async () => {
  await receiver.sync();
  await receiver.sync();
  assert.deepEqual(told, [['messages', [], true]]);
});

test('an event is shown once, however often it comes', async () => {
  await receiver.sync();
  say(1);
  receiver.received(event(1));
  receiver.received(event(1));
  assert.deepEqual(told.slice(1), [['messages', [1], false]]);
});

test('what lies in between is fetched, in order', async () => {
  await receiver.sync();
  for (const seq of [1, 2, 3]) say(seq);
  receiver.received(event(3));
  await flush();
  assert.deepEqual(told.slice(1), [['messages', [1, 2, 3], false]]);
});

test('before it is loaded an event shows nothing: it would come without what was before it', () => {
  say(1);
  receiver.received(event(1));
  assert.deepEqual([told, receiver.cursor], [[], 0]);
});

test('signs of the moment are told, and what cannot be read is not', () => {
  receiver.received({ id: '', event: 'typing', data: '{"typing":true,"author":"agent"}' });
  receiver.received({ id: '', event: 'state', data: '{"owner":"agent"}' });
  receiver.received({ id: '', event: 'message', data: '{half' });
  assert.deepEqual(told, [['typing', 'agent', true], ['state', { owner: 'agent' }]]);
});

test('an answer that the stream keeps back is looked for, and the stream is told to be mute', async () => {
  say(1, 'customer', 'text');
  await receiver.sync();
  receiver.expect(1);
  await pass(1_000);
  say(2);
  await pass(1_000);
  assert.deepEqual(told.slice(1), [['messages', [2], false], ['mute']]);
  const { length } = asked;
  await pass(60_000, 500);
  assert.equal(asked.length, length); // nothing is awaited any more
});

test('of a conversation that was left nothing is shown', async () => {
  let answer;
  gateway.call = () => new Promise((resolve) => (answer = resolve));
  const syncing = receiver.sync();
  await flush();
  receiver.reset(0);
  answer({ messages: [{ seq: 1, author: 'bot', text: 'de antes' }] });
  assert.equal(await syncing, 0);
  assert.deepEqual([told, receiver.cursor], [[], 0]);
});

const reading = (response) => {
  gateway.stream = async () => response;
  return assert.rejects(receiver.read(new AbortController().signal), Problem).then(() => receiver.trouble);
};

test('a stream that brings nothing is trouble, and one that brings something is none', async () => {
  const stream = (text) => new Response(text, { headers: { 'content-type': 'text/event-stream' } });
  assert.equal(await reading(stream('')), 1);
  assert.equal(await reading(new Response('<html>', { headers: { 'content-type': 'text/html' } })), 2); // a proxy's own page
  assert.equal(await reading(new Response('', { status: 502 })), 3);
  assert.equal(await reading(stream(': .\n\n')), 0);
});

test('a stream whose session is over says so', async () => {
  gateway.stream = async () => new Response('', { status: 401 });
  await assert.rejects(receiver.read(new AbortController().signal), { status: 401 });
});
