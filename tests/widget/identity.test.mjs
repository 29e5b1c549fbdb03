import assert from 'node:assert/strict';
import { test } from 'node:test';

import { whoOf } from '../../bot/widget/src/identity.js';

const token = (claims) => `x.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.x`;
const ANA = whoOf(token({ sub: 'C-1', person: 'ana' }));
const BETO = whoOf(token({ sub: 'C-1', person: 'beto' }));
const DESK = whoOf(token({ sub: 'C-1' }));
const VISITOR = whoOf(null);

test('a token names a person, a desk, or somebody', () => {
  assert.equal(new Set([ANA, BETO, DESK, VISITOR, whoOf('not.a token'), whoOf(token({ sub: 'C-2' }))].map(({ id }) => id)).size, 6);
  assert.deepEqual([ANA, DESK, VISITOR].map(({ person }) => person), [true, false, false]);
  assert.equal(whoOf(token({ sub: 'C-1', person: 'ana', exp: 1 })).id, ANA.id);
});

test('no library of the page makes two people one, or one two', () => {
  const tokens = [token({ sub: 'C-1', person: 'ana' }), token({ sub: 'C-1', person: 'beto' }), token({ sub: 'C-1' }), token({ sub: 'C-1 ana' })];
  const before = tokens.map((one) => whoOf(one).id);
  for (const { prototype } of [Array, String]) prototype.toJSON = () => 'x';
  try {
    assert.deepEqual(tokens.map((one) => whoOf(one).id), before);
  } finally {
    for (const { prototype } of [Array, String]) delete prototype.toJSON;
  }
  assert.equal(new Set(before).size, 4);
});

test('who it is cannot be read from the name that the browser keeps', () => {
  assert.doesNotMatch(`${ANA.id} ${DESK.id}`, /ana|C-1/);
  assert.match(ANA.id, /^[0-9a-z]+$/);
});

test('names that differ in one letter, or in where desk and person part, are different', () => {
  const all = [['C-1', 'ana'], ['C-1', 'anb'], ['C-1a', 'na'], ['C-11', 'ana'], ['C-1', 'Ana'], ['C-1', 'aná']];
  assert.equal(new Set(all.map(([sub, person]) => whoOf(token({ sub, person })).id)).size, all.length);
});
