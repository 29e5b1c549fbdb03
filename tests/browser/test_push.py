"""Web Push in a browser: the page asks for it, the service worker shows it while nobody looks at the console, and a click opens the case.

Chromium asks Google's push service for a place, which is not there for tests. A stand-in gives the place instead; what the gateway sends there, encrypted, is
read with the browser's keys and handed to the real service worker, as Chromium does with what it gets.
"""

from __future__ import annotations

from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import BrowserContext, Page, expect

from bot import clock
from bot.console.push import subscriptions
from bot.console.push.pages import SERVICE
from bot.resources import RESOURCES
from harness.dialogue import reply, result
from tests.browser.console import add_agent, case, press, sign_in
from tests.browser.desk import violations
from tests.browser.test_access import axe_findings
from tests.browser.test_console import OFFICE
from tests.gateway.client import Visitor
from tests.support.hangs import eventually
from tests.support.push_service import PushedBrowser, PushServiceStandIn, text

PLACES = """
const kept = () => JSON.parse(localStorage.getItem('its-place') || 'null');
const made = (place) => place && {
  options: { applicationServerKey: Uint8Array.from(place.bytes).buffer },
  toJSON: () => place.subscription,
  unsubscribe: async () => { localStorage.removeItem('its-place'); return true; },
};
PushManager.prototype.getSubscription = async () => made(kept());
PushManager.prototype.subscribe = async ({ userVisibleOnly, applicationServerKey }) => {
  if (!userVisibleOnly) throw new DOMException('', 'NotAllowedError');
  const bytes = [...new Uint8Array(applicationServerKey)];
  localStorage.setItem('its-place', JSON.stringify({ bytes, subscription: await window.placeFor(bytes) }));
  return made(kept());
};
"""
SHOWN = """async () => (await self.registration.getNotifications())
  .map(({ title, body, tag, data, lang }) => ({ title, body, tag, data, lang }))"""
COUNTED = """() => {
  const look = self.clients.matchAll.bind(self.clients);
  self.looked = 0;
  self.clients.matchAll = async (which) => { const found = await look(which); self.looked += 1; return found; };
}"""
CLICK = """async () => {
  const opened = new Promise((done) => { self.clients.openWindow = async (path) => done(path); });
  const [notification] = await self.registration.getNotifications();
  self.dispatchEvent(new NotificationEvent('notificationclick', { notification }));
  return [await opened, (await self.registration.getNotifications()).length];
}"""
"""A click by hand: headless, there is nobody and nothing to click; that a window may be opened is the browser's to say."""


class Told:
    """An agent's browser whose maker's push service is `maker`; `place` is the newest that a page asked for."""

    def __init__(self, context: BrowserContext, maker: PushServiceStandIn) -> None:
        self.context, self.maker = context, maker
        self.place: PushedBrowser | None = None

    async def prepare(self, origin: str) -> None:
        await self.context.grant_permissions(["notifications"], origin=origin)
        await self.context.expose_function("placeFor", self._place_for)
        await self.context.add_init_script(PLACES)

    def _place_for(self, key: list[int]) -> dict[str, Any]:
        self.place = self.maker.browser(text(bytes(key)))
        return self.place.subscription

    async def deliver(self, page: Page, message: str) -> None:
        """Hand it to the service worker, as the browser does when a message has come."""
        session = await self.context.new_cdp_session(page)
        registrations: list[dict[str, Any]] = []
        session.on("ServiceWorker.workerRegistrationUpdated", lambda told: registrations.extend(told["registrations"]))
        await session.send("ServiceWorker.enable")
        await eventually(lambda: bool(registrations))
        origin = registrations[-1]["scopeURL"].partition("/console")[0]
        await session.send(
            "ServiceWorker.deliverPushMessage",
            {"origin": origin, "registrationId": registrations[-1]["registrationId"], "data": message},
        )
        await session.detach()

    async def in_worker(self, script: str) -> Any:
        (worker,) = self.context.service_workers
        return await worker.evaluate(script)


