"""One Chromium for all browser tests; each test gets its own stand-in gateway and browser contexts."""

from __future__ import annotations

import inspect
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from tests.browser.standin import Standin, running

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}
REPORTED = "window.violations=[];addEventListener('securitypolicyviolation',e=>violations.push(e.violatedDirective+' '+e.blockedURI))"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests share one event loop, because they share one browser."""
    for item in items:
        if "tests/browser/" in item.path.as_posix() and inspect.iscoroutinefunction(getattr(item, "function", None)):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest_asyncio.fixture(loop_scope="session", scope="session")
async def browser() -> AsyncIterator[Browser]:
    """Debian's Chromium, headless."""
    path = shutil.which("chromium") or "/usr/bin/chromium"
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=path, headless=True, args=FLAGS)
        yield chromium
        await chromium.close()


@pytest_asyncio.fixture(loop_scope="session")
async def gateway() -> AsyncIterator[Standin]:
    """A fresh stand-in gateway."""
    async with running() as standin:
        yield standin


@pytest_asyncio.fixture(loop_scope="session")
async def new_context(browser: Browser) -> AsyncIterator[Callable[..., Awaitable[BrowserContext]]]:
    """Makes browser contexts (a person at a computer) that are closed after the test; every page notes CSP violations."""
    made: list[BrowserContext] = []

    async def make(**options: Any) -> BrowserContext:
        context = await browser.new_context(**{"viewport": DESKTOP, "locale": "es-MX", "timezone_id": "America/Mexico_City", **options})
        context.set_default_timeout(8000)
        await context.add_init_script(REPORTED)
        made.append(context)
        return context

    yield make
    for context in made:
        await context.close()


@pytest_asyncio.fixture(loop_scope="session")
async def page(new_context: Callable[..., Awaitable[BrowserContext]]) -> Page:
    """A page on a desktop computer."""
    return await (await new_context()).new_page()
