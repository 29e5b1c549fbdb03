"""The sealed copies: what customers wrote before it was masked, without passwords, codes and cards, for who has the key and a reason."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, delete, insert, select, update

from bot.conversations.ledger import Ledger
from bot.conversations.tables import MESSAGE, SEALED
from bot.privacy.masking import Masked

Seal = Callable[[str], str]

_KEEP = insert(SEALED)


def keep(connection: Connection, contents: Sequence[tuple[str, Masked]], seal: Seal | None, now: datetime) -> None:
    """Put the copies of messages (id, content) away, where there is something that may be kept."""
    rows = [
        {"message_id": message, "kinds": list(content.kinds), "box": seal(content.kept), "at": now}
        for message, content in contents
        if content.kept is not None and seal is not None
    ]
    if rows:
        connection.execute(_KEEP, rows)


def forget(connection: Connection, message: str) -> None:
    """Its copy is gone; one that has none is no error."""
    connection.execute(delete(SEALED).where(SEALED.c.message_id == message))


def forget_of(connection: Connection, which: Sequence[ColumnElement[bool]]) -> None:
    """The copies of these messages are gone."""
    connection.execute(delete(SEALED).where(SEALED.c.message_id.in_(select(MESSAGE.c.id).where(*which))))


async def of(ledger: Ledger, conversation: str) -> Sequence[Row[Any]]:
    """The copies of a conversation (message_id, seq, at, text as it was masked, kinds, box), the newest first."""
    query = (
        select(SEALED.c.message_id, MESSAGE.c.seq, MESSAGE.c.at, MESSAGE.c.text, SEALED.c.kinds, SEALED.c.box)
        .join_from(SEALED, MESSAGE, MESSAGE.c.id == SEALED.c.message_id)
        .where(MESSAGE.c.conversation_id == conversation)
        .order_by(MESSAGE.c.seq.desc())
    )
    return await ledger.read(lambda connection: connection.execute(query).all())


async def reseal(ledger: Ledger, change: Callable[[str], str]) -> int:
    """Put every copy into another box; how many."""

    def work(connection: Connection) -> int:
        rows = connection.execute(select(SEALED.c.message_id, SEALED.c.box)).all()
        for row in rows:
            connection.execute(update(SEALED).where(SEALED.c.message_id == row.message_id).values(box=change(row.box)))
        return len(rows)

    return await ledger.write(work)
