// A telephone in a browser: whose it is, what its chat shows, and what a thumb does. All of it stands in the stand-in; this page only draws.

import { marked } from './marks.js';

const TICKS = { waiting: ['', 'en camino'], sent: ['✓', 'enviado'], delivered: ['✓✓', 'entregado'], read: ['✓✓', 'leído'] };
const EMOJI = ['👍', '👎', '❤️', '😂', '😮', '🙏'];
const KINDS = { image: 'Foto', audio: 'Nota de voz', sticker: 'Sticker', location: 'Ubicación', document: 'Documento', contacts: 'Contacto', template: 'Plantilla' };
const BURST_MS = 350;
const KEY = 'telefono'; // whose it is, so that a reload keeps it
const MOST_BYTES = 5 * 2 ** 20;

const $ = (id) => document.getElementById(id);
let current = null;
let polling = null;
let picture = null;
let drawn = new Map();

async function request(path, body, signal) {
  const response = await fetch(path, {
    method: body ? 'POST' : 'GET',
    headers: body ? { 'Content-Type': 'application/json' } : {},
    body: body && JSON.stringify(body),
    cache: 'no-store',
    signal,
  });
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return response.json();
}

const deed = (name, body) => request(`/phone/chats/${encodeURIComponent(current.key)}/${name}`, body).catch(() => trouble('No se pudo enviar. Inténtalo otra vez.'));
const pause = (ms) => new Promise((done) => setTimeout(done, ms));

function element(tag, className, text = '') {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text) node.append(text);
  return node;
}

function button(className, text, onclick) {
  const node = element('button', className, text);
  node.type = 'button';
  node.addEventListener('click', onclick);
  return node;
}

function trouble(text) {
  $('trouble').textContent = text;
  $('trouble').hidden = !text;
  if (current) $('state').textContent = text || 'cuenta de empresa';
}

// whose telephone

async function loadPeople() {
  try {
    const { people, whole, business } = await request('/phone/people');
    $('business').textContent = business;
    $('list').replaceChildren(...people.map(card));
    trouble(whole ? '' : 'El asistente aún no responde; los clientes de demostración aparecen en cuanto esté listo.');
    if (!whole) setTimeout(loadPeople, 2000);
    const kept = people.find((person) => person.key === sessionStorage.getItem(KEY));
    if (kept && !current) choose(kept);
    else mark();
  } catch {
    trouble('El teléfono no responde. Lo intento de nuevo en unos segundos.');
    setTimeout(loadPeople, 3000);
  }
}

function card(person) {
  const node = button('person', element('b', '', person.name), () => choose(person));
  node.append(element('small', '', person.number), element('span', '', person.note));
  node.dataset.key = person.key;
  const item = document.createElement('li');
  item.append(node);
  return item;
}

function mark() {
  for (const node of $('list').querySelectorAll('button')) node.setAttribute('aria-current', String(node.dataset.key === current?.key));
}

function choose(person) {
  if (current && current.key !== person.key) deed('watch', { open: false });
  current = person;
  sessionStorage.setItem(KEY, person.key);
  document.body.classList.add('chatting');
  $('phone').hidden = false;
  $('phone').setAttribute('aria-label', `Teléfono de ${person.name}`);
  $('log').replaceChildren();
  drawn = new Map();
  hold(null);
  trouble('');
  mark();
  deed('watch', { open: !document.hidden });
  follow();
  $('box').focus();
}

function leave() {
  polling?.abort();
  deed('watch', { open: false });
  sessionStorage.removeItem(KEY);
  current = null;
  document.body.classList.remove('chatting');
  $('phone').hidden = true;
  mark();
  $('list').querySelector('button')?.focus();
}

// what the chat shows

async function follow() {
  polling?.abort();
  const mine = (polling = new AbortController());
  const person = current;
  let since = '';
  while (!mine.signal.aborted) {
    try {
      const chat = await request(`/phone/chats/${encodeURIComponent(person.key)}?since=${since}`, undefined, mine.signal);
      if (mine.signal.aborted) return;
      since = chat.version;
      show(chat);
    } catch {
      if (mine.signal.aborted) return;
      $('state').textContent = 'sin conexión';
      since = '';
      await pause(1500);
    }
  }
}

function show(chat) {
  $('state').textContent = chat.typing ? 'escribiendo…' : 'cuenta de empresa';
  $('phone').classList.toggle('typing', chat.typing);
  const log = $('log');
  const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 80 || !drawn.size;
  for (const message of chat.messages) {
    if (!drawn.has(message.id)) {
      const node = draw(message);
      drawn.set(message.id, node);
      log.append(node.item);
    }
    refresh(drawn.get(message.id), message);
  }
  if (atEnd) log.scrollTop = log.scrollHeight;
}

