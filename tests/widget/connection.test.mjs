/** Liveness: what is sent is answered, whatever becomes of the stream, the storage and the other tabs. */
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';

import { forget, pass, sleep } from './clock.mjs';
import { Browser, FakeGateway } from './people.mjs';

let gateway;
let browser;

beforeEach(() => {
  forget();
  gateway = new FakeGateway();
  browser = new Browser(gateway);
  browser.user = { sub: 'C-1' };
});

async function opened() {
  const tab = browser.open();
  await pass(1_000);
  return tab;
}

async function ask(tab, text) {
  browser.type(tab, text);
  browser.send(tab);
  await pass(50, 50);
}

const shows = (tab, text) => tab.view.texts.includes(text);

test('an answer comes by the stream', async () => {
  const tab = await opened();
  await ask(tab, 'hola');
  assert.ok(shows(tab, 'Recibí hola'));
});

test('an answer that a frozen stream holds back shows within 5 s of the send', async () => {
  const tab = await opened();
  gateway.mute = true;
  gateway.answers = false;
  await ask(tab, 'hola');
  gateway.say(gateway.conversations[0], { author: 'bot', kind: 'answer', text: 'ya' });
  await pass(1900, 100);
  assert.ok(shows(tab, 'ya'));
});

test('a stream that froze after it brought the message itself is found out as well', async () => {
  const tab = await opened();
  gateway.answers = false;
  await ask(tab, 'hola');
  gateway.mute = true;
  await pass(1000);
  gateway.say(gateway.conversations[0], { author: 'bot', kind: 'answer', text: 'ya' });
  await pass(3500, 100);
  assert.ok(shows(tab, 'ya'));
});

test('streams that never bring anything are given up, and it polls', async () => {
  gateway.mute = true;
  const tab = await opened();
  await pass(40_000, 500);
  const { opened: streams } = gateway;
  assert.ok(streams <= 5, `${streams} streams`);
  gateway.say(gateway.conversations[0], { author: 'agent', kind: 'text', text: 'hola, soy Mariana' });
  await pass(3_500);
  assert.ok(shows(tab, 'hola, soy Mariana'));
});

test('while nothing is awaited the gateway is not asked', async () => {
  const tab = await opened();
  await ask(tab, 'hola');
  await pass(5_000);
  const asked = gateway.calls.length;
  await pass(50_000, 1000);
  assert.equal(gateway.calls.length, asked);
});

test('a computer that wakes up opens another stream at once', async () => {
  const tab = await opened();
  gateway.mute = true; // the one of before is dead and nobody has said so
  sleep(3_600_000);
  gateway.say(gateway.conversations[0], { author: 'agent', kind: 'text', text: 'mientras dormías' });
  await pass(6_000, 500);
  assert.ok(shows(tab, 'mientras dormías'));
});

test('looking at the tab, or coming back online, asks at once', async () => {
  for (const look of [(tab) => tab.connection.seen(), (tab) => tab.connection.probe(true)]) {
    gateway.mute = false;
    const tab = await opened();
    await pass(2_000);
    gateway.mute = true;
    gateway.say(gateway.conversations.at(-1), { author: 'agent', kind: 'text', text: 'novedad' });
    look(tab);
    await pass(600, 100);
    assert.ok(shows(tab, 'novedad'));
    browser.close(tab);
  }
});

test('seven tabs share one stream, and each shows what any of them says', async () => {
  const tabs = [];
  for (let n = 0; n < 7; n += 1) tabs.push(await opened());
  await pass(1_000);
  assert.equal(gateway.streams.size, 1);
  assert.equal(gateway.conversations.length, 1);
  await ask(tabs[2], 'desde la tercera');
  await pass(1_000);
  for (const tab of tabs) assert.ok(shows(tab, 'desde la tercera') && shows(tab, 'Recibí desde la tercera'));
});