@pytest_asyncio.fixture(loop_scope="session")
async def told(new_context, site):
    async with PushServiceStandIn() as maker:
        one = Told(await new_context(viewport=OFFICE), maker)
        await one.prepare(site.wire.gateway)
        yield one


async def signed_in(told: Told, site, name: str = "ana") -> Page:
    page = await told.context.new_page()
    await sign_in(page, site, name)
    await expect(page.get_by_role("heading", name="Cola")).to_be_visible()
    return page


async def switch_on(page: Page, site) -> None:
    await page.goto(f"{site.wire.gateway}/console/cuenta")
    await page.get_by_role("button", name="Recibir avisos en este navegador").click()
    await expect(page.get_by_text("Listo: este navegador recibe esos avisos.")).to_be_visible()


async def new_case(site, code: str = "4KD7WP") -> str:
    site.dialogue.script["una persona"] = result(reply("Va."), effects=[case(code, "cliente_pide_asesor", "visitante")])
    async with Visitor(site.wire.gateway) as one:
        await one.open()
        await one.ask("una persona")
        return one.conversation


async def test_a_case_is_shown_while_the_console_is_closed_and_a_click_opens_it(told: Told, site):
    await add_agent(site, "ana")
    page = await signed_in(told, site)
    await switch_on(page, site)
    assert await axe_findings(page) == []
    assert await violations(page) == []
    await page.goto("about:blank")
    talk = await new_case(site)
    await eventually(lambda: bool(told.maker.taken))
    await told.deliver(page, told.maker.taken[0].text)
    shown: list[Any] = []

    async def is_shown() -> bool:
        shown[:] = await told.in_worker(SHOWN)
        return bool(shown)

    await eventually(is_shown)
    assert shown == [
        {
            "title": "Un cliente espera a un asesor",
            "body": "Folio 4KD7WP",
            "tag": "caso:4KD7WP",
            "data": "/console/folio?folio=4KD7WP",
            "lang": "es-MX",
        }
    ]
    path, left = await told.in_worker(CLICK)
    assert left == 0
    await page.goto(site.wire.gateway + path)
    assert page.url.endswith(f"/console/conversaciones/{talk}")
    await expect(page.get_by_text("4KD7WP").first).to_be_visible()


async def test_while_the_console_is_looked_at_it_tells_by_itself(told: Told, site):
    await add_agent(site, "ana")
    page = await signed_in(told, site)
    await switch_on(page, site)
    await page.bring_to_front()
    await told.in_worker(COUNTED)
    await told.deliver(page, '{"kind":"caso","code":"4KD7WP"}')

    async def has_looked() -> bool:
        return await told.in_worker("self.looked") == 1

    await eventually(has_looked)
    await page.goto("about:blank")
    await told.deliver(page, '{"kind":"plazo","code":""}')

    async def is_shown() -> bool:
        return bool(await told.in_worker(SHOWN))

    await eventually(is_shown)
    assert [each["tag"] for each in await told.in_worker(SHOWN)] == ["plazo:"], "the second only"


@pytest.mark.parametrize("message", ['"no"', "{", '{"kind":"otro","code":"<b>"}', '{"kind":null,"code":"../x"}'])
async def test_what_is_no_message_of_ours_opens_the_queue_and_shows_nothing_of_it(told: Told, site, message: str):
    await add_agent(site, "ana")
    page = await signed_in(told, site)
    await switch_on(page, site)
    await page.goto("about:blank")
    await told.deliver(page, message)

    async def is_shown() -> bool:
        return bool(await told.in_worker(SHOWN))

    await eventually(is_shown)
    (shown,) = await told.in_worker(SHOWN)
    assert (shown["title"], shown["body"], shown["data"]) == ("Hay algo nuevo en la consola", "Ábrela para verlo.", "/console/cola")


