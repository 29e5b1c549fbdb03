"""Single figures read from a database by a command, in one snapshot, without the machinery of the process that serves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import text

from bot.database import open_database


async def figures(url: str, queries: Mapping[str, str]) -> dict[str, Any]:
    """The first column of the first row of each query, None where there is no row. Raises DATABASE_ERRORS."""
    async with open_database(url) as database:
        return await database.read(lambda connection: {name: connection.scalar(text(query)) for name, query in queries.items()})
