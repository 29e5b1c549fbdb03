/** What can go wrong with a request, and how long to wait then. */

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
