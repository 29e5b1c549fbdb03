"""Too much at once: how many messages wait in all, and the one notice to a customer who floods."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, func, insert, or_, select, update

from bot.conversations.ledger import Ledger
from bot.conversations.messages import notice_row
from bot.conversations.news import announce
from bot.conversations.tables import CONVERSATION, MESSAGE, OPEN


async def waiting(ledger: Ledger, most: int) -> int:
    """How many inbound messages wait or are being answered, counted no further than `most`."""
    some = select(MESSAGE.c.id).where(OPEN).limit(most).subquery()
    return await ledger.read(lambda connection: connection.scalar(select(func.count()).select_from(some)) or 0)


async def tell_flood(ledger: Ledger, conversation: str, notice: str, now: datetime, calm: timedelta) -> bool:
    """Add the notice that messages come too fast, unless one was added less than `calm` ago (by any gateway); whether it was added."""
    told_at = CONVERSATION.c.flood_notice_at
    told = (
        update(CONVERSATION)
        .where(CONVERSATION.c.id == conversation, or_(told_at.is_(None), told_at <= now - calm, told_at > now))  # clocks may go back
        .values(last_seq=CONVERSATION.c.last_seq + 1, flood_notice_at=now)
        .returning(CONVERSATION.c.last_seq)
    )

    def work(connection: Connection) -> bool:
        seq = connection.scalar(told)
        if seq is None:
            return False
        connection.execute(insert(MESSAGE), notice_row(conversation, seq, None, notice, now))
        announce(connection, conversation, seq)
        return True

    return await ledger.write(work)
