/** Who is at the page, as far as the widget must know it to keep people apart. The server alone decides what anybody may see. */

const VISITOR = { id: '', person: false };

/**
 * Whom a portal token names, read without trust: {id, person}. `id` tells one subject from another without naming it, '' is a visitor;
 * `person`: whether the token says which person of the desk it is.
 */
export function whoOf(token) {
  if (!token) return VISITOR;
  try {
    const bytes = Uint8Array.from(atob(token.split('.')[1].replace(/-/g, '+').replace(/_/g, '/')), (c) => c.charCodeAt(0));
    const { sub, person } = JSON.parse(new TextDecoder().decode(bytes));
    if (sub) return { id: digest(`${`${sub}`.length} ${sub} ${person || ''}`), person: !!person }; // no JSON: old libraries give arrays and words a toJSON of their own
  } catch {
    /* not a token that we can read: as good a name as any */
  }
  return { id: digest(token), person: false };
}

/** 53 bits that stand for a name, so that no customer's id lies in the browser (cyrb53). */
function digest(name) {
  let [a, b] = [0xdeadbeef, 0x41c6ce57];
  for (const character of name) {
    const code = character.codePointAt(0);
    a = Math.imul(a ^ code, 2654435761);
    b = Math.imul(b ^ code, 1597334677);
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
  return (4294967296 * (2097151 & b) + (a >>> 0)).toString(36);
}
