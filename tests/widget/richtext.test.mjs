import assert from 'node:assert/strict';
import { test } from 'node:test';

import { richText } from '../../bot/widget/src/richtext.js';
import { fakePage } from './fakes.mjs';

fakePage();
const written = (text) => richText(text).join('');

test('blank lines part paragraphs, other line breaks stay', () => {
  assert.equal(written('uno\ndos\r\n\r\ntres'), '<p>uno<br>dos</p><p>tres</p>');
});

test('lines with a bullet are a list', () => {
  assert.equal(written('Haz esto:\n• a\n- b\nfin'), '<p>Haz esto:</p><ul><li>a</li><li>b</li></ul><p>fin</p>');
});

test('addresses, links with words and telephone numbers can be pressed', () => {
  assert.match(written('Ve https://nube.example/a.'), /<a href="https:\/\/nube.example\/a"[^>]*>https:\/\/nube.example\/a<\/a>\.<\/p>$/);
  assert.match(written('(https://nube.example/a)'), />https:\/\/nube.example\/a<\/a>\)<\/p>$/);
  assert.match(written('[guía](https://nube.example/g)'), /<a href="https:\/\/nube.example\/g" target="_blank" rel="noopener noreferrer">guía<\/a>/);
  assert.match(written('55 8000 9480'), /href="tel:\+525580009480"/);
  assert.match(written('+525580009480'), /href="tel:\+525580009480"/);
});

test('bold is bold', () => assert.equal(written('hasta **mañana, martes**'), '<p>hasta <b>mañana, martes</b></p>'));

for (const text of ['co*****o@optica.mx y ve****s@norte.mx', 'tarjeta **** 1234', 'folio 2026-11-28', 'pedido 123456789012', '[x](javascript:alert(1))']) {
  test(`"${text}" is plain text`, () => assert.equal(written(text), `<p>${text}</p>`));
}
