import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';

import { Problem } from '../../bot/widget/src/http.js';
import { Sender } from '../../bot/widget/src/sender.js';
import { flush, forget, pass } from './clock.mjs';

let items, answers, posted, told, keep, gateway, sender;

beforeEach(() => {
  forget();
  [items, answers, posted, told] = [[], [], [], []];
  keep = { key: 'ana', unsent: () => [...items], drop: (item) => (items = items.filter(({ id }) => id !== item.id)) };
  gateway = {
    session: 's',
    async call(_method, _path, body) {
      posted.push(body);
      const answer = answers.shift();
      if (answer instanceof Error) throw answer;
      if (answer) await answer;
      return { seq: posted.length };
    },
  };
  const on = Object.fromEntries(['outbox', 'sent', 'refused', 'unreachable', 'renew'].map((name) => [name, (item) => name !== 'outbox' && told.push([name, item?.id])]));
  sender = new Sender(gateway, keep, { lock: (_, run) => run() }, 'x:', on);
});

const wrote = (...ids) => items.push(...ids.map((id) => ({ id, text: `texto ${id}` })));
const ids = () => posted.map(({ id }) => id);

test('what waits goes in order, each once', async () => {
  wrote('1', '2', '3');
  await Promise.all([sender.flush(), sender.flush()]); // pressed twice
  assert.deepEqual(posted, ['1', '2', '3'].map((id) => ({ id, text: `texto ${id}` })));
  assert.deepEqual(told, [['sent', '1'], ['sent', '2'], ['sent', '3']]);
  assert.deepEqual([items, sender.sending], [[], null]);
});

test('a button goes by its id alone', async () => {
  items.push({ id: '1', button: 'b7', title: 'SIERRA-02' });
  await sender.flush();
  assert.deepEqual(posted, [{ id: '1', button: 'b7' }]);
});

test('what failed goes again with the same id, and what is behind it waits', async () => {
  wrote('1', '2');
  answers = [new Problem(0, 'network')];
  await sender.flush();
  assert.deepEqual([ids(), sender.failed, told], [['1'], true, [['unreachable', undefined]]]);
  await pass(2_000);
  assert.deepEqual(ids(), ['1', '1', '2']);
  assert.equal(sender.failed, false);
});

test('as long as the server said, nothing is tried, whoever presses', async () => {
  wrote('1');
  answers = [new Problem(429, 'limit', 30_000)];
  await sender.flush();
  wrote('2');
  await sender.flush();
  await pass(29_000, 1000);
  assert.deepEqual(ids(), ['1']);
  await pass(2_000);
  assert.deepEqual(ids(), ['1', '1', '2']);
});

for (const [item, statuses] of [[{ text: 'x' }, [400, 413, 415, 422]], [{ button: 'b', title: 'x' }, [400, 403, 404, 409, 410]]]) {
  test(`${item.text ? 'a text' : 'a button'} that is refused is given back, and the next one goes`, async () => {
    for (const status of statuses) {
      [told, posted] = [[], []];
      items = [{ id: '1', ...item }, { id: '2', text: 'otra' }];
      answers = [new Problem(status)];
      await sender.flush();
      assert.deepEqual([told, items], [[['refused', '1'], ['sent', '2']], []], String(status));
    }
  });
}

test('a session that is over is asked for, and nothing is dropped', async () => {
  wrote('1');
  answers = [new Problem(401, 'no_session')];
  await sender.flush();
  assert.deepEqual([told, items.length], [[['renew', undefined]], 1]);
});

test('without a session nothing goes', async () => {
  wrote('1');
  gateway.session = null;
  await sender.flush();
  assert.deepEqual([posted, items.length], [[], 1]);
});

test('when somebody else is here before the answer comes, nothing more of the first one goes', async () => {
  wrote('1', '2');
  let answer;
  answers = [new Promise((resolve) => (answer = resolve))];
  const flushing = sender.flush();
  await flush();
  keep.key = 'beto';
  answer();
  await flushing;
  assert.deepEqual([ids(), told], [['1'], []]);
});

test('reset, it forgets what went wrong', async () => {
  wrote('1');
  answers = [new Problem(503, '', 60_000)];
  await sender.flush();
  sender.reset();
  assert.deepEqual([sender.failed, sender.retryAt, sender.sending], [false, 0, null]);
});
