import assert from 'node:assert/strict';
import { test } from 'node:test';

import { uuid } from '../../bot/widget/src/ids.js';

const SHAPE = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

test('names are UUIDs and never the same, on an insecure page too', () => {
  const secure = Array.from({ length: 200 }, uuid);
  const { randomUUID } = crypto;
  Object.defineProperty(crypto, 'randomUUID', { value: undefined, configurable: true, writable: true });
  const insecure = Array.from({ length: 200 }, uuid);
  Object.defineProperty(crypto, 'randomUUID', { value: randomUUID, configurable: true, writable: true });
  for (const name of [...secure, ...insecure]) assert.match(name, SHAPE);
  assert.equal(new Set([...secure, ...insecure]).size, 400);
});
