"""Business days in Mexico, so that every rule counts them the same way.

A business day is Monday to Friday, neither a statutory holiday (Federal Labour Law, article 74: three of them are moved to a Monday,
and 1 October every sixth year from 2024) nor one of the company's own days off.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

_DAY = timedelta(days=1)
_SATURDAY = 5


@lru_cache(maxsize=64)
def _statutory(year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("MX", years=year, expand=False, categories="public"))


class BusinessCalendar:
    """Business days and local time of one company: its time zone and its days off besides the statutory ones."""

    def __init__(self, timezone: ZoneInfo, extra_holidays: Iterable[date] = ()) -> None:
        self.timezone = timezone
        self.extra_holidays = frozenset(extra_holidays)

    def is_business_day(self, day: date) -> bool:
        """Whether the company works on `day`."""
        return day.weekday() < _SATURDAY and day not in self.extra_holidays and day not in _statutory(day.year)

    def add_business_days(self, day: date, n: int) -> date:
        """The n-th business day after `day` (before it when n is negative); `day` itself, whatever it is, when n is 0."""
        step = _DAY if n > 0 else -_DAY
        left = abs(n)
        while left:
            day += step
            left -= self.is_business_day(day)
        return day

    def next_business_day(self, day: date) -> date:
        """The first business day after `day`."""
        return self.add_business_days(day, 1)

    def business_days_between(self, start: date, end: date) -> int:
        """How many business days lie from `start` to `end`: `start` is not counted and `end` is; negative when `end` is earlier.

        The inverse of add_business_days: business_days_between(day, add_business_days(day, n)) == n.
        """
        step, sign = (_DAY, 1) if end > start else (-_DAY, -1)
        count = 0
        while start != end:
            start += step
            count += self.is_business_day(start)
        return sign * count

    def local(self, moment: datetime) -> datetime:
        """The same moment in local time. Raises ValueError for a naive one."""
        if moment.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        return moment.astimezone(self.timezone)

    def local_date(self, moment: datetime) -> date:
        """The local day in which `moment` falls."""
        return self.local(moment).date()

    def at(self, day: date, clock: time = time.min) -> datetime:
        """The moment at which local clocks show `clock` (00:00 unless told) on `day`."""
        return datetime.combine(day, clock, tzinfo=self.timezone)
