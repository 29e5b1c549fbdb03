import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';

import { alone, BROWSER } from '../../bot/widget/src/world.js';
import { fakePage } from './fakes.mjs';
import { flush, forget, pass } from './clock.mjs';

let ran = 0;
const run = async () => (ran += 1);

beforeEach(() => {
  forget();
  ran = 0;
});

test('with a lock it runs once, within it', async () => {
  const held = [];
  const lock = async (name, within) => {
    held.push(name);
    await within();
    held.push('free');
  };
  await alone({ lock }, 'outbox', run);
  assert.deepEqual([ran, held], [1, ['outbox', 'free']]);
});

for (const [name, lock] of [
  ['rejects', () => Promise.reject(new DOMException('blocked', 'SecurityError'))],
  ['is not there', () => undefined()],
]) {
  test(`a lock that ${name} does not keep it from running, once`, async () => {
    await alone({ lock }, 'outbox', run);
    assert.equal(ran, 1);
  });
}

test('a lock that a frozen tab holds is waited for five seconds', async () => {
  let given;
  const waiting = alone({ lock: (_, within) => new Promise((done) => (given = () => done(within()))) }, 'outbox', run);
  await pass(4_500);
  assert.equal(ran, 0);
  await pass(1_000);
  await waiting;
  assert.equal(ran, 1);
  given(); // too late
  await flush();
  assert.equal(ran, 1);
});

test('what goes wrong within it is told, and it is not run again', async () => {
  const fails = async () => {
    ran += 1;
    throw new Error('within');
  };
  await assert.rejects(alone({ lock: (_, within) => within() }, 'outbox', fails), /within/);
  assert.equal(ran, 1);
});

test('addresses of the page are those of its base, unless that is another host\'s', () => {
  const { document } = fakePage();
  document.baseURI = 'https://portal.example/app/';
  assert.equal(BROWSER.base(), 'https://portal.example/app/');
  for (const elsewhere of ['https://cdn.example/', 'https://portal.example.evil.example/']) {
    document.baseURI = elsewhere;
    assert.equal(BROWSER.base(), 'https://portal.example/page');
  }
});
