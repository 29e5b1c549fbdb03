// Web Push in this browser: switched on and off under «Mi cuenta», renewed by itself when the same agent signs in again. console.js loads it.
(() => {
  'use strict';
  const one = (selector) => document.querySelector(selector);
  const csrf = one('meta[name=csrf]')?.content;
  if (!csrf || !navigator.serviceWorker || !window.PushManager || !window.Notification) return;
  const PLACE = '/console/cuenta/navegador';
  const KEPT = 'avisos-navegador'; // who wants which alerts here
  const BLOCKED = 'El navegador tiene bloqueados los avisos de la consola. Permítelos en su configuración e inténtalo de nuevo.';
  const FAILED = 'Este navegador no pudo cambiar sus avisos. Inténtalo de nuevo más tarde.';
  const agent = one('.who a').textContent;
  const kept = () => JSON.parse(localStorage.getItem(KEPT) || 'null');

  async function state() {
    const response = await fetch(PLACE, { headers: { 'X-Console': '1' }, credentials: 'same-origin' });
    if (!response.ok) throw new Error(await response.text()); // what is wanted here stays for the next page
    return response.json();
  }

  async function tell(subscription, kinds) {
    const body = new URLSearchParams({ suscripcion: subscription ? JSON.stringify(subscription) : '', avisos: kinds.join(',') });
    const response = await fetch(PLACE, { method: 'POST', body, headers: { 'X-Console': '1', 'X-CSRF': csrf }, credentials: 'same-origin' });
    if (!response.ok) throw new Error(await response.text());
  }

  const bytes = (text) => Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (char) => char.charCodeAt(0));
  const same = (left, right) => left.length === right.length && left.every((byte, at) => byte === right[at]);

  async function begin(key, kinds) {
    await navigator.serviceWorker.register('/console/servicio.js');
    const { pushManager } = await navigator.serviceWorker.ready;
    const ours = bytes(key);
    let subscription = await pushManager.getSubscription();
    const theirs = subscription?.options.applicationServerKey;
    if (theirs && !same(new Uint8Array(theirs), ours)) { // made for another key of ours
      await subscription.unsubscribe();
      subscription = null;
    }
    subscription ??= await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: ours });
    await tell(subscription, kinds);
    localStorage.setItem(KEPT, JSON.stringify({ agent, kinds }));
  }

  async function end() {
    localStorage.removeItem(KEPT);
    const registration = await navigator.serviceWorker.getRegistration('/console/');
    const subscription = await registration?.pushManager.getSubscription();
    await subscription?.unsubscribe();
  }

  function offer(section, { key, kinds }) {
    const [save, stop, said] = ['#navegador-guardar', '#navegador-quitar', '#navegador-estado'].map((selector) => one(selector));
    const boxes = [...section.querySelectorAll('input[type=checkbox]')];
    const show = (on) => {
      save.textContent = on ? 'Guardar' : 'Recibir avisos en este navegador';
      stop.hidden = !on;
    };
    const tried = (work, done) => async () => {
      save.disabled = stop.disabled = true;
      try {
        said.textContent = await work() || done;
      } catch (error) {
        said.textContent = error.name === 'NotAllowedError' ? BLOCKED : FAILED;
      } finally { save.disabled = stop.disabled = false; }
    };
    for (const box of boxes) box.checked = !kinds || kinds.includes(box.value);
    show(Boolean(kinds));
    save.addEventListener('click', tried(async () => {
      if (await Notification.requestPermission() !== 'granted') return BLOCKED;
      await begin(key, boxes.filter((box) => box.checked).map((box) => box.value));
      return show(true);
    }, 'Listo: este navegador recibe esos avisos.'));
    stop.addEventListener('click', tried(async () => {
      await tell(null, []);
      await end();
      return show(false);
    }, 'Listo: este navegador ya no recibe avisos.'));
    one('#permitir')?.remove(); // this one does more
    section.hidden = false;
  }

  async function start() {
    const mine = kept();
    const section = one('#navegador');
    if (mine && mine.agent !== agent) await end(); // somebody else's
    if (!section && mine?.agent !== agent) return;
    let now = await state();
    if (!now.key) return; // taken away just now: the next page does not ask
    if (!now.kinds && mine?.agent === agent && Notification.permission === 'granted') {
      await begin(now.key, mine.kinds);
      now = { ...now, kinds: mine.kinds };
    }
    if (section) offer(section, now);
  }

  start().catch(() => null); // alerts in the page go on without it
})();
