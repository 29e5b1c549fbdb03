"""Conditions in which customers open the chat: shared and odd browsers, networks that fail, pages that move the element, small screens."""

from __future__ import annotations

import time

import pytest
from playwright.async_api import expect

from tests.browser.conftest import PHONE
from tests.browser.desk import Chat, visit
from tests.browser.wild.pages import BODY, CHAT, FILLER, Host
from tests.support.hangs import eventually

HOST = "open token-endpoint=/chat-token"
BLOCKED = """for (const s of ['localStorage', 'sessionStorage']) Object.defineProperty(window, s, { get() { throw new DOMException('x', 'SecurityError') } });
navigator.locks.request = () => Promise.reject(new DOMException('x', 'SecurityError'));"""
SILENT = "window.BroadcastChannel = class { constructor() { throw new DOMException('x', 'SecurityError') } };"
FULL = "Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError') }"
INSECURE = "Object.defineProperty(Navigator.prototype, 'locks', { value: undefined }); Object.defineProperty(crypto, 'randomUUID', { value: undefined });"

KEPT = "for (const name of ['pagehide', 'pageshow']) dispatchEvent(new PageTransitionEvent(name, { persisted: true }))"
"""What a page is told that the browser puts away, and takes out again as it was."""
WORKS = "navigator.serviceWorker.register('/wild/worker.js')"
WORKER = """addEventListener('install', () => skipWaiting());
addEventListener('activate', (event) => event.waitUntil(clients.claim()));
addEventListener('fetch', (event) => event.request.method === 'GET' && event.respondWith(caches.open('all').then(async (kept) => {
  const known = await kept.match(event.request);
  if (known) return known;
  const fresh = await fetch(event.request);
  if (fresh.ok) kept.put(event.request, fresh.clone()).catch(() => {});
  return fresh;
})));"""
"""Asks the network only for what it has never asked, whoever is logged in by now."""


async def wild(page, site, host: Host) -> Chat:
    site.portal.pages["host"], site.portal.headers = host.text(), dict(host.headers)
    await page.goto(f"{site.portal.origin}/wild/host")
    return Chat(page)


async def hello(chat: Chat, text: str = "hola") -> None:
    await chat.ask(text)
    await chat.sees(f"Recibí: {text}")


BROWSERS = {
    "site data blocked": BLOCKED + SILENT,
    "storage full": FULL,
    "the means of an insecure page, an old intranet's": INSECURE,
}


@pytest.mark.parametrize("name", BROWSERS)
async def test_browser_with(new_context, site, name):
    site.portal.user = "C-1003"
    page = await (await new_context()).new_page()
    await page.add_init_script(BROWSERS[name])
    chat = await visit(page, site, HOST)
    await hello(chat)
    await chat.status("En línea")
    site.wire.offline = True
    await chat.ask("sin red")
    await expect(chat.log.get_by_text("Sin enviar")).to_be_visible()
    site.wire.offline = False
    await chat.sees("Recibí: sin red")


MOVES = {
    "appends it elsewhere": "chat => document.querySelector('main').append(chat)",
    "changes pages as Turbo does": """chat => { const next = document.createElement('body'); next.append(document.createElement('main'), document.createElement('support-chat'));
        next.lastChild.setAttribute('open', ''); document.body.replaceWith(next); }""",
    "puts the new page in before it takes the old one out": """chat => { const next = document.createElement('support-chat'); next.setAttribute('open', '');
        document.body.append(next); chat.remove(); }""",
    "takes it out and makes it anew later": """async chat => { chat.remove(); await new Promise(go => setTimeout(go, 3000));
        const next = document.createElement('support-chat'); next.setAttribute('open', ''); document.body.append(next); }""",
}


@pytest.mark.parametrize("name", MOVES)
async def test_single_page_portal_that(page, site, name):
    site.portal.user = "C-1003"
    chat = await visit(page, site, "open")
    await page.evaluate("token => document.querySelector('support-chat').identify(token)", site.portal.token("C-1003"))
    await hello(chat)
    visitors = await site.conversations(None)  # it may have opened before it was told who is there
    await chat.box.fill("a medias")
    await page.evaluate(f"({MOVES[name]})(document.querySelector('support-chat'))")
    await chat.sees("Recibí: hola")
    await expect(chat.box).to_have_value("a medias")
    await hello(chat, "sigo aquí")
    await chat.sees("Recibí: hola")
    assert await site.customer_texts("C-1003") == ["hola", "sigo aquí"]
    assert await site.conversations(None) == visitors


