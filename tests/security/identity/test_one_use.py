"""A token that is shown to several gateways at the very same moment opens one session, on each kind of database."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import timedelta

import pytest

from bot.conversations import sessions
from bot.conversations.ledger import Ledger
from bot.conversations.models import Conversation, OneUse, WebSession
from bot.errors import LedgerUnavailable, TokenUsed
from bot.identity.identity import Identity, Level
from bot.identity.tokens import OneUse as Use
from tests.conversations_ledger.conftest import NOON, rows

LIFE = timedelta(hours=1)
PATIENCE = 5


@pytest.mark.parametrize("person", [None, "ana"])
async def test_one_of_many_at_once(open_ledger, person: str | None) -> None:
    ledgers = [open_ledger() for _ in range(4)]
    who, use = Identity("C-1001", person, Level.SIGNED_IN, "portal"), Use("a" * 64, NOON + LIFE)

    async def show(ledger: Ledger) -> sessions.OpenSession:
        for _ in range(PATIENCE):  # a portal whose ledger is busy is told to try again, and does
            with contextlib.suppress(LedgerUnavailable):
                return await sessions.begin(ledger, who, LIFE, NOON, use)
        return await sessions.begin(ledger, who, LIFE, NOON, use)

    opened = await asyncio.gather(*(show(ledgers[n % 4]) for n in range(24)), return_exceptions=True)
    assert sum(isinstance(each, sessions.OpenSession) for each in opened) == 1
    assert {type(each) for each in opened} == {sessions.OpenSession, TokenUsed}
    assert [len(await rows(ledgers[0], table)) for table in (Conversation, WebSession, OneUse)] == [1, 1, 1]


async def test_a_session_that_cannot_be_stored_uses_nothing_up(ledger) -> None:
    """What proves somebody is lost together with the session that it was for, or not at all."""
    who, use = Identity("C-1001", None, Level.SIGNED_IN, "portal"), Use("a" * 64, NOON + LIFE)
    earlier = sessions.OpenSession("x", "no such conversation", who, "e", NOON + LIFE, 0)
    with pytest.raises(Exception, match=r"(?i)foreign key"):
        await sessions.prolong(ledger, earlier, who, LIFE, NOON, use)
    assert isinstance(await sessions.begin(ledger, who, LIFE, NOON, use), sessions.OpenSession)
