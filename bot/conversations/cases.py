"""Cases: what was handed to people, found by the code that the customer was told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, case, func, select, update

from bot.conversations.ledger import Ledger
from bot.conversations.tables import CONVERSATION, ESCALATION, MESSAGE
from bot.errors import NotYours

MOST: Final = 200
MOST_CHARACTERS: Final = 16


async def open_ones(ledger: Ledger, limit: int = MOST) -> Sequence[Row[Any]]:
    """Open cases (code, reason, summary, at) with their conversation (conversation_id, channel, desk, owner, agent, last_at), the oldest first."""
    query = (
        select(
            ESCALATION.c.code, ESCALATION.c.reason, ESCALATION.c.summary, ESCALATION.c.at, ESCALATION.c.conversation_id,
            CONVERSATION.c.channel, CONVERSATION.c.desk, CONVERSATION.c.owner, CONVERSATION.c.agent, CONVERSATION.c.last_at,
        )
        .join_from(ESCALATION, CONVERSATION, CONVERSATION.c.id == ESCALATION.c.conversation_id)
        .where(ESCALATION.c.state == "open")
        .order_by(ESCALATION.c.at)
        .limit(limit)
    )  # fmt: skip
    return await ledger.read(lambda connection: connection.execute(query).all())


async def held_by(ledger: Ledger, agent: str, now: datetime) -> Sequence[Row[Any]]:
    """Conversations that this agent has (id, channel, desk, last_at), with the `author` of their last message, longest silent first."""
    last = (MESSAGE.c.conversation_id == CONVERSATION.c.id) & (MESSAGE.c.seq == CONVERSATION.c.last_seq)
    query = (
        select(CONVERSATION.c.id, CONVERSATION.c.channel, CONVERSATION.c.desk, CONVERSATION.c.last_at, MESSAGE.c.author, MESSAGE.c.text)
        .join_from(CONVERSATION, MESSAGE, last, isouter=True)
        .where(CONVERSATION.c.owner_until > now, CONVERSATION.c.agent == agent)
        .order_by(CONVERSATION.c.last_at)
    )
    return await ledger.read(lambda connection: connection.execute(query).all())


async def find(ledger: Ledger, code: str) -> str | None:
    """The conversation of the case with this code, however it was typed: the open one, else the newest."""
    typed = "".join(char for char in code.upper() if char.isalnum())[:MOST_CHARACTERS]
    query = (
        select(ESCALATION.c.conversation_id)
        .where(ESCALATION.c.code == typed)
        .order_by(case((ESCALATION.c.state == "open", 0), else_=1), ESCALATION.c.at.desc())
        .limit(1)
    )
    return await ledger.read(lambda connection: connection.scalar(query))


async def close(ledger: Ledger, conversation: str, code: str) -> None:
    """The case is solved. Raises NotYours where this conversation has no open case of this code."""
    mine = update(ESCALATION).where(ESCALATION.c.conversation_id == conversation, ESCALATION.c.code == code, ESCALATION.c.state == "open")

    def work(connection: Connection) -> None:
        if connection.scalar(mine.values(state="closed").returning(ESCALATION.c.id)) is None:
            raise NotYours("case")

    await ledger.write(work)


async def number_open(ledger: Ledger) -> int:
    """How many cases are open."""
    query = select(func.count()).where(ESCALATION.c.state == "open")
    return await ledger.read(lambda connection: connection.execute(query).scalar_one())
