"""Meta's side of the webhook, and a gateway that it can reach; what its handlers tell others is written down instead of sent."""

from __future__ import annotations

import asyncio
import io
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import aiohttp
import pytest
from aiohttp.test_utils import TestServer
from sqlalchemy import Connection, select, update
from sqlalchemy.orm import Session

from bot.channels.base import DISPATCHER
from bot.channels.whatsapp import webhook
from bot.channels.whatsapp.signature import HEADER, sign
from bot.channels.whatsapp.updates import Status
from bot.conversations import models
from bot.conversations.tables import DELIVERY
from bot.errors import LedgerUnavailable
from bot.gateway.app import create_app
from bot.migrations import upgrade
from bot.resources import RESOURCES, Resources
from bot.settings import Secret
from harness.dialogue import StandIn
from tests.channels.whatsapp.payloads import NUMBER, OTHER_NUMBER, encoded, payload
from tests.gateway.client import GUARD_SECONDS
from tests.gateway.conftest import FAST, Clock, databases, dialogue, quiet_logs, seeded, settings_for

__all__ = ["databases", "dialogue", "quiet_logs", "seeded"]

APP_SECRET = "app-secret"
VERIFY_TOKEN = "palabra-nuestra"
WHATSAPP = {
    "whatsapp_phone_number_id": (NUMBER, OTHER_NUMBER),
    "whatsapp_access_token": Secret("token"),
    "whatsapp_app_secret": Secret(APP_SECRET),
    "whatsapp_verify_token": Secret(VERIFY_TOKEN),
    "whatsapp_api_base": "http://127.0.0.1:9",  # nobody is there
}


class Recorder:
    """What the webhook told those who send read marks and keep statuses; `fails` is raised by the latter."""

    def __init__(self) -> None:
        self.seen_messages: list[tuple[str, str]] = []
        self.statuses: list[Status] = []
        self.fails: dict[str, Exception] = {}

    def seen(self, number: str, wamid: str) -> None:
        self.seen_messages.append((number, wamid))

    async def apply(self, resources: Resources, statuses: Sequence[Status]) -> None:
        for status in statuses:
            if status.wamid in self.fails:
                raise self.fails[status.wamid]
        self.statuses += statuses


class Meta:
    """A gateway, and whoever posts to it."""

    def __init__(self, server: TestServer, recorder: Recorder, standin: StandIn, clock: Clock) -> None:
        self.server, self.recorder, self.dialogue, self.clock = server, recorder, standin, clock
        self.http = aiohttp.ClientSession(auto_decompress=False)

    @property
    def resources(self) -> Resources:
        return self.server.app[RESOURCES]

    @property
    def url(self) -> str:
        return str(self.server.make_url(webhook.PATH))

    async def post(self, body: Any, *, secret: str = APP_SECRET, headers: dict[str, str] | None = None, **options: Any) -> int:
        """The status of one POST, signed unless `headers` say otherwise."""
        raw = body if isinstance(body, bytes) else encoded(body)
        signed = {HEADER: f"sha256={sign(secret, raw)}"} if headers is None or HEADER not in headers else {}
        sent = {"Content-Type": "application/json", **signed, **(headers or {})}
        async with self.http.post(self.url, data=io.BytesIO(raw), headers=sent, **options) as response:
            await response.read()
            return response.status

    async def say(self, *items: dict[str, Any], **more: Any) -> None:
        assert await self.post(payload(*items, **more)) == 200

    async def rows(self, model: type[models.Base], *order: Any) -> list[Any]:
        def work(connection: Connection) -> list[Any]:
            return list(Session(connection, expire_on_commit=False).scalars(select(model).order_by(*order)))

        return await self.resources.ledger.read(work)

    async def messages(self) -> list[Any]:
        """In the order in which they came about, conversation by conversation."""
        return await self.rows(models.Message, models.Message.conversation_id, models.Message.seq)

    async def said(self) -> list[tuple[str, str]]:
        """(author, text) of the only conversation."""
        assert len({message.conversation_id for message in await self.messages()}) <= 1
        return [(message.author, message.text) for message in await self.messages()]

    async def until(self, wanted: Callable[[list[Any]], bool]) -> list[Any]:
        async with asyncio.timeout(GUARD_SECONDS):
            while not wanted(messages := await self.messages()):  # noqa: ASYNC110 - nobody tells
                await asyncio.sleep(0.02)
        return messages

    async def settled(self) -> list[Any]:
        """All messages, once nothing waits for a turn."""
        return await self.until(lambda messages: all(message.state not in {"received", "processing"} for message in messages))

    async def answered(self, *items: dict[str, Any], **more: Any) -> list[tuple[str, str]]:
        """What was said in the only conversation, after these items."""
        await self.say(*items, **more)
        await self.settled()
        return await self.said()

    async def give_wamid(self, message: str, wamid: str) -> None:
        """The platform has taken this message of ours."""
        given = update(DELIVERY).where(DELIVERY.c.message_id == message).values(external_id=wamid, state="sent")
        await self.resources.ledger.write(lambda connection: connection.execute(given))

    async def last_answer(self, wamid: str) -> Any:
        """The last answer, known to the platform by this id."""
        answer = [message for message in await self.messages() if message.kind == "answer"][-1]
        await self.give_wamid(answer.id, wamid)
        return answer

    async def metric(self, name: str, **labels: str) -> float:
        return self.resources.metrics.registry.get_sample_value(name, labels) or 0.0

    def gather_for(self, seconds: float) -> None:
        """So long a message that asks nothing waits for the next one."""
        self.server.app[DISPATCHER]._gathered = {"whatsapp": timedelta(seconds=seconds)}


Start = Callable[..., Awaitable[Meta]]


@pytest.fixture
async def start_meta(tmp_path, dialogue, databases, monkeypatch) -> AsyncIterator[Start]:
    """Starts gateways on one ledger: `await start_meta(settings changes…)`."""
    running: list[Meta] = []
    real = webhook.routes

    async def begin(*, accounts: Any = None, clock: Clock | None = None, timings: Any = FAST, **changes: Any) -> Meta:
        recorder, clock = Recorder(), clock or Clock()
        monkeypatch.setattr(webhook, "routes", lambda *_: real(recorder.seen, recorder.apply))
        settings = settings_for(tmp_path, dialogue, **{**WHATSAPP, **changes})
        app = create_app(settings, timings=timings, accounts=accounts, now=clock, jitter=random.Random(7).random)
        if all(resource.canonical != webhook.PATH for resource in app.router.resources()):
            app.router.add_routes(webhook.routes())
        server = TestServer(app, host="127.0.0.1")
        await server.start_server()
        running.append(Meta(server, recorder, dialogue, clock))
        return running[-1]

    yield begin
    for meta in running:
        await meta.http.close()
        await meta.server.close()


@pytest.fixture
async def meta(start_meta) -> Meta:
    return await start_meta()


def migrated_ledger(url: str) -> str:
    upgrade(url, "ledger")
    return url


def away(*_: Any) -> Any:
    raise LedgerUnavailable("OperationalError")


def ago(clock: Callable[[], datetime], **parts: float) -> datetime:
    return clock() - timedelta(**parts)
