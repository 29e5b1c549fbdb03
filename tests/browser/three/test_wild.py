"""Pages and conditions that nobody here wrote, where it is not Chromium that draws and keeps. Named as in `tests/browser/wild`."""

from __future__ import annotations

import pytest

from tests.browser.three.chat import Chat, visit
from tests.browser.three.driver import ESCAPE, PHONE, Size
from tests.browser.wild.pages import BODY, CHAT, HOSTS, PLAIN, Host
from tests.browser.wild.test_conditions import BROWSERS, ENLARGED, FRAMES, KEPT, MOVES, SCROLLERS, SILENT, WORKER, WORKS
from tests.browser.wild.test_pages import HIT, LOOKS

OTHERS = pytest.mark.parametrize("browser", ["firefox", "webkit"], indirect=True, scope="session")
HOST = "open token-endpoint=/chat-token"
PRINTED = """(root) => [...root.adoptedStyleSheets[0].cssRules].filter((rule) => rule.media?.mediaText === 'print')
  .map(({ cssRules: [rule] }) => [rule.selectorText, rule.style.display, rule.style.getPropertyPriority('display')])"""


async def opened(tab, site, host: Host) -> Chat:
    site.portal.user = "C-1003"
    site.portal.pages["host"], site.portal.headers = host.text(), dict(host.headers)
    await tab.goto(f"{site.portal.origin}/wild/host")
    return Chat(tab)


async def hello(chat: Chat, text: str = "hola") -> None:
    await chat.ask(text)
    await chat.sees(f"Recibí: {text}")


async def looks(chat: Chat) -> dict[str, object]:
    """Of the open window, with the mouse elsewhere."""
    await chat.still()
    await chat.tab.click(5, 5)
    return await chat.tab.run(LOOKS)


@OTHERS
async def test_it_works_on_a(tab, site):
    """All of them in one tab: the next one finds the talk of the one before, as on a portal's pages."""
    chat = await opened(tab, site, PLAIN)
    await chat.ask("¿Cómo pago?")
    await chat.count(2, ".choice:enabled")
    plain, other = await looks(chat), {}
    for number, (name, host) in enumerate(HOSTS.items()):
        await opened(tab, site, host)
        await chat.becomes(True, "() => !window.stealing")
        await hello(chat, f"hola {number}")
        assert await tab.run(HIT) == "support-chat", name
        if host.looks and (told := await looks(chat)) != plain:
            other[name] = told
        await chat.button("Minimizar chat")
        await chat.press(".launcher")
        await chat.becomes("box", "(root) => root.activeElement?.id")
    assert other == {}
    assert await site.customer_texts("C-1003") == ["¿Cómo pago?", *(f"hola {number}" for number in range(len(HOSTS)))]


@OTHERS
@pytest.mark.parametrize("name", BROWSERS)
async def test_browser_with(tab, site, name):
    chat = await opened(tab, site, Host(script=BROWSERS[name]))
    await hello(chat)
    await chat.status("En línea")
    site.wire.offline = True
    await chat.ask("sin red")
    await chat.count(1, ".unsent")
    site.wire.offline = False
    await chat.sees("Recibí: sin red")


@OTHERS
@pytest.mark.parametrize("name", MOVES)
async def test_single_page_portal_that(tab, site, name):
    site.portal.user = "C-1003"
    chat = await visit(tab, site, "open")
    await tab.run("(token) => document.querySelector('support-chat').identify(token)", site.portal.token("C-1003"))
    await hello(chat)
    await chat.press("textarea")
    await tab.type("a medias")
    await tab.run(f"() => ({MOVES[name]})(document.querySelector('support-chat'))")
    await chat.sees("Recibí: hola")
    await chat.draft("a medias")
    await chat.press(".send")
    await chat.sees("Recibí: a medias")
    assert await site.customer_texts("C-1003") == ["hola", "a medias"]


