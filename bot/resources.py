"""What handlers and workers of the gateway share, opened once and closed once; and the keys under which a request finds it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from aiohttp import web

from bot.accounts.port import AccountsPort
from bot.conversations.feed import Feed
from bot.conversations.ledger import Ledger
from bot.metrics import Metrics
from bot.privacy.masking import Mask
from bot.privacy.sealing import Sealer, sealer_of
from bot.settings import Settings
from bot.timings import Timings


@dataclass(frozen=True)
class Resources:
    """`now` is the clock (aware, UTC), `jitter` gives numbers in 0…1."""

    settings: Settings
    timings: Timings
    now: Callable[[], datetime]
    jitter: Callable[[], float]
    ledger: Ledger
    accounts: AccountsPort
    feed: Feed
    metrics: Metrics
    mask: Mask = Mask()

    @cached_property
    def sealer(self) -> Sealer:
        """What seals and opens here."""
        return sealer_of(self.settings)


RESOURCES = web.AppKey("resources", Resources)
CORRELATION = web.RequestKey("correlation", str)
