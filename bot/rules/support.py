"""Whether somebody answers the support line now, so that nobody is sent to a telephone that rings in an empty room."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from typing import Protocol

from bot.rules.calendar import BusinessCalendar


class Hours(Protocol):
    """Opening hours on business days, local time (settings.SupportHours)."""

    @property
    def opens(self) -> time:
        """First moment at which the line answers."""

    @property
    def closes(self) -> time:
        """First moment at which it does not any more."""


@dataclass(frozen=True)
class Open:
    """The line answers until `closes_at` (local)."""

    closes_at: datetime


@dataclass(frozen=True)
class Closed:
    """Nobody answers before `opens_at` (local)."""

    opens_at: datetime


def line_state(calendar: BusinessCalendar, hours: Hours, now: datetime) -> Open | Closed:
    """Whether the support line is open at `now`, and until or from when."""
    today = calendar.local_date(now)
    if calendar.is_business_day(today):
        opens_at, closes_at = calendar.at(today, hours.opens), calendar.at(today, hours.closes)
        if now < opens_at:
            return Closed(opens_at)
        if now < closes_at:
            return Open(closes_at)
    return Closed(calendar.at(calendar.next_business_day(today), hours.opens))