function draw(message) {
  const item = element('div', message.mine ? 'mine' : 'theirs');
  item.dataset.id = message.id;
  const bubble = element('div', 'bubble');
  bubble.append(element('span', 'unseen', message.mine ? 'Tú: ' : `${$('business').textContent}: `));
  const quoted = drawn.get(message.quote)?.text;
  if (quoted && message.kind !== 'interactive') bubble.append(element('span', 'quote', quoted));
  if (message.header) bubble.append(element('b', 'header', message.header));
  if (KINDS[message.kind]) bubble.append(media(message));
  if (message.text) {
    const text = element('span', 'text');
    text.append(marked(message.text));
    bubble.append(text);
  }
  if (message.footer) bubble.append(element('small', 'footer', message.footer));
  const time = element('time', '', new Date(message.at).toLocaleTimeString('es-MX', { hour: '2-digit', minute: '2-digit', hour12: false }));
  time.dateTime = message.at;
  const ticks = element('span', 'ticks');
  const meta = element('span', 'meta', time);
  if (message.mine) meta.append(ticks);
  bubble.append(meta);
  item.append(bubble);
  if (message.buttons) item.append(replies(message));
  if (message.list) item.append(opener(message));
  const reaction = element('span', 'reaction');
  if (!message.mine) bubble.append(reactor(message));
  bubble.append(reaction);
  return { item, ticks, reaction, text: message.text || KINDS[message.kind] || '' };
}

function refresh(node, message) {
  const [sign, words] = TICKS[message.ticks] ?? TICKS.sent;
  if (message.mine && node.ticks.dataset.state !== message.ticks) {
    node.ticks.dataset.state = message.ticks;
    node.ticks.replaceChildren(hidden(sign), element('span', 'unseen', ` ${words}`));
  }
  if (node.reaction.dataset.emoji !== message.reaction) {
    node.reaction.dataset.emoji = message.reaction;
    node.reaction.replaceChildren(...(message.reaction ? [element('span', 'unseen', 'Reaccionaste con '), message.reaction] : []));
  }
}

function hidden(text) {
  const node = element('span', '', text);
  node.setAttribute('aria-hidden', 'true');
  return node;
}

function media(message) {
  const name = KINDS[message.kind];
  if (message.kind === 'image' && message.media) {
    const image = element('img', 'picture');
    image.src = `/phone/media/${message.media}`;
    image.alt = 'Foto enviada';
    image.addEventListener('load', () => { $('log').scrollTop = $('log').scrollHeight; }, { once: true });
    return image;
  }
  const box = element('span', `media ${message.kind}`, hidden({ audio: '🎤', sticker: '🙂', location: '📍', document: '📄' }[message.kind] ?? '📎'));
  box.append(element('span', '', name));
  return box;
}

function replies(message) {
  const group = element('div', 'replies');
  group.setAttribute('role', 'group');
  group.setAttribute('aria-label', 'Respuestas');
  for (const reply of message.buttons) group.append(button('', reply.title, () => press(message.id, reply.id)));
  return group;
}

const press = (message, id) => deed('press', { message, id }).then(() => $('box').focus());

function opener(message) {
  const group = element('div', 'replies');
  const open = button('list', message.list.button, () => openSheet(message));
  open.prepend(hidden('☰ '));
  open.setAttribute('aria-haspopup', 'dialog');
  group.append(open);
  return group;
}

function openSheet(message) {
  $('sheet-title').textContent = message.list.button;
  $('rows').replaceChildren(
    ...message.list.sections.map((section) => {
      const list = element('ul', '');
      if (section.title) list.setAttribute('aria-label', section.title);
      for (const row of section.rows) {
        const choice = button('', element('b', '', row.title), () => {
          $('sheet').close();
          press(message.id, row.id);
        });
        if (row.description) choice.append(element('small', '', row.description));
        const item = document.createElement('li');
        item.append(choice);
        list.append(item);
      }
      const part = document.createElement('div');
      if (section.title) part.append(element('h3', '', section.title));
      part.append(list);
      return part;
    }),
  );
  $('sheet').showModal();
}

