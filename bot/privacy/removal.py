"""Rows with everything that points at them, read or removed: whatever table somebody adds later belongs to it by its foreign key."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, Final

from sqlalchemy import Connection, Table, delete, select

from bot.console import models  # their tables belong to conversations too

CHUNK: Final = 400
_METADATA = models.Base.metadata


def remove(connection: Connection, table: Table, ids: Sequence[Any]) -> Counter[str]:
    """Take these rows of a table out with all that points at them; how many of each table."""
    gone: Counter[str] = Counter()
    for some in _chunks(ids):
        for other, column, key in _pointing_at(table):
            if _pointing_at(other):
                gone += remove(connection, other, connection.scalars(select(key).where(column.in_(some))).all())
            else:
                gone[other.name] += connection.execute(delete(other).where(column.in_(some))).rowcount
        gone[table.name] += connection.execute(delete(table).where(_key(table).in_(some))).rowcount
    return +gone


def collect(connection: Connection, table: Table, ids: Sequence[Any]) -> dict[str, list[dict[str, Any]]]:
    """The same rows as values by table, nothing changed."""
    found: dict[str, list[dict[str, Any]]] = {}
    for some in _chunks(ids):
        rows = connection.execute(select(table).where(_key(table).in_(some))).all()
        found.setdefault(table.name, []).extend(dict(row._mapping) for row in rows)  # noqa: SLF001 (public, for all its underscore)
        for other, column, key in _pointing_at(table):
            for name, more in collect(connection, other, connection.scalars(select(key).where(column.in_(some))).all()).items():
                known = found.setdefault(name, [])
                known.extend(row for row in more if row not in known)
    return found


@cache
def _pointing_at(table: Table) -> Sequence[tuple[Table, Any, Any]]:
    """Tables with a foreign key to this one, messages before episodes: (table, its column, its key)."""
    return [
        (other, foreign.parent, _key(other))
        for other in reversed(_METADATA.sorted_tables)
        for foreign in other.foreign_keys
        if foreign.column.table is table
    ]


def _key(table: Table) -> Any:
    """What tells one row from another; of the parts of a key the one by which rows are removed together."""
    return next(iter(table.primary_key.columns))


def _chunks(ids: Sequence[Any]) -> Iterator[Sequence[Any]]:
    different = list(dict.fromkeys(ids))
    return (different[start : start + CHUNK] for start in range(0, len(different), CHUNK))
