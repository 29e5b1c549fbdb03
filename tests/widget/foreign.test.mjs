/** Nothing that one person typed is ever shown to, or sent as, another: random sequences of what people do at a shared computer. */
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { flush, forget, pass } from './clock.mjs';
import { Browser, FakeGateway, randomly } from './people.mjs';

const SEQUENCES = Number(process.env.SEQUENCES ?? 1000);
const STEPS = 16;
const DESKS = [{ sub: 'C-1' }, { sub: 'C-2' }];
const PERSONS = [
  { sub: 'C-1', person: 'ana' },
  { sub: 'C-1', person: 'beto' },
];

class Shop {
  said = 0;
  away = [];
  #changes = 0; // how many times the portal's customer has changed

  constructor(seed) {
    this.random = randomly(seed);
    this.gateway = new FakeGateway();
    this.people = this.random() < 0.5 ? DESKS : PERSONS;
    this.browser = new Browser(this.gateway, { endpoint: this.random() < 0.7 });
    this.browser.locks = this.random() < 0.8;
    this.browser.channels = this.random() < 0.9;
    this.tab = this.browser.open();
  }

  pick(list) {
    return list[Math.floor(this.random() * list.length)];
  }

  /** Who is at the keyboard. One who is not known as a person may be anybody as soon as somebody else was there. */
  get me() {
    const { user, endpoint } = this.browser;
    if (user?.person) return user.person;
    return `${user?.sub ?? 'visitor'}${endpoint ? `#${this.#changes}` : ''}`;
  }

  async step() {
    const action = this.pick(['A', 'B', 'nobody', 'type', 'type', 'type', 'send', 'send', 'send', 'offline', 'online', 'portal', 'reload', 'move', 'anew', 'logout', 'close', 'another', 'elsewhere', 'back', 'follow', 'history', 'expire', 'wait']);
    await this[action]();
    return action;
  }

  // actions

  A = () => this.#login(this.people[0]);
  B = () => this.#login(this.people[1]);
  nobody = () => this.#login(null);
  async #login(user) {
    if (!this.browser.portalUp) return; // nobody can log in
    if (user !== this.browser.user) this.#changes += 1;
    this.browser.user = user;
    if (!this.browser.endpoint) {
      // a page that calls identify() speaks for its own tab, whatever others show: here the others are closed
      for (const tab of [...this.browser.tabs]) if (tab !== this.tab) this.browser.close(tab);
      if (this.random() < 0.5) return this.tab.connection.identify(this.browser.token);
      if (!user) await this.tab.connection.logout();
    }
    this.browser.reload(this.tab);
  }
  type() {
    this.browser.type(this.tab, `<${this.me}> ${(this.said += 1)}`);
  }
  send() {
    if (!this.tab.view.box) this.type();
    this.browser.send(this.tab);
  }
  offline() {
    this.gateway.cut();
  }
  online() {
    this.gateway.up = this.browser.portalUp = true;
    for (const tab of this.browser.tabs) tab.connection.probe(true);
  }
  portal() {
    this.browser.portalUp = false;
  }
  reload() {
    this.browser.reload(this.tab);
  }
  move() {
    this.tab.connection.detach(this.tab.handlers);
    this.browser.attach(this.tab, true);
  }
  async anew() {
    this.tab.connection.detach(this.tab.handlers);
    if (this.random() < 0.5) await pass(3_000);
    this.browser.attach(this.tab);
    this.tab.connection.start();
  }
  async logout() {
    if (!this.browser.portalUp) return;
    if (this.browser.user) this.#changes += 1;
    this.tab.connection.logout();
    this.browser.user = null;
    await flush();
    for (const tab of [...this.browser.tabs]) if (tab !== this.tab) this.browser.close(tab);
    this.browser.reload(this.tab);
  }
  close() {
    this.browser.close(this.tab);
    this.#look(this.browser.tabs[0] ?? this.browser.open());
  }
  another() {
    if (this.browser.tabs.length < 3) this.browser.open();
    this.#look(this.pick(this.browser.tabs));
  }
  /** To a page of the portal without the chat; what happens meanwhile, the tab does not hear. */
  elsewhere() {
    this.away.push(this.tab);
    this.browser.leave(this.tab);
    this.#look(this.browser.tabs[0] ?? this.browser.open());
  }
  back() {
    if (!this.away.length) return;
    this.tab = this.away.pop();
    this.browser.back(this.tab);
  }
  /** To another page of the portal with the chat, and back to the first one, which the browser kept as it was. */
  follow() {
    this.browser.follow(this.tab);
  }
  history() {
    if (this.tab.kept) this.browser.history(this.tab);
  }
  #look(tab) {
    this.tab = tab;
    tab.connection.seen();
  }
  expire() {
    this.gateway.expire();
  }
  wait() {
    return pass(20_000, 1000);
  }

  check(tabs) {
    for (const tab of tabs) for (const text of tab.view.texts) this.own(text, this.me, 'shown');
    for (const { desk, person, messages } of this.gateway.conversations) {
      const writers = new Set(messages.filter(({ author }) => author === 'customer').map(({ text }) => /<(.*)>/.exec(text)[1]));
      assert.ok(writers.size <= 1, `sent as one: ${[...writers]}`);
      for (const writer of writers) assert.equal(writer.split('#')[0], person ?? desk ?? 'visitor', 'sent as another');
    }
  }

  own(text, me, how) {
    assert.equal(/<(.*)>/.exec(text)[1], me, `${how}: ${text}`);
  }
}

test(`${SEQUENCES} random sequences show and send no foreign words`, async () => {
  let [sent, shown] = [0, 0];
  for (let seed = Number(process.env.SEED ?? 1); seed <= SEQUENCES; seed += 1) {
    const shop = new Shop(seed);
    const did = [];
    try {
      await pass(500);
      for (let n = 0; n < STEPS; n += 1) {
        did.push(await shop.step());
        await pass(1000, 250, () => shop.check([shop.tab]));
        if (shop.browser.portalUp && shop.browser.channels) shop.check(shop.browser.tabs);
        else shop.check([]);
      }
      shop.online();
      await pass(40_000, 1000);
      for (const tab of shop.browser.tabs) tab.connection.seen(); // where no tab hears of another, it is found out by looking
      await flush();
      shop.check(shop.browser.tabs);
      sent += shop.gateway.conversations.flatMap(({ messages }) => messages).filter(({ author }) => author === 'customer').length;
      shown += shop.browser.tabs.flatMap(({ view }) => view.texts).length;
    } catch (problem) {
      throw new Error(`seed ${seed} (${did.join(', ')}): ${problem.message}`, { cause: problem });
    }
    for (const tab of [...shop.browser.tabs]) shop.browser.close(tab);
    forget();
  }
  console.log(`sent ${sent}, shown at the end ${shown}`);
  assert.ok(sent > SEQUENCES && shown > SEQUENCES / 2, 'too little happened to mean anything');
});
