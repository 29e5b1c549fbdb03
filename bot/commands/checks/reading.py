"""Single figures read from a database by a command, in one snapshot, without the machinery of the process that serves."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from sqlalchemy import text

from bot.database import for_reading, make_engine


async def figures(url: str, queries: Mapping[str, str]) -> dict[str, Any]:
    """The first column of the first row of each query, None where there is no row. Raises DATABASE_ERRORS."""
    engine = make_engine(url)
    try:
        async with for_reading(engine).connect() as connection:
            return {name: (await connection.execute(text(query))).scalar() for name, query in queries.items()}
    finally:
        await asyncio.shield(engine.dispose())
