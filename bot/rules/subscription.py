"""Life of a subscription: validity, grace, retention, and the last moment to cancel it for a change (FAQ 6, 10, 12, 15).

All dates are local days. `ends_on` is the last valid day, whole: until 23:59:59.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final, Literal

from bot.rules.calendar import BusinessCalendar

Phase = Literal["valid", "grace", "retained", "gone"]

MONTHS_A_YEAR: Final = 12
_HOURS_A_DAY = 24
_LAST_SECOND = time(23, 59, 59)


@dataclass(frozen=True)
class Grace:
    """The period of grace: its last day (usable until 23:59:59 of it) and the days left after today, 0 on the last day."""

    last_day: date
    days_left: int


@dataclass(frozen=True)
class Cutoff:
    """Cancelling counts before `moment` (local, exclusive); `last_day` is the last whole business day before it, to tell customers."""

    moment: datetime
    last_day: date


def end_of_validity(calendar: BusinessCalendar, ends_on: date) -> datetime:
    """The last valid second, 23:59:59 local time of `ends_on`."""
    return calendar.at(ends_on, _LAST_SECOND)


def days_left(ends_on: date, today: date) -> int:
    """Natural days from today to the end date: 0 on the last valid day, negative once it has ended."""
    return (ends_on - today).days


def grace_last_day(ends_on: date, grace_days: int = 3) -> date:
    """The last day of grace: ended on the 10th with 3 days → the 13th."""
    return ends_on + timedelta(days=grace_days)


def retention_last_day(ends_on: date, days: int = 30) -> date:
    """The last day on which an unpaid server's data is kept."""
    return ends_on + timedelta(days=days)


def phase(ends_on: date, today: date, grace_days: int = 3, retention_days: int = 30) -> Phase:
    """Where an unpaid subscription stands today: valid, then grace, then only its data is retained, then gone."""
    if today <= ends_on:
        return "valid"
    if today <= grace_last_day(ends_on, grace_days):
        return "grace"
    if today <= retention_last_day(ends_on, retention_days):
        return "retained"
    return "gone"


def grace(ends_on: date, today: date, grace_days: int = 3) -> Grace | None:
    """The period of grace when `today` lies in it, else None."""
    last_day = grace_last_day(ends_on, grace_days)
    return Grace(last_day, (last_day - today).days) if ends_on < today <= last_day else None


def change_cutoff(calendar: BusinessCalendar, ends_on: date, business_hours: int = 72) -> Cutoff:
    """The last moment to cancel for a change: `business_hours` back from 00:00 of `ends_on`, 24 for each business day.

    Ends on Friday 27 → cut-off on Tuesday 24 at 00:00 → last day Monday 23. The cut-off always lies in a business day.
    """
    whole_days, hours = divmod(business_hours, _HOURS_A_DAY)
    day = calendar.add_business_days(ends_on, -whole_days)
    clock = time.min
    if hours:
        day = calendar.add_business_days(day, -1)
        clock = time(_HOURS_A_DAY - hours)
    return Cutoff(calendar.at(day, clock), calendar.add_business_days(day, -1))


def next_ends_on(starts_on: date, ends_on: date) -> date:
    """The end date after one renewal of the same length: whole months when the period is whole months, else the same days."""
    months = months_long(starts_on, ends_on)
    if months is not None:
        return add_months(starts_on, 2 * months) - timedelta(days=1)
    return ends_on + (ends_on + timedelta(days=1) - starts_on)


def months_long(starts_on: date, ends_on: date) -> int | None:
    """How many whole months a period lasts, both days included; None when it is no whole months."""
    first_day_after = ends_on + timedelta(days=1)
    months = (first_day_after.year - starts_on.year) * MONTHS_A_YEAR + first_day_after.month - starts_on.month
    return months if months > 0 and add_months(starts_on, months) == first_day_after else None


def add_months(day: date, months: int) -> date:
    """The same day of the month `months` later (earlier when negative), or the last day of a month that has no such day."""
    year, month = divmod(day.year * MONTHS_A_YEAR + day.month - 1 + months, MONTHS_A_YEAR)
    first_of_next = date(year + (month == 11), (month + 1) % MONTHS_A_YEAR + 1, 1)  # noqa: PLR2004
    return date(year, month + 1, min(day.day, (first_of_next - timedelta(days=1)).day))
