/** A clock that only tests move: Node's own mock of timers (20.20) fails when a timer that has run is cleared. */
let now = Date.parse('2026-11-26T15:00:00Z');
let timers = new Map();
let last = 0;

globalThis.setTimeout = (run, ms = 0, ...values) => {
  last += 1;
  timers.set(last, { at: now + ms, run: () => run(...values) });
  return last;
};
globalThis.clearTimeout = (timer) => void timers.delete(timer);
Date.now = () => now;

export function forget() {
  timers = new Map();
}

/** The computer was asleep for so long: no timer ran meanwhile. */
export function sleep(ms) {
  now += ms;
}

/** Lets so much time pass, with all that happens in it. */
export async function pass(ms, step = 250, each = () => {}) {
  for (let left = ms; left > 0; left -= step) {
    now += Math.min(step, left);
    for (const [timer, { at, run }] of [...timers].sort(([, a], [, b]) => a.at - b.at)) {
      if (at <= now && timers.delete(timer)) run();
    }
    await flush();
    each();
  }
}

export async function flush() {
  for (let n = 0; n < 4; n += 1) await new Promise((resolve) => setImmediate(resolve));
}
