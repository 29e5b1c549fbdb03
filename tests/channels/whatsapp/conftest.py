from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, insert, select, update

from bot.channels.whatsapp.graph import Graph
from bot.channels.whatsapp.sender import Sender
from bot.conversations import outbox
from bot.conversations.ledger import new_id
from bot.conversations.models import Address, Base, Button, Conversation, Delivery, Escalation, Message
from bot.conversations.tables import CONVERSATION
from bot.resources import Resources
from bot.settings import Settings, load_settings
from tests.channels.resources import resources_in
from tests.channels.whatsapp.platform import TOKEN, Platform
from tests.conversations_ledger.conftest import rows
from tests.support.migrated import copied

NUMBER = "106000000000001"
NOON = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)


def settings_of(folder: Path, platform: Platform, **changes: Any) -> Settings:
    environ = {
        **dict.fromkeys(("INTERNAL_SECRET", "SESSION_SECRET", "PORTAL_JWT_SECRET"), "x" * 40),
        "DATABASE_URL": f"sqlite:///{folder}/ledger.db",
        "ACCOUNTS_DATABASE_URL": f"sqlite:///{folder}/accounts.db",
        "WHATSAPP_PHONE_NUMBER_ID": NUMBER,
        "WHATSAPP_ACCESS_TOKEN": TOKEN,
        "WHATSAPP_APP_SECRET": "app-secret",
        "WHATSAPP_VERIFY_TOKEN": "verify-me",
        "WHATSAPP_API_BASE": platform.url,
        "PRIVACY_URL": "https://empresa.example/aviso_de_privacidad",
    }
    return replace(load_settings(environ), **changes)


class World:
    """A sender, its ledger, the platform on the other side, and a clock that moves only when it is told or slept through."""

    def __init__(self, resources: Resources, platform: Platform, graph: Graph) -> None:
        self.resources, self.platform, self.graph = resources, platform, graph
        self.slept = timedelta()
        self.sender = Sender(resources, graph, self.sleep)

    @property
    def ledger(self) -> Any:
        return self.resources.ledger

    @property
    def now(self) -> datetime:
        return self.resources.now()

    def forward(self, span: timedelta) -> None:
        self.resources.now.at += span

    async def sleep(self, seconds: float) -> None:
        self.slept += timedelta(seconds=seconds)
        self.forward(timedelta(seconds=seconds))

    def restart(self) -> None:
        """Another process takes over: it remembers nothing."""
        self.sender = Sender(self.resources, self.graph, self.sleep)

    async def run(self) -> None:
        """Send what can be sent at this moment."""
        while await self.sender.step() or self.sender._running:
            if self.sender._running:
                await self.sender.drain()

    async def run_for(self, span: timedelta, step: timedelta = SECOND) -> None:
        end = self.now + span
        await self.run()
        while self.now < end:
            self.forward(step)
            await self.run()

    async def person(
        self, phone: str | None = "+525510001001", wire: str | None = "5215510001001", user_id: str | None = None, **changes: Any
    ) -> Person:
        conversation = {"id": new_id(), "channel": "whatsapp", "level": 0, "created_at": self.now, "last_at": self.now, **changes}
        addresses = [(phone, wire)] * (phone is not None) + [(user_id, None)] * (user_id is not None)
        seen = {"conversation_id": conversation["id"], "channel": "whatsapp", "created_at": self.now, "seen_at": self.now}

        def work(connection: Connection) -> None:
            connection.execute(insert(Conversation), conversation)
            for value, form in addresses:
                connection.execute(insert(Address), {**seen, "value": value, "wire": form})

        await self.ledger.write(work)
        return Person(self, conversation["id"])

    async def all(self, model: type[Base], *order: Any) -> list[Any]:
        return await rows(self.ledger, model, *order)

    async def deliveries(self) -> list[tuple[str, str | None]]:
        """(state, error) in the order in which they were made."""
        return [(row.state, row.error) for row in await self.all(Delivery, Delivery.id)]

    async def cases(self) -> list[str]:
        return [row.reason for row in await self.all(Escalation, Escalation.id)]

    def metric(self, name: str, **labels: str) -> float:
        return self.resources.metrics.registry.get_sample_value(name, labels) or 0.0


class Person:
    """Somebody on WhatsApp."""

    def __init__(self, world: World, conversation: str) -> None:
        self.world, self.conversation = world, conversation

    async def _seq(self) -> int:
        moved = update(CONVERSATION).where(CONVERSATION.c.id == self.conversation).values(last_seq=CONVERSATION.c.last_seq + 1)
        return await self.world.ledger.write(lambda connection: connection.scalar(moved.returning(CONVERSATION.c.last_seq)))

    async def writes(self, text: str = "hola", sent_at: datetime | None = None, number: str = NUMBER) -> None:
        row = {"id": new_id(), "conversation_id": self.conversation, "seq": await self._seq(), "author": "customer", "kind": "text"}
        row |= {"text": text, "at": self.world.now, "channel": "whatsapp", "scope": number, "external_id": f"wamid.in.{new_id()}"}
        row |= {"state": "answered", "sent_at": sent_at or self.world.now, "level": 0}
        await self.world.ledger.write(lambda connection: connection.execute(insert(Message), row))

    async def is_told(self, text: str, *titles: str, kind: Any = "answer", **more: Any) -> str:
        """Something of ours is said; the message's id."""
        seq, now = await self._seq(), self.world.now

        def work(connection: Connection) -> str:
            row = outbox.say(connection, self.conversation, kind, text, channel="whatsapp", seq=seq, now=now, **more)
            offered = {"conversation_id": self.conversation, "reply_id": row["id"], "intent": "x", "entities": {}, "origin_text": "x"}
            offered["expires_at"] = now + timedelta(hours=12)
            for position, title in enumerate(titles):
                connection.execute(insert(Button), {**offered, "id": new_id(), "position": position, "title": title})
            return row["id"]

        return await self.world.ledger.write(work)

    async def row(self) -> Any:
        return await self.world.ledger.read(
            lambda connection: connection.execute(select(CONVERSATION).where(CONVERSATION.c.id == self.conversation)).one()
        )


class Clock:
    def __init__(self) -> None:
        self.at = NOON

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
async def platform() -> AsyncIterator[Platform]:
    other_side = Platform()
    await other_side.start()
    yield other_side
    await other_side.stop()


@pytest.fixture
def new_ledger(tmp_path: Path, migrated: Path) -> None:
    copied(migrated / "ledger.db", tmp_path / "ledger.db")


@pytest.fixture
async def open_world(tmp_path: Path, platform: Platform, new_ledger: None) -> AsyncIterator[Any]:
    opened: list[World] = []

    def begin(**changes: Any) -> World:
        settings = settings_of(tmp_path, platform, **changes)
        resources = resources_in(tmp_path, settings, now=Clock())
        opened.append(World(resources, platform, Graph(settings)))
        return opened[-1]

    yield begin
    for world in opened:
        await world.graph.close()
        await world.ledger.close()


@pytest.fixture
def world(open_world: Any) -> World:
    return open_world()


@pytest.fixture
async def ana(world: World) -> Person:
    """A person who has just written, and knows the privacy notice."""
    someone = await world.person(privacy_notice_at=NOON)
    await someone.writes()
    return someone
