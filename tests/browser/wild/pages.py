"""Pages that nobody here wrote: each imitates a kind of portal, by what it does to everything on it."""

from __future__ import annotations

from typing import NamedTuple

SCRIPT = '<script type="module" src="{gateway}/widget.js"></script>'
CHAT = '<support-chat open token-endpoint="/chat-token"></support-chat>'
BODY = "<main><h1>Portal</h1><p>Bienvenido a tu portal. <input aria-label='Buscar' id='search'></p></main>"
FILLER = "<p>" + "Aviso de la empresa. " * 40 + "</p>"


class Host(NamedTuple):
    """A page: `style` and `script` are its own, `html` replaces the usual frame; `looks`: whether the window must look as on a plain page;
    `headers`: what it is served with.
    """

    style: str = ""
    script: str = ""
    body: str = BODY + CHAT
    html: str = "<!doctype html><html lang=es><head><meta charset=utf-8><meta name=viewport content='width=device-width'>{head}</head><body>{body}</body></html>"
    looks: bool = True
    headers: tuple[tuple[str, str], ...] = ()

    def text(self) -> str:
        """The whole page."""
        script = f"<script>{self.script}</script>" if self.script else ""
        return self.html.replace("{head}", f"<style>{self.style}</style>{script}{SCRIPT}").replace("{body}", self.body)


