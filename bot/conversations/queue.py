"""The queue as operators see it: how much waits, what was given up, and how to try that again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update

from bot.conversations.base import OPEN_STATES
from bot.conversations.ledger import Ledger
from bot.conversations.models import Conversation, Message

COUNTED = (*OPEN_STATES, "failed")


@dataclass(frozen=True)
class Parked:
    """An inbound message that was given up after its attempts."""

    conversation: str
    message: str
    seq: int
    at: datetime
    attempts: int
    error: str | None


async def depth(ledger: Ledger) -> dict[str, int]:
    """How many inbound messages wait, are being answered, or were given up."""
    query = select(Message.state, func.count().label("number")).where(Message.state.in_(COUNTED)).group_by(Message.state)
    async with ledger.read() as session:
        found = {row.state: row.number for row in await session.execute(query)}
    return {state: found.get(state, 0) for state in COUNTED}


async def parked(ledger: Ledger) -> list[Parked]:
    """What was given up, oldest first."""
    async with ledger.read() as session:
        rows = await session.scalars(select(Message).where(Message.state == "failed").order_by(Message.at, Message.seq))
        return [Parked(row.conversation_id, row.id, row.seq, row.at, row.attempts, row.last_error) for row in rows]


async def retry_parked(ledger: Ledger, message: str, now: datetime) -> bool:
    """Put a message that was given up back in the queue, with all its attempts; False when it was not given up (any more)."""
    async with ledger.write() as session:
        again = update(Message).where(Message.id == message, Message.state == "failed")
        fresh = again.values(state="received", attempts=0, first_attempt_at=None, last_error=None).returning(Message.conversation_id)
        conversation = await session.scalar(fresh.execution_options(synchronize_session=False))
        if conversation is None:
            return False
        await session.execute(
            update(Conversation)
            .where(Conversation.id == conversation)
            .values(ready_at=func.coalesce(Conversation.ready_at, now))
            .execution_options(synchronize_session=False)
        )
    return True
