// The script of the console's pages: what is new appears by itself, drafts stay, and everything has a key. Pages work without it.
(() => {
  'use strict';
  const one = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const ASKED = { headers: { 'X-Console': '1' }, credentials: 'same-origin' };
  const QUIET_MS = 40000;
  const OLD_MS = 25000;
  const WRITES_MS = 3000; // that the agent writes is told no more often
  const BELIEVED_MS = 5000; // so long a sign that the customer writes is shown
  const AGAIN = 30; // messages at the end that may still change: understood, delivered
  const items = () => all('[data-item]');
  const marked = () => one('.marked');
  const typing = () => /^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement?.tagName || '');
  const list = one('#mensajes');
  const title = document.title;

  // ---- marks

  function mark(item) {
    marked()?.classList.remove('marked');
    if (!item) return;
    item.classList.add('marked');
    item.scrollIntoView({ block: 'nearest' });
  }

  function step(by) {
    const there = items();
    if (!there.length) return;
    const at = there.indexOf(marked());
    const start = at < 0 ? (list ? there.length - (by < 0 ? 0 : 1) : by < 0 ? there.length : -1) : at;
    mark(there[Math.min(there.length - 1, Math.max(0, start + by))]);
  }

  // ---- what is new

  async function ask(path) {
    const response = await fetch(path, ASKED);
    if (response.status === 401) return over();
    return response.ok ? response.text() : null;
  }

  const parsed = (text) => new DOMParser().parseFromString(text, 'text/html');

  async function renewPart() {
    const part = one('[data-live]');
    const text = await ask(location.href);
    const fresh = text && one('[data-live]', parsed(text));
    if (!fresh) return;
    const place = items().indexOf(marked());
    const focused = part.contains(document.activeElement) ? document.activeElement.getAttribute('href') : null;
    part.replaceWith(fresh);
    if (place >= 0) items()[place]?.classList.add('marked');
    if (focused) all('a', fresh).find((link) => link.getAttribute('href') === focused)?.focus();
    count();
  }

  async function renewLines() {
    const last = Math.max(0, ...all('.line', list).map((line) => Number(line.dataset.seq)));
    const text = await ask(`${list.dataset.lines}?despues=${Math.max(0, last - AGAIN)}`);
    if (text === null || text === undefined) return;
    const atEnd = !list.lastElementChild || list.lastElementChild.getBoundingClientRect().top < innerHeight;
    const before = list.children.length;
    for (const fresh of all('li[id]', parsed(`<ol>${text}</ol>`))) put(fresh);
    fillIntents();
    if (all('.line.customer', list).some((line) => Number(line.dataset.seq) > last)) showWriting(false); // it is here
    if (atEnd && list.children.length > before && !one('.fix-panel[open]', list)) toEnd();
    checkOwner(one('[data-held]', parsed(text))?.dataset);
  }

  function toEnd() {
    const bottom = list.getBoundingClientRect().bottom + (one('#responder')?.offsetHeight || 0) + 24;
    scrollTo(0, scrollY + bottom - innerHeight);
  }

  const TO_END = 'al-final'; // what was sent, taken or handed back shows, though the browser puts back where the page stood
  function startAtEnd() {
    toEnd();
    if (sessionStorage.getItem(TO_END) !== location.pathname) return;
    sessionStorage.removeItem(TO_END);
    addEventListener('load', () => setTimeout(toEnd));
  }

  function put(fresh) {
    const old = document.getElementById(fresh.id);
    if (old) {
      if (old.contains(document.activeElement) || one('.fix-panel[open]', old)) return;
      if (old.classList.contains('marked')) fresh.classList.add('marked');
      old.replaceWith(fresh);
      return;
    }
    const next = [...list.children].find((child) => Number(child.dataset.seq) > Number(fresh.dataset.seq));
    list.insertBefore(fresh, next || null);
    one('.empty + #mensajes')?.previousElementSibling.remove();
  }

  function checkOwner(now) {
    const panel = one('#responder');
    if (!now || !panel || (panel.dataset.owner === now.held && panel.dataset.later === now.later)) return;
    if (!all('textarea:not([readonly])').some((box) => box.value.trim())) location.reload();
    else if (panel.dataset.owner !== now.held) say('La conversación cambió de manos. Vuelve a cargar la página antes de enviar.', true);
    else if (now.later) say('Lo programado en esta conversación cambió. Vuelve a cargar la página para verlo.');
    else one('.planned', panel)?.remove(); // it was said, or somebody has put it away
  }

  function count(number = Number(one('[data-count]')?.dataset.count || 0)) {
    document.title = number ? `(${number}) ${title}` : title;
  }

  // ---- alerts: each rings once, in whichever page hears of it first

  const RUNG = 'avisos-oidos';
  const ALERTS_SHOWN = 4;
  const SPREADS_MS = 100;
  let audio = null;

  function ring() {
    audio ??= new AudioContext();
    const [sound, loud] = [audio.createOscillator(), audio.createGain()];
    sound.frequency.value = 880;
    loud.gain.setValueAtTime(0.12, audio.currentTime);
    loud.gain.exponentialRampToValueAtTime(0.001, audio.currentTime + 0.5);
    sound.connect(loud).connect(audio.destination);
    sound.start();
    sound.stop(audio.currentTime + 0.5);
  }

  function tell(alert) {
    const line = document.createElement('li');
    const link = Object.assign(document.createElement('a'), { href: alert.path, textContent: alert.text });
    const close = Object.assign(document.createElement('button'), { type: 'button', textContent: '×', ariaLabel: 'Quitar este aviso' });
    close.addEventListener('click', () => line.remove());
    line.append(link, close);
    const place = one('#avisos');
    place.append(line);
    while (place.children.length > ALERTS_SHOWN) place.firstElementChild.remove();
    const pushed = push && localStorage.getItem(PUSHED)?.includes(`"${alert.kind}"`); // then its worker shows it
    if (document.hidden && !pushed && window.Notification?.permission === 'granted') new Notification(alert.text, { tag: alert.key });
  }

  async function renewAlerts() {
    const text = await ask('/console/avisos');
    if (!text) return;
    const { waiting, sound, alerts } = JSON.parse(text);
    count(waiting);
    const look = async () => { // one page at a time, and a moment until the others know
      const rung = JSON.parse(localStorage.getItem(RUNG) || 'null');
      const fresh = rung ? alerts.filter((alert) => !rung.includes(alert.key) && alert.path !== location.pathname) : []; // the first time nothing is new
      localStorage.setItem(RUNG, JSON.stringify(alerts.map((alert) => alert.key)));
      fresh.forEach(tell);
      if (fresh.length && sound) ring();
      if (fresh.length) await new Promise((done) => { setTimeout(done, SPREADS_MS); });
    };
    await (navigator.locks ? navigator.locks.request(RUNG, look) : look());
  }

  // ---- Web Push: its script is fetched only where it is switched on, or may be

  const PUSHED = 'avisos-navegador';
  const push = one('meta[name=push]')?.content;

  function loadPush() {
    if (push && (localStorage.getItem(PUSHED) || one('#navegador'))) document.head.append(Object.assign(document.createElement('script'), { src: push }));
  }

  function askPermission() {
    const button = one('#permitir');
    if (!button || window.Notification?.permission !== 'default') return;
    button.hidden = false;
    button.addEventListener('click', async () => { await Notification.requestPermission(); button.hidden = true; });
  }

  function shorten(more) { // on a telephone the list comes before what it could be filtered by
    if (!more || location.search) return;
    more.form.classList.add('short');
    more.hidden = false;
    more.addEventListener('click', () => {
      more.form.classList.remove('short');
      more.hidden = true;
      one('#cliente').focus();
    });
  }

  function fillIntents() {
    const source = one('#temas');
    for (const select of source ? all('select[data-intents]') : []) {
      if (!select.length) select.append(new Option('Otro tema…', ''), source.content.cloneNode(true));
    }
  }

  // ---- sign of life

  let heard = Date.now();
  let running = false;
  let again = false;

  function say(text, bad = false) {
    const place = one('#estado');
    if (!place || place.textContent === text) return;
    place.textContent = text;
    place.classList.toggle('away', bad);
  }

  function over() {
    source?.close();
    source = null;
    say('Tu sesión terminó. Entra de nuevo; tu texto se conserva.', true);
    return null;
  }

  let renewed = Date.now();
  function renewOld() { // clocks run though nothing moves
    if (Date.now() - renewed > OLD_MS) renew();
  }

  async function renew() {
    if (running) { again = true; return; }
    running = true;
    renewed = Date.now();
    try {
      do {
        again = false;
        if (list) await renewLines();
        else if (one('[data-live]')) await renewPart();
        await renewAlerts();
      } while (again);
    } catch { say('Sin conexión: esta página puede no estar al día.', true); } finally { running = false; }
  }

  function alive() {
    heard = Date.now();
    say('Al día');
  }

  function showOthers(names) {
    const place = one('#presencia');
    const text = names?.length ? `También la ve: ${names.join(', ')}` : '';
    if (place && place.textContent !== text) place.textContent = text;
  }

  let writing = 0;
  function showWriting(on) {
    clearTimeout(writing);
    const place = one('#escribe');
    if (place) place.textContent = on ? 'El cliente está escribiendo…' : '';
    if (on) writing = setTimeout(() => showWriting(false), BELIEVED_MS);
  }

  let source = null;
  function listen() {
    const about = list ? `?conversacion=${encodeURIComponent(list.dataset.conversation)}` : one('[data-live=todo]') ? '?todo=1' : '';
    source = new EventSource(`/console/vivo${about}`);
    source.addEventListener('alive', (event) => { alive(); showOthers(JSON.parse(event.data).others); renewOld(); });
    source.addEventListener('writes', () => { alive(); showWriting(true); });
    source.addEventListener('moved', () => { alive(); renew(); });
    source.addEventListener('open', renew);
    source.addEventListener('error', () => {
      say('Sin conexión: esta página puede no estar al día.', true);
      if (source?.readyState === EventSource.CLOSED) ask('/console/cuenta').catch(() => null);
    });
    setInterval(() => { if (source && Date.now() - heard > QUIET_MS) say('Sin conexión: esta página puede no estar al día.', true); }, 5000);
  }

  // ---- drafts

  one('form.who')?.addEventListener('submit', () => sessionStorage.clear()); // whoever sits down next reads none of them

  function keepDraft() {
    const box = one('textarea[data-draft]');
    if (!box) return;
    const name = `borrador:${box.dataset.draft}`;
    const kept = JSON.parse(sessionStorage.getItem(name) || 'null');
    if (kept && list && one(`[data-id="${CSS.escape(kept.sent || '-')}"]`)) sessionStorage.removeItem(name);
    else if (kept && !box.value) box.value = kept.text;
    const keep = (sent) => {
      if (box.value) sessionStorage.setItem(name, JSON.stringify({ text: box.value, sent }));
      else sessionStorage.removeItem(name);
    };
    let told = 0;
    box.addEventListener('input', () => {
      keep(null);
      if (!box.value || Date.now() < told + WRITES_MS) return;
      told = Date.now();
      const headers = { ...ASKED.headers, 'X-CSRF': one('meta[name=csrf]').content };
      fetch(box.dataset.writes, { ...ASKED, method: 'POST', headers }).catch(() => null); // whether it arrives matters to nothing else
    });
    box.form.addEventListener('submit', () => keep(one('[name=mensaje]', box.form).value));
    one('#plantilla')?.addEventListener('change', (event) => {
      box.setRangeText(event.target.value, box.selectionStart, box.selectionEnd, 'end');
      event.target.value = '';
      box.focus();
      keep(null);
    });
  }

  // ---- keys

  function openPanel() {
    const line = marked();
    const panel = line && one('.fix-panel', line);
    if (panel) panel.open = !panel.open;
    return Boolean(panel);
  }

  function digit(number) {
    const button = one(`.marked .fix-panel[open] [data-digit="${number}"]`) || one(`.review [data-digit="${number}"]`);
    button?.click();
    return Boolean(button);
  }

  function doneAndNext() {
    const other = one('.review select');
    if (other?.value) other.form.requestSubmit();
    else if (!press('.review [name=bien]')) press('#listo');
  }

  const focus = (selector) => { const found = one(selector); found?.focus(); return Boolean(found); };
  const press = (selector) => { const found = one(selector); found?.click(); return Boolean(found); };
  const KEYS = {
    j: () => { step(1); return true; },
    k: () => { step(-1); return true; },
    '/': () => { if (!focus('#buscar')) location.href = '/console/conversaciones#buscar'; return true; },
    f: () => { if (!focus('#folio')) location.href = '/console/cola#folio'; return true; },
    t: () => press('#tomar'),
    r: () => focus('#respuesta'),
    n: () => focus('#nota'),
    s: () => press('#saltar'),
    v: () => press('#volver'),
    e: openPanel,
    '?': () => { one('#ayuda')?.showModal(); return true; },
    Enter: () => press('.marked [data-open]'),
  };

  document.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && event.ctrlKey) {
      const field = document.activeElement;
      if (field?.matches('textarea, .fix select')) field.form?.requestSubmit();
      else if (!typing() && !event.repeat && !one('dialog[open]')) doneAndNext(); // a key that is held down settles one
      return;
    }
    if (event.key === 'Escape' && typing()) document.activeElement.blur();
    if (event.ctrlKey || event.metaKey || event.altKey || typing() || one('dialog[open]')) return;
    if (event.key === 'Enter' && document.activeElement !== document.body && document.activeElement?.tagName !== 'MAIN') return;
    const done = /^[0-9]$/.test(event.key) ? digit(event.key) : Object.hasOwn(KEYS, event.key) && KEYS[event.key]();
    if (done) event.preventDefault();
  });

  document.addEventListener('submit', (event) => {
    if (event.target.dataset.going) event.preventDefault(); // pressed twice
    if (event.target.closest('#responder')) sessionStorage.setItem(TO_END, location.pathname);
    event.target.dataset.going = '1';
    setTimeout(() => delete event.target.dataset.going, 4000);
  });

  list?.addEventListener('toggle', ({ target }) => { // not behind the reply; what is open from the start tells of it too, and moves nothing
    if (target.open && target.matches('.fix-panel')) target.scrollIntoView({ block: 'nearest' });
  }, true);
  list?.addEventListener('click', (event) => mark(event.target.closest('.line')));
  fillIntents();
  keepDraft();
  count();
  if (location.hash) one(`#${CSS.escape(location.hash.slice(1))}`)?.focus();
  if (list && (!location.hash || location.hash === '#responder')) startAtEnd();
  askPermission();
  loadPush();
  shorten(one('#mas-filtros'));
  const keys = one('#teclas');
  if (keys) {
    keys.hidden = false;
    keys.addEventListener('click', KEYS['?']);
  }
  if (one('#avisos')) listen();
})();
