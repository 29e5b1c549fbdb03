/**
 * <support-chat>: the customers' chat window, one file without dependencies or build step, because a company's portal
 * must be able to add it with one script tag under a strict Content-Security-Policy (no unsafe-inline, no unsafe-eval).
 *
 *   <script type="module" src="https://asistente.example/widget.js"></script>
 *   <support-chat token-endpoint="/chat-token"></support-chat>
 *
 * Attributes: server (gateway origin; default: this script's), token-endpoint (own back end answering {"token": JWT}; absent =
 * visitor), open, theme (light|dark; default: the system's), phone and hours (of the support line). Methods: open(text?), close(), identify(token),
 * logout(). Property: token. Events: support-chat-open, support-chat-close, support-chat-logout, token-needed (a token given to
 * identify() has expired: call it again). Texts are es-MX. Needs Chrome/Edge 105, Firefox 101 or Safari 16.4 (Windows Server
 * 2012 R2 ends at Chrome 109, so nothing newer is used).
 *
 * What is kept where, and why: customers share computers at the counter of a shop.
 * - Conversation texts are never stored in the browser; after a reload they come from the server.
 * - The session token lies in sessionStorage: it survives a reload and dies with the tab, so the next person at the computer
 *   does not find the chat. A saved session of an identified customer is used only together with a fresh portal token.
 *   Further tabs of the same person get the session over BroadcastChannel while one of them is open.
 * - Unsent messages lie in localStorage under their conversation's id, so they survive a closed browser, every tab of the same
 *   conversation sees them, and they are never sent in somebody else's conversation. They are dropped after seven days.
 * - The portal's token is never stored. Logging out removes all of it, in every tab of this conversation.
 */

const MAX_CHARACTERS = 4096;
const OUTBOX_DAYS = 7;
const HISTORY = 300; // at most so many messages are loaded at first
const HIDDEN_MS = 30_000; // a hidden tab gives its stream back after this: browsers allow six HTTP/1.1 connections to an origin
const SILENCE_MS = 60_000; // a stream without a byte, not even a heartbeat, for so long is dead
const POLL_MS = 3_000;
const TYPING_MS = 20_000;
const TYPED_MS = 3_000; // the customer's own typing is told no more often

const TEXTS = {
  title: 'Soporte Servidor Virtual',
  launcher: 'Abrir chat de soporte',
  welcome: '¡Hola! ¿En qué te ayudo?',
  intro: 'Pregúntame por tu servidor virtual: vigencia, respaldos, pagos, facturas o acceso.',
  suggestions: ['¿Cuándo vence mi servidor?', '¿Se hizo mi respaldo?', '¿Cómo pago?', 'Hablar con un asesor'],
  placeholder: 'Escribe tu mensaje',
  status: {
    idle: '',
    connecting: 'Conectando…',
    online: 'En línea',
    agent: 'Te atiende un asesor',
    offline: 'Sin conexión. Reintentando…',
    ended: 'Sesión cerrada',
    token: 'Tu sesión del portal terminó',
  },
  author: { customer: 'Tú', bot: 'Asistente', agent: 'Asesor' },
  unsent: 'Sin enviar',
  later: 'Sin enviar · lo reintento en un momento',
  retry: 'Reintentar',
  sending: 'Enviando…',
  typing: { bot: 'El asistente está escribiendo', agent: 'Un asesor está escribiendo' },
  tooLong: 'Tu mensaje es demasiado largo. Acórtalo o envíalo en partes; aquí se queda lo que escribiste.',
  refused: 'No pude recibir ese mensaje. Lo dejé en el cuadro para que lo revises y lo envíes de nuevo.',
  usedButton: 'Esa opción ya se usó o ya no está disponible. Escribe tu pregunta y con gusto te ayudo.',
  picture: (phone, hours) => `Por ahora no puedo ver imágenes ni archivos. Cuéntame con palabras qué aparece, por ejemplo el texto del error, o llama al ${phone} (${hours}).`,
  renewed: 'Por seguridad cerré la conversación anterior. Sigamos en una nueva.',
  portal: 'Tu sesión del portal terminó. Vuelve a entrar para continuar; lo que escribiste se conserva.',
  ended: 'Cerraste la sesión. La conversación ya no está en esta computadora.',
  again: 'Iniciar conversación',
  confirm: (unsent) =>
    '¿Cerrar sesión y borrar la conversación de esta computadora?' +
    (unsent ? ` También se ${unsent === 1 ? 'borrará 1 mensaje' : `borrarán ${unsent} mensajes`} sin enviar.` : ''),
};

const ICONS = {
  chat: 'M21 12a8 8 0 0 1-8 8H4l1.9-3.2A8 8 0 1 1 21 12ZM9 12h.01M13 12h.01M17 12h.01',
  down: 'M6 9l6 6 6-6',
  send: 'M4 12l16-8-6 16-3-7-7-1Z',
  exit: 'M14 4H6a1 1 0 0 0-1 1v14a1 1 0 0 0 1 1h8M10 12h10M17 9l3 3-3 3',
  check: 'M5 12l5 5 9-10',
};

const LIGHT = `--page:#f3f6f7;--surface:#fff;--text:#15262c;--muted:#4e616a;--line:#d3dde1;--edge:#76888f;
--accent:var(--support-chat-accent,#0b6370);--on-accent:var(--support-chat-on-accent,#fff);--link:var(--support-chat-link,#0b6370);
--agent:#fff4de;--agent-line:#d9a441;--agent-text:#6f4600;--bad:#b3261e;--bad-surface:#fdecea;--shade:0 12px 40px rgb(10 35 45/.22)`;
const DARK = `--page:#10191d;--surface:#1a262b;--text:#e7eff1;--muted:#a3b5bc;--line:#32434a;--edge:#7d9098;
--accent:var(--support-chat-accent,#0d7482);--on-accent:var(--support-chat-on-accent,#fff);--link:var(--support-chat-link,#7fd6e2);
--agent:#3a2f18;--agent-line:#b98a34;--agent-text:#f3cf8b;--bad:#ffb4ab;--bad-surface:#46201d;--shade:0 12px 40px rgb(0 0 0/.6)`;

