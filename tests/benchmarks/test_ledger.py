"""The full ledger of the benchmarks is one that the product could have written: it is read, and goes on, as any other."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from benchmarks.ledger import Filling, fill
from bot import clock
from bot.conversations import history, inbox, sessions
from bot.conversations.inbox import Inbound, Terms
from bot.conversations.ledger import Ledger
from bot.database import open_database
from bot.migrations import upgrade
from tests.support.tokens import customer


@pytest.fixture(params=["sqlite", "postgresql"])
async def ledger(request, tmp_path):
    url = f"sqlite:///{tmp_path}/ledger.db" if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    await asyncio.to_thread(upgrade, url, "ledger")
    now = clock.now()
    await fill(
        url, [Filling(1, 7, 10, now - timedelta(days=1), now), Filling(8, 2, 130, now - timedelta(days=1), now + timedelta(hours=1))]
    )
    opened = Ledger(open_database(url))
    yield opened
    await opened.close()


async def test_its_conversations_are_read_and_go_on(ledger: Ledger) -> None:
    claims = Filling(8, 2, 130, clock.now(), clock.now()).claims(9)
    session = await sessions.find(ledger, claims.session, clock.now())
    assert session
    assert (session.conversation, session.identity, session.epoch, session.cursor) == (
        claims.conversation,
        customer("C-1010"),
        claims.epoch,
        260,
    )
    first = await history.messages_after(ledger, session.conversation, 0)
    last = await history.messages_after(ledger, session.conversation, 200)
    assert [message.seq for message in first + last] == list(range(1, 261))
    assert [message.author for message in last[:2]] == ["customer", "bot"]
    assert [len(message.buttons) for message in first[:10]] == [0] * 9 + [1]
    inbound = Inbound(session.conversation, "web", session.conversation, "x" * 36, "hola")
    accepted = await inbox.accept(ledger, inbound, clock.now(), Terms(lambda *_: session.identity))
    assert accepted.seq == 261
    await history.mark_read(ledger, 261, lambda _: session.conversation)


async def test_an_ordinary_session_in_it_has_ended(ledger: Ledger) -> None:
    claims = Filling(1, 7, 10, clock.now(), clock.now()).claims(3)
    assert await sessions.find(ledger, claims.session, clock.now()) is None
