"""Web Push from end to end in Firefox, which asks for a place, decrypts what we send and wakes our service worker, all by itself."""

from __future__ import annotations

from typing import Any

from tests.browser.console import PASSWORD, add_agent
from tests.browser.test_push import kept_by, new_case
from tests.browser.three.autopush import Autopush
from tests.browser.three.driver import DESK, Tab
from tests.browser.three.firefox import firefox
from tests.support.hangs import eventually

SIGN_IN = """(name, password) => {
  document.querySelector('[name=nombre]').value = name;
  document.querySelector('[name=clave]').value = password;
  document.querySelector('form button').click();
}"""
SWITCH_ON = "() => document.querySelector('#navegador-guardar').click()"
SAID = "() => document.querySelector('#navegador-estado').textContent"
SHOWN = """async () => (await (await navigator.serviceWorker.getRegistration('/console/')).getNotifications())
  .map(({ title, body, tag, data }) => ({ title, body, tag, data }))"""


async def until(tab: Tab, function: str) -> Any:
    """What it gives once that is something."""
    found: list[Any] = []

    async def holds() -> bool:
        found[:] = [await tab.run(function)]
        return bool(found[0])

    await eventually(holds)
    return found[0]


async def test_firefox_shows_what_it_was_sent(site):
    await add_agent(site, "ana")
    async with Autopush() as maker, firefox(also=maker.preferences) as browser, browser.person(DESK) as ana:
        tab = await ana.tab()
        await tab.goto(f"{site.wire.gateway}/console/cuenta")
        await tab.run(SIGN_IN, "ana", PASSWORD)
        await until(tab, "() => document.querySelector('#navegador') && !document.querySelector('#navegador').hidden")
        await tab.run(SWITCH_ON)
        assert await until(tab, SAID) == "Listo: este navegador recibe esos avisos."
        assert await kept_by(site, "ana")

        await tab.goto(f"{site.wire.gateway}/privacidad")
        await new_case(site)
        assert await until(tab, SHOWN) == [
            {"title": "Un cliente espera a un asesor", "body": "Folio 4KD7WP", "tag": "caso:4KD7WP", "data": "/console/folio?folio=4KD7WP"}
        ]
        await eventually(lambda: bool(maker.acknowledged))
        assert (maker.acknowledged, maker.failed) == ([100], [])
