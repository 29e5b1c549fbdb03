import assert from 'node:assert/strict';
import { test } from 'node:test';

import { sseEvents } from '../../bot/widget/src/sse.js';

const BYTES = new TextEncoder().encode(
  ': x\r\nid: 7\r\nevent: message\r\ndata: {"a":\r\ndata: "ñ€😀"}\r\n\r\nevent: typing\rdata:1\r\rdata: two\n\nid: 9\ndata: half',
);
const EVENTS = [
  { id: '7', event: 'message', data: '{"a":\n"ñ€😀"}' },
  { id: '', event: 'typing', data: '1' },
  { id: '', event: 'message', data: 'two' },
];

function body(size) {
  return new ReadableStream({
    start(controller) {
      for (let at = 0; at < BYTES.length; at += size) controller.enqueue(BYTES.slice(at, at + size));
      controller.close();
    },
  });
}

test('events are read whole however the bytes are cut, and one that is cut off is dropped', async () => {
  for (let size = 1; size <= BYTES.length; size += 1) assert.deepEqual(await all(size), EVENTS);
});

async function all(size) {
  const events = [];
  for await (const event of sseEvents(body(size))) events.push(event);
  return events;
}

test('every piece of bytes is a sign of life', async () => {
  let signs = 0;
  for await (const event of sseEvents(body(10), () => (signs += 1))) assert.ok(event);
  assert.equal(signs, Math.ceil(BYTES.length / 10));
});
