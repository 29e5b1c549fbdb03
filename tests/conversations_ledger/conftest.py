from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.conversations import answers, inbox, queue, sessions
from bot.conversations.inbox import Accepted, Inbound, Terms
from bot.conversations.ledger import Ledger
from bot.conversations.models import Base
from bot.conversations.queue import OpenTurn
from bot.conversations.sessions import OpenSession
from bot.database import open_database
from bot.identity.identity import Identity, Level
from bot.protocol.turn import Choice, Effect, Ranked, ReadValue, Reply, TurnResult, Understood
from tests.support.migrated import copied

CUSTOMER = Identity("C-1009", None, Level.SIGNED_IN, "portal")
NOON = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)
LIFE = timedelta(seconds=30)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path, migrated) -> str:
    """An empty ledger on each kind of database."""
    if request.param == "sqlite":
        return copied(migrated / "ledger.db", tmp_path / "ledger.db")
    return request.getfixturevalue("from_template")("ledger")


@pytest.fixture
async def open_ledger(url) -> AsyncIterator[Callable[..., Ledger]]:
    """Opens the ledger, each time as another process would: `open_ledger(command_seconds=60)`."""
    opened: list[Ledger] = []

    def begin(**patience: float) -> Ledger:
        opened.append(Ledger(open_database(url, **patience)))
        return opened[-1]

    yield begin
    for ledger in opened:
        await ledger.close()


@pytest.fixture
def ledger(open_ledger) -> Ledger:
    return open_ledger()


class Desk:
    """One conversation under test, at a moment that the test moves."""

    def __init__(self, ledger: Ledger, session: OpenSession) -> None:
        self.ledger, self.session, self.now = ledger, session, NOON

    @property
    def conversation(self) -> str:
        return self.session.conversation

    def inbound(self, text: str | None = None, *, button: str | None = None, external_id: str | None = None, **changes: Any) -> Inbound:
        fields = {
            "conversation": self.conversation,
            "channel": "web",
            "scope": self.conversation,
            "external_id": external_id or str(uuid.uuid4()),
            "text": text,
            "button": button,
            "correlation": "c0ffee",
        }
        return Inbound(**{**fields, **changes})

    def terms(self, who: Identity | None = None, **changes: Any) -> Terms:
        return Terms(lambda *_: who or self.session.identity, **changes)

    async def say(self, text: str | None = None, **options: Any) -> Accepted:
        return await inbox.accept(self.ledger, self.inbound(text, **options), self.now, self.terms())

    async def claim(self) -> OpenTurn | None:
        return await queue.claim(self.ledger, self.now, LIFE)

    async def answer(self, turn: OpenTurn | None = None, result: TurnResult | None = None) -> int:
        turn = turn or await self.claim()
        assert turn is not None
        return (await answers.commit(self.ledger, turn, result or told("Listo."), self.now)).answer.seq

    async def ask(self, text: str, result: TurnResult | None = None) -> int:
        await self.say(text)
        return await self.answer(result=result)


@pytest.fixture
async def desk(ledger) -> Desk:
    return Desk(ledger, await sessions.begin(ledger, CUSTOMER, timedelta(hours=12), NOON))


def told(text: str, *choices: Choice, events: int = 2, effects: tuple[Effect, ...] = ()) -> TurnResult:
    readings = (ReadValue("subscription", "ends_on", "2026-11-28", NOON, "SIERRA-02"),)
    understood = Understood("x", "answered", "faq_factura", (Ranked("faq_factura", 0.9),), ({"entity": "servidor"},), "text")
    return TurnResult(
        replies=(Reply(text, choices, ("action_x",), ("utter_x",), readings),),
        events=tuple({"event": "user", "n": n} for n in range(events)),
        understood=(understood,),
        effects=effects,
    )


async def rows(ledger: Ledger, model: type[Base], *order: Any) -> list[Any]:
    return await ledger.read(lambda connection: list(Session(connection, expire_on_commit=False).scalars(select(model).order_by(*order))))