async def test_page_that_forgets_to_identify_its_customer(page, site):
    chat = await visit(page, site, "open")
    await page.evaluate("token => document.querySelector('support-chat').identify(token)", site.portal.token("C-1003"))
    await hello(chat)
    visitors = await site.conversations(None)
    await page.reload()
    await expect(chat.panel.get_by_text("Vuelve a entrar para seguir")).to_be_visible()
    assert await site.conversations(None) == visitors
    await chat.button("Seguir como visitante").click()
    await hello(chat, "soy visita")
    await chat.sees("Recibí: hola", 0)


async def test_stream_that_freezes_without_closing(page, site):
    chat = await visit(page, site)
    await hello(chat)
    site.wire.frozen = True
    began = time.monotonic()
    await chat.ask("¿sigues?")
    await chat.sees("Recibí: ¿sigues?")
    assert time.monotonic() - began < 20  # by what was sent, not by a minute of silence; how long exactly is the benchmark's
    site.wire.frozen = False


async def test_seven_tabs_over_six_connections(new_context, site):
    site.portal.user = "C-1003"
    context = await new_context()
    for _ in range(6):
        await (await visit(await context.new_page(), site, HOST)).status("En línea")
    page = await context.new_page()
    began = time.monotonic()
    chat = await visit(page, site, HOST)
    await hello(chat)
    assert time.monotonic() - began < 20  # where it waits for a free connection it waits for ever
    for other in context.pages[:-1]:
        await Chat(other).sees("Recibí: hola")
    assert len(await site.conversations("C-1003")) == 1


async def test_seven_tabs_that_cannot_hear_each_other(new_context, site):
    site.portal.user = "C-1003"
    context = await new_context()
    await context.add_init_script(SILENT)
    for _ in range(7):
        chat = await visit(await context.new_page(), site, HOST)
        await chat.status("En línea")
    await hello(chat)


async def test_tab_that_was_opened_in_the_background(new_context, site):
    page = await (await new_context()).new_page()
    await page.add_init_script("Object.defineProperty(document, 'hidden', { get: () => window.seen !== true, configurable: true })")
    await page.clock.install()
    chat = await visit(page, site)
    await chat.status("En línea")
    await page.clock.fast_forward(31_000)
    await eventually(lambda: not site.wire._open)
    await page.evaluate("window.seen = true; document.dispatchEvent(new Event('visibilitychange'))")
    await hello(chat)


async def test_slow_telephone_network(new_context, site):
    context = await new_context(viewport=PHONE, has_touch=True, is_mobile=True)
    page = await context.new_page()
    wire = await context.new_cdp_session(page)
    slow = {"offline": False, "latency": 600, "downloadThroughput": 50_000, "uploadThroughput": 20_000}
    await wire.send("Network.emulateNetworkConditions", slow)
    chat = await visit(page, site)
    await chat.status("En línea")
    await chat.ask("hola")
    await expect(chat.log.get_by_text("Recibí: hola", exact=True)).to_be_visible(timeout=10_000)
    assert len(site.wire.received) == 1


async def test_laptop_that_wakes_up_on_another_network(page, site):
    chat = await visit(page, site)
    await hello(chat)
    site.wire.frozen = True  # the connection of before: nobody has said that it is dead
    await site.agent_says("mientras dormías")
    await page.evaluate("window.dispatchEvent(new Event('online'))")
    await chat.sees("mientras dormías")
    site.wire.frozen = False


async def test_back_and_forth_in_the_history(page, site):
    chat = await visit(page, site)
    await hello(chat)
    await page.goto(f"{site.portal.origin}/entrar")
    await page.go_back()
    await chat.sees("Recibí: hola")
    await hello(chat, "de vuelta")


async def test_reload_in_the_middle_of_a_send(page, site):
    site.portal.user = "C-1003"
    chat = await visit(page, site, HOST)
    await chat.status("En línea")
    site.wire.lose_next_reply = True  # the gateway has it, and the page goes before it hears so
    await chat.ask("¿llegó?")
    await eventually(lambda: site.wire.received)
    await page.reload()
    await chat.sees("Recibí: ¿llegó?")
    await chat.sees("¿llegó?")
    await expect(chat.log.get_by_text("Sin enviar")).to_have_count(0)
    assert await site.customer_texts("C-1003") == ["¿llegó?"]