test('tabs that are opened at the same moment are one conversation', async () => {
  for (let n = 0; n < 4; n += 1) browser.open();
  await pass(2_000);
  assert.equal(gateway.conversations.length, 1);
  assert.equal(gateway.streams.size, 1);
});

test('another tab leads at once when the leading one goes, or is hidden', async () => {
  const [one, two, three] = [await opened(), await opened(), await opened()];
  three.connection.seen();
  browser.close(three);
  await pass(1_000);
  assert.equal(gateway.streams.size, 1);
  two.connection.seen();
  await pass(1_000);
  two.connection.pause(true);
  await pass(1_000);
  assert.equal(gateway.streams.size, 1);
  await ask(one, 'sigo aquí');
  assert.ok(shows(one, 'Recibí sigo aquí'));
  one.connection.pause(true);
  await pass(1_000);
  assert.equal(gateway.streams.size, 0);
  two.connection.pause(false);
  two.connection.seen();
  await pass(1_000);
  assert.ok(shows(two, 'Recibí sigo aquí'));
});

test('a tab whose leader has frozen finds out by what it sends', async () => {
  const one = await opened();
  const two = await opened();
  one.connection.seen();
  await pass(1_000);
  one.connection.world.fetch = () => new Promise(() => {});
  one.connection.tabs.share = () => {}; // it leads, and tells nothing
  await ask(two, 'hola');
  await pass(1_900, 100);
  assert.ok(shows(two, 'Recibí hola'));
});

for (const [name, blocked] of [['locks that reject', { locks: false }], ['no channel', { channels: false }], ['neither', { locks: false, channels: false }]]) {
  test(`with ${name} everything is sent`, async () => {
    Object.assign(browser, blocked);
    const tab = await opened();
    await ask(tab, 'hola');
    await ask(tab, 'otra');
    await pass(2_000); // who hears of no other tab holds no stream, and looks
    assert.ok(shows(tab, 'Recibí hola') && shows(tab, 'Recibí otra'));
  });
}

test('a lock that is never given does not hold messages back', async () => {
  const tab = browser.open();
  tab.connection.world.lock = () => new Promise(() => {});
  await pass(1_000);
  await ask(tab, 'hola');
  await pass(5_000);
  assert.ok(shows(tab, 'Recibí hola'));
});

test('moved, or made anew soon or late: the same customer and the same talk', async () => {
  browser.endpoint = false;
  const tab = await opened();
  await ask(tab, 'hola');
  for (const [same, away] of [[true, 0], [false, 0], [false, 10_000]]) {
    tab.connection.detach(tab.handlers);
    await pass(away);
    browser.attach(tab, same);
    tab.connection.start();
    await pass(1_000);
    assert.ok(shows(tab, 'Recibí hola'), `${same} ${away}`);
  }
  assert.equal(gateway.conversations.length, 1);
});

test('a page that forgets who its customer is gets token-needed, never silently a visitor', async () => {
  browser.endpoint = false;
  const tab = await opened();
  await ask(tab, 'hola');
  browser.user = null; // the page does not call identify() any more
  browser.reload(tab);
  await pass(20_000);
  assert.deepEqual(tab.view.events, ['token-needed']);
  assert.equal(gateway.conversations.length, 1);
  assert.equal(tab.connection.known, false);
  tab.connection.identify(null); // the page, or whoever is there, says that it is a visitor
  await pass(1_000);
  assert.equal(gateway.conversations.length, 2);
  assert.deepEqual(tab.view.texts, []);
});

test('a session that is over goes on in a new conversation with what was unsent', async () => {
  const tab = await opened();
  gateway.cut();
  await ask(tab, 'sin red');
  gateway.expire();
  gateway.up = true;
  tab.connection.probe(true);
  await pass(5_000);
  assert.ok(shows(tab, 'Recibí sin red'));
  assert.equal(gateway.conversations.length, 2);
});

