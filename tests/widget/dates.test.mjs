import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Calendar } from '../../bot/widget/src/dates.js';

const calendar = new Calendar('America/Mexico_City');
const today = new Date('2026-11-26T09:00:00-06:00');
const named = (year, month, day) => calendar.dayName(new Date(Date.UTC(year, month - 1, day + 1, 5, 59)), today); // 23:59 there

test('today and yesterday have names, other days a date', () => {
  assert.equal(named(2026, 11, 26), 'Hoy');
  assert.equal(named(2026, 11, 25), 'Ayer');
  assert.equal(named(2026, 11, 24), 'martes 24 de noviembre');
});

test('the year is told when it is another one', () => {
  assert.equal(named(2025, 12, 31), 'miércoles 31 de diciembre de 2025');
});

test('days and times are those of the company, wherever the reader is', () => {
  const moment = new Date('2026-11-26T05:30:00Z');
  assert.equal(calendar.dayName(moment, today), 'Ayer');
  assert.match(calendar.time(moment), /^23:30\b/);
});

test('the zone is named where the clock of the reader says otherwise, and only there', () => {
  const moment = new Date('2026-11-26T05:30:00Z');
  const own = process.env.TZ;
  process.env.TZ = 'Europe/Madrid';
  assert.equal(new Calendar('America/Mexico_City').time(moment), '23:30 (hora de Ciudad de México)');
  process.env.TZ = 'America/Monterrey'; // another zone, the same time
  assert.equal(new Calendar('America/Mexico_City').time(moment), '23:30');
  if (own === undefined) delete process.env.TZ;
  else process.env.TZ = own;
});

test('a zone that the browser does not know is the reader\'s', () => {
  const moment = new Date(2026, 10, 26, 14, 5);
  assert.equal(new Calendar('America/Nowhere').time(moment), '14:05');
});
