import assert from 'node:assert/strict';
import { test } from 'node:test';

import { dayName } from '../../bot/widget/src/dates.js';

const today = new Date(2026, 10, 26, 9);
const named = (year, month, day) => dayName(new Date(year, month - 1, day, 23, 59), today);

test('today and yesterday have names, other days a date', () => {
  assert.equal(named(2026, 11, 26), 'Hoy');
  assert.equal(named(2026, 11, 25), 'Ayer');
  assert.equal(named(2026, 11, 24), 'martes 24 de noviembre');
});

test('the year is told when it is another one', () => {
  assert.equal(named(2025, 12, 31), 'miércoles 31 de diciembre de 2025');
});