const CSS = `
:host{all:initial;${LIGHT};color-scheme:light;position:fixed;z-index:var(--support-chat-z,2147483000);right:0;bottom:0;
  font:15px/1.45 var(--support-chat-font,system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif);color:var(--text)}
@media (prefers-color-scheme:dark){:host(:not([theme=light])){${DARK};color-scheme:dark}}
:host([theme=dark]){${DARK};color-scheme:dark}
:host([hidden]),[hidden]{display:none!important}
*{box-sizing:border-box;margin:0}
button,textarea{font:inherit;color:inherit;letter-spacing:inherit}
button{background:none;border:1px solid transparent;cursor:pointer;padding:0;-webkit-tap-highlight-color:transparent}
:focus-visible{outline:3px solid var(--link);outline-offset:2px}
svg{width:22px;height:22px;fill:none;stroke:currentColor;stroke-width:1.8;stroke-linecap:round;stroke-linejoin:round;flex:none;display:block}
.sr{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.launcher{position:fixed;right:calc(var(--support-chat-right,20px) + env(safe-area-inset-right));bottom:calc(var(--support-chat-bottom,20px) + env(safe-area-inset-bottom));
  width:60px;height:60px;border-radius:50%;background:var(--accent);color:var(--on-accent);display:grid;place-items:center;box-shadow:0 6px 20px rgb(10 35 45/.3)}
.launcher svg{width:28px;height:28px}
.badge{position:absolute;top:-4px;right:-4px;min-width:24px;height:24px;padding:0 6px;border-radius:12px;background:#b3261e;color:#fff;
  border:2px solid var(--surface);font-size:12px;font-weight:700;line-height:20px;text-align:center}
.panel{position:fixed;right:calc(var(--support-chat-right,20px) + env(safe-area-inset-right));bottom:calc(var(--support-chat-bottom,20px) + env(safe-area-inset-bottom));
  width:var(--support-chat-width,408px);max-width:calc(100vw - 32px);height:var(--support-chat-height,660px);max-height:calc(100dvh - 40px);display:flex;flex-direction:column;
  overflow:hidden;background:var(--page);border:1px solid var(--line);border-radius:var(--support-chat-radius,16px);box-shadow:var(--shade);animation:rise .18s ease-out}
@keyframes rise{from{opacity:0;transform:translateY(12px)}}
.panel:focus{outline:none}
header{display:flex;align-items:center;gap:2px;padding:12px 10px 12px 16px;background:var(--accent);color:var(--on-accent);flex:none}
header :focus-visible{outline-color:var(--on-accent);outline-offset:-3px}
.who{flex:1;min-width:0}
h2{font-size:15px;letter-spacing:-.01em;font-weight:650;line-height:1.25}
.status{font-size:13px;line-height:1.3;display:flex;align-items:center;gap:6px;min-height:17px}
.status::before{content:"";width:8px;height:8px;border-radius:50%;border:1.5px solid currentColor;flex:none}
.status:empty::before{display:none}
.status[data-on]::before{background:currentColor}
.head{min-width:40px;height:40px;border-radius:10px;display:flex;align-items:center;justify-content:center;gap:6px}
.exit{padding:0 6px;font-size:12.5px;font-weight:600}
.exit svg{display:none}
@media (max-width:359px){.exit svg{display:block}.exit span{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}}
.confirm{padding:14px;background:var(--surface);border-bottom:1px solid var(--line);flex:none}
.row{display:flex;gap:8px;margin-top:10px;flex-wrap:wrap}
.plain,.solid{min-height:38px;padding:6px 14px;border-radius:10px;font-weight:600}
.plain{border-color:var(--edge)}
.solid{background:var(--accent);color:var(--on-accent)}
.log{flex:1;min-height:0;overflow-y:auto;overscroll-behavior:contain;padding:14px 14px 6px;display:flex;flex-direction:column;gap:10px;position:relative;scrollbar-width:thin}
.log:focus-visible{outline-offset:-3px}
.log>:first-child{margin-top:auto}
.day{align-self:center;color:var(--muted);font-size:12.5px;font-weight:600;padding:4px 10px}
.message{display:flex;flex-direction:column;max-width:88%;align-self:flex-start;align-items:flex-start;overflow-wrap:anywhere}
.message.near{margin-top:-5px}
.bubble{background:var(--surface);border:1px solid var(--line);border-radius:4px 14px 14px 14px;padding:9px 13px}
.bubble+.bubble{margin-top:5px}
.meta{font-size:12px;color:var(--muted);padding:3px 4px 0;display:flex;gap:6px;align-items:center;flex-wrap:wrap}
.message.more>.meta{display:none}
.customer{align-self:flex-end;align-items:flex-end}
.customer .bubble{background:var(--accent);color:var(--on-accent);border-color:var(--accent);border-radius:14px 14px 4px 14px}
.customer a{color:inherit}
.customer :focus-visible{outline-color:var(--text)}
.agent .bubble{background:var(--agent);border-color:var(--agent-line)}
.agent .meta b{color:var(--agent-text)}
.notice{align-self:center;max-width:94%}
.notice .bubble{background:none;border:0;padding:2px 6px;font-size:13px;color:var(--muted);text-align:center}
.notice .meta{display:none}
.unsent .bubble{background:var(--surface);color:var(--text);border:1px dashed var(--edge)}
.unsent .meta{color:var(--bad)}
.link{min-height:28px;padding:2px 6px;border-radius:6px;font-weight:700;text-decoration:underline;color:inherit}
p+p,p+ul,ul+p,ul+ul{margin-top:7px}
ul{padding-left:19px}
li+li{margin-top:3px}
a{color:var(--link);text-underline-offset:2px}
.nowrap{white-space:nowrap}
.choices{display:flex;flex-wrap:wrap;gap:7px;margin-top:8px}
.choice{min-height:38px;max-width:100%;padding:6px 14px;border-radius:19px;border-color:var(--link);color:var(--link);background:var(--surface);font-weight:600;display:flex;align-items:center;gap:6px;text-align:left}
@media (hover:hover){.choice:hover:enabled{background:var(--accent);color:var(--on-accent)}.head:hover{background:rgb(0 0 0/.22)}.plain:hover{background:var(--page)}}
.choice:disabled{border-color:var(--line);color:var(--muted);background:none;cursor:default;font-weight:500}
.choice[data-chosen]{border-color:var(--edge);color:var(--text);font-weight:600}
.choice svg{width:16px;height:16px;stroke-width:2.4}
.welcome{margin:auto 0 2px;display:flex;flex-direction:column;gap:4px}
.welcome b{font-size:19px;letter-spacing:-.01em}
.welcome span{color:var(--muted)}
.chips{display:flex;flex-wrap:wrap;gap:8px;padding:2px 0 8px}
.typing{align-self:flex-start;display:flex;gap:5px;padding:13px 14px}
.typing i{width:7px;height:7px;border-radius:50%;background:var(--muted);animation:blink 1.2s infinite both}
.typing i:nth-child(3){animation-delay:.2s}.typing i:nth-child(4){animation-delay:.4s}
@keyframes blink{0%,70%,100%{opacity:.3}35%{opacity:1}}
.jump{align-self:center;flex:none;margin:-46px 0 8px;min-height:38px;padding:4px 14px 4px 10px;border-radius:19px;background:var(--surface);border-color:var(--edge);font-weight:600;font-size:13.5px;display:flex;align-items:center;gap:4px;position:relative;box-shadow:0 3px 12px rgb(10 35 45/.2)}
.jump svg{width:18px;height:18px}
.trouble{flex:none;padding:9px 14px;background:var(--bad-surface);color:var(--bad);font-size:13.5px;border-top:1px solid var(--bad)}
form{flex:none;display:flex;flex-wrap:wrap;align-items:flex-end;gap:8px;padding:10px 12px calc(10px + env(safe-area-inset-bottom));background:var(--surface);border-top:1px solid var(--line);position:relative}
textarea{flex:1;min-width:0;height:44px;max-height:132px;resize:none;border:1px solid var(--edge);border-radius:12px;background:var(--page);padding:9px 12px;font-size:16px;line-height:24px;scrollbar-width:thin}
textarea:focus-visible{outline-offset:0}
textarea::placeholder{color:var(--muted);opacity:1}
.send{width:44px;height:44px;border-radius:12px;background:var(--accent);color:var(--on-accent);display:grid;place-items:center;flex:none}
.count{flex:1 0 100%;font-size:12px;font-weight:600;text-align:right;padding-right:54px;margin-bottom:-4px;color:var(--muted)}
.count[data-over]{color:var(--bad)}
.ended{flex:1;display:flex;flex-direction:column;align-items:center;justify-content:center;gap:14px;padding:24px;text-align:center}
.ended svg{width:44px;height:44px;color:var(--muted)}
.drop{outline:3px dashed var(--link);outline-offset:-8px}
@media (max-width:520px),(max-height:480px){
  .panel{inset:var(--top,0) 0 auto 0;width:100%;max-width:none;height:var(--visible,100dvh);max-height:none;border:0;border-radius:0;
    padding:0 env(safe-area-inset-right) 0 env(safe-area-inset-left)}
  header{padding-top:calc(10px + env(safe-area-inset-top))}
}
@media (pointer:coarse),(max-width:520px){
  .head{min-width:44px;height:44px}.choice,.plain,.solid,.jump{min-height:44px}.choice{border-radius:22px}.link{min-height:44px}
  .message a[href^=tel],.message a{padding:4px 0}
}
@media (prefers-reduced-motion:reduce){*{animation:none!important;transition:none!important;scroll-behavior:auto!important}}
@media (forced-colors:active){.launcher,.bubble,.send,.solid,.badge,header{border:1px solid}.choice:disabled{color:GrayText;border-color:GrayText}.typing i{background:CanvasText}}
`;

// ── small helpers ──────────────────────────────────────────────────────────────────────────────────────────────────────

/** An element with properties and children. Data goes in as text only: nothing here ever parses HTML. */
function h(tag, properties = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === false) continue;
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else if (name === 'class') node.className = value;
    else node.setAttribute(name, value === true ? '' : value);
  }
  node.append(...children.filter((child) => child !== undefined && child !== null));
  return node;
}

function icon(name) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  path.setAttribute('d', ICONS[name]);
  svg.append(path);
  return svg;
}

// a link with words · an address · a Mexican phone number (10 digits in groups, or with +52) · bold. Masked data such as
// co*****o@x.mx or **** 1234 is not bold: a mark touches a letter on its inner side and no third asterisk.
const INLINE = new RegExp(
  [
    String.raw`\[([^\]\n]{1,120})\]\((https?:\/\/[^\s()<>"]+)\)`,
    String.raw`(https?:\/\/[^\s<>"]+)`,
    String.raw`(?<![\d-])((?:\+?52[ -]?)?(?:\d{2}[ -]\d{4}[ -]\d{4}|\d{3}[ -]\d{3}[ -]\d{4})|\+52\d{10})(?![\d-])`,
    String.raw`(?<!\*)\*\*(?![\s*])([^*\n]+?)(?<!\s)\*\*(?!\*)`,
  ].join('|'),
  'g',
);

