/** The looks: one constructed sheet, so that a strict style-src lets it pass. */

const LIGHT = `--page:#f3f6f7;--surface:#fff;--text:#15262c;--muted:#4e616a;--line:#d3dde1;--edge:#76888f;
--accent:var(--support-chat-accent,#0b6370);--on-accent:var(--support-chat-on-accent,#fff);--link:var(--support-chat-link,#0b6370);
--agent:#fff4de;--agent-line:#d9a441;--agent-text:#6f4600;--bad:#b3261e;--bad-surface:#fdecea;--shade:0 12px 40px rgb(10 35 45/.22)`;
const DARK = `--page:#10191d;--surface:#1a262b;--text:#e7eff1;--muted:#a3b5bc;--line:#32434a;--edge:#7d9098;
--accent:var(--support-chat-accent,#0d7482);--on-accent:var(--support-chat-on-accent,#fff);--link:var(--support-chat-link,#7fd6e2);
--agent:#3a2f18;--agent-line:#b98a34;--agent-text:#f3cf8b;--bad:#ffb4ab;--bad-surface:#46201d;--shade:0 12px 40px rgb(0 0 0/.6)`;

// A page's own rules win over :host, and some have "* {…}": what would move or fade the window, or make it a box, is not theirs to set.
// Whether it is shown is (display, visibility); all that is inherited ends at .root.
const HOST = `:host{${[
  'position:fixed;inset:auto 0 0 auto;z-index:var(--support-chat-z,2147483000);width:0;height:0;min-width:0;min-height:0;max-width:none;max-height:none',
  'margin:0;padding:0;border:0;float:none;overflow:visible;columns:auto;background:none;box-shadow:none;outline:0;clip:auto;zoom:1;opacity:1',
  'transform:none;translate:none;rotate:none;scale:none;perspective:none;filter:none;backdrop-filter:none;clip-path:none;mask:none;mix-blend-mode:normal',
  'contain:none;container-type:normal;content-visibility:visible;will-change:auto;animation:none;transition:none;pointer-events:auto',
].join(';').replaceAll(';', '!important;')}!important}`;

export const CSS = `
${HOST}
.root{all:initial;visibility:inherit;direction:ltr;unicode-bidi:isolate;user-select:text;-webkit-user-select:text;${LIGHT};color-scheme:light;
  font:15px/1.45 var(--support-chat-font,system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif);color:var(--text);
  scrollbar-color:var(--edge) transparent}
@media (prefers-color-scheme:dark){:host(:not([theme=light])) .root{${DARK};color-scheme:dark}}
:host([theme=dark]) .root{${DARK};color-scheme:dark}
:host([hidden]),[hidden]{display:none!important}
@media print{:host{display:none!important}}
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
.rate{display:flex;gap:2px}
.thumb{min-width:28px;height:28px;border-radius:8px;display:grid;place-items:center}
.thumb svg{width:16px;height:16px}
.thumb[data-value="-1"] svg{transform:rotate(180deg)}
.thumb[aria-pressed=true]{background:var(--accent);color:var(--on-accent)}
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
textarea:read-only{opacity:.7}
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
  .head{min-width:44px;height:44px}.choice,.plain,.solid,.jump{min-height:44px}.choice{border-radius:22px}.link,.thumb{min-height:44px}.thumb{min-width:44px}
  .message a[href^=tel],.message a{padding:4px 0}
}
@media (prefers-reduced-motion:reduce){*{animation:none!important;transition:none!important;scroll-behavior:auto!important}}
@media (forced-colors:active){.launcher,.bubble,.send,.solid,.badge,header{border:1px solid}.choice:disabled{color:GrayText;border-color:GrayText}.typing i{background:CanvasText}}
`;