test('a page that the browser kept as it was asks anew who is there, and shows the next customer nothing', async () => {
  for (const [next, shown] of [['C-1', true], ['C-2', false]]) {
    browser.user = { sub: 'C-1' };
    const tab = await opened();
    await ask(tab, `hola ${next}`);
    browser.type(tab, 'a medias');
    browser.follow(tab);
    await pass(1_000);
    if (next === 'C-2') browser.user = { sub: 'C-2' }; // logged in on a page without the chat
    browser.history(tab);
    assert.deepEqual(tab.view.texts, []);
    await pass(1_000);
    assert.equal(shows(tab, `Recibí hola ${next}`), shown);
    assert.equal(tab.view.box, shown ? 'a medias' : '');
    await ask(tab, 'de vuelta');
    assert.equal(gateway.conversations.find(({ messages }) => messages.some(({ text }) => text === 'de vuelta')).desk, next);
    browser.close(tab);
    gateway.conversations = [];
  }
});

test('a page that was told who is there, and that the browser kept, goes on only while its tab was nobody else\'s', async () => {
  browser.endpoint = false;
  const tab = await opened();
  await ask(tab, 'hola');
  browser.follow(tab);
  await pass(1_000);
  browser.history(tab);
  await pass(1_000);
  assert.ok(shows(tab, 'Recibí hola'));
  browser.follow(tab);
  browser.user = { sub: 'C-2' };
  tab.connection.identify(browser.token);
  await pass(1_000);
  browser.history(tab);
  await pass(5_000);
  assert.deepEqual(tab.view.texts, []);
  assert.deepEqual(tab.view.events, ['token-needed']);
});

test('who logged in on a page without the chat is found out as soon as the tab is looked at', async () => {
  const tab = await opened();
  await ask(tab, 'hola');
  browser.user = { sub: 'C-2' };
  await pass(5_000);
  tab.connection.seen();
  await pass(1_000);
  assert.deepEqual(tab.view.texts, []);
  await ask(tab, 'soy otro');
  assert.equal(gateway.conversations.at(-1).desk, 'C-2');
});

test('while the portal is away a tab that is looked at again and again has one question under way', async () => {
  const tab = await opened();
  let asked = 0;
  const { fetch } = tab.connection.world;
  tab.connection.world.fetch = (url, options) => {
    if (String(url).includes('/chat-token')) asked += 1;
    return fetch(url, options);
  };
  browser.portalUp = false;
  for (let n = 0; n < 10; n += 1) {
    await pass(6_000);
    tab.connection.seen();
  }
  assert.ok(asked < 12, `${asked} times`);
  browser.portalUp = true;
  browser.user = { sub: 'C-2' };
  await pass(31_000);
  assert.equal(tab.connection.known, true);
  await ask(tab, 'soy otro');
  assert.equal(gateway.conversations.at(-1).desk, 'C-2');
});

test('tabs that cannot hear each other hold no streams: seven would be one more than the browser opens connections', async () => {
  browser.channels = false;
  const tabs = [];
  for (let n = 0; n < 7; n += 1) tabs.push(await opened());
  assert.equal(gateway.streams.size, 0);
  await ask(tabs[6], 'hola');
  await pass(3_500);
  assert.ok(shows(tabs[6], 'Recibí hola'));
  gateway.say(gateway.conversations.at(-1), { author: 'agent', kind: 'text', text: 'hola, soy Mariana' });
  await pass(3_500);
  assert.ok(shows(tabs[6], 'hola, soy Mariana'));
});

test('no address is asked for twice: what a service worker of the portal keeps answers nobody else', async () => {
  const addresses = [];
  const worlds = browser.world.bind(browser);
  browser.world = (storage) => {
    const world = worlds(storage);
    const { fetch } = world;
    world.fetch = (url, options = {}) => {
      if ((options.method ?? 'GET') === 'GET') addresses.push(String(url));
      return fetch(url, options);
    };
    return world;
  };
  const tab = await opened();
  await ask(tab, 'hola');
  browser.reload(tab);
  await pass(1_000);
  assert.ok(addresses.length >= 6);
  assert.equal(new Set(addresses).size, addresses.length);
});
