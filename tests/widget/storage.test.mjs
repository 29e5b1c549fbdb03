import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Store } from '../../bot/widget/src/storage.js';
import { FakeStorage } from './people.mjs';

test('each store sees its own keys only, and the rest of the page none of its values', () => {
  const area = new FakeStorage();
  const [one, other] = [new Store(() => area, 'x:'), new Store(() => area, 'y:')];
  one.set('draft:1', 'a');
  one.set('read:1', { seq: 2 });
  other.set('draft:1', 'b');
  area.setItem('draft:1', 'the page\'s own');
  assert.deepEqual([one.get('draft:1'), other.get('draft:1'), one.keys('draft:')], ['a', 'b', ['draft:1']]);
  one.drop('draft:1');
  assert.deepEqual([one.keys(), one.get('draft:1'), area.getItem('draft:1')], [['read:1'], null, 'the page\'s own']);
});

test('what another script wrote over it is nothing', () => {
  const area = new FakeStorage();
  const store = new Store(() => area, 'x:');
  area.setItem('x:a', '{half');
  assert.equal(store.get('a'), null);
});

test('a store that is full says so and goes on', () => {
  const area = new FakeStorage();
  const store = new Store(() => area, 'x:');
  area.setItem = () => {
    throw new DOMException('full', 'QuotaExceededError');
  };
  assert.equal(store.set('a', 1), false);
  assert.equal(store.get('a'), null);
});

test('storage that is there and refuses to be used is replaced by the memory of the page', () => {
  const blocked = { setItem: () => { throw new DOMException('blocked', 'SecurityError'); } };
  for (const open of [() => { throw new DOMException('blocked', 'SecurityError'); }, () => blocked, () => null]) {
    const store = new Store(open, 'x:');
    assert.equal(store.set('a', { b: 1 }), true);
    assert.deepEqual([store.get('a'), store.keys()], [{ b: 1 }, ['a']]);
  }
});