async def test_history_that_leads_back_to_the_customer_before(page, site):
    site.portal.user = "C-1003"
    chat = await visit(page, site, HOST)
    await hello(chat, "del primero")
    await chat.box.fill("a medias")
    site.portal.user = "C-1001"  # logged in on a page without the chat, and back to the one of before, as the browser kept it
    await page.evaluate(KEPT)
    await expect(chat.box).to_be_editable()
    await expect(chat.box).to_have_value("")
    await hello(chat, "del segundo")
    await chat.sees("Recibí: del primero", 0)
    assert await site.customer_texts("C-1001") == ["del segundo"]
    assert await site.customer_texts("C-1003") == ["del primero"]


async def test_service_worker_that_keeps_every_answer(page, site):
    site.portal.user = "C-1003"
    site.portal.pages["worker.js"] = WORKER
    chat = await wild(page, site, Host(script=WORKS))
    await page.evaluate("navigator.serviceWorker.ready.then(() => null)")
    await page.reload()
    await hello(chat, "del primero")
    await page.reload()
    await chat.sees("Recibí: del primero")
    assert await page.evaluate("!!navigator.serviceWorker.controller")
    site.portal.user = "C-1001"
    await page.reload()
    await hello(chat, "del segundo")
    await chat.sees("Recibí: del primero", 0)
    assert await site.customer_texts("C-1001") == ["del segundo"]


async def test_pressing_twice(page, site):
    chat = await visit(page, site)
    await chat.status("En línea")
    await chat.button("¿Cómo pago?").dblclick()
    await expect(chat.button("Factura")).to_be_visible()
    await chat.button("Factura").dblclick()
    await chat.sees("Recibí: Factura")
    await chat.box.fill("hola")
    await chat.button("Enviar").dblclick()
    await chat.sees("Recibí: hola")
    assert await site.customer_texts() == ["¿Cómo pago?", "Factura", "hola"]


ENLARGED = {"200 per cent": (640, 400), "300 per cent": (426, 266), "400 per cent": (320, 200)}
"""How much of a page is left of a small desk's screen."""


@pytest.mark.parametrize("name", ENLARGED)
async def test_page_that_is_enlarged_to(new_context, site, name):
    width, height = ENLARGED[name]
    page = await (await new_context(viewport={"width": width, "height": height}, device_scale_factor=2)).new_page()
    chat = await visit(page, site)
    await hello(chat, "una " + "palabralarguísima" * 12)
    assert await chat.log.evaluate("node => node.scrollWidth <= node.clientWidth")
    for control in (chat.button("Minimizar chat"), chat.button("Cerrar sesión"), chat.box, chat.button("Enviar")):
        await expect(control).to_be_in_viewport(ratio=0.9)
    site.wire.offline = True
    await chat.ask("sin red")
    await expect(chat.log.get_by_text("Sin enviar")).to_be_in_viewport()
    await chat.button("Cerrar sesión").click()
    await chat.panel.get_by_role("group", name="¿Cerrar sesión").get_by_role("button", name="Cancelar").click()
    await chat.log_out()
    await chat.button("Iniciar conversación").click()


async def test_page_that_scrolls_by_script_leaves_the_wheel_to_the_window(page, site):
    eats = "for(const n of ['wheel','touchmove'])document.addEventListener(n,e=>{e.preventDefault();scrollBy(0,e.deltaY)},{passive:false})"
    site.portal.user = "C-1003"
    chat = await wild(page, site, Host(script=eats, body=FILLER * 40 + CHAT))
    await chat.ask("cuéntame todo")
    await expect(chat.log.get_by_text("Fin de todo.")).to_be_attached()
    await chat.log.hover()
    await page.mouse.wheel(0, 600)
    before = await chat.log.evaluate("node => node.scrollTop")
    await page.mouse.wheel(0, -400)
    await page.wait_for_function(
        "before => document.querySelector('support-chat').shadowRoot.querySelector('.log').scrollTop < before", arg=before
    )
    assert await page.evaluate("scrollY") == 0


async def test_portal_that_is_one_component(page, site):
    site.portal.user = "C-1003"
    script = f"customElements.define('my-portal',class extends HTMLElement{{connectedCallback(){{this.attachShadow({{mode:'open'}}).innerHTML=`<main>Portal</main>{CHAT}`}}}})"
    chat = await wild(page, site, Host(script=script, body="<my-portal></my-portal>"))
    await hello(chat)
    await page.keyboard.press("Escape")
    await expect(chat.panel).to_be_hidden()
    await expect(chat.launcher).to_be_focused()


FRAMES = {
    "a frame": "<iframe title=Portal src='{inner}' style='width:900px;height:760px'></iframe>",
    "frames of before": "<frameset cols='20%,*'><frame src='about:blank'><frame id=inner src='{inner}'></frameset>",
}


