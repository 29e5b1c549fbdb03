"""Back-pressure: beyond a number of waiting messages new ones are refused, because accepting them would only promise what takes too long.

Visitors may fill only a share of it, so that no crowd of them keeps a customer out. The numbers are counted in the ledger at most once a
second and kept up in between, so that no message costs a query of its own.
"""

from __future__ import annotations

import contextlib
import time

from bot.conversations import pressure
from bot.conversations.ledger import Ledger
from bot.errors import LedgerUnavailable
from bot.limits import TooMany

FRESH_SECONDS = 1.0
BUSY_SECONDS = 5
VISITORS_SHARE = 0.5


class TooBusy(TooMany):
    """Too many messages wait already."""

    def __init__(self) -> None:
        super().__init__("queue", BUSY_SECONDS)


class Backlog:
    """How many messages wait in the ledger, about; at most `most` may, and at most half of that of visitors."""

    def __init__(self, ledger: Ledger, most: int) -> None:
        self._ledger, self._most = ledger, most
        self._waiting = self._visitors = 0
        self._fresh_until = -1.0

    async def check(self, *, visitor: bool) -> None:
        """Raises TooBusy when there is no room for another message."""
        if time.monotonic() >= self._fresh_until:
            await self._count()
        if self._waiting >= self._most or (visitor and self._visitors >= self._most * VISITORS_SHARE):
            raise TooBusy

    def add(self, *, visitor: bool) -> None:
        """One more was accepted here."""
        self._waiting += 1
        self._visitors += visitor

    async def _count(self) -> None:
        self._fresh_until = time.monotonic() + FRESH_SECONDS  # before the query: the others do not count as well
        with contextlib.suppress(LedgerUnavailable):  # storing the message will say so
            self._waiting, self._visitors = await pressure.waiting(self._ledger, self._most)
