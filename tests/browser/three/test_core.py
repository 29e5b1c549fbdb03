"""What the chat must do in every browser: ask and be answered, buttons, reload, a network that is cut, several tabs, a telephone, and access."""

from __future__ import annotations

import pytest

from tests.browser.three.chat import visit
from tests.browser.three.driver import DESK, ENTER, ESCAPE, PHONE, TAB
from tests.support.hangs import eventually

HOST = "open token-endpoint=/chat-token"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PANEL = """(root) => { const { x, y, width, height } = root.querySelector('.panel').getBoundingClientRect();
  return [x, y, width - document.documentElement.clientWidth, height - innerHeight].map(Math.round); }"""
SMALL = """(root) => [...root.querySelectorAll('.panel button')].map((node) => [node.textContent, node.offsetWidth, node.offsetHeight])
  .filter(([, width, height]) => width && (width < 44 || height < 44))"""
TRACK = "(root) => CSS.supports('scrollbar-color', 'auto') && getComputedStyle(root.querySelector('.log')).scrollbarColor.includes('rgba(0, 0, 0, 0)')"
"""Whether the window shows through beneath the bar that scrolls it; WebKit's bar floats, and has no colours to set."""
REFUSED = "https://elsewhere.example/picture.png"


async def test_a_question_is_answered_once_under_a_strict_policy(tab, site):
    site.portal.user = "C-1003"
    chat = await visit(tab, site, HOST)
    await chat.status("En línea")
    await chat.ask("¿Está el «servicio», señor?")
    await chat.sees("Recibí: ¿Está el «servicio», señor?")
    await chat.sees("¿Está el «servicio», señor?")
    await chat.count(1, ".notice")
    assert await site.customer_texts("C-1003") == ["¿Está el «servicio», señor?"]
    assert await chat.look("(root) => getComputedStyle(root.querySelector('.panel')).position") == "fixed"  # the styles did pass
    await tab.run("(address) => { document.body.append(Object.assign(new Image(), { src: address })); }", REFUSED)
    await eventually(lambda: f"img-src {REFUSED}" in site.portal.refused)
    assert {told for told in site.portal.refused if not told.endswith("/favicon.ico")} == {f"img-src {REFUSED}"}


async def test_buttons_and_history_outlive_a_reload(tab, site):
    chat = await visit(tab, site)
    await chat.ask("¿Se hizo mi respaldo?")
    await chat.button("SIERRA-02")
    await chat.shows("pesa 12.4 GB")
    assert set(site.wire.received[-1]) == {"id", "button"}
    await chat.becomes("box", "(root) => root.activeElement?.id")
    before = await chat.texts()
    await tab.reload()
    await chat.shows("pesa 12.4 GB")
    assert await chat.texts() == before
    await chat.count(1, ".choice:disabled")
    await chat.button("SIERRA-01")
    await chat.sees("Recibí: SIERRA-01")


async def test_suggestion_asks(tab, site):
    chat = await visit(tab, site)
    await chat.button("¿Cuándo vence mi servidor?")
    await chat.shows("periodo de gracia hasta")
    await chat.count(2, ".bot li")
    await chat.count(0, ".chips")


async def test_what_is_written_without_a_network_goes_once_and_in_order(tab, site):
    chat = await visit(tab, site)
    await chat.status("En línea")
    site.wire.offline = True
    for text in ("uno", "dos", "tres"):
        await chat.ask(text)
    await chat.count(3, ".unsent")
    await chat.status("Sin conexión. Reintentando…")
    site.wire.offline = False
    await chat.sees("Recibí: tres")
    await chat.count(0, ".unsent")
    assert await site.customer_texts() == ["uno", "dos", "tres"]
    for text in ("uno", "dos", "tres"):
        await chat.sees(text)
        await chat.sees(f"Recibí: {text}")


async def test_a_stream_that_is_cut_or_freezes_loses_and_doubles_nothing(tab, site):
    chat = await visit(tab, site)
    site.wire.cut_next_answer = True
    await chat.ask("¿sigue?")
    await chat.sees("Recibí: ¿sigue?")
    site.wire.frozen = True
    await chat.ask("¿y ahora?")
    await chat.sees("Recibí: ¿y ahora?")
    site.wire.frozen = False
    await chat.ask("otra")
    await chat.sees("Recibí: otra")
    await chat.count(3, ".customer")
    await chat.count(3, ".bot")


