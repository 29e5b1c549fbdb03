import assert from 'node:assert/strict';
import { test } from 'node:test';

import { TEXTS } from '../../bot/widget/src/texts.js';

const given = (value) => {
  if (typeof value === 'function') return [value(0, 'x'), value(1, 'x'), value(3, 'x')];
  return typeof value === 'object' ? Object.values(value).flatMap(given) : [value];
};
const ALL = given(TEXTS);

test('questions and calls are opened as they are closed, and nothing is left to be filled in', () => {
  assert.ok(ALL.length > 40);
  for (const text of ALL) {
    assert.equal(text.match(/¿/g)?.length, text.match(/\?/g)?.length, text);
    assert.equal(text.match(/¡/g)?.length, text.match(/!/g)?.length, text);
    assert.doesNotMatch(text, /undefined|NaN|\{|\}|^ | $|\.\.\./, text);
  }
});

test('logging out says how many messages go with it', () => {
  assert.doesNotMatch(TEXTS.confirm(0), /sin enviar/);
  assert.match(TEXTS.confirm(1), /se borrará 1 mensaje sin enviar\.$/);
  assert.match(TEXTS.confirm(2), /se borrarán 2 mensajes sin enviar\.$/);
});

test('a picture cannot be read, and the line is named with its hours', () => {
  assert.match(TEXTS.picture('55 8000 9480', 'en días hábiles'), /llama al 55 8000 9480 \(en días hábiles\)\.$/);
});

test('every state of the connection has its words', () => {
  assert.deepEqual(Object.keys(TEXTS.status).sort(), ['agent', 'connecting', 'ended', 'idle', 'offline', 'online', 'token']);
});
