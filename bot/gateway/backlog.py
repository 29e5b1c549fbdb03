"""Back-pressure: beyond a number of waiting messages new ones are refused, because accepting them would only promise what takes too long.

The number is counted in the ledger at most once a second and kept up in between, so that no message costs a query of its own.
"""

from __future__ import annotations

import contextlib
import time

from bot.conversations import pressure
from bot.conversations.ledger import Ledger
from bot.errors import LedgerUnavailable
from bot.gateway.limits import TooMany

FRESH_SECONDS = 1.0
BUSY_SECONDS = 5


class TooBusy(TooMany):
    """Too many messages wait already."""

    def __init__(self) -> None:
        super().__init__("queue", BUSY_SECONDS)


class Backlog:
    """How many messages wait in the ledger, about; at most `most` may."""

    def __init__(self, ledger: Ledger, most: int) -> None:
        self._ledger, self._most = ledger, most
        self._waiting = 0
        self._fresh_until = -1.0

    async def check(self) -> None:
        """Raises TooBusy when there is no room for another message."""
        if time.monotonic() >= self._fresh_until:
            await self._count()
        if self._waiting >= self._most:
            raise TooBusy

    def add(self) -> None:
        """One more was accepted here."""
        self._waiting += 1

    async def _count(self) -> None:
        self._fresh_until = time.monotonic() + FRESH_SECONDS  # before the query: the others do not count as well
        with contextlib.suppress(LedgerUnavailable):  # storing the message will say so
            self._waiting = await pressure.waiting(self._ledger, self._most)
