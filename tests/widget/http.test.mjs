import assert from 'node:assert/strict';
import { test } from 'node:test';

import { backoff, retryAfter } from '../../bot/widget/src/http.js';

const told = (status, value) => retryAfter({ status, headers: new Headers(value === undefined ? {} : { 'retry-after': value }) });

test('Retry-After is believed, in seconds or as a date, up to five minutes', () => {
  assert.equal(told(429, '7'), 7000);
  assert.equal(told(503, '3600'), 300_000);
  const soon = told(503, new Date(Date.now() + 60_000).toUTCString());
  assert.ok(soon > 55_000 && soon <= 60_000);
});

test('a refusal without one that can be read counts as five seconds', () => {
  assert.equal(told(429), 5000);
  assert.equal(told(503, 'mañana'), 5000);
  assert.equal(told(500), 0);
});

test('tries come ever later, at most half a minute apart, and never in step', () => {
  for (let tries = 0; tries < 20; tries += 1) {
    const full = Math.min(30_000, 500 * 2 ** Math.min(tries, 6));
    const wait = backoff(tries);
    assert.ok(wait >= full / 2 && wait <= full);
  }
  assert.ok(new Set(Array.from({ length: 20 }, () => backoff(3))).size > 1);
});