async def test_it_goes_on_when_the_same_agent_comes_back_and_not_for_another(told: Told, site):
    for name in ("ana", "beto"):
        await add_agent(site, name)
    page = await signed_in(told, site)
    await page.goto(f"{site.wire.gateway}/console/cuenta")
    await page.locator("#navegador").get_by_label("Esperas por vencer o vencidas").uncheck()
    await page.get_by_role("button", name="Recibir avisos en este navegador").click()
    await expect(page.get_by_text("Listo: este navegador recibe esos avisos.")).to_be_visible()
    await page.get_by_role("button", name="Salir").click()
    await expect(page.get_by_label("Contraseña", exact=True)).to_be_visible()
    await page.close()

    page = await signed_in(told, site)
    await eventually(lambda: kept_by(site, "ana"))
    await page.goto(f"{site.wire.gateway}/console/cuenta")
    await expect(page.get_by_role("button", name="Dejar de recibirlos")).to_be_visible()
    boxes = page.locator("#navegador").get_by_role("checkbox")
    assert [await box.is_checked() for box in await boxes.all()] == [True, True, False, True, True]
    await page.get_by_role("button", name="Salir").click()
    await expect(page.get_by_label("Contraseña", exact=True)).to_be_visible()
    await page.close()

    page = await signed_in(told, site, "beto")
    await press(page)
    await page.goto(f"{site.wire.gateway}/console/cuenta")
    await expect(page.get_by_role("button", name="Recibir avisos en este navegador")).to_be_visible()
    assert await page.evaluate("[localStorage.getItem('avisos-navegador'), localStorage.getItem('its-place')]") == [None, None]
    assert not await kept_by(site, "beto")


async def test_it_is_switched_off(told: Told, site):
    await add_agent(site, "ana")
    page = await signed_in(told, site)
    await switch_on(page, site)
    assert await kept_by(site, "ana")
    await page.get_by_role("button", name="Dejar de recibirlos").click()
    await expect(page.get_by_text("Listo: este navegador ya no recibe avisos.")).to_be_visible()
    assert not await kept_by(site, "ana")
    assert await page.evaluate("localStorage.getItem('its-place')") is None
    await page.reload()
    await expect(page.get_by_role("button", name="Recibir avisos en este navegador")).to_be_visible()
    await expect(page.get_by_role("button", name="Dejar de recibirlos")).to_be_hidden()


async def test_a_browser_that_may_show_nothing_says_so(new_context, site):
    await add_agent(site, "ana")
    page = await (await new_context(viewport=OFFICE)).new_page()
    await page.add_init_script("Notification.requestPermission = async () => 'denied'")
    await sign_in(page, site, "ana")
    await expect(page.get_by_role("heading", name="Cola")).to_be_visible()
    await page.goto(f"{site.wire.gateway}/console/cuenta")
    await page.get_by_role("button", name="Recibir avisos en este navegador").click()
    await expect(page.get_by_text("El navegador tiene bloqueados los avisos de la consola.")).to_be_visible()
    assert not await kept_by(site, "ana")
    assert await violations(page) == []


async def test_its_script_is_fetched_only_where_it_is_switched_on_or_may_be(told: Told, site):
    await add_agent(site, "ana")
    page = await told.context.new_page()
    fetched: list[str] = []
    page.on("request", lambda request: fetched.append(request.url.removeprefix(site.wire.gateway)))

    def of_push() -> list[str]:
        return [each for each in fetched if "navegador" in each]

    await sign_in(page, site, "ana")
    await expect(page.locator("#estado")).to_have_text("Al día")  # what the page wants it has asked for by then
    assert of_push() == []
    await switch_on(page, site)
    fetched.clear()
    await page.goto(f"{site.wire.gateway}/console/cola")
    await eventually(lambda: of_push() == ["/console/estatico/navegador.js", "/console/cuenta/navegador"])


async def kept_by(site, name: str) -> bool:
    live = await subscriptions.live(site._app[RESOURCES].ledger, site._app[SERVICE].public_key, clock.now())
    return name in {each.agent for each in live}
