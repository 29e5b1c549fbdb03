/** What the widget uses of the browser, in one place, so that tests can put a person's tabs together in Node. */
export const BROWSER = {
  tab: () => window.sessionStorage,
  shared: () => window.localStorage,
  channel: (name) => new BroadcastChannel(name),
  lock: (name, run) => navigator.locks.request(name, run),
  fetch: (url, options) => fetch(url, options),
  base: () => (document.baseURI.startsWith(`${origin}/`) ? document.baseURI : location.href), // a <base> on another host is for pictures
};

const LOCK_MS = 5_000; // a tab that the browser has frozen may hold it for ever

/** Runs it alone among the tabs where the browser can do that, else at once: the server knows a repeated message by its id. */
export async function alone(world, name, run) {
  let began = null;
  const begin = () => (began ??= run());
  try {
    await Promise.race([world.lock(name, begin), new Promise((resolve) => setTimeout(resolve, LOCK_MS))]);
  } catch (problem) {
    if (began) throw problem;
  }
  await begin();
}
