"""What a person does with the widget, in a person's words, so that the tests read like a visit."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from playwright.async_api import Locator, Page, expect

from tests.browser.site import Site


class Chat:
    """The open chat window of a page."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.log = page.get_by_role("log")
        self.box = page.get_by_label("Escribe tu mensaje")
        self.launcher = page.get_by_role("button", name="Abrir chat de soporte")
        self.panel = page.get_by_role("dialog", name="Soporte Servidor Virtual")

    async def ask(self, text: str) -> None:
        """Type and press Enter."""
        await self.box.fill(text)
        await self.box.press("Enter")

    async def sees(self, text: str, times: int = 1) -> None:
        """The conversation shows this text exactly so many times."""
        await expect(self.log.get_by_text(text, exact=True)).to_have_count(times)

    async def status(self, words: str) -> None:
        """The header says so."""
        await expect(self.panel.locator(".status")).to_have_text(words)

    def button(self, name: str) -> Locator:
        """A button anywhere in the window."""
        return self.panel.get_by_role("button", name=name)

    async def texts(self) -> list[str]:
        """The bubbles in the order of the page, with their author."""
        return await self.log.locator(".bubble").all_inner_texts()

    async def log_out(self) -> None:
        """Press 'Cerrar sesión' and confirm."""
        await self.button("Cerrar sesión").click()
        await self.panel.get_by_role("group", name="¿Cerrar sesión").get_by_role("button", name="Cerrar sesión").click()


async def visit(page: Page, site: Site, attributes: str = "open") -> Chat:
    """Open a company's page with the widget on it."""
    params: dict[str, Any] = {"attributes": attributes}
    await page.goto(f"{site.portal.origin}/host?{urlencode(params)}")
    return Chat(page)


async def violations(page: Page) -> list[str]:
    """What the Content-Security-Policy refused on this page."""
    return await page.evaluate("window.violations")
