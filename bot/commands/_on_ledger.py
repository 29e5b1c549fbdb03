"""What the commands that work on the ledger share: it is closed whatever happens, and that it is away is said in one line."""

from __future__ import annotations

import argparse
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import wraps
from typing import Final

from bot.conversations.ledger import Ledger
from bot.database import open_database
from bot.errors import LedgerUnavailable

Run = Callable[[argparse.Namespace], int]
AWAY: Final = 3
"""Exit code when the ledger cannot be used."""


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Ledger]:
    """The ledger at this address, closed at the end."""
    ledger = Ledger(open_database(url))
    try:
        yield ledger
    finally:
        await ledger.close()


def works_on_ledger(run: Run) -> Run:
    """A command that ends with AWAY, and a line that says so, when the ledger cannot be used."""

    @wraps(run)
    def running(arguments: argparse.Namespace) -> int:
        try:
            return run(arguments)
        except LedgerUnavailable as error:
            print(f"the ledger cannot be used: {error}", file=sys.stderr)
            return AWAY

    return running
