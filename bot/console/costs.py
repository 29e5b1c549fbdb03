"""What an answered question costs, by month: WhatsApp's charges for what went out, by the answers that it carried. The web's cost no message."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final

from aiohttp import web

from bot.conversations import meter
from bot.conversations.ledger import Ledger
from bot.conversations.meter import Month
from bot.rules.format import MONTHS
from bot.settings import Settings

SHOWN: Final = 6
FRESH: Final = timedelta(minutes=10)
"""So old what is shown of this month may be; those that are over are counted once a day."""
_CENTS_OF_CENTS: Final = Decimal("0.0001")
_First = tuple[int, int]


@dataclass(frozen=True)
class Cost:
    """A month of WhatsApp, as `first` names it (year, month), at the price of today, in MXN."""

    first: _First
    answers: int
    sendings: int
    billable: int
    cost: Decimal

    @property
    def name(self) -> str:
        """As "nov 2026"."""
        return f"{MONTHS[self.first[1] - 1][:3]} {self.first[0]}"

    @property
    def each(self) -> Decimal | None:
        """What an answer cost; None where there was none."""
        return (self.cost / self.answers).quantize(_CENTS_OF_CENTS) if self.answers else None


@dataclass
class MonthlyCosts:
    """The months, counted once for all agents who look: each count reads every delivery of its month."""

    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    _on: date | None = None
    _counted: dict[_First, tuple[datetime, Month]] = field(default_factory=dict)

    async def newest(self, ledger: Ledger, settings: Settings, now: datetime) -> Sequence[Cost]:
        """This month and those before it, the newest first, as far back as anything went out or was charged. Raises LedgerUnavailable."""
        today = now.astimezone(settings.timezone).date()
        async with self._lock:
            if today != self._on:
                self._counted, self._on = {}, today
            listed = [await self._cost(ledger, settings, first, now) for first in _firsts(today)]
        while listed and not (listed[-1].answers or listed[-1].billable):
            listed.pop()
        return listed

    async def _cost(self, ledger: Ledger, settings: Settings, first: _First, now: datetime) -> Cost:
        counted = self._kept(first, now)
        if counted is None:
            counted = await meter.month(ledger, "whatsapp", *meter.bounds(*first, settings.timezone))
            self._counted[first] = now, counted
        cost = counted.cost(settings.whatsapp_free_messages, Decimal(str(settings.whatsapp_price_mxn)))
        return Cost(first, counted.answers, counted.sendings, counted.billable, cost)

    def _kept(self, first: _First, now: datetime) -> Month | None:
        at, month = self._counted.get(first, (now, None))
        is_this = self._on is not None and first == (self._on.year, self._on.month)
        return month if timedelta() <= now - at and (not is_this or now - at < FRESH) else None


COSTS = web.AppKey("costs", MonthlyCosts)


def _firsts(today: date) -> list[_First]:
    number = today.year * 12 + today.month - 1
    return [((number - back) // 12, (number - back) % 12 + 1) for back in range(SHOWN)]
