"""A stand-in of Meta on a free port, and a company that only listens; tests that want the real gateway put its address into `hooks.url`."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.fake_whatsapp.app import serving
from bot.fake_whatsapp.fake import Business, FakeGraph
from bot.fake_whatsapp.hooks import sign
from bot.fake_whatsapp.people import Person, with_phone, without_phone

NUMBER = "106000000000001"
BUSINESS = Business("token-of-the-tests", "app-secret-of-the-tests", "verify-token-of-the-tests")
ANA_PHONE = "+525500001234"


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.at = datetime(2026, 11, 27, 18, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at

    def forward(self, **parts: float) -> None:
        self.at += timedelta(**parts)


class Listener:
    """A company's webhook: `answers` with a status for each POST, then 200; keeps what was signed rightly, and counts the rest."""

    def __init__(self) -> None:
        self.answers: list[int] = []
        self.taken: list[dict[str, Any]] = []
        self.bodies: list[bytes] = []
        self.badly_signed = 0

    async def hear(self, request: web.Request) -> web.Response:
        body = await request.read()
        self.bodies.append(body)
        if request.headers.get("X-Hub-Signature-256") != sign(BUSINESS.app_secret, body):
            self.badly_signed += 1
            return web.Response(status=403)
        status = self.answers.pop(0) if self.answers else 200
        if status == 200:
            self.taken.append(json.loads(body))
        return web.Response(status=status)

    async def verify(self, request: web.Request) -> web.Response:
        good = request.query.get("hub.verify_token") == BUSINESS.verify_token
        return web.Response(text=request.query["hub.challenge"], status=200 if good else 403)

    def changes(self) -> list[dict[str, Any]]:
        return [change["value"] for body in self.taken for entry in body["entry"] for change in entry["changes"]]

    def messages(self) -> list[dict[str, Any]]:
        return [message for value in self.changes() for message in value.get("messages", [])]

    def statuses(self) -> list[tuple[str, str]]:
        return [(status["id"], status["status"]) for value in self.changes() for status in value.get("statuses", [])]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def listener() -> AsyncIterator[tuple[Listener, str]]:
    ears = Listener()
    app = web.Application(client_max_size=4 * 2**20)
    app.router.add_post("/whatsapp/webhook", ears.hear)
    app.router.add_get("/whatsapp/webhook", ears.verify)
    async with TestServer(app, host="127.0.0.1") as server:
        yield ears, str(server.make_url("/whatsapp/webhook"))


@pytest.fixture
async def company(listener: tuple[Listener, str]) -> Listener:
    return listener[0]


@pytest.fixture
async def meta(listener: tuple[Listener, str], clock: Clock) -> AsyncIterator[FakeGraph]:
    fake = FakeGraph(BUSINESS, listener[1], now=clock)
    fake.hooks.retry_seconds = (0.0, 0.01)
    fake.reports = None
    async with serving(fake) as url:
        fake.url = url  # type: ignore[attr-defined] - for `Api` below
        yield fake


@pytest.fixture
def ana(meta: FakeGraph) -> Person:
    return meta.people.add(with_phone(ANA_PHONE, "Ana P."))


@pytest.fixture
def sol(meta: FakeGraph) -> Person:
    return meta.people.add(without_phone("sol", "Sol"))


class Api:
    """A client that has the token."""

    def __init__(self, base: str) -> None:
        self.base, self.http = base, aiohttp.ClientSession()
        self.token = BUSINESS.access_token

    async def call(self, method: str, path: str, **options: Any) -> tuple[int, Any]:
        url = path if path.startswith("http") else self.base + path
        async with self.http.request(method, url, headers={"Authorization": f"Bearer {self.token}"}, **options) as response:
            raw = await response.read()
            try:
                return response.status, json.loads(raw)
            except ValueError:
                return response.status, raw

    async def post(self, body: Any, number: str = NUMBER) -> tuple[int, Any]:
        return await self.call("POST", f"/v26.0/{number}/messages", json=body)

    async def send(self, to: str = ANA_PHONE, **node: Any) -> tuple[int, Any]:
        kind = next(iter(node))
        return await self.post({"messaging_product": "whatsapp", "recipient_type": "individual", "to": to, "type": kind, **node})


@pytest.fixture
async def api(meta: FakeGraph) -> AsyncIterator[Api]:
    client = Api(meta.url)  # type: ignore[attr-defined]
    yield client
    await client.http.close()


async def until(condition: Any, seconds: float = 60.0) -> None:
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - anything may end it
            await asyncio.sleep(0.01)
