"""An agent's browser as the gateway sees it: cookies, forms with their words, and pages of HTML."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from html import unescape
from typing import Any, Self

import aiohttp
import pyotp
import pytest

from bot.console import agents, passwords
from bot.conversations.ledger import Ledger
from bot.resources import RESOURCES
from tests.gateway.conftest import Gateway, databases, dialogue, gateway, quiet_logs, seeded, start, visitor

__all__ = ["databases", "dialogue", "gateway", "quiet_logs", "seeded", "start", "visitor"]

PASSWORD = "una clave de las pruebas"
KEPT = passwords.hashed(PASSWORD)


class Browser:
    """One agent's browser. `page` is the last page, `path` where it is."""

    def __init__(self, base: str) -> None:
        self.base = base.rstrip("/")
        self.http = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))
        self.page, self.path, self.status = "", "", 0
        self.headers: Any = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.http.close()

    async def get(self, path: str, **headers: str) -> str:
        async with self.http.get(self.base + path, headers=headers) as response:
            return await self._seen(response)

    async def visit(self, address: str) -> str:
        """An address of wherever it is."""
        async with self.http.get(address) as response:
            return await self._seen(response)

    async def post(self, path: str, *, csrf: str | None = None, headers: dict[str, str] | None = None, **fields: str) -> str:
        """A form of the last page, sent with that page's word."""
        data = {"csrf": self.csrf if csrf is None else csrf, **fields}
        async with self.http.post(self.base + path, data=data, headers=headers or {}) as response:
            return await self._seen(response)

    @property
    def csrf(self) -> str:
        found = re.search(r'name="csrf" (?:value|content)="([^"]+)"', self.page)
        return found[1] if found else ""

    @property
    def words(self) -> str:
        """What the page says, without its marks."""
        return " ".join(unescape(re.sub(r"<[^>]*>", " ", self.page)).split())

    async def _seen(self, response: aiohttp.ClientResponse) -> str:
        self.page, self.status, self.path, self.headers = await response.text(), response.status, response.url.path_qs, response.headers
        return self.page

    async def sign_in(self, name: str, password: str = PASSWORD) -> str:
        return await self.post("/console/entrar", nombre=name, clave=password, sigue="/console/cola")


@pytest.fixture
def ledger(gateway: Gateway) -> Ledger:
    return gateway.app[RESOURCES].ledger


AddAgent = Callable[..., Awaitable[str]]


@pytest.fixture
def add_agent(gateway: Gateway, ledger: Ledger) -> AddAgent:
    async def add(name: str = "ana", role: Any = "agent") -> str:
        return await agents.add(ledger, name, role, KEPT, gateway.clock())

    return add


@pytest.fixture
async def browser(gateway: Gateway) -> AsyncIterator[Browser]:
    async with Browser(gateway.url("/")) as one:
        yield one


@pytest.fixture
async def other(gateway: Gateway) -> AsyncIterator[Browser]:
    async with Browser(gateway.url("/")) as one:
        yield one


@pytest.fixture
async def ana(browser: Browser, add_agent: AddAgent) -> Browser:
    """An agent who is signed in."""
    await add_agent("ana")
    await browser.sign_in("ana")
    return browser


@pytest.fixture
async def beto(other: Browser, add_agent: AddAgent) -> Browser:
    """Another one."""
    await add_agent("beto")
    await other.sign_in("beto")
    return other


async def enrol(browser: Browser, gateway: Gateway, name: str) -> tuple[pyotp.TOTP, list[str]]:
    """Set up the second factor that the sign-in asks for; the telephone, and the recovery codes."""
    await browser.sign_in(name)
    phone = pyotp.TOTP(re.search(r"<code>([A-Z2-7]{32})</code>", browser.page)[1])
    await browser.post("/console/segundo-factor", codigo=phone.at(gateway.clock()))
    return phone, re.findall(r"<code>(\w{4}(?:-\w{4}){5})</code>", browser.page)