@OTHERS
async def test_page_that_forgets_to_identify_its_customer(tab, site):
    chat = await visit(tab, site, "open")
    await tab.run("(token) => document.querySelector('support-chat').identify(token)", site.portal.token("C-1003"))
    await hello(chat)
    visitors = await site.conversations(None)
    await tab.reload()
    await chat.count(1, ".ended")
    assert await site.conversations(None) == visitors
    await chat.button("Seguir como visitante")
    await hello(chat, "soy visita")
    await chat.sees("Recibí: hola", 0)


@OTHERS
async def test_laptop_that_wakes_up_on_another_network(tab, site):
    chat = await visit(tab, site)
    await hello(chat)
    site.wire.frozen = True
    await site.agent_says("mientras dormías")
    await tab.run("() => void dispatchEvent(new Event('online'))")
    await chat.sees("mientras dormías")
    site.wire.frozen = False


@OTHERS
async def test_history_that_leads_back_to_the_customer_before(tab, site):
    site.portal.user = "C-1003"
    chat = await visit(tab, site, HOST)
    await hello(chat, "del primero")
    site.portal.user = "C-1001"
    await tab.run(f"() => {{ {KEPT} }}")
    await hello(chat, "del segundo")
    await chat.sees("Recibí: del primero", 0)
    assert await site.customer_texts("C-1001") == ["del segundo"]


@OTHERS
async def test_service_worker_that_keeps_every_answer(tab, site):
    site.portal.pages["worker.js"] = WORKER
    chat = await opened(tab, site, Host(script=WORKS))
    await tab.run("() => navigator.serviceWorker.ready.then(() => null)")
    await tab.reload()
    await hello(chat, "del primero")
    await tab.reload()
    await chat.sees("Recibí: del primero")
    assert await tab.run("() => !!navigator.serviceWorker.controller")
    site.portal.user = "C-1001"
    await tab.reload()
    await hello(chat, "del segundo")
    await chat.sees("Recibí: del primero", 0)
    assert await site.customer_texts("C-1001") == ["del segundo"]


@OTHERS
async def test_modal_dialog_of_the_portal_that_takes_the_chat_in(tab, site):
    chat = await opened(tab, site, Host(body=f"{BODY}<dialog><p>Pago</p></dialog>{CHAT}"))
    await hello(chat)
    await tab.run(
        "() => { const d = document.querySelector('dialog'); d.showModal(); d.append(document.querySelector('support-chat')); d.onclose = () => document.body.append(d.lastChild); }"
    )
    await hello(chat, "en el diálogo")
    await tab.run("() => document.querySelector('dialog').close()")
    await hello(chat, "y fuera")
    await chat.sees("Recibí: hola")


@OTHERS
async def test_escape_in_the_chat_leaves_the_portals_dialog_open(tab, site):
    chat = await opened(tab, site, Host(body=f"{BODY}<dialog>{CHAT}</dialog>"))
    await tab.run("() => document.querySelector('dialog').showModal()")
    await hello(chat)
    await tab.type(ESCAPE)
    await chat.count(0, ".panel")
    assert await tab.run("() => document.querySelector('dialog').open")


@OTHERS
@pytest.mark.parametrize("name", SCROLLERS)
async def test_telephone_page_stays_where_it_was_scrolled_by(browser, site, name):
    style, content, scroller = SCROLLERS[name]
    async with browser.person(PHONE) as person:
        tab = await person.tab()
        chat = await opened(tab, site, Host(style=style, body=content + CHAT.replace(" open", "")))
        await tab.run(f"() => {{ {scroller}.scrollTop = 700; }}")
        await chat.press(".launcher")
        await hello(chat)
        await chat.button("Minimizar chat")
        await chat.count(0, ".panel")
        assert await tab.run(f"() => {scroller}.scrollTop") == 700


