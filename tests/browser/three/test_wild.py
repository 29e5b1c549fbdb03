"""Pages that nobody here wrote, and a browser that keeps nothing, where it is not Chromium that draws and keeps."""

from __future__ import annotations

import pytest

from tests.browser.three.chat import Chat, visit
from tests.browser.wild.pages import HOSTS, PLAIN, Host
from tests.browser.wild.test_conditions import BLOCKED, MOVES
from tests.browser.wild.test_pages import HIT, LOOKS

LIBRARY = "page with an old library that adds to every object"
"""Its script changes what a driver can be told of the page: that one is Chromium's."""
OTHERS = pytest.mark.parametrize("browser", ["firefox", "webkit"], indirect=True, scope="session")


async def opened(tab, site, host: Host) -> Chat:
    site.portal.user = "C-1003"
    site.portal.pages["host"] = host.text()
    await tab.goto(f"{site.portal.origin}/wild/host")
    return Chat(tab)


async def looks(chat: Chat) -> dict[str, object]:
    """Of the open window, with the mouse elsewhere."""
    await chat.still()
    await chat.tab.click(5, 5)
    return await chat.tab.run(LOOKS)


@OTHERS
async def test_it_works_and_looks_as_on_a_plain_page_on_every_other(tab, site):
    chat = await opened(tab, site, PLAIN)
    await chat.ask("¿Cómo pago?")
    await chat.count(2, ".choice:enabled")
    plain, other = await looks(chat), {}
    for number, (name, host) in enumerate(HOSTS.items()):
        if name == LIBRARY:
            continue
        await opened(tab, site, host)
        await chat.becomes(True, "() => !window.stealing")
        await chat.ask(f"hola {number}")
        await chat.sees(f"Recibí: hola {number}")
        assert await tab.run(HIT) == "support-chat", name
        if host.looks and (told := await looks(chat)) != plain:
            other[name] = told
    assert other == {}


@OTHERS
async def test_a_browser_that_keeps_nothing(tab, site):
    chat = await opened(tab, site, Host(script=BLOCKED))
    await chat.ask("hola")
    await chat.sees("Recibí: hola")
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
    await chat.ask("hola")
    await chat.sees("Recibí: hola")
    await chat.press("textarea")
    await tab.type("a medias")
    await tab.run(f"() => ({MOVES[name]})(document.querySelector('support-chat'))")
    await chat.sees("Recibí: hola")
    await chat.draft("a medias")
    await chat.press(".send")
    await chat.sees("Recibí: a medias")
    assert await site.customer_texts("C-1003") == ["hola", "a medias"]
