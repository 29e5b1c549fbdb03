/**
 * What the browser keeps of a person: session, draft, unsent messages, read mark. All of it lies under one key, which only that person's
 * proof opens, because customers share computers at the counter of a shop.
 *
 * A portal's token that names a person opens always the same key. Whoever is known less well (a desk, a visitor) gets a random key for one
 * sitting, remembered by the tab for as long as nobody else shows up: afterwards nothing leads to it any more.
 */
import { uuid } from './ids.js';

const DAYS = 7 * 86_400_000;
const READ_MARKS = 8; // at most so many are kept in a browser

export class Belongings {
  #sitting = null; // {who, turn, key, session?, conversation?, identified?, epoch?}
  #fresh = false;
  #memory = new Map(); // unsent items that storage did not take
  #lastAt = 0;

  constructor(tab, shared) {
    Object.assign(this, { tab, shared });
    this.#prune();
  }

  /** Opens what belongs to `who` in this `turn` at the portal. Returns whether somebody else had the tab, or nobody. */
  settle(who, turn) {
    const saved = this.#sitting ?? this.tab.get('sitting');
    if (saved?.key && saved.who === who.id && (who.person || saved.turn === turn)) {
      this.#sitting = saved;
      return false;
    }
    this.leave();
    this.#fresh = !who.person;
    this.#sitting = { who: who.id, turn, key: who.person ? `p${who.id}` : uuid() };
    this.#save();
    return true;
  }

  /** Joins the sitting of another tab of the same person, with what was written here meanwhile. */
  adopt({ key, turn, ...session }) {
    if (turn !== this.#sitting.turn) return; // somebody else was there in between
    const [unsent, draft] = [this.unsent(), this.draft];
    for (const item of unsent) this.drop(item);
    Object.assign(this.#sitting, session, { key });
    this.#fresh = false;
    this.#save();
    for (const item of unsent) this.keep(item);
    this.draft = draft;
  }

  /** Lets go of everything: nothing of it can be reached from this tab any more. */
  leave() {
    for (const key of this.tab.keys()) if (key !== 'open') this.tab.drop(key);
    this.#memory.clear();
    this.#sitting = null;
  }

  /** Removes all traces of this sitting from the computer. */
  clear() {
    if (this.key) for (const key of [...this.shared.keys(`out:${this.key}:`), `read:${this.key}`]) this.shared.drop(key);
    for (const key of this.shared.keys('portal:')) this.shared.drop(key);
    this.leave();
  }

  /** Nobody is known here until the next `settle`; what the tab keeps stays. */
  close() {
    this.#sitting = null;
  }

  /** Whether the tab is still this sitting's: no later page of it was somebody else's. */
  get stands() {
    return !!this.key && this.tab.get('sitting')?.key === this.key;
  }

  get key() {
    return this.#sitting?.key ?? null;
  }
  /** Whether this sitting has just begun, so that another tab may know more of it. */
  get fresh() {
    return this.#fresh;
  }
  set fresh(fresh) {
    this.#fresh = fresh;
  }

  /** Whether the tab was left as an identified customer's; who that was needs a proof again. */
  get wasIdentified() {
    return !!(this.#sitting ?? this.tab.get('sitting'))?.who;
  }
  get wasHere() {
    return !!(this.#sitting ?? this.tab.get('sitting'))?.session;
  }

  /** {session, conversation, epoch} of the sitting, as the server gave it, or null. */
  get session() {
    return this.#sitting?.session ? this.#sitting : null;
  }
  set session(session) {
    Object.assign(this.#sitting, session);
    this.#save();
  }

  #save() {
    this.tab.set('sitting', this.#sitting);
  }

  get draft() {
    const draft = this.tab.get('draft');
    return draft && draft.key === this.key ? draft.text : '';
  }
  set draft(text) {
    if (!this.key) return;
    if (text) this.tab.set('draft', { key: this.key, text });
    else this.tab.drop('draft');
  }

  /** Up to which seq the conversation was read in this browser; null when that is not known. */
  get read() {
    const mark = this.key && this.shared.get(`read:${this.key}`);
    return mark && mark.conversation === this.#sitting.conversation ? mark.seq : null;
  }
  set read(seq) {
    if (!this.key) return;
    if (seq === null) this.shared.drop(`read:${this.key}`);
    else this.shared.set(`read:${this.key}`, { conversation: this.#sitting.conversation, seq, at: Date.now() });
  }

  /** A message that waits: {id, at} and what it says; in the order of `at` within the tab. */
  item(content) {
    this.#lastAt = Math.max(Date.now(), this.#lastAt + 1);
    return { id: uuid(), at: this.#lastAt, ...content };
  }
  keep(item) {
    if (!this.shared.set(`out:${this.key}:${item.id}`, item)) this.#memory.set(item.id, item);
  }
  drop(item) {
    this.shared.drop(`out:${this.key}:${item.id}`);
    this.#memory.delete(item.id);
  }
  /** Unsent items, oldest first. */
  unsent() {
    if (!this.key) return [];
    const stored = this.shared.keys(`out:${this.key}:`).map((key) => this.shared.get(key)).filter(Boolean);
    return [...stored, ...this.#memory.values()].sort((a, b) => a.at - b.at);
  }

  #prune() {
    const kept = (start) => this.shared.keys(start).map((key) => [key, this.shared.get(key)?.at ?? 0]);
    const marks = kept('read:').sort(([, a], [, b]) => b - a);
    const old = [...kept('out:'), ...marks].filter(([, at]) => !(at > Date.now() - DAYS));
    for (const [key] of [...old, ...marks.slice(READ_MARKS)]) this.shared.drop(key);
  }
}