function link(href, text) {
  return h('a', { href, target: '_blank', rel: 'noopener noreferrer' }, text);
}

function inline(text) {
  const parts = [];
  let from = 0;
  for (const found of text.matchAll(INLINE)) {
    const [whole, words, target, address, phone, bold] = found;
    parts.push(text.slice(from, found.index));
    from = found.index + whole.length;
    if (target) parts.push(link(target, words));
    else if (address) {
      let end = address.replace(/[.,;:!?…'»”\]]+$/, '');
      if (end.endsWith(')') && !end.includes('(')) end = end.slice(0, -1);
      parts.push(link(end, end), address.slice(end.length));
    } else if (phone) {
      const digits = phone.replace(/\D/g, '');
      parts.push(h('a', { href: `tel:+${digits.length === 10 ? '52' : ''}${digits}`, class: 'nowrap' }, phone));
    } else parts.push(h('b', {}, bold));
  }
  parts.push(text.slice(from));
  return parts.filter((part) => part !== '');
}

/** Message text → nodes: blank lines part paragraphs, lines starting with • or - become a list, other line breaks stay. */
export function richText(text) {
  const blocks = [];
  let list = null;
  let paragraph = null;
  for (const line of text.split(/\r\n|\r|\n/)) {
    const bullet = /^\s*[•-]\s+(.*)$/.exec(line);
    if (bullet) {
      if (!list) blocks.push((list = h('ul')));
      list.append(h('li', {}, ...inline(bullet[1])));
      paragraph = null;
    } else if (!line.trim()) {
      list = paragraph = null;
    } else {
      if (paragraph) paragraph.append(h('br'));
      else blocks.push((paragraph = h('p')));
      paragraph.append(...inline(line));
      list = null;
    }
  }
  return blocks;
}

const DAY = new Intl.DateTimeFormat('es-MX', { weekday: 'long', day: 'numeric', month: 'long' });
const CLOCK = new Intl.DateTimeFormat('es-MX', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });

/** 'Hoy', 'Ayer', 'martes 24 de noviembre', with the year when it is another one. */
export function dayName(moment, today = new Date()) {
  const yesterday = new Date(today.getFullYear(), today.getMonth(), today.getDate() - 1);
  if (moment.toDateString() === today.toDateString()) return 'Hoy';
  if (moment.toDateString() === yesterday.toDateString()) return 'Ayer';
  const year = moment.getFullYear() === today.getFullYear() ? '' : ` de ${moment.getFullYear()}`;
  return DAY.format(moment).replace(',', '') + year;
}

/** Events of a text/event-stream body: {id, event, data}. An event that is cut in the middle is dropped, never guessed. */
export async function* sseEvents(body, onBytes = () => {}) {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  let event = { id: '', event: 'message', data: null };
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      onBytes();
      const lines = (rest + decoder.decode(value, { stream: true })).split(/\r\n|\n|\r(?!$)/);
      rest = lines.pop(); // a line, or half of a \r\n, that is not complete yet
      for (const line of lines) {
        if (line === '') {
          if (event.data !== null) yield event;
          event = { id: '', event: 'message', data: null };
          continue;
        }
        const [, field, content] = /^([^:]*)(?:: ?)?(.*)$/s.exec(line);
        if (field === 'data') event.data = event.data === null ? content : `${event.data}\n${content}`;
        else if (field === 'event' || field === 'id') event[field] = content;
      }
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

const characters = (text) => [...text].length; // the server counts code points, not UTF-16 units
const uuid = () =>
  crypto.randomUUID?.() ?? // only in secure contexts
  '10000000-1000-4000-8000-100000000000'.replace(/[018]/g, (c) => (c ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (c / 4)))).toString(16));
const backoff = (tries) => Math.min(30_000, 500 * 2 ** Math.min(tries, 6)) * (0.5 + Math.random() / 2);

/** A Web Storage area that may be blocked by the browser: then the page's memory takes its place. */
class Store {
  constructor(area, prefix) {
    this.prefix = prefix;
    try {
      this.area = window[area];
      this.area.setItem(`${prefix}probe`, '1');
      this.area.removeItem(`${prefix}probe`);
    } catch {
      const memory = new Map();
      this.area = { getItem: (k) => memory.get(k) ?? null, setItem: (k, v) => memory.set(k, v), removeItem: (k) => memory.delete(k), keys: () => [...memory.keys()] };
    }
  }
  keys(start = '') {
    const all = this.area.keys?.() ?? Object.keys(this.area);
    return all.filter((key) => key.startsWith(this.prefix + start)).map((key) => key.slice(this.prefix.length));
  }
  get(key) {
    try {
      return JSON.parse(this.area.getItem(this.prefix + key));
    } catch {
      return null;
    }
  }
  set(key, value) {
    try {
      this.area.setItem(this.prefix + key, JSON.stringify(value));
    } catch {
      /* full: the message is still shown and sent, it only would not survive a reload */
    }
  }
  drop(key) {
    this.area.removeItem(this.prefix + key);
  }
}

class Problem extends Error {
  constructor(status, code = '', retryAfter = 0) {
    super(`${status} ${code}`);
    Object.assign(this, { status, code, retryAfter });
  }
}

// ── the connection: session, stream, outbox; knows nothing of the page ─────────────────────────────────────────────────

/**
 * Speaks the gateway's HTTP contract. `on` receives: status(name), messages(list, first), typing(who|null, on), reset(why),
 * state(value), outbox(), sent(item, seq), refused(item, problem), tokenNeeded(), loggedOut(byHand).
 */
class Connection {
  #session = null;
  #wakeUp = null;
  #running = null;
  #stream = null;
  #streamTrouble = 0;
  #paused = false;
  #loaded = false;
  #flushing = false;
  #again = false;
  #known = null; // the conversation whose unsent messages may be shown; it outlives a session that is being renewed
  #held = null; // portal token given by identify()
  #subject = null; // whom it names
  #badToken = null;
  #lastAt = 0;
  #sendTries = 0;
  #typedAt = 0;
  #memory = new Map(); // unsent items whose write to storage failed or was refused

