/** Tabs that ask each other for a sitting: one goes first, the others wait for it, and not many words are needed. */
import assert from 'node:assert/strict';
import test from 'node:test';

import { Tabs } from '../../bot/widget/src/tabs.js';

/** A channel that all tabs share and that counts what is said on it. */
function air() {
  const ends = new Set();
  const heard = { count: 0 };
  const open = () => {
    const end = { onmessage: null, close: () => ends.delete(end) };
    end.postMessage = (data) => {
      heard.count += 1;
      for (const other of ends) if (other !== end) queueMicrotask(() => other.onmessage?.({ data: structuredClone(data) }));
    };
    ends.add(end);
    return end;
  };
  return { open, heard };
}

/** A tab of `who`, once it knows that; without a session until it opens one. */
function tab(channel) {
  const self = { who: null, sitting: null };
  self.tabs = new Tabs({ channel: channel.open }, 'chat', {
    sitting: (who) => (who === self.who ? self.sitting : undefined),
    free() {}, follow() {}, news() {}, logout() {}, met() {},
  });
  return self;
}

/** Begins as the connection does: asks, and opens a session where nobody offers one. */
async function begin(self, opened) {
  self.who = 'ana';
  const offered = await self.tabs.ask('ana');
  self.sitting = offered ?? { key: opened.push(self) };
  self.tabs.deliver('ana', self.sitting);
}

test('twenty tabs that begin at once share one sitting, with few words', async () => {
  const channel = air();
  const all = Array.from({ length: 20 }, () => tab(channel));
  const opened = [];
  await Promise.all(all.map((each) => begin(each, opened)));
  assert.equal(opened.length, 1);
  assert.ok(channel.heard.count < 20 * 25, `${channel.heard.count} messages`);
  for (const each of all) each.tabs.close();
});

test('a tab that was somebody else\'s when the other one asked is asked again', async () => {
  for (let times = 0; times < 8; times += 1) {
    const channel = air();
    const [one, other] = [tab(channel), tab(channel)];
    const opened = [];
    const first = begin(one, opened);
    await new Promise((go) => setTimeout(go, 20)); // that question found nobody
    await Promise.all([first, begin(other, opened)]);
    assert.equal(opened.length, 1);
    one.tabs.close();
    other.tabs.close();
  }
});
