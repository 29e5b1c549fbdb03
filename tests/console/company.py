"""An agent's way through the company's provider, step by step, and a house that has one."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from html import unescape
from typing import Any

import pytest

from bot.console import audit
from bot.console import provider as client
from bot.conversations.ledger import Ledger
from bot.identity import published
from harness.ports import free_port
from tests.console.conftest import Browser
from tests.console.provider import Provider
from tests.gateway.conftest import Clock, Gateway, Start

PATIENCE = 60.0


@pytest.fixture
async def provider(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Provider]:
    """It is waited for as long as a noisy machine may need."""
    for each in (published, client):
        monkeypatch.setattr(each, "SECONDS", PATIENCE)
    async with Provider(Clock()).serving() as serving:
        yield serving


async def house(start: Start, provider: Provider, **changes: Any) -> Gateway:
    """A gateway that this provider knows."""
    port = free_port()
    console = f"http://127.0.0.1:{port}/console"
    provider.callback = f"{console}/empresa/regreso"
    return await start(**{"port": port, "clock": provider.clock, "console_url": console, **provider.settings, **changes})


async def leave(browser: Browser, after: str = "/console/cuenta", draft: str = "") -> str:
    """Press the button; where it leads."""
    await browser.post("/console/empresa", sigue=after, texto=draft)
    found = re.search(r'http-equiv="refresh" content="0; url=([^"]+)"', browser.page)
    return unescape(found[1]) if found else ""


async def at_provider(browser: Browser, address: str) -> str:
    """Sign in there; where it sends the browser back to, which does not go yet."""
    async with browser.http.get(address, allow_redirects=False) as response:
        assert response.status == 303, await response.text()
        return response.headers["Location"]


async def sign_on(browser: Browser, after: str = "/console/cuenta", draft: str = "") -> str:
    """There and back; the page that shows then."""
    return await browser.visit(await leave(browser, after, draft))


async def is_in(browser: Browser) -> bool:
    await browser.get("/console/cuenta")
    return browser.path == "/console/cuenta"


async def told(ledger: Ledger) -> list[tuple[str, str, str]]:
    """What the audit says, the newest first: what, who, why."""
    return [(row.what, row.agent, row.detail.partition(": ")[2]) for row in await audit.newest(ledger)]


async def came_in(ledger: Ledger) -> list[str]:
    """How somebody came in, each time, the newest first."""
    return [row.detail for row in await audit.newest(ledger) if row.what == "entrada"]
