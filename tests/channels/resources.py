"""What a channel gets of a running gateway, without the gateway."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bot import accounts, clock
from bot.conversations.feed import Feed
from bot.conversations.ledger import Ledger
from bot.database import open_database
from bot.metrics import Metrics
from bot.resources import Resources
from bot.settings import Settings
from bot.timings import Timings


def resources_in(
    folder: Path, settings: Settings, *, url: str | None = None, now: Any = clock.now, poll_seconds: float = 0.02
) -> Resources:
    """On a ledger of its own, or on the one at `url`."""
    ledger = Ledger(open_database(url or f"sqlite:///{folder}/ledger.db"))
    return Resources(
        settings=settings,
        timings=Timings(poll_seconds=poll_seconds),
        now=now,
        jitter=lambda: 0.0,
        ledger=ledger,
        accounts=accounts.create(settings),
        feed=Feed(ledger, now, poll_seconds),
        metrics=Metrics(),
    )
