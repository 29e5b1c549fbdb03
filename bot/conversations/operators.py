"""The queue as operators see it: how much waits, what was given up, and how to try that again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select, update

from bot.conversations.base import OPEN_STATES
from bot.conversations.ledger import Ledger
from bot.conversations.tables import CONVERSATION, FAILED, MESSAGE, OPEN

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
    number = select(MESSAGE.c.state, func.count().label("number"))
    queries = [number.where(kind).group_by(MESSAGE.c.state) for kind in (OPEN, FAILED)]  # each from its own small index
    found = await ledger.read(lambda connection: {row.state: row.number for query in queries for row in connection.execute(query)})
    return {state: found.get(state, 0) for state in COUNTED}


async def oldest_waiting(ledger: Ledger) -> datetime | None:
    """When the message that has waited longest was accepted; None when nothing waits."""
    query = select(func.min(MESSAGE.c.at)).where(OPEN)
    return await ledger.read(lambda connection: connection.scalar(query))


async def parked(ledger: Ledger) -> list[Parked]:
    """What was given up, oldest first."""
    query = select(MESSAGE).where(FAILED).order_by(MESSAGE.c.at, MESSAGE.c.seq)

    def work(connection: Connection) -> list[Parked]:
        rows = connection.execute(query)
        return [Parked(row.conversation_id, row.id, row.seq, row.at, row.attempts, row.last_error) for row in rows]

    return await ledger.read(work)


async def retry_parked(ledger: Ledger, message: str, now: datetime) -> bool:
    """Put a message that was given up back in the queue, with all its attempts; False when it was not given up (any more)."""
    again = update(MESSAGE).where(MESSAGE.c.id == message, MESSAGE.c.state == "failed")
    fresh = again.values(state="received", attempts=0, first_attempt_at=None, last_error=None).returning(MESSAGE.c.conversation_id)
    queued = update(CONVERSATION).values(ready_at=func.coalesce(CONVERSATION.c.ready_at, now))

    def work(connection: Connection) -> bool:
        conversation = connection.scalar(fresh)
        if conversation is None:
            return False
        connection.execute(queued.where(CONVERSATION.c.id == conversation))
        return True

    return await ledger.write(work)