  constructor(server, tokenEndpoint, on) {
    Object.assign(this, { server, tokenEndpoint, on, cursor: 0, epoch: null, retryAt: 0, sending: null, failed: false, blocked: false });
    const prefix = `support-chat:${server}:`;
    this.tab = new Store('sessionStorage', prefix);
    this.local = new Store('localStorage', prefix);
    this.lockName = prefix;
    this.#dropOldItems();
    this.channel = 'BroadcastChannel' in window ? new BroadcastChannel(prefix) : null;
    this.channel?.addEventListener('message', ({ data }) => this.#fromOtherTab(data));
  }

  get conversation() {
    return this.#session?.conversation ?? null;
  }
  get saved() {
    return this.tab.get('session');
  }
  get running() {
    return !!this.#running;
  }
  get token() {
    return this.#held;
  }

  start() {
    if (this.#running) return this.wake();
    this.#running = new AbortController();
    this.#run(this.#running.signal);
  }

  stop() {
    this.#running?.abort();
    this.#running = null;
    this.#stream?.abort();
    this.wake();
  }

  close() {
    this.stop();
    clearTimeout(this.retryTimer);
    this.channel?.close();
  }

  wake() {
    this.#wakeUp?.();
  }

  /** The page's own token, or null for a visitor. The same customer keeps the conversation; another one never sees it. */
  identify(token) {
    const subject = token ? subjectOf(token) : null;
    this.stop();
    if (this.#known && subject !== this.#subject) this.#leave();
    this.blocked = false;
    this.#held = token || null;
    this.#subject = subject;
    this.#badToken = this.#session = null;
    this.start();
  }

  pause(paused) {
    this.#paused = paused;
    if (paused) this.#stream?.abort();
    else this.wake();
  }

  // session

  async #token() {
    if (this.#held || !this.tokenEndpoint) {
      if (this.#held && this.#held === this.#badToken) throw new Problem(401, 'token');
      return this.#held;
    }
    let response;
    try {
      response = await this.#fetch(new URL(this.tokenEndpoint, document.baseURI), { credentials: 'same-origin', redirect: 'manual', headers: { Accept: 'application/json' } });
    } catch {
      throw new Problem(0, 'network');
    }
    if (response.status >= 500 || response.status === 429) throw new Problem(response.status, 'token-endpoint', retryAfter(response));
    // 401, 204, a redirect or a log-in page: nobody is logged in to the portal
    return response.ok ? ((await response.json().catch(() => null))?.token ?? null) : null;
  }

  async #openSession(signal) {
    const token = await this.#token();
    if (signal.aborted) return; // identify() or a log-out came in between
    const subject = token ? subjectOf(token) : null;
    const sameInThisPage = this.#known && subject === this.#subject;
    this.#subject = subject;
    let saved = this.tab.get('session');
    if (saved && saved.identified !== !!token) saved = null;
    saved ??= await this.#askOtherTabs();
    const body = { ...(token && { token }), ...(saved && { session: saved.session }) };
    let answer;
    try {
      answer = await this.#call('POST', '/webchat/session', body);
    } catch (problem) {
      if (![400, 401, 403].includes(problem.status) || !(token || saved)) throw problem;
      try {
        answer = await this.#call('POST', '/webchat/session', token ? { token } : {}); // the old session was the trouble
      } catch (second) {
        if (!token || this.tokenEndpoint) throw second;
        this.#badToken = token;
        throw new Problem(401, 'token');
      }
    }
    if (signal.aborted) return;
    const before = this.#known ?? saved?.conversation;
    const mayMove = before && (sameInThisPage || (!token && !(this.saved?.identified ?? false)));
    const epoch = this.epoch ?? saved?.epoch;
    const restored = !!epoch && epoch !== answer.epoch && before === String(answer.conversation); // the server was put back to an older copy
    this.epoch = answer.epoch;
    this.#session = { session: answer.session, conversation: String(answer.conversation), identified: !!token, epoch: answer.epoch };
    this.tab.set('session', this.#session);
    this.#known = this.conversation;
    // a conversation that expired: what this tab has not sent yet goes to the new one, if nobody else can have sat down at it meanwhile
    if (mayMove && before !== this.conversation) this.#moveItems(before);
    this.#moveItems('new');
    if (restored) this.local.drop(`read:${this.conversation}`);
    if (before !== this.conversation || restored || !this.#loaded) {
      this.cursor = restored ? 0 : Math.max(0, (answer.cursor ?? 0) - HISTORY);
      const wasLoaded = this.#loaded;
      this.#loaded = false;
      if (wasLoaded) this.on.reset(before && !restored ? 'renewed' : '');
    }
    this.blocked = false;
  }

  #forgetSession() {
    this.#session = null; // the saved one stays: the server is asked to go on with the same conversation
    this.#stream?.abort();
  }

  /** A new tab joins the conversation of the same person's tab that is still open. Resolves to a saved session or null. */
  #askOtherTabs() {
    if (!this.channel) return null;
    return new Promise((resolve) => {
      this.handOver = resolve;
      this.channel.postMessage({ need: this.#subject });
      setTimeout(() => resolve(null), 150);
    });
  }

  #fromOtherTab(data) {
    if (data.need !== undefined && this.#session && data.need === this.#subject) this.channel.postMessage({ session: this.#session, to: data.need });
    else if (data.session && data.to === this.#subject) this.handOver?.(data.session);
    else if (data.logout && data.logout === this.conversation) this.#clear(), this.on.loggedOut(data.byHand);
  }

  /** Ends the session on the server as far as it can be reached, and removes every trace from this computer. */
  async logout(byHand) {
    const session = this.#session?.session ?? this.saved?.session;
    const conversation = this.conversation ?? this.saved?.conversation;
    if (conversation) this.channel?.postMessage({ logout: conversation, byHand });
    this.#clear();
    this.on.loggedOut(byHand);
    if (!session) return;
    try {
      // without a connection the session lives on at the server until its time, but nobody holds its token any more
      await this.#fetch(`${this.server}/webchat/logout`, { method: 'POST', keepalive: true, headers: { Authorization: `Bearer ${session}` } });
    } catch {
      /* see above */
    }
  }

  #clear() {
    const conversation = this.conversation ?? this.saved?.conversation;
    this.stop();
    clearTimeout(this.retryTimer);
    for (const key of this.tab.keys()) this.tab.drop(key);
    if (conversation) for (const key of [...this.local.keys(`out:${conversation}:`), `read:${conversation}`]) this.local.drop(key);
    this.#memory.clear();
    this.#held = this.#subject = null;
    this.#leave();
  }

  #leave(why = '') {
    Object.assign(this, { cursor: 0, epoch: null, retryAt: 0, sending: null, failed: false, blocked: false });
    this.#session = this.#known = null;
    this.#loaded = false;
    this.on.reset(why);
  }

  // receiving

  async #run(signal) {
    let tries = 0;
    this.on.status('connecting');
    while (!signal.aborted) {
      try {
        while (this.#paused && !signal.aborted) await this.#pause(HIDDEN_MS * 10);
        if (!this.#session) await this.#openSession(signal);
        if (signal.aborted) return;
        await this.sync();
        if (signal.aborted) return;
        tries = 0;
        this.on.status('online');
        this.flush();
        // three streams in a row that brought nothing (a proxy that cuts or buffers): poll, and try the stream now and then
        if (this.#streamTrouble < 3 || this.#streamTrouble++ % 10 === 0) await this.#readStream(signal);
        else await this.#pause(POLL_MS);
      } catch (problem) {
        if (signal.aborted) return;
        tries += 1;
        if (problem.code === 'token') {
          this.on.status('token');
          this.blocked = true;
          this.on.tokenNeeded();
          await this.#pause(3_600_000);
          continue;
        }
        if (problem.status === 401 || problem.status === 403) {
          this.#forgetSession();
          if (tries > 2) this.on.status('offline');
        } else if (problem.status === 400 && this.cursor) this.cursor = 0; // a cursor the server does not know: read all again
        else if (problem.code !== 'stream') this.on.status('offline');
        if (problem.retryAfter) await new Promise((go) => setTimeout(go, problem.retryAfter));
        else await this.#pause(backoff(tries));
      }
    }
  }

  #pause(ms) {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wakeUp = () => (clearTimeout(timer), resolve());
    });
  }

  /** Fetches what came after the cursor. */
  async sync() {
    const conversation = this.conversation;
    const first = !this.#loaded;
    const all = [];
    for (let page = null; page?.length !== 0; ) {
      page = (await this.#call('GET', `/webchat/messages?since=${this.cursor}`)).messages;
      if (conversation !== this.conversation) return;
      all.push(...page);
      this.cursor = Math.max(this.cursor, ...page.map((message) => message.seq));
      if (page.length < 100) break;
    }
    this.#loaded = true;
    this.on.messages(all, first);
  }

  async #readStream(signal) {
    const stop = (this.#stream = new AbortController());
    signal.addEventListener('abort', () => stop.abort());
    let bytes = false;
    let silence = setTimeout(() => stop.abort(), 10_000);
    try {
      const response = await fetch(`${this.server}/webchat/stream?since=${this.cursor}`, {
        headers: { Authorization: `Bearer ${this.#session.session}`, Accept: 'text/event-stream' },
        signal: stop.signal,
        cache: 'no-store',
        credentials: 'omit',
      });
      if (response.status === 401 || response.status === 403) throw new Problem(response.status);
      if (!response.ok || !response.body || !response.headers.get('content-type')?.includes('event-stream')) throw new Problem(response.status, 'stream', retryAfter(response));
      const heard = () => {
        bytes = true;
        this.#streamTrouble = 0;
        clearTimeout(silence);
        silence = setTimeout(() => stop.abort(), SILENCE_MS);
      };
      clearTimeout(silence);
      silence = setTimeout(() => stop.abort(), SILENCE_MS);
      for await (const event of sseEvents(response.body, heard)) this.#received(event);
    } catch (problem) {
      if (problem instanceof Problem && problem.code !== 'stream') throw problem;
      if (!bytes && !this.#paused) this.#streamTrouble += 1;
      throw problem instanceof Problem ? problem : new Problem(0, 'stream');
    } finally {
      clearTimeout(silence);
      stop.abort();
    }
    if (!bytes) this.#streamTrouble += 1;
    throw new Problem(0, 'stream'); // ended by the server: read on from the cursor
  }

  #received({ id, event, data }) {
    let value;
    try {
      value = JSON.parse(data);
    } catch {
      return;
    }
    if (event === 'typing') {
      const on = typeof value === 'object' ? (value.typing ?? value.on ?? value.active ?? true) : value;
      this.on.typing(value?.author ?? null, !!on);
    } else if (event === 'state') this.on.state(value);
    else if (value?.seq !== undefined) {
      this.on.messages([value], false);
      this.cursor = Math.max(this.cursor, Number(id) || value.seq);
    }
  }

  async markRead(seq) {
    if (!this.conversation || (this.local.get(`read:${this.conversation}`) ?? 0) >= seq) return;
    this.local.set(`read:${this.conversation}`, seq);
    await this.#call('POST', '/webchat/read', { seq }).catch(() => {}); // the next one tells the same and more
  }

  get readUpTo() {
    return this.conversation ? this.local.get(`read:${this.conversation}`) : null;
  }

  // sending

  /** Puts {text} or {button, title} in the outbox and sends as soon as that is possible. Returns the item. */
  send(content) {
    this.#lastAt = Math.max(Date.now(), this.#lastAt + 1);
    const item = { id: uuid(), at: this.#lastAt, ...content };
    this.#keep(item);
    this.on.outbox();
    this.flush();
    if (!this.#running) this.start();
    else if (!this.#session) this.wake();
    return item;
  }

  /** The customer writes on: what came before is answered together with it. Whether that is told does not matter for anything else. */
  typing() {
    if (Date.now() < this.#typedAt + TYPED_MS || !this.#session || this.unsent().length) return;
    this.#typedAt = Date.now();
    this.#call('POST', '/webchat/typing').catch(() => {});
  }

  #bucket() {
    return this.#known ?? 'new';
  }

  #box(bucket) {
    return bucket === 'new' ? this.tab : this.local; // before the first session nobody can say whose message it is
  }

  #keep(item, bucket = this.#bucket()) {
    const key = `out:${bucket}:${item.id}`;
    this.#box(bucket).set(key, item);
    if (this.#box(bucket).get(key) === null) this.#memory.set(item.id, item);
  }

  #dropItem(item, bucket = this.#bucket()) {
    this.#box(bucket).drop(`out:${bucket}:${item.id}`);
    this.#memory.delete(item.id);
  }

  /** Unsent items of this conversation, oldest first. */
  unsent(bucket = this.#bucket()) {
    const box = this.#box(bucket);
    const stored = box.keys(`out:${bucket}:`).map((key) => box.get(key)).filter(Boolean);
    return [...stored, ...this.#memory.values()].sort((a, b) => a.at - b.at);
  }

  #moveItems(from) {
    for (const item of this.unsent(from)) {
      if (from === this.conversation) return;
      this.#dropItem(item, from);
      this.#keep(item, this.conversation);
    }
  }

  #dropOldItems() {
    const oldest = Date.now() - OUTBOX_DAYS * 86_400_000;
    for (const key of this.local.keys('out:')) if (!(this.local.get(key)?.at > oldest)) this.local.drop(key);
  }

  /** Sends the outbox in order, in one tab at a time. Any failure that may pass leaves the rest for later, with the same ids. */
  async flush() {
    if (!this.#session || Date.now() < this.retryAt) return;
    this.#again = true;
    if (this.#flushing) return;
    this.#flushing = true;
    clearTimeout(this.retryTimer);
    try {
      while (this.#again) {
        this.#again = false;
        const run = () => this.#sendAll();
        await (navigator.locks ? navigator.locks.request(this.lockName + this.conversation, run) : run());
      }
    } finally {
      this.#flushing = false;
      this.sending = null;
      this.on.outbox();
    }
  }

  async #sendAll() {
    for (let item; this.#session && (item = this.unsent()[0]); ) {
      this.sending = item.id;
      this.on.outbox();
      const bucket = this.#bucket();
      try {
        const content = item.button === undefined ? { text: item.text } : { button: item.button };
        const { seq } = await this.#call('POST', '/webchat/messages', { id: item.id, ...content });
        this.#sendTries = this.retryAt = this.#typedAt = 0;
        this.failed = false;
        this.#dropItem(item, bucket);
        if (bucket === this.#known) this.on.sent(item, seq); // not after a log-out meanwhile
      } catch (problem) {
        if (bucket !== this.#known) return;
        if (this.#isFinal(problem, item)) {
          this.#dropItem(item, bucket);
          this.on.refused(item, problem);
          continue;
        }
        this.#sendTries += 1;
        this.failed = true;
        if (problem.status === 401 || problem.status === 403) return this.#renew();
        const wait = problem.retryAfter || backoff(this.#sendTries);
        this.retryAt = problem.retryAfter ? Date.now() + problem.retryAfter : 0;
        this.retryTimer = setTimeout(() => ((this.retryAt = 0), this.flush()), wait);
        if (!problem.status) this.on.status('offline'), this.#stream?.abort();
        return;
      }
    }
  }

  #renew() {
    this.#forgetSession();
    this.wake();
  }

  #isFinal({ status }, item) {
    if (item.button !== undefined && [403, 404, 409, 410, 422].includes(status)) return true;
    return [400, 404, 405, 409, 410, 413, 415, 422].includes(status);
  }

  // HTTP

  async #call(method, path, body) {
    let response;
    try {
      response = await this.#fetch(this.server + path, {
        method,
        headers: {
          ...(this.#session && { Authorization: `Bearer ${this.#session.session}` }),
          ...(body && { 'Content-Type': 'application/json' }),
        },
        body: body && JSON.stringify(body),
      });
    } catch {
      throw new Problem(0, 'network');
    }
    const answer = await response.json().catch(() => null);
    if (response.ok && !answer && response.status !== 204) throw new Problem(0, 'network'); // torn on the way: what it said is not known
    if (response.ok) return answer ?? {};
    throw new Problem(response.status, answer?.error === 'token' ? 'refused' : answer?.error, retryAfter(response));
  }

  /** Without cookies: ours need none, and a page on the gateway's own host may have many. */
  #fetch(url, options) {
    return fetch(url, { cache: 'no-store', credentials: 'omit', signal: options.keepalive ? undefined : AbortSignal.timeout(15_000), ...options });
  }
}

/** The customer a portal token names, read without trust, only to notice that the page changed to another one. */
function subjectOf(token) {
  try {
    return JSON.parse(atob(token.split('.')[1].replace(/-/g, '+').replace(/_/g, '/'))).sub ?? token;
  } catch {
    return token;
  }
}

/** Milliseconds to wait; 429 and 503 without a readable Retry-After (not exposed across origins) count as five seconds. */
function retryAfter(response) {
  const value = response.headers.get('retry-after');
  const ms = /^\d+$/.test(value ?? '') ? value * 1000 : Date.parse(value) - Date.now();
  if (ms > 0) return Math.min(ms, 300_000);
  return response.status === 429 || response.status === 503 ? 5000 : 0;
}

// ── the element ────────────────────────────────────────────────────────────────────────────────────────────────────────

const HOME = new URL(import.meta.url).origin;
const SHEET = new CSSStyleSheet(); // a constructed sheet is not an inline style: strict CSP lets it pass
SHEET.replaceSync(CSS);
const phoneSize = matchMedia('(max-width:520px),(max-height:480px)');
const touch = matchMedia('(pointer:coarse)');

export class SupportChat extends HTMLElement {
  static observedAttributes = ['open', 'server', 'token-endpoint'];

