"""Debian's Chromium, driven by Playwright."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import AsyncIterator
from typing import Any

from playwright import async_api

from tests.browser.conftest import FLAGS, PATIENCE
from tests.browser.three.driver import ENTER, ESCAPE, TAB, ZONE, Browser, Person, Size, Tab

KEEPS = ["--disable-back-forward-cache"]
"""Not disabled here: a page that one goes back to is kept as it was, where the browser can do so."""
NAMES = {ENTER: "Enter", ESCAPE: "Escape", TAB: "Tab"}


@contextlib.asynccontextmanager
async def chromium(*, dark: bool = False) -> AsyncIterator[Browser]:
    """Headless."""
    path = shutil.which("chromium") or "/usr/bin/chromium"
    async with async_api.async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, headless=True, args=FLAGS, ignore_default_args=KEEPS)
        yield _Browser(browser, "dark" if dark else "light")
        await browser.close()


class _Browser:
    def __init__(self, browser: async_api.Browser, scheme: str) -> None:
        self._browser, self._scheme = browser, scheme

    @contextlib.asynccontextmanager
    async def person(self, size: Size) -> AsyncIterator[Person]:
        options: dict[str, Any] = {"viewport": size._asdict(), "color_scheme": self._scheme, "timezone_id": ZONE}
        async with await self._browser.new_context(**options) as context:
            context.set_default_timeout(PATIENCE)
            yield _Person(context)


class _Person:
    def __init__(self, context: async_api.BrowserContext) -> None:
        self._context = context

    async def tab(self) -> Tab:
        return _Tab(await self._context.new_page())


class _Tab:
    def __init__(self, page: async_api.Page) -> None:
        self._page = page

    async def goto(self, url: str) -> None:
        await self._page.goto(url)

    async def reload(self) -> None:
        await self._page.reload()

    async def back(self) -> None:
        await self._page.go_back(wait_until="commit")  # a page that was kept is not loaded again

    async def run(self, function: str, *arguments: Any) -> Any:
        return await self._page.evaluate(f"list => ({function})(...list)", list(arguments))

    async def click(self, x: float, y: float) -> None:
        await self._page.mouse.click(x, y)

    async def type(self, keys: str) -> None:
        for key in keys:
            await (self._page.keyboard.press(NAMES[key]) if key in NAMES else self._page.keyboard.type(key))

    async def picture(self) -> bytes:
        return await self._page.screenshot()