async def test_what_was_not_sent_and_a_draft_outlive_a_reload(tab, site):
    chat = await visit(tab, site)
    await chat.status("En línea")
    site.wire.offline = True
    await chat.ask("antes de recargar")
    await chat.count(1, ".unsent")
    await chat.press("textarea")
    await tab.type("a medias")
    await tab.reload()
    site.wire.offline = False
    await chat.sees("Recibí: antes de recargar")
    await chat.draft("a medias")
    assert await site.customer_texts() == ["antes de recargar"]


async def test_back_and_forth_in_the_history(tab, site):
    chat = await visit(tab, site)
    await chat.ask("hola")
    await chat.sees("Recibí: hola")
    await tab.goto(f"{site.portal.origin}/entrar")
    await tab.back()
    await chat.sees("Recibí: hola")
    await chat.ask("de vuelta")
    await chat.sees("Recibí: de vuelta")
    assert len(await site.conversations(None)) == 1


async def test_history_that_leads_back_to_the_customer_before(tab, site):
    site.portal.user = "C-1003"
    chat = await visit(tab, site, HOST)
    await chat.ask("del primero")
    await chat.sees("Recibí: del primero")
    await chat.press("textarea")
    await tab.type("a medias, del primero")
    await tab.goto(f"{site.portal.origin}/entrar")
    site.portal.user = "C-1001"
    await tab.back()
    await chat.ask("del segundo")
    await chat.sees("Recibí: del segundo")
    assert "primero" not in "".join(await chat.texts())
    await chat.draft("")
    assert await site.customer_texts("C-1001") == ["del segundo"]
    assert await site.customer_texts("C-1003") == ["del primero"]


async def test_reload_in_the_middle_of_a_send(tab, site):
    chat = await visit(tab, site)
    await chat.status("En línea")
    site.wire.lose_next_reply = True  # the gateway has it, and the page goes before it hears so
    await chat.ask("¿llegó?")
    await eventually(lambda: bool(site.wire.received))
    await tab.reload()
    await chat.sees("Recibí: ¿llegó?")
    await chat.sees("¿llegó?")
    await chat.count(0, ".unsent")
    assert await site.customer_texts() == ["¿llegó?"]


async def test_a_thumb_by_keyboard_is_kept(tab, site):
    chat = await visit(tab, site)
    await chat.ask("hola")
    await chat.sees("Recibí: hola")
    await chat.look("(root) => root.querySelector('.thumb[data-value=\"-1\"]').focus()")
    await tab.type(" ")
    await eventually(lambda: "POST /webchat/feedback" in site.wire.calls)
    await tab.reload()
    await chat.becomes("true", "(root) => root.querySelector('.thumb[data-value=\"-1\"]')?.getAttribute('aria-pressed')")


async def test_seven_tabs_over_six_connections(person, site):
    site.portal.user = "C-1003"
    chats = []
    for _ in range(7):
        chats.append(await visit(await person.tab(), site, HOST))
        await chats[-1].status("En línea")
    for number in (6, 0):
        await chats[number].ask(f"desde la {number}")
        for chat in chats:
            await chat.sees(f"Recibí: desde la {number}")
    assert await chats[0].texts() == await chats[6].texts()
    assert len(await site.conversations("C-1003")) == 1
    await eventually(lambda: len(site.wire._open) == 1)  # a browser keeps six connections to an origin: one tab reads for all


async def test_the_next_at_the_same_computer_sees_and_sends_nothing_of_the_first(tab, site):
    site.portal.user = "C-1003"
    chat = await visit(tab, site, HOST)
    await chat.ask("del primero")
    await chat.sees("Recibí: del primero")
    site.wire.offline = True
    await chat.ask("sin red, del primero")
    await chat.count(1, ".unsent")
    await chat.press("textarea")
    await tab.type("a medias, del primero")
    site.portal.user, site.wire.offline = "C-1001", False
    await tab.reload()
    await chat.ask("del segundo")
    await chat.sees("Recibí: del segundo")
    assert "primero" not in "".join(await chat.texts())
    await chat.draft("")
    assert await site.customer_texts("C-1001") == ["del segundo"]


