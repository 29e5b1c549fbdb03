"""Who is there: each page that an agent has open says so, from the moment it listens until it closes or falls silent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, delete, insert, select, update

from bot.conversations.ledger import Ledger
from bot.conversations.tables import PRESENCE

LIFE: Final = timedelta(seconds=45)
"""Three signs of life may be lost before somebody counts as gone."""


async def seen(ledger: Ledger, page: str, agent: str, conversation: str | None, now: datetime) -> None:
    """This page of the agent's is open, and shows that conversation, if any."""
    row = {"agent": agent, "conversation": conversation, "seen_at": now}

    def work(connection: Connection) -> None:
        if not connection.execute(update(PRESENCE).where(PRESENCE.c.id == page).values(**row)).rowcount:
            connection.execute(insert(PRESENCE), {"id": page, **row})

    await ledger.write(work)


async def gone(ledger: Ledger, page: str) -> None:
    """This page was closed."""
    await ledger.write(lambda connection: connection.execute(delete(PRESENCE).where(PRESENCE.c.id == page)))


async def forget(ledger: Ledger, now: datetime) -> None:
    """Take away the pages of gateways that died."""
    await ledger.write(lambda connection: connection.execute(delete(PRESENCE).where(PRESENCE.c.seen_at < now - LIFE)))


async def on_line(ledger: Ledger, now: datetime) -> list[str]:
    """Names of the agents who have a page open."""
    return await ledger.read(lambda connection: on_line_within(connection, now))


def on_line_within(connection: Connection, now: datetime) -> list[str]:
    """The same, as part of a transaction."""
    return list(connection.scalars(select(PRESENCE.c.agent).distinct().where(PRESENCE.c.seen_at > now - LIFE).order_by(PRESENCE.c.agent)))


async def looking(ledger: Ledger, conversations: Sequence[str], now: datetime) -> dict[str, list[str]]:
    """Names of the agents who look at each of these conversations."""
    query = (
        select(PRESENCE.c.conversation, PRESENCE.c.agent)
        .distinct()
        .where(PRESENCE.c.seen_at > now - LIFE, PRESENCE.c.conversation.in_(conversations))
        .order_by(PRESENCE.c.agent)
    )

    def work(connection: Connection) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for row in connection.execute(query):
            found.setdefault(row.conversation, []).append(row.agent)
        return found

    return await ledger.read(work)
