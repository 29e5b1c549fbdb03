"""Notices: what the bot says besides answers. A customer who waits is told once, however many messages wait."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, Exists, exists, insert, select, update

from bot.conversations.ledger import Ledger
from bot.conversations.messages import notice_row
from bot.conversations.news import announce
from bot.conversations.tables import CONVERSATION, MESSAGE, OPEN

BATCH = 100


async def overdue(ledger: Ledger, before: datetime) -> list[str]:
    """Conversations of the bot with a message from before this moment that is not answered, and that were not told yet."""
    query = (
        select(CONVERSATION.c.id)
        .where(
            CONVERSATION.c.owner == "bot", CONVERSATION.c.ready_at.is_not(None), CONVERSATION.c.delay_notice_at.is_(None), _waits(before)
        )
        .limit(BATCH)
    )
    return await ledger.read(lambda connection: list(connection.scalars(query)))


async def tell_delay(ledger: Ledger, conversation: str, before: datetime, text: str, now: datetime) -> bool:
    """Add the notice that an answer takes longer, unless it was told since the last answer or nothing waits any more; whether it was added."""
    told = (
        update(CONVERSATION)
        .where(CONVERSATION.c.id == conversation, CONVERSATION.c.owner == "bot", CONVERSATION.c.delay_notice_at.is_(None), _waits(before))
        .values(last_seq=CONVERSATION.c.last_seq + 1, delay_notice_at=now)
        .returning(CONVERSATION.c.last_seq)
    )
    waiting = select(MESSAGE.c.seq).where(MESSAGE.c.conversation_id == conversation, OPEN)

    def work(connection: Connection) -> bool:
        seq = connection.scalar(told)
        if seq is None:
            return False
        oldest = connection.scalar(waiting.order_by(MESSAGE.c.seq).limit(1))
        connection.execute(insert(MESSAGE), notice_row(conversation, seq, oldest, text, now))
        announce(connection, conversation, seq)
        return True

    return await ledger.write(work)


def _waits(before: datetime) -> Exists:
    return exists().where(MESSAGE.c.conversation_id == CONVERSATION.c.id, OPEN, MESSAGE.c.at <= before)