  #ui = {};
  #connection = null;
  #messages = new Map(); // seq → message; what only this page says has a fraction as seq
  #nodes = new Map(); // seq, item id or day → node
  #used = new Map(); // id of a button that cannot be pressed any more → whether it was chosen
  #status = 'idle';
  #owner = 'bot';
  #typing = null;
  #life = null;
  #opener = null;
  #ended = false;
  #unread = 0;
  #stick = true;

  constructor() {
    super();
    this.attachShadow({ mode: 'open' }).adoptedStyleSheets = [SHEET];
    this.#build();
  }

  // public

  /** Shows the window; `text`, if given, is put in the box (not sent) unless a draft is there. */
  open(text) {
    const focused = document.activeElement;
    if (focused && focused !== document.body && focused !== this) this.#opener = focused;
    if (text && !this.#ui.box.value) this.#setDraft(text);
    this.setAttribute('open', '');
    this.#focusInside();
  }

  close() {
    this.removeAttribute('open');
    const target = this.#opener?.isConnected ? this.#opener : this.#ui.launcher;
    this.#opener = null;
    target.focus();
  }

  identify(token) {
    if (!this.#connection) this.#connect();
    this.#ended = false;
    clearTimeout(this.waiting);
    this.#connection.tab.drop('ended');
    this.#connection.identify(token);
    this.#paint();
  }

  get token() {
    return this.#connection?.token ?? null;
  }
  set token(value) {
    this.identify(value);
  }

  async logout() {
    await this.#connection?.logout();
  }

  // life

  connectedCallback() {
    this.#life = new AbortController();
    const { signal } = this.#life;
    const on = (target, name, listener) => target?.addEventListener(name, listener, { signal });
    on(window, 'online', () => this.#retry());
    on(document, 'visibilitychange', () => this.#visibility());
    on(window, 'storage', (event) => event.key?.startsWith(this.#connection?.local.prefix) && this.#paint());
    on(window.visualViewport, 'resize', () => this.#fit());
    on(window.visualViewport, 'scroll', () => this.#fit());
    on(phoneSize, 'change', () => this.#fit());
    if (!this.#connection) this.#connect();
    const { tab, saved } = this.#connection;
    if (tab.get('open') && !phoneSize.matches) this.setAttribute('open', '');
    this.#setDraft(tab.get('draft') ?? '');
    this.#ended = !!tab.get('ended');
    // an identified customer's saved session needs identify() again; a page that does not call it has a visitor
    if (saved?.identified && !this.hasAttribute('token-endpoint')) this.waiting = setTimeout(() => this.#start(), 3000);
    else if (saved || this.hasAttribute('open') || this.hasAttribute('token-endpoint')) this.waiting = setTimeout(() => this.#start());
    this.#paint();
  }

  disconnectedCallback() {
    this.#life?.abort();
    clearTimeout(this.waiting);
    clearTimeout(this.hiding);
    this.#lockPage(false);
    this.#connection?.close();
    this.#connection = null;
    this.#reset('');
  }

  attributeChangedCallback(name, before, now) {
    if (name === 'open') {
      this.#toggled(now !== null);
    } else if (this.#connection && before !== now) {
      this.#connection.close();
      this.#connect();
      this.#reset('');
      if (this.isConnected) this.#start();
    }
  }

  #connect() {
    const server = (this.getAttribute('server') ?? HOME).replace(/\/+$/, '');
    this.#connection = new Connection(server, this.getAttribute('token-endpoint'), {
      status: (name) => this.#setStatus(name),
      messages: (list, first) => this.#take(list, first),
      typing: (who, on) => this.#setTyping(on && (who ?? this.#owner)),
      state: (value) => this.#setOwner(value?.owner),
      reset: (why) => this.#reset(why),
      outbox: () => this.#paint(),
      sent: (item, seq) => this.#sent(item, seq),
      refused: (item, problem) => this.#refused(item, problem),
      tokenNeeded: () => (this.#say(TEXTS.portal), this.#tell('token-needed')),
      loggedOut: (byHand) => this.#loggedOut(byHand),
    });
  }

  #start() {
    if (this.#connection && !this.#ended && !this.#connection.running) this.#connection.start();
  }

  #tell(name) {
    this.dispatchEvent(new CustomEvent(name, { bubbles: true, composed: true }));
  }

  #visibility() {
    clearTimeout(this.hiding);
    if (document.hidden) this.hiding = setTimeout(() => this.#connection?.pause(true), HIDDEN_MS);
    else {
      this.#connection?.pause(false);
      this.#paint();
      this.#markRead();
    }
  }

  // building

  #build() {
    const ui = this.#ui;
    const press = (listener) => ({ type: 'button', onclick: listener });
    ui.badge = h('span', { class: 'badge', 'aria-hidden': 'true', hidden: true });
    ui.launcher = h('button', { ...press(() => this.open()), class: 'launcher', part: 'launcher', 'aria-haspopup': 'dialog' }, icon('chat'), ui.badge);
    ui.news = h('p', { class: 'sr', role: 'status' });
    ui.status = h('p', { class: 'status', part: 'status', role: 'status' });
    ui.exit = h('button', { ...press(() => this.#askLogout()), class: 'head exit' }, icon('exit'), h('span', {}, 'Cerrar sesión'));
    const minimise = h('button', { ...press(() => this.close()), class: 'head', 'aria-label': 'Minimizar chat', title: 'Minimizar' }, icon('down'));
    const title = h('h2', { id: 'title' }, TEXTS.title);
    const header = h('header', { part: 'header' }, h('div', { class: 'who' }, title, ui.status), ui.exit, minimise);
    ui.question = h('p', { id: 'question' });
    ui.leave = h('button', { ...press(() => this.#connection?.logout(true)), class: 'solid' }, 'Cerrar sesión');
    const stay = h('button', { ...press(() => this.#hideConfirm()), class: 'plain' }, 'Cancelar');
    ui.confirm = h('div', { class: 'confirm', role: 'group', 'aria-labelledby': 'question', hidden: true }, ui.question, h('div', { class: 'row' }, ui.leave, stay));
    ui.log = h('div', { class: 'log', part: 'log', role: 'log', 'aria-live': 'off', 'aria-label': 'Conversación', tabindex: '0' });
    ui.log.addEventListener('scroll', () => this.#scrolled(), { passive: true });
    new ResizeObserver(() => this.#stick && this.#toBottom()).observe(ui.log); // the box grew, the keyboard came
    ui.jump = h('button', { ...press(() => this.#toBottom()), class: 'jump', hidden: true }, icon('down'), 'Mensajes nuevos');
    ui.trouble = h('p', { class: 'trouble', role: 'alert', hidden: true });
    ui.count = h('span', { class: 'count', id: 'count', hidden: true });
    ui.box = h('textarea', { id: 'box', part: 'input', rows: '1', placeholder: TEXTS.placeholder, enterkeyhint: 'send', autocomplete: 'off', 'aria-describedby': 'count' });
    const label = h('label', { class: 'sr', for: 'box' }, TEXTS.placeholder);
    ui.form = h('form', { part: 'composer' }, label, ui.count, ui.box, h('button', { class: 'send', part: 'send', 'aria-label': 'Enviar', title: 'Enviar' }, icon('send')));
    ui.again = h('button', { ...press(() => this.#restart()), class: 'solid' }, TEXTS.again);
    ui.ended = h('div', { class: 'ended', hidden: true }, icon('exit'), h('p', {}, TEXTS.ended), ui.again);
    ui.panel = h('section', { class: 'panel', part: 'panel', role: 'dialog', 'aria-labelledby': 'title', tabindex: '-1', hidden: true });
    ui.panel.append(header, ui.confirm, ui.log, ui.jump, ui.trouble, ui.form, ui.ended);
    ui.welcome = h('div', { class: 'welcome' }, h('b', {}, TEXTS.welcome), h('span', {}, TEXTS.intro));
    const chip = (text) => h('button', { ...press(() => this.#sendText(text)), class: 'choice' }, text);
    ui.chips = h('div', { class: 'chips', role: 'group', 'aria-label': 'Sugerencias' }, ...TEXTS.suggestions.map(chip));
    ui.typing = h('div', { class: 'bubble typing' }, h('span', { class: 'sr' }), h('i'), h('i'), h('i'));
    this.shadowRoot.append(h('section', { 'aria-label': 'Chat de soporte' }, ui.launcher, ui.news, ui.panel));
    this.#listen();
  }

  #listen() {
    const { panel, box, form } = this.#ui;
    form.addEventListener('submit', (event) => (event.preventDefault(), this.#submit()));
    box.addEventListener('input', () => {
      this.#edited();
      if (box.value && this.#typing === 'bot') this.#connection?.typing(); // an answer is awaited: it may wait for this
    });
    box.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' || event.shiftKey || event.isComposing || event.keyCode === 229) return;
      event.preventDefault();
      this.#submit();
    });
    panel.addEventListener('keydown', (event) => this.#key(event));
    panel.addEventListener('paste', (event) => this.#file(event, event.clipboardData));
    panel.addEventListener('drop', (event) => (panel.classList.remove('drop'), this.#file(event, event.dataTransfer)));
    panel.addEventListener('dragover', (event) => {
      if (!event.dataTransfer?.types.includes('Files')) return;
      event.preventDefault(); // or the browser would leave the page to show the file
      panel.classList.add('drop');
    });
    panel.addEventListener('dragleave', () => panel.classList.remove('drop'));
  }

  #key(event) {
    event.stopPropagation(); // the page's shortcuts are not meant
    if (event.key === 'Escape') {
      event.preventDefault();
      if (this.#ui.confirm.hidden) this.close();
      else this.#hideConfirm();
    } else if (event.key === 'Tab' && phoneSize.matches) {
      // full screen: nothing behind the window can be seen, so Tab stays inside
      const stops = [...this.#ui.panel.querySelectorAll('button,a[href],textarea,[tabindex="0"]')].filter((node) => !node.disabled && node.getClientRects().length);
      const at = stops.indexOf(this.shadowRoot.activeElement);
      const edge = event.shiftKey ? at <= 0 : at === stops.length - 1;
      if (edge) event.preventDefault(), stops.at(event.shiftKey ? -1 : 0).focus();
    }
  }

  // a copied table cell comes as text and picture: its text is what was meant
  #file(event, data) {
    if (!data?.files.length || (event.type === 'paste' && data.getData('text/plain'))) return;
    event.preventDefault();
    this.#note(TEXTS.picture(this.getAttribute('phone') ?? '55 8000 9480', this.getAttribute('hours') ?? 'en días hábiles de 9:00 a 18:00 h'));
  }

  // the window

  #toggled(open) {
    const { panel, launcher, news } = this.#ui;
    panel.hidden = !open;
    launcher.hidden = open;
    news.textContent = '';
    this.#fit();
    if (!this.isConnected) return;
    this.#connection?.tab.set('open', open);
    if (open) {
      this.#start();
      this.#toBottom();
      this.#edited();
      this.#markRead();
    }
    this.#paint();
    this.#tell(open ? 'support-chat-open' : 'support-chat-close');
  }

  #focusInside() {
    const { again, panel, box } = this.#ui;
    if (this.#ended) again.focus();
    else (touch.matches ? panel : box).focus(); // on a phone the keyboard would cover the suggestions
  }

  /** On a phone the window fills what the on-screen keyboard leaves, and the page behind does not scroll. */
  #fit() {
    const view = window.visualViewport;
    const full = phoneSize.matches && this.hasAttribute('open');
    this.#lockPage(full);
    this.#ui.panel.setAttribute('aria-modal', String(full));
    if (!view || view.scale > 1.01) return; // pinch-zoomed: leave the layout alone
    this.#ui.panel.style.setProperty('--visible', `${view.height}px`);
    this.#ui.panel.style.setProperty('--top', `${view.offsetTop}px`);
    if (this.#stick) this.#toBottom();
  }

  #lockPage(locked) {
    const { style } = document.documentElement;
    if (locked && this.overflow === undefined) (this.overflow = style.overflow), (style.overflow = 'hidden');
    else if (!locked && this.overflow !== undefined) (style.overflow = this.overflow), (this.overflow = undefined);
  }

  #setStatus(name) {
    this.#status = name;
    if (name === 'online' && this.#ui.trouble.textContent === TEXTS.portal) this.#say('');
    this.#paint();
  }

  #setOwner(owner) {
    if (owner !== 'agent' && owner !== 'bot') return;
    this.#owner = owner;
    this.#paint();
  }

  #setTyping(who) {
    clearTimeout(this.typingTimer);
    this.#typing = who || null;
    if (who) this.typingTimer = setTimeout(() => this.#setTyping(false), TYPING_MS);
    this.#paint();
  }

  #say(text) {
    if (this.#ui.trouble.textContent === text) return;
    this.#ui.trouble.textContent = text;
    this.#ui.trouble.hidden = !text;
  }

  /** A word of the page itself, in the list; it is not stored anywhere. */
  #note(text) {
    const last = Math.max(0, ...this.#messages.keys());
    const seq = last + 0.001;
    this.#messages.set(seq, { seq, author: 'bot', kind: 'notice', text, buttons: [], at: new Date().toISOString() });
    this.#stick = true;
    this.#paint();
  }

  // logging out

  #askLogout() {
    this.#ui.question.textContent = TEXTS.confirm(this.#connection?.unsent().length ?? 0);
    this.#ui.confirm.hidden = false;
    this.#ui.leave.focus();
  }

  #hideConfirm() {
    this.#ui.confirm.hidden = true;
    this.#ui.exit.focus();
  }

  #restart() {
    this.#ended = false;
    this.#connection.tab.drop('ended');
    this.#start();
    this.#paint();
    this.#focusInside();
  }

  #loggedOut(byHand) {
    const inside = this.shadowRoot.activeElement;
    const { tab } = this.#connection;
    this.#ended = true;
    this.#status = 'ended';
    this.#setDraft('');
    tab.set('open', this.hasAttribute('open'));
    // pressed in the chat: a reload must not bring the conversation back while the portal is still logged in;
    // called by the portal: the next customer who logs in there finds the chat ready
    if (byHand) tab.set('ended', true);
    this.#paint();
    if (inside) this.#ui.again.focus();
    this.#tell('support-chat-logout');
  }

  #reset(why) {
    for (const map of [this.#messages, this.#nodes, this.#used]) map.clear();
    this.matched = null;
    this.#owner = 'bot';
    this.#unread = 0;
    this.#stick = true;
    clearTimeout(this.typingTimer);
    this.#typing = null;
    this.#say('');
    this.#ui.confirm.hidden = true;
    this.#ui.log.setAttribute('aria-live', 'off'); // what is loaded next is history: not read out
    if (why === 'renewed') this.#note(TEXTS.renewed);
    this.#paint();
  }

  // writing

  #setDraft(text) {
    this.#ui.box.value = text;
    this.#edited();
  }

  #edited() {
    const { box, count } = this.#ui;
    box.style.height = 'auto';
    box.style.height = `${Math.min(132, Math.max(44, box.scrollHeight + 2))}px`;
    const length = characters(box.value);
    const over = length > MAX_CHARACTERS;
    count.hidden = length < MAX_CHARACTERS - 500;
    count.textContent = `${length.toLocaleString('es-MX')} / ${MAX_CHARACTERS.toLocaleString('es-MX')}`;
    count.toggleAttribute('data-over', over);
    box.setAttribute('aria-invalid', String(over));
    this.#say(over ? TEXTS.tooLong : this.#connection?.blocked ? TEXTS.portal : '');
    if (this.isConnected) this.#connection?.tab.set('draft', box.value);
  }

  #submit() {
    const text = this.#ui.box.value.trim();
    if (!text) return;
    if (characters(text) > MAX_CHARACTERS) return this.#say(TEXTS.tooLong);
    this.#setDraft('');
    this.#sendText(text);
  }

  #sendText(text) {
    this.#stick = true;
    this.#connection.send({ text });
    this.#toBottom();
    if (!touch.matches) this.#ui.box.focus();
  }

  #choose(button) {
    this.#used.set(button.id, true);
    this.#stick = true;
    this.#connection.send({ button: button.id, title: button.title });
    this.#paint();
    (touch.matches ? this.#ui.log : this.#ui.box).focus(); // the pressed button is disabled now and would drop the focus
  }

  #retryByHand() {
    this.#connection.failed = false; // so that the press is seen to do something
    (touch.matches ? this.#ui.log : this.#ui.box).focus(); // its button goes
    this.#retry();
    this.#paint();
  }

  #retry() {
    this.#connection?.wake();
    this.#connection?.flush();
  }

  /** The server has it: the waiting bubble becomes the message, without being read out again. */
  #sent(item, seq) {
    const waiting = this.#nodes.get(item.id);
    this.#nodes.delete(item.id);
    if (!this.#messages.has(seq)) {
      this.#messages.set(seq, { seq, author: 'customer', kind: 'text', text: item.text ?? item.title, buttons: [], at: new Date().toISOString() });
      if (waiting) this.#nodes.set(seq, waiting);
      if (this.#owner === 'bot') this.#setTyping('bot');
    }
    this.#paint();
  }

  #refused(item, { status }) {
    if (item.button !== undefined) {
      this.#used.set(item.button, false);
      this.#note(TEXTS.usedButton);
      return;
    }
    const { box } = this.#ui;
    this.#setDraft(box.value ? `${item.text}\n${box.value}` : item.text);
    this.#say(status === 413 ? TEXTS.tooLong : TEXTS.refused);
    this.#paint();
  }

  // reading

  #take(list, first) {
    const fresh = list.filter((message) => !this.#messages.has(message.seq));
    for (const message of fresh) {
      this.#messages.set(message.seq, message);
      if (message.author === 'customer') this.#heardBack(message);
      else if (message.kind !== 'notice' || message.author === 'agent') this.#setTyping(false);
      if (message.author === 'agent' || message.kind === 'answer') this.#owner = message.author;
    }
    if (first) {
      const known = this.#connection.readUpTo;
      if (known === null && !this.hasAttribute('open')) this.#connection.local.set(`read:${this.#connection.conversation}`, Math.max(0, ...list.map((message) => message.seq)));
    }
    const top = fresh.find((message) => message.author !== 'customer')?.seq;
    this.#paint(top);
    if (!first && top !== undefined && !this.hasAttribute('open')) this.#ui.news.textContent = 'Tienes un mensaje nuevo de soporte';
    if (first) setTimeout(() => this.#ui.log.setAttribute('aria-live', 'polite'), 200);
    this.#markRead();
  }

  /** The stream may bring back our own message before the answer to its POST: the bubble that waits is the same message. */
  #heardBack(message) {
    const item = this.#connection.unsent().find(({ id, text, title }) => id === this.#connection.sending && (text ?? title) === message.text);
    const waiting = item && this.#nodes.get(item.id);
    if (waiting) this.#nodes.set(message.seq, waiting), this.#nodes.delete(item.id), (this.matched = item.id);
    const answer = [...this.#messages.values()].filter((m) => m.seq < message.seq && m.buttons?.length).sort((a, b) => b.seq - a.seq)[0];
    const chosen = answer?.buttons.find((button) => button.title === message.text);
    if (chosen) this.#used.set(chosen.id, true);
  }

  #markRead() {
    if (!this.hasAttribute('open') || document.hidden || !this.#connection?.conversation) return;
    const last = Math.max(0, ...[...this.#messages.values()].filter((m) => m.author !== 'customer').map((m) => Math.floor(m.seq)));
    if (last) this.#connection.markRead(last);
    this.#paint();
  }

  // painting

  /** Brings the page in line with the state; nodes stay the same, so that a screen reader hears each message once. */
  #paint(top) {
    const { ui, log, badge, launcher, status, exit, ended, form } = { ui: this.#ui, ...this.#ui };
    const name = this.#ended ? 'ended' : this.#status === 'online' && this.#owner === 'agent' ? 'agent' : this.#status;
    if (status.textContent !== TEXTS.status[name]) status.textContent = TEXTS.status[name];
    status.toggleAttribute('data-on', name === 'online' || name === 'agent');
    ended.hidden = !this.#ended;
    log.hidden = form.hidden = this.#ended;
    exit.hidden = this.#ended || (!this.#messages.size && !this.#connection?.conversation);
    const list = [...this.#messages.values()].sort((a, b) => a.seq - b.seq);
    const read = this.#connection?.readUpTo ?? 0;
    this.#unread = this.hasAttribute('open') ? 0 : list.filter((m) => m.author !== 'customer' && m.kind !== 'greeting' && m.seq > read).length;
    badge.hidden = !this.#unread;
    badge.textContent = this.#unread > 9 ? '9+' : this.#unread;
    launcher.setAttribute('aria-label', TEXTS.launcher + (this.#unread ? `, ${this.#unread} sin leer` : ''));
    this.#place(this.#wanted(list));
    if (this.#stick) this.#toBottom(top);
    else if (top !== undefined) ui.jump.hidden = false;
  }

  #wanted(list) {
    const { welcome, chips, typing } = this.#ui;
    const wanted = [];
    const unsent = (this.#connection?.unsent() ?? []).filter((item) => item.id !== this.matched);
    let day = '';
    if (!list.some((m) => m.kind === 'greeting' || m.author === 'customer') && !unsent.length) wanted.push(welcome);
    list.forEach((message, index) => {
      const at = new Date(message.at);
      if (at.toDateString() !== day) wanted.push(this.#day((day = at.toDateString()), at));
      wanted.push(this.#message(message, list[index - 1], list[index + 1]));
    });
    for (const item of unsent) wanted.push(this.#waiting(item));
    if (!list.some((m) => m.author === 'customer') && !unsent.length) wanted.push(chips);
    if (this.#typing) {
      typing.firstChild.textContent = TEXTS.typing[this.#typing] ?? TEXTS.typing.bot;
      wanted.push(typing);
    }
    return wanted;
  }

  #place(wanted) {
    const { log } = this.#ui;
    let at = log.firstChild;
    for (const node of wanted) {
      if (node === at) at = at.nextSibling;
      else log.insertBefore(node, at);
    }
    while (at) {
      const next = at.nextSibling;
      at.remove();
      at = next;
    }
  }

  #day(key, at) {
    const node = this.#nodes.get(key) ?? h('div', { class: 'day' });
    this.#nodes.set(key, node);
    const name = dayName(at);
    if (node.textContent !== name) node.textContent = name;
    return node;
  }

  #message(message, before, after) {
    let node = this.#nodes.get(message.seq);
    if (!node) this.#nodes.set(message.seq, (node = this.#bubble(message)));
    const near = (other) => other && other.author === message.author && other.kind !== 'notice' && message.kind !== 'notice' && Math.abs(new Date(other.at) - new Date(message.at)) < 120_000;
    node.classList.remove('unsent');
    node.classList.toggle('near', !!near(before));
    node.classList.toggle('more', !!near(after) && !message.buttons?.length);
    const meta = node.querySelector('.meta');
    const at = new Date(message.at);
    if (meta.dataset.at !== message.at) {
      meta.dataset.at = message.at;
      meta.replaceChildren(...(message.author === 'customer' ? [] : [h('b', {}, TEXTS.author[message.author] ?? '')]), h('time', { datetime: message.at }, CLOCK.format(at)));
    }
    for (const button of node.querySelectorAll('.choice')) {
      const chosen = this.#used.get(button.dataset.id);
      button.disabled = chosen !== undefined; // the others stay: "no, el otro" is one press
      if (!!chosen === button.hasAttribute('data-chosen')) continue;
      button.toggleAttribute('data-chosen', !!chosen);
      if (chosen) button.prepend(icon('check'), h('span', { class: 'sr' }, 'Elegiste: '));
      else button.replaceChildren(button.lastChild);
    }
    return node;
  }

  #bubble(message) {
    const look = message.kind === 'notice' ? 'notice' : ['customer', 'agent'].includes(message.author) ? message.author : 'bot';
    const author = look === 'notice' ? 'Aviso' : TEXTS.author[look];
    const texts = message.parts?.length ? message.parts : [message.text ?? '']; // a long answer comes in several bubbles
    const bubble = (text, n) => h('div', { class: 'bubble', part: `bubble ${look}` }, ...(n ? [] : [h('span', { class: 'sr' }, `${author}: `)]), ...richText(String(text)));
    const node = h('div', { class: `message ${look}` }, ...texts.map(bubble));
    if (message.buttons?.length) {
      const choice = (button) => h('button', { type: 'button', class: 'choice', 'data-id': button.id, onclick: () => this.#choose(button) }, button.title);
      node.append(h('div', { class: 'choices', role: 'group', 'aria-label': 'Opciones' }, ...message.buttons.map(choice)));
    }
    node.append(h('div', { class: 'meta' }));
    return node;
  }

  #waiting(item) {
    let node = this.#nodes.get(item.id);
    if (!node) this.#nodes.set(item.id, (node = this.#bubble({ author: 'customer', kind: 'text', text: item.text ?? item.title })));
    const meta = node.querySelector('.meta');
    const { sending, failed, retryAt, running } = this.#connection;
    const young = running && ['connecting', 'online'].includes(this.#status) && Date.now() - item.at < 1500;
    const fine = !failed && (sending !== null || young); // once it failed the words stay, or every retry would be read out
    const state = fine ? 'sending' : retryAt > Date.now() ? 'later' : 'retry';
    node.classList.toggle('unsent', state !== 'sending');
    if (meta.dataset.state === state) return node;
    meta.dataset.state = state;
    delete meta.dataset.at;
    if (state === 'retry') meta.replaceChildren(`${TEXTS.unsent} · `, h('button', { type: 'button', class: 'link', onclick: () => this.#retryByHand() }, TEXTS.retry));
    else meta.replaceChildren(TEXTS[state]);
    if (state === 'sending') setTimeout(() => this.#paint(), 1600);
    return node;
  }

  // scrolling

  #scrolled() {
    const { log, jump } = this.#ui;
    this.#stick = log.scrollHeight - log.scrollTop - log.clientHeight < 60;
    if (this.#stick) jump.hidden = true;
  }

  /** To the end, but never past the beginning of the first new message: a long answer is read from its top. */
  #toBottom(top) {
    const { log, jump } = this.#ui;
    const end = log.scrollHeight - log.clientHeight;
    const node = top === undefined ? null : this.#nodes.get(top);
    jump.hidden = true;
    log.scrollTop = node ? Math.min(end, node.offsetTop - 12) : end;
  }
}

if (!customElements.get('support-chat')) customElements.define('support-chat', SupportChat);