function reactor(message) {
  const holder = element('span', 'reactor');
  const choices = element('span', 'choices');
  choices.hidden = true;
  choices.setAttribute('role', 'group');
  choices.setAttribute('aria-label', 'Reacciones');
  const open = button('react', hidden('☺'), () => unfold(choices.hidden));
  open.setAttribute('aria-label', 'Reaccionar');
  open.setAttribute('aria-expanded', 'false');
  function unfold(wide) {
    choices.hidden = !wide;
    open.setAttribute('aria-expanded', String(wide));
    if (wide) choices.firstChild.focus();
  }
  for (const emoji of [...EMOJI, '']) {
    const choice = button('', emoji || '✕', () => {
      unfold(false);
      open.focus();
      deed('react', { message: message.id, emoji });
    });
    if (!emoji) choice.setAttribute('aria-label', 'Quitar la reacción');
    choices.append(choice);
  }
  holder.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || choices.hidden) return;
    unfold(false);
    open.focus();
  });
  holder.append(open, choices);
  return holder;
}

// what the thumb sends

async function send(event) {
  event?.preventDefault();
  const box = $('box');
  const text = box.value.trim();
  if (!current || (!text && !picture)) return;
  box.value = '';
  grow();
  if (picture) {
    const { content, type } = picture;
    hold(null);
    await deed('send', { kind: 'image', content, type, caption: text });
  } else if ($('burst').checked) {
    for (const line of text.split('\n').map((one) => one.trim()).filter(Boolean)) {
      await deed('say', { text: line });
      await pause(BURST_MS);
    }
  } else {
    await deed('say', { text });
  }
}

function grow() {
  const box = $('box');
  box.rows = Math.min(6, Math.max(1, box.value.split('\n').length, Math.ceil(box.value.length / 34)));
}

function hold(found) {
  if (picture) URL.revokeObjectURL($('held-picture').src);
  picture = found;
  $('held').hidden = !found;
  if (!found) return;
  $('held-picture').src = found.shown;
  $('held-words').textContent = `${found.name}: escribe un pie de foto, o envía`;
  $('box').focus();
}

async function takePicture(blob, name) {
  if (blob.size > MOST_BYTES) {
    $('state').textContent = 'la foto pasa de 5 MB';
    return;
  }
  const bytes = new Uint8Array(await blob.arrayBuffer());
  let binary = '';
  for (let at = 0; at < bytes.length; at += 8192) binary += String.fromCharCode(...bytes.subarray(at, at + 8192));
  hold({ content: btoa(binary), type: blob.type, name, shown: URL.createObjectURL(blob) });
}

function samplePicture() {
  const canvas = document.createElement('canvas');
  Object.assign(canvas, { width: 480, height: 270 });
  const pen = canvas.getContext('2d');
  const box = (colour, ...place) => { pen.fillStyle = colour; pen.fillRect(...place); };
  const words = (colour, font, text, ...place) => { pen.fillStyle = colour; pen.font = font; pen.fillText(text, ...place); };
  box('#2c5f8a', 0, 0, 480, 270);
  box('#f3f3f3', 60, 60, 360, 150);
  box('#ffffff', 60, 60, 360, 32);
  words('#333', '15px sans-serif', 'Conexión a Escritorio remoto', 76, 82);
  words('#b3261e', 'bold 17px sans-serif', 'No se pudo conectar', 76, 130);
  words('#333', '15px sans-serif', 'El equipo remoto no está disponible.', 76, 158);
  canvas.toBlob((blob) => takePicture(blob, 'Captura de ejemplo'), 'image/png');
}

function attach(kind) {
  fold(false);
  if (kind === 'file') $('file').click();
  else if (kind === 'sample') samplePicture();
  else deed('send', { kind }).then(() => $('box').focus());
}

function fold(open) {
  $('menu').hidden = !open;
  $('attach').setAttribute('aria-expanded', String(open));
  if (open) $('menu').querySelector('button').focus();
}

$('composer').addEventListener('submit', send);
$('box').addEventListener('input', grow);
$('box').addEventListener('keydown', (event) => {
  if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) send(event);
});
$('attach').addEventListener('click', () => fold($('menu').hidden));
$('menu').addEventListener('click', (event) => event.target.dataset.send && attach(event.target.dataset.send));
$('composer').addEventListener('keydown', (event) => {
  if (event.key !== 'Escape' || $('menu').hidden) return;
  fold(false);
  $('attach').focus();
});
$('file').addEventListener('change', () => {
  const [file] = $('file').files;
  if (file) takePicture(file, file.name);
  $('file').value = '';
});
$('drop').addEventListener('click', () => {
  hold(null);
  $('box').focus();
});
$('back').addEventListener('click', leave);
$('anew').addEventListener('click', () => deed('anew', {}).then(() => choose(current)));
$('sheet-close').addEventListener('click', () => $('sheet').close());
document.addEventListener('visibilitychange', () => current && deed('watch', { open: !document.hidden }));
loadPeople();
