"""The door to the ledger's database: short transactions, and one error when it is away.

SQLite has one writer at a time and lets the others poll; inside one process a lock makes them queue instead, which keeps the
acknowledgement of a message short under load.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext

from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from bot.database import DATABASE_ERRORS, for_reading
from bot.errors import LedgerUnavailable


def new_id() -> str:
    """A fresh identifier for a row: 32 hexadecimal characters that cannot be guessed."""
    return uuid.uuid4().hex


class Ledger:
    """The ledger behind one engine; `close` releases it."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._reading = for_reading(engine)
        self._turnstile: AbstractAsyncContextManager[None] = asyncio.Lock() if engine.dialect.name == "sqlite" else nullcontext()

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncSession]:
        """One transaction, committed at the end of the block. Raises LedgerUnavailable when it could not be stored.

        A violated constraint stays IntegrityError, and an error of the caller's own passes through; both roll back.
        """
        try:
            async with self._turnstile, AsyncSession(self._engine, expire_on_commit=False) as session, session.begin():
                yield session
        except IntegrityError:
            raise
        except DATABASE_ERRORS as error:
            raise LedgerUnavailable(type(error).__name__) from error

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        """One snapshot that only reads. Raises LedgerUnavailable."""
        try:
            async with AsyncSession(self._reading, expire_on_commit=False) as session:
                yield session
        except DATABASE_ERRORS as error:
            raise LedgerUnavailable(type(error).__name__) from error

    async def ping(self) -> None:
        """Check that the ledger answers and has its tables. Raises LedgerUnavailable."""
        async with self.read() as session:
            await session.execute(text("SELECT id FROM conversation LIMIT 1"))

    async def close(self) -> None:
        """Release the connections."""
        await self._engine.dispose()
