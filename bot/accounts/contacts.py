"""Writes what the desks of our own tables are found by, for companies that fill the tables with a program of their own.

That program knows telephones as people write them; only here is it known which two of them are the same.
"""

from __future__ import annotations

from functools import partial
from typing import Final

from sqlalchemy import Connection, delete, insert, select

from bot.accounts.models import Desk, DeskContact
from bot.database import Database
from bot.rules.contact import normal_contacts

AT_ONCE: Final = 500


async def rewrite(database: Database) -> tuple[int, int]:
    """Make every desk's contacts what its address and telephones say; how many desks there are, and how many were changed.

    Desks are taken some at a time, each time in a transaction of its own. Raises what the database raises.
    """
    seen, changed, last = 0, 0, ""
    while True:
        desks, other = await database.write(partial(_rewrite_after, last))
        if not desks:
            return seen, changed
        seen, changed, last = seen + len(desks), changed + other, desks[-1]


def _rewrite_after(last: str, connection: Connection) -> tuple[list[str], int]:
    """The next desks after `last`, and how many of them were changed."""
    page = select(Desk.id, Desk.email, Desk.phones).where(Desk.id > last).order_by(Desk.id).limit(AT_ONCE)
    wanted = {row.id: set(normal_contacts(row.email, row.phones or ())) for row in connection.execute(page)}
    return list(wanted), _write(connection, wanted)


def _write(connection: Connection, wanted: dict[str, set[tuple[str, str]]]) -> int:
    there: dict[str, set[tuple[str, str]]] = {desk_id: set() for desk_id in wanted}
    rows = connection.execute(select(DeskContact.desk_id, DeskContact.kind, DeskContact.value).where(DeskContact.desk_id.in_(wanted)))
    for row in rows:
        there[row.desk_id].add((row.kind, row.value))
    other = [desk_id for desk_id, contacts in wanted.items() if contacts != there[desk_id]]
    connection.execute(delete(DeskContact).where(DeskContact.desk_id.in_(other)))
    fresh = [{"desk_id": desk_id, "kind": kind, "value": value} for desk_id in other for kind, value in sorted(wanted[desk_id])]
    if fresh:
        connection.execute(insert(DeskContact), fresh)
    return len(other)
