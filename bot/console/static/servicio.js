// Shows what the push service brings while no page of the console is looked at, and opens the case. It is told a kind and a code, asks for nothing and keeps nothing.
'use strict';
const TITLES = {
  caso: 'Un cliente espera a un asesor',
  respuesta: 'Hay algo nuevo en tus conversaciones',
  plazo: 'Una espera está por vencer o ya venció',
  llamada: 'Es hora de llamar a un cliente',
  alza: 'Muchos clientes preguntan lo mismo',
};

const PLACES = { alza: '/console/resumen' };

self.addEventListener('install', () => self.skipWaiting());
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));
self.addEventListener('push', (event) => event.waitUntil(show(event.data)));
self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  event.waitUntil(self.clients.openWindow(event.notification.data));
});

async function show(data) {
  const { kind, code } = read(data);
  const pages = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
  if (pages.some((page) => page.focused && new URL(page.url).pathname.startsWith('/console/'))) return; // it tells by itself
  await self.registration.showNotification(TITLES[kind] || 'Hay algo nuevo en la consola', {
    lang: 'es-MX',
    icon: '/console/estatico/icon.svg',
    body: code ? `Folio ${code}` : 'Ábrela para verlo.',
    tag: `${kind}:${code}`,
    renotify: true,
    data: code ? `/console/folio?folio=${encodeURIComponent(code)}` : PLACES[kind] || '/console/cola',
  });
}

function read(data) {
  try {
    const { kind, code } = data.json();
    return { kind: String(kind), code: /^[0-9A-Z]{1,16}$/.test(code) ? code : '' };
  } catch { return { kind: '', code: '' }; }
}
