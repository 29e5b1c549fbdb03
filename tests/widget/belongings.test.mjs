import assert from 'node:assert/strict';
import { test } from 'node:test';

import { sleep } from './clock.mjs';
import { Belongings } from '../../bot/widget/src/belongings.js';
import { whoOf } from '../../bot/widget/src/identity.js';
import { Store } from '../../bot/widget/src/storage.js';
import { FakeStorage } from './people.mjs';

const token = (claims) => `x.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.x`;
const ANA = whoOf(token({ sub: 'C-1', person: 'ana' }));
const BETO = whoOf(token({ sub: 'C-1', person: 'beto' }));
const DESK = whoOf(token({ sub: 'C-1' }));
const VISITOR = whoOf(null);
const DAY = 86_400_000;

class Computer {
  tab = new FakeStorage();
  shared = new FakeStorage();
  open() {
    return new Belongings(new Store(() => this.tab, 'x:'), new Store(() => this.shared, 'x:'));
  }
  newTab() {
    this.tab = new FakeStorage();
    return this.open();
  }
}

test('a reload keeps what was written', () => {
  const computer = new Computer();
  const before = computer.open();
  before.settle(DESK, 't');
  before.draft = 'a medias';
  before.keep(before.item({ text: 'sin red' }));
  const after = computer.open();
  assert.equal(after.settle(DESK, 't'), false);
  assert.equal(after.draft, 'a medias');
  assert.deepEqual(after.unsent().map(({ text }) => text), ['sin red']);
});

test('nothing can be reached before it is known who is there', () => {
  const computer = new Computer();
  const before = computer.open();
  before.settle(ANA, '');
  before.draft = 'a medias';
  before.keep(before.item({ text: 'sin red' }));
  const after = computer.open();
  assert.deepEqual([after.draft, after.unsent(), after.session, after.read], ['', [], null, null]);
});

for (const [name, first, second] of [['another person', ANA, BETO], ['another desk', DESK, BETO], ['a visitor', DESK, VISITOR]]) {
  test(`${name} in the same tab finds nothing`, () => {
    const computer = new Computer();
    const before = computer.open();
    before.settle(first, '');
    before.draft = 'a medias';
    before.session = { session: 's', conversation: 'c', epoch: 'e' };
    before.read = 3;
    before.keep(before.item({ text: 'sin red' }));
    const after = computer.open();
    assert.equal(after.settle(second, ''), true);
    assert.deepEqual([after.draft, after.unsent(), after.session, after.read], ['', [], null, null]);
    assert.doesNotMatch(String(computer.tab), /a medias/);
  });
}

test('a person finds unsent messages again, in any tab, and a desk that came back does not', () => {
  for (const [who, found] of [[ANA, 1], [DESK, 0]]) {
    const computer = new Computer();
    const before = computer.open();
    before.settle(who, '1');
    before.keep(before.item({ text: 'sin red' }));
    before.settle(BETO, '2');
    assert.equal(before.unsent().length, 0);
    before.settle(who, '3');
    assert.equal(before.unsent().length, found);
    const other = computer.newTab();
    other.settle(who, '3');
    assert.equal(other.unsent().length, found);
  }
});

test('a desk goes on in its tab only while nobody else was at the portal', () => {
  const computer = new Computer();
  computer.open().settle(DESK, '1');
  assert.equal(computer.open().settle(DESK, '1'), false);
  assert.equal(computer.open().settle(DESK, '2'), true);
});

test('a new tab joins the sitting of an open one, with what was written there meanwhile', () => {
  const computer = new Computer();
  const one = computer.open();
  one.settle(DESK, 't');
  one.session = { session: 's', conversation: 'c', epoch: 'e' };
  one.keep(one.item({ text: 'primero' }));
  const two = computer.newTab();
  two.settle(DESK, 't');
  assert.equal(two.fresh, true);
  two.draft = 'a medias';
  two.keep(two.item({ text: 'segundo' }));
  two.adopt(one.session);
  assert.deepEqual([two.key, two.draft, two.unsent().map(({ text }) => text)], [one.key, 'a medias', ['primero', 'segundo']]);
  assert.equal(two.session.session, 's');
});

test('a sitting of before somebody else came is not joined', () => {
  const computer = new Computer();
  const one = computer.open();
  one.settle(DESK, '1');
  one.session = { session: 's', conversation: 'c', epoch: 'e' };
  const two = computer.newTab();
  two.settle(DESK, '3');
  two.adopt(one.session);
  assert.notEqual(two.key, one.key);
  assert.equal(two.session, null);
});

test('logging out leaves nothing', () => {
  const computer = new Computer();
  const keep = computer.open();
  keep.settle(ANA, '');
  keep.session = { session: 's', conversation: 'c', epoch: 'e' };
  keep.draft = 'a medias';
  keep.read = 2;
  keep.keep(keep.item({ text: 'sin red' }));
  keep.clear();
  assert.equal(`${computer.tab}${computer.shared}`, '[][]');
});

test('read marks do not pile up, and unsent messages are dropped after seven days', () => {
  const computer = new Computer();
  for (let n = 0; n < 30; n += 1) {
    const keep = computer.newTab();
    keep.settle(VISITOR, String(n));
    keep.session = { session: 's', conversation: `c${n}`, epoch: 'e' };
    keep.read = n;
    keep.keep(keep.item({ text: `${n}` }));
    sleep(1000);
  }
  computer.newTab();
  assert.equal(computer.shared.keys().filter((key) => key.startsWith('x:read:')).length, 8);
  assert.equal(computer.shared.keys().filter((key) => key.startsWith('x:out:')).length, 30);
  sleep(7 * DAY);
  computer.newTab();
  assert.deepEqual(computer.shared.keys(), []);
});

test('a read mark of another conversation says nothing', () => {
  const keep = new Computer().open();
  keep.settle(ANA, '');
  keep.session = { session: 's', conversation: 'c1', epoch: 'e' };
  keep.read = 7;
  assert.equal(keep.read, 7);
  keep.session = { session: 's', conversation: 'c2', epoch: 'e' };
  assert.equal(keep.read, null);
});

test('a message that storage does not take is kept as long as the page lives', () => {
  const computer = new Computer();
  const keep = computer.open();
  keep.settle(VISITOR, '');
  computer.shared.setItem = () => {
    throw new DOMException('full', 'QuotaExceededError');
  };
  keep.keep(keep.item({ text: 'sin lugar' }));
  assert.deepEqual(keep.unsent().map(({ text }) => text), ['sin lugar']);
  keep.drop(keep.unsent()[0]);
  assert.deepEqual(keep.unsent(), []);
});

test('closed, it shows nothing until it is known again who is there; it stands while no later page of the tab was somebody else\'s', () => {
  const computer = new Computer();
  const kept = computer.open();
  kept.settle(DESK, 't');
  kept.draft = 'a medias';
  assert.equal(kept.stands, true);
  kept.close();
  assert.deepEqual([kept.stands, kept.draft, kept.unsent(), kept.session], [false, '', [], null]);
  kept.settle(DESK, 't');
  assert.deepEqual([kept.stands, kept.draft], [true, 'a medias']);
  computer.open().settle(BETO, 'u'); // a later page of this tab
  assert.equal(kept.stands, false);
});