PLAIN = Host()
HOSTS = {
    "intranet whose star rule sets colour, spacing and height of everything": Host(
        "*{color:#ddd;line-height:3;letter-spacing:.4em;word-spacing:1em;text-indent:2em;font-family:fantasy;font-size:30px}"
    ),
    "theme with important rules for everything": Host(
        "*{color:#ccc!important;background:#eee!important;font-size:28px!important;text-align:right!important;border-radius:0!important}"
        "body *{max-width:300px!important;transform:rotate(3deg)!important;opacity:.4!important}"
    ),
    "theme that centres and moves every child of the body": Host(
        "body>*{transform:translateX(40px);max-width:480px;position:relative;z-index:1;margin:0 auto;padding:20px;overflow:hidden}"
    ),
    "page that fades everything in": Host(
        "@keyframes f{from{opacity:0}to{opacity:.5}}body *{animation:f 60s;transition:all 9s;will-change:transform}"
    ),
    "theme with filters and containment": Host(
        "body>*{filter:grayscale(1) blur(1px);mix-blend-mode:multiply;contain:strict;perspective:100px;clip-path:inset(10px);backdrop-filter:blur(2px)}"
    ),
    "page that forbids to select and to click": Host(
        "*{user-select:none;-webkit-user-select:none;cursor:none}body>support-chat{pointer-events:none}"
    ),
    "page in capitals, right to left": Host(
        "body{text-transform:uppercase;direction:rtl;text-align:end;writing-mode:vertical-rl;white-space:pre;hyphens:auto}"
    ),
    "framework that counts in rem of ten pixels": Host(
        "html{font-size:62.5%}body{font-size:1.6rem}button,textarea,p,ul,header,h2,form{all:revert;margin:3rem;width:50%}"
    ),
    "application in a full grid": Host(
        "html,body{height:100%;margin:0;overflow:hidden}body{display:grid;grid:1fr/200px 1fr}body>*{min-width:50vw;height:100%}"
    ),
    "design system with variables of the same names": Host(
        ":root,*{--page:red;--surface:red;--text:red;--muted:red;--line:red;--accent:red;--link:red;--on-accent:red;--bad:red;--visible:10px;--top:90px}"
    ),
    "page that zooms and moves custom elements": Host(
        "support-chat{zoom:2;position:absolute;inset:50% auto auto 50%;width:90%;height:50px;overflow:hidden;float:left;columns:2}"
    ),
    "page of before the standards, without a doctype": Host(
        html="<HTML><HEAD><TITLE>Portal</TITLE>{head}</HEAD><BODY BGCOLOR=#FFFFCC TEXT=NAVY><CENTER><FONT SIZE=5>Portal</FONT></CENTER>{body}</BODY></HTML>"
    ),
    "page that was never closed": Host(html="<!doctype html><html><head>{head}<body><table><tr><td><div><p>Portal{body}"),
    "chat at the bottom of tables": Host(body=f"<table><tr><td><table><tr><td>{FILLER}{CHAT}</td></tr></table></td></tr></table>"),
    "page with shortcuts on every key": Host(
        script="window.keys=0;for(const n of ['keydown','keypress','keyup'])for(const t of [document,window])t.addEventListener(n,e=>{keys++;e.preventDefault()})"
    ),
    "page that polices its forms": Host(
        script="for(const n of ['input','change','paste','submit','beforeinput'])document.addEventListener(n,e=>{if(!e.target.matches('input'))throw Error('?')})"
    ),
    "page with an old library that adds to every object": Host(
        script="Object.prototype.extend=function(){};Array.prototype.each=function(){};Array.prototype.toJSON=function(){return 'x'};String.prototype.strip=function(){}"
    ),
    "page that wraps fetch to count": Host(
        script="const real=window.fetch;window.counted=0;window.fetch=function(){counted++;return real.apply(this,arguments)}"
    ),
    "page that loads the chat twice": Host(body=f'{BODY}{CHAT}<script type="module" src="{{gateway}}/widget.js?v=2"></script>'),
    "page that makes the element before its script is there": Host(
        body=BODY,
        script="addEventListener('DOMContentLoaded',()=>{const c=document.createElement('support-chat');c.setAttribute('open','');c.setAttribute('token-endpoint','/chat-token');document.body.append(c)})",
    ),
    "page whose scripts fail all the time": Host(
        script="addEventListener('error',()=>{});setInterval(()=>{throw Error('x')},50);window.onunhandledrejection=()=>{}"
    ),
    "page whose dialog calls the focus back, as Bootstrap's and jQuery's do": Host(
        script="document.addEventListener('focusin',e=>{const s=document.getElementById('search');if(s&&e.target!==s)s.focus()})"
    ),
    "bank that forbids to copy, paste, select and press the right button": Host(
        script="for(const n of ['copy','cut','paste','contextmenu','selectstart','dragstart','mousedown','beforeinput'])document.addEventListener(n,e=>{e.preventDefault()})"
    ),
    "application framework that wraps timers, promises and listeners": Host(
        script="const t=window.setTimeout;window.setTimeout=function(f,ms,...a){return t(function(){f(...a)},ms)};const then=Promise.prototype.then;"
        "Promise.prototype.then=function(...a){return then.apply(this,a)};const on=EventTarget.prototype.addEventListener;"
        "EventTarget.prototype.addEventListener=function(n,f,o){return on.call(this,n,typeof f==='function'?function(e){return f.call(this,e)}:f,o)}"
    ),
    "page whose base address is a host of pictures": Host(
        html="<!doctype html><html lang=es><head><meta charset=utf-8><base href='https://cdn.example/portal/'>{head}</head><body>{body}</body></html>"
    ),
    "page that isolates itself from all others": Host(
        headers=(("Cross-Origin-Opener-Policy", "same-origin"), ("Cross-Origin-Embedder-Policy", "require-corp"))
    ),
    "page that steals the focus while it loads": Host(
        script="window.stealing=true;const t=setInterval(()=>document.getElementById('search')?.focus(),50);setTimeout(()=>{clearInterval(t);stealing=false},600)"
    ),
    "page that blocks the main thread again and again": Host(
        script="setInterval(()=>{const end=Date.now()+150;while(Date.now()<end);},400)"
    ),
    "page in another encoding and language": Host(
        html="<!doctype html><html lang=ar dir=rtl><head>{head}</head><body>{body}</body></html>"
    ),
    "page that rebuilds its menu all the time": Host(
        script="setInterval(()=>{const m=document.querySelector('main');m&&m.replaceWith(m.cloneNode(true))},100)"
    ),
    "page without room: everything is scrolled inside a box": Host(
        "html,body{height:100%;margin:0;overflow:hidden}#box{height:100%;overflow:auto;transform:none}",
        body=f"<div id=box>{FILLER * 20}</div>{CHAT}",
    ),
}
