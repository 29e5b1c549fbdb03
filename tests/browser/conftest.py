"""One Chromium for all browser tests; each test gets its own gateway, ledger, portal and browser contexts."""

from __future__ import annotations

import inspect
import logging
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
import structlog
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect

from tests.browser.site import Site, prepare, running

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
DESKTOP = {"width": 1280, "height": 800}
PATIENCE = 60_000
"""Milliseconds in which a thing must show: no measure of speed, because another worker may have most of the machine."""
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
    expect.set_options(timeout=PATIENCE)
    path = shutil.which("chromium") or "/usr/bin/chromium"
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=path, headless=True, args=FLAGS)
        yield chromium
        await chromium.close()


@pytest_asyncio.fixture(loop_scope="session", scope="session")
async def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with both databases: an empty ledger, and the demo customers."""
    folder = tmp_path_factory.mktemp("prepared")
    await prepare(folder)
    return folder


@pytest_asyncio.fixture(loop_scope="session")
async def site(tmp_path: Path, prepared: Path) -> AsyncIterator[Site]:
    """A gateway with a ledger of its own."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    shutil.copytree(prepared, tmp_path, dirs_exist_ok=True)
    async with running(tmp_path) as whole:
        yield whole
    structlog.reset_defaults()


@pytest_asyncio.fixture(loop_scope="session")
async def new_context(browser: Browser) -> AsyncIterator[Callable[..., Awaitable[BrowserContext]]]:
    """Makes browser contexts (a person at a computer) that are closed after the test; every page notes CSP violations."""
    made: list[BrowserContext] = []

    async def make(**options: Any) -> BrowserContext:
        context = await browser.new_context(**{"viewport": DESKTOP, "locale": "es-MX", "timezone_id": "America/Mexico_City", **options})
        context.set_default_timeout(PATIENCE)
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
