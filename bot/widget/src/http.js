/** Requests to the gateway and to the portal, what can go wrong with them, and how long to wait then. */

const REQUEST_MS = 15_000;

export const backoff = (tries) => Math.min(30_000, 500 * 2 ** Math.min(tries, 6)) * (0.5 + Math.random() / 2);

export class Problem extends Error {
  constructor(status, code = '', retryAfter = 0) {
    super(`${status} ${code}`);
    Object.assign(this, { status, code, retryAfter });
  }
}

/** Milliseconds to wait; 429 and 503 without a readable Retry-After (not exposed across origins) count as five seconds. */
export function retryAfter(response) {
  const value = response.headers.get('retry-after');
  const ms = /^\d+$/.test(value ?? '') ? value * 1000 : Date.parse(value) - Date.now();
  if (ms > 0) return Math.min(ms, 300_000);
  return response.status === 429 || response.status === 503 ? 5000 : 0;
}

/** The gateway's HTTP contract, spoken with one session. Every failure is a Problem. */
export class Gateway {
  session = null; // its bearer token

  constructor(server, world) {
    Object.assign(this, { server, world });
  }

  async call(method, path, body, ms = REQUEST_MS) {
    let response;
    try {
      response = await this.#fetch(path, {
        method,
        headers: { ...this.#bearer(), ...(body && { 'Content-Type': 'application/json' }) },
        body: body && JSON.stringify(body),
        signal: AbortSignal.timeout(ms),
      });
    } catch {
      throw new Problem(0, 'network');
    }
    const answer = await response.json().catch(() => null);
    if (response.ok && !answer && response.status !== 204) throw new Problem(0, 'network'); // torn on the way: what it said is not known
    if (response.ok) return answer ?? {};
    throw new Problem(response.status, answer?.error === 'token' ? 'refused' : answer?.error, retryAfter(response));
  }

  stream(cursor, signal) {
    return this.#fetch(`/webchat/stream?since=${cursor}`, { headers: { ...this.#bearer(), Accept: 'text/event-stream' }, signal });
  }

  /** Ends a session. Without a connection it lives on at the server until its time, but nobody holds its token any more. */
  async logout(session) {
    await this.#fetch('/webchat/logout', { method: 'POST', keepalive: true, headers: { Authorization: `Bearer ${session}` } }).catch(() => {});
  }

  #bearer() {
    return this.session && { Authorization: `Bearer ${this.session}` };
  }

  /**
   * Without cookies: ours need none, and a page on the gateway's own host may have many. No address is asked for twice: a portal's service
   * worker may keep what any address once answered, and give it to the next customer.
   */
  #fetch(path, options) {
    const once = path.includes('?') ? `&_=${Math.random()}` : '';
    return this.world.fetch(this.server + path + once, { cache: 'no-store', credentials: 'omit', ...options });
  }
}

/** The token of whoever is logged in to the portal, or null: 401, 204, a redirect or a log-in page say that nobody is. */
export async function portalToken(endpoint, world) {
  let response;
  try {
    const options = { cache: 'no-store', credentials: 'same-origin', redirect: 'manual', headers: { Accept: 'application/json' } };
    const address = new URL(endpoint, world.base());
    address.searchParams.set('_', Math.random());
    response = await world.fetch(address, { ...options, signal: AbortSignal.timeout(REQUEST_MS) });
  } catch {
    throw new Problem(0, 'network');
  }
  if (response.status >= 500 || response.status === 429) throw new Problem(response.status, 'token-endpoint', retryAfter(response));
  return response.ok ? ((await response.json().catch(() => null))?.token ?? null) : null;
}