@pytest.mark.parametrize("name", FRAMES)
async def test_portal_inside(page, site, name):
    site.portal.user = "C-1003"
    site.portal.pages["inner"] = Host().text()
    await wild(
        page, site, Host(html="<html><head></head>{body}</html>", body=FRAMES[name].format(inner=f"{site.portal.origin}/wild/inner"))
    )
    inner = page.frame_locator("[src*=inner]")
    await inner.get_by_label("Escribe tu mensaje").fill("hola")
    await inner.get_by_label("Escribe tu mensaje").press("Enter")
    await expect(inner.get_by_role("log").get_by_text("Recibí: hola", exact=True)).to_be_visible()


async def test_modal_dialog_of_the_portal_that_takes_the_chat_in(page, site):
    site.portal.user = "C-1003"
    chat = await wild(page, site, Host(body=f"{BODY}<dialog><p>Pago</p></dialog>{CHAT}"))
    await hello(chat)
    await page.evaluate(
        "const d = document.querySelector('dialog'); d.showModal(); d.append(document.querySelector('support-chat')); d.onclose = () => document.body.append(d.lastChild); null"
    )
    await hello(chat, "en el diálogo")
    await page.evaluate("document.querySelector('dialog').close()")
    await hello(chat, "y fuera")
    await chat.sees("Recibí: hola")


async def test_escape_in_the_chat_leaves_the_portals_dialog_open(page, site):
    site.portal.user = "C-1003"
    chat = await wild(page, site, Host(body=f"{BODY}<dialog>{CHAT}</dialog>"))
    await page.evaluate("document.querySelector('dialog').showModal()")
    await hello(chat)
    await chat.box.press("Escape")
    await expect(chat.panel).to_be_hidden()
    assert await page.evaluate("document.querySelector('dialog').open")


SCROLLERS = {
    "the document": ("", FILLER * 40, "document.scrollingElement"),
    "the body": ("html{height:100%;overflow:hidden}body{height:100%;overflow:auto;margin:0}", FILLER * 40, "document.body"),
    "a box": (
        "html,body{height:100%;margin:0}#box{height:100%;overflow:auto}",
        f"<div id=box>{FILLER * 40}</div>",
        "document.getElementById('box')",
    ),
}


@pytest.mark.parametrize("name", SCROLLERS)
async def test_telephone_page_stays_where_it_was_scrolled_by(new_context, site, name):
    style, content, scroller = SCROLLERS[name]
    page = await (await new_context(viewport=PHONE, has_touch=True, is_mobile=True)).new_page()
    chat = await wild(page, site, Host(style=style, body=content + CHAT.replace(" open", "")))
    await page.evaluate(f"{scroller}.scrollTop = 700")
    await chat.launcher.tap()
    await hello(chat)
    await page.mouse.move(200, 20)
    await page.mouse.wheel(0, 400)
    await page.keyboard.press("Escape")
    await expect(chat.panel).to_be_hidden()
    assert await page.evaluate(f"{scroller}.scrollTop") == 700


async def test_telephone_page_without_a_viewport_tag(new_context, site):
    site.portal.user = "C-1003"
    page = await (await new_context(viewport=PHONE, has_touch=True, is_mobile=True)).new_page()
    chat = await wild(page, site, Host(html="<!doctype html><html><head>{head}</head><body>{body}</body></html>"))
    await hello(chat)
    box, width = await chat.panel.bounding_box(), await page.evaluate("innerWidth")
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width


async def test_printed_page(page, site):
    chat = await visit(page, site)
    await hello(chat)
    await page.emulate_media(media="print")
    await expect(chat.panel).to_be_hidden()
    await expect(chat.launcher).to_be_hidden()


async def test_reader_in_madrid(new_context, site):
    page = await (await new_context(timezone_id="Europe/Madrid")).new_page()
    chat = await visit(page, site)
    await hello(chat)
    await expect(chat.log.locator("time").last).to_contain_text("(hora de Ciudad de México)")


async def test_reader_at_home(page, site):
    chat = await visit(page, site)
    await hello(chat)
    assert "hora de" not in await chat.log.locator("time").last.inner_text()


async def test_portal_that_shows_the_chat_on_some_pages_only(page, site):
    chat = await wild(page, site, Host(style="support-chat.off{display:none}", body=BODY + "<support-chat class=off open></support-chat>"))
    await expect(chat.panel).to_be_hidden()
    await page.evaluate("document.querySelector('support-chat').className = ''")
    await hello(chat)
