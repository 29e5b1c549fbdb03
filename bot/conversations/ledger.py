"""The door to the ledger's database: short transactions, and one error when it is away."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Callable
from typing import Final, TypeVar

from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError

from bot.database import DATABASE_ERRORS, Database
from bot.errors import LedgerUnavailable

T = TypeVar("T")

ATTEMPTS: Final = 4


def new_id() -> str:
    """A fresh identifier for a row: 32 hexadecimal characters that cannot be guessed."""
    return uuid.uuid4().hex


class Ledger:
    """The ledger in one database, which it takes over; `close` releases it."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def write(self, work: Callable[[Connection], T]) -> T:
        """The result of `work`, in one transaction of its own. Raises LedgerUnavailable when it could not be stored.

        A violated constraint stays IntegrityError, and an error of `work`'s own passes through; both roll back.
        """
        try:
            return await self.database.write(work)
        except IntegrityError:
            raise
        except DATABASE_ERRORS as error:
            raise LedgerUnavailable(type(error).__name__) from error

    async def write_again(self, work: Callable[[Connection], T]) -> T:
        """The same, `work` done again where somebody else stored the same row at the same moment: now it is there."""
        for _ in range(ATTEMPTS - 1):
            with contextlib.suppress(IntegrityError):
                return await self.write(work)
        return await self.write(work)

    async def read(self, work: Callable[[Connection], T]) -> T:
        """The result of `work`, which sees one snapshot and only reads. Raises LedgerUnavailable."""
        try:
            return await self.database.read(work)
        except DATABASE_ERRORS as error:
            raise LedgerUnavailable(type(error).__name__) from error

    async def ping(self) -> None:
        """Check that the ledger answers and has its tables. Raises LedgerUnavailable."""
        await self.read(lambda connection: connection.execute(text("SELECT id FROM conversation LIMIT 1")).all())

    async def close(self) -> None:
        """Release the connections."""
        await self.database.close()
