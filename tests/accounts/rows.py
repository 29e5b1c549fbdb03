"""Rows that a test puts in, and a transaction that it holds open, on both databases."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.accounts import models
from bot.accounts.demo import insert
from bot.database import Database


async def put(database: Database, *rows: models.Base) -> None:
    """Insert them."""
    await database.write(lambda connection: insert(connection, rows))


@asynccontextmanager
async def held(database: Database) -> AsyncIterator[Callable[[Callable[[Connection], Any]], Awaitable[Any]]]:
    """A transaction as another process has it, open for as long as the block runs: what is given runs functions in it."""
    if isinstance(database.engine, AsyncEngine):
        async with database.engine.begin() as connection:
            yield connection.run_sync
    else:
        with database.engine.begin() as blocking:

            async def run(work: Callable[[Connection], Any]) -> Any:
                return work(blocking)

            yield run