@OTHERS
@pytest.mark.parametrize("name", FRAMES)
async def test_portal_inside(tab, site, name):
    site.portal.user = "C-1003"
    site.portal.pages["inner"] = Host().text()
    frame = FRAMES[name].format(inner=f"{site.portal.origin}/wild/inner")
    site.portal.pages["host"] = f"<html><head></head>{frame}</html>"
    await tab.goto(f"{site.portal.origin}/wild/host")
    inside = Chat(tab, "document.querySelector('[src*=inner]').contentDocument")
    await hello(inside)
    assert await site.customer_texts("C-1003") == ["hola"]


@OTHERS
async def test_pressing_twice(tab, site):
    chat = await visit(tab, site)
    await chat.status("En línea")
    for name, answer in (("¿Cómo pago?", "Factura"), ("Factura", "Recibí: Factura")):
        spot = await chat.spot("button", name)
        await tab.click(**spot)
        await tab.click(**spot)
        await chat.shows(answer)
    await chat.press("textarea")
    await tab.type("hola")
    spot = await chat.spot(".send")
    await tab.click(**spot)
    await tab.click(**spot)
    await chat.sees("Recibí: hola")
    assert await site.customer_texts() == ["¿Cómo pago?", "Factura", "hola"]


@OTHERS
@pytest.mark.parametrize("name", ENLARGED)
async def test_page_that_is_enlarged_to(browser, site, name):
    async with browser.person(Size(*ENLARGED[name])) as person:
        chat = await visit(await person.tab(), site)
        await hello(chat, "una " + "palabralarguísima" * 12)
        assert await chat.look("(root) => root.querySelector('.log').scrollWidth <= root.querySelector('.log').clientWidth")
        site.wire.offline = True
        await chat.ask("sin red")
        await chat.count(1, ".unsent")
        await chat.button("Cerrar sesión")
        await chat.press(".confirm button", "Cancelar")
        await chat.button("Cerrar sesión")
        await chat.press(".confirm button", "Cerrar sesión")
        await chat.button("Iniciar conversación")


@OTHERS
async def test_seven_tabs_that_cannot_hear_each_other(person, site):
    for _ in range(7):
        chat = await opened(await person.tab(), site, Host(script=SILENT))
        await chat.status("En línea")
    await hello(chat)


@OTHERS
async def test_reader_at_home(tab, site):
    chat = await visit(tab, site)
    await hello(chat)
    await chat.becomes(True, "(root) => /\\d\\d:\\d\\d$/.test([...root.querySelectorAll('time')].at(-1).textContent)")


@OTHERS
async def test_printed_page(tab, site):
    """The rule that hides it is understood; printing itself is tried in Chromium."""
    chat = await visit(tab, site)
    await chat.becomes([[":host", "none", "important"]], PRINTED)


@OTHERS
async def test_reader_in_madrid(tab, site):
    """Here it is the company that is in Madrid: the reader's clock is the driver's."""
    chat = await visit(tab, site, "open zone=Europe/Madrid")
    await hello(chat)
    await chat.becomes(True, "(root) => /\\d\\d:\\d\\d \\(hora.+\\)/.test([...root.querySelectorAll('time')].at(-1).textContent)")


@OTHERS
async def test_portal_that_shows_the_chat_on_some_pages_only(tab, site):
    chat = await opened(tab, site, Host(style="support-chat.off{display:none}", body=BODY + CHAT.replace("open", "open class=off", 1)))
    await chat.count(0, ".panel")
    await tab.run("() => { document.querySelector('support-chat').className = ''; }")
    await hello(chat)


@OTHERS
async def test_portal_that_is_one_component(tab, site):
    script = f"customElements.define('my-portal',class extends HTMLElement{{connectedCallback(){{this.attachShadow({{mode:'open'}}).innerHTML=`<main>Portal</main>{CHAT}`}}}})"
    await opened(tab, site, Host(script=script, body="<my-portal></my-portal>"))
    chat = Chat(tab, "document.querySelector('my-portal').shadowRoot")
    await hello(chat)
    await tab.type(ESCAPE)
    await chat.count(0, ".panel")
    await chat.becomes("launcher", "(root) => root.activeElement?.className")
