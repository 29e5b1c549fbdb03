"""How many messages wait in all, and how many of them are visitors': a share of the queue is kept for customers."""

from __future__ import annotations

from sqlalchemy import Connection, case, func, select

from bot.conversations.ledger import Ledger
from bot.conversations.tables import MESSAGE, OPEN


async def waiting(ledger: Ledger, most: int) -> tuple[int, int]:
    """How many inbound messages wait or are being answered, counted no further than `most`, and how many of these are visitors'."""
    some = select(MESSAGE.c.level).where(OPEN).limit(most).subquery()
    query = select(func.count(), func.coalesce(func.sum(case((some.c.level == 0, 1), else_=0)), 0)).select_from(some)

    def work(connection: Connection) -> tuple[int, int]:
        total, visitors = connection.execute(query).one()
        return int(total), int(visitors)

    return await ledger.read(work)