async def test_log_out_takes_the_conversation_away(tab, site):
    site.portal.user = "C-1003"
    chat = await visit(tab, site, HOST)
    await chat.ask("hola")
    await chat.sees("Recibí: hola")
    await chat.button("Cerrar sesión")
    await chat.press(".confirm button", "Cerrar sesión")
    await chat.count(1, ".ended")
    assert await chat.texts() == []
    await eventually(lambda: ended(site))
    await chat.button("Iniciar conversación")
    await chat.ask("otra vez")
    await chat.sees("Recibí: otra vez")


async def test_a_visit_with_the_keyboard_alone(tab, site):
    chat = await visit(tab, site, "")
    await chat.count(1, ".launcher")
    await tab.run("() => document.getElementById('help').focus()")
    await tab.type(TAB)
    await chat.becomes("launcher", "(root) => root.activeElement?.className")
    await tab.type(ENTER)
    await chat.becomes("box", "(root) => root.activeElement?.id")
    await chat.status("En línea")
    await tab.type("hola" + ENTER)
    await chat.sees("Recibí: hola")
    await tab.type("un borrador" + ESCAPE)
    await chat.count(0, ".panel")
    await chat.becomes("launcher", "(root) => root.activeElement?.className")
    await tab.type(ENTER)
    await chat.draft("un borrador")


async def test_a_telephone_is_filled_and_its_page_stays_where_it_was(browser, site):
    async with browser.person(PHONE) as person:
        chat = await visit(await person.tab(), site, "")
        await chat.tab.run("() => { document.querySelector('main').style.height = '3000px'; scrollTo(0, 700); }")
        assert await chat.tab.run("() => [innerWidth, innerHeight]") == list(PHONE)
        await chat.press(".launcher")
        await chat.becomes([0, 0, 0, 0], PANEL)
        await chat.ask("¿Se hizo mi respaldo?")
        await chat.button("SIERRA-05")
        await chat.sees("Recibí: SIERRA-05")
        assert await chat.look(SMALL) == []
        assert await chat.look("(root) => getComputedStyle(root.querySelector('textarea')).fontSize") == "16px"  # or iOS would zoom in
        assert await chat.look("(root) => root.querySelector('.log').scrollWidth <= root.querySelector('.log').clientWidth")
        for _ in range(12):
            await chat.tab.type(TAB)
            assert await chat.tab.run("() => document.activeElement.localName") == "support-chat"
        await chat.button("Minimizar chat")
        await chat.count(0, ".panel")
        assert await chat.tab.run("() => scrollY") == 700


@pytest.mark.parametrize(("size", "theme"), [(DESK, "light"), (PHONE, "dark")], ids=["desk in light", "telephone in the dark"])
async def test_axe_finds_nothing(request, browser, site, size, theme):
    async with browser.person(size) as person:
        site.portal.user = "C-1003"
        chat = await visit(await person.tab(), site, f"{HOST} theme={theme}")
        await chat.status("En línea")
        await chat.still()
        assert await chat.axe_findings(RULES) == []
        assert await chat.look("(root) => root.querySelector('textarea').closest('[lang]').lang") == "es-MX"
        assert await chat.look(TRACK) == ("webkit" not in request.node.name)  # Firefox drew a white one in the dark
        await chat.ask("¿Se hizo mi respaldo?")
        await chat.button("SIERRA-02")
        await chat.shows("pesa 12.4 GB")
        await site.agent_says("Hola, soy Mariana. Ya vi tu servidor, dame un momento.", "C-1003")
        await chat.count(1, ".agent")
        site.wire.offline = True
        await chat.ask("sin red")
        await chat.count(1, ".unsent")
        await chat.button("Cerrar sesión")
        await chat.still()
        assert await chat.axe_findings(RULES) == []


async def ended(site):
    """Nobody is logged in any more."""
    return await site.open_sessions() == 0
