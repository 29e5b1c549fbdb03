"""Writes what the desks of our own tables are found by, for companies that fill the tables with a program of their own.

That program knows telephones as people write them; only here is it known which two of them are the same.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.accounts.models import Desk, DeskContact
from bot.rules.contact import normal_contacts

AT_ONCE: Final = 500


async def rewrite(engine: AsyncEngine) -> tuple[int, int]:
    """Make every desk's contacts what its address and telephones say; how many desks there are, and how many were changed.

    Desks are taken some at a time, each time in a transaction of its own. Raises what the database raises.
    """
    seen, changed, last = 0, 0, ""
    while True:
        async with engine.begin() as connection:
            page = select(Desk.id, Desk.email, Desk.phones).where(Desk.id > last).order_by(Desk.id).limit(AT_ONCE)
            desks = (await connection.execute(page)).all()
            if not desks:
                return seen, changed
            wanted = {row.id: set(normal_contacts(row.email, row.phones or ())) for row in desks}
            changed += await _write(connection, wanted)
        seen, last = seen + len(desks), desks[-1].id


async def _write(connection: AsyncConnection, wanted: dict[str, set[tuple[str, str]]]) -> int:
    there: dict[str, set[tuple[str, str]]] = {desk_id: set() for desk_id in wanted}
    rows = await connection.execute(select(DeskContact.desk_id, DeskContact.kind, DeskContact.value).where(DeskContact.desk_id.in_(wanted)))
    for row in rows:
        there[row.desk_id].add((row.kind, row.value))
    other = [desk_id for desk_id, contacts in wanted.items() if contacts != there[desk_id]]
    await connection.execute(delete(DeskContact).where(DeskContact.desk_id.in_(other)))
    fresh = [{"desk_id": desk_id, "kind": kind, "value": value} for desk_id in other for kind, value in sorted(wanted[desk_id])]
    if fresh:
        await connection.execute(insert(DeskContact), fresh)
    return len(other)
