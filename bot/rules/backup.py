"""The nightly backup between 2 and 3 am local time, and how long it has been failing (FAQ 5)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Protocol

from bot.rules.calendar import BusinessCalendar

OPENS, CLOSES = time(2), time(3)
_DAY = timedelta(days=1)
_WINDOW = timedelta(hours=1)


class _Backup(Protocol):
    @property
    def status(self) -> str: ...


def last_night(calendar: BusinessCalendar, now: datetime) -> date:
    """The local day of the last backup window that is over: today from 3 am on, else yesterday."""
    local = calendar.local(now)
    return local.date() if local.time() >= CLOSES else local.date() - _DAY


def next_window(calendar: BusinessCalendar, now: datetime) -> tuple[datetime, datetime]:
    """Start and end (local) of the next backup window, or of the one that is open now. Every night, holidays too."""
    night = last_night(calendar, now) + _DAY
    return calendar.at(night, OPENS), calendar.at(night, CLOSES)


def still_runs(calendar: BusinessCalendar, started_at: datetime, now: datetime) -> bool:
    """Whether a backup without an end can still be under way: until its window closes, or as long as a window is from its start."""
    closes_at = calendar.at(calendar.local_date(started_at), CLOSES)
    return now <= max(closes_at, started_at + _WINDOW)


def nights_without(calendar: BusinessCalendar, last: date, now: datetime) -> int:
    """How many windows are over since the local day `last`, whose own night is not counted: of a backup, or of the start of a server."""
    return max(0, (last_night(calendar, now) - last).days)


def streak_of_failures(backups: Iterable[_Backup]) -> int:
    """How many of the last finished backups failed in a row; `backups` newest first, one that still runs is passed over."""
    failures = 0
    for backup in backups:
        if backup.status == "ok":
            break
        failures += backup.status == "failed"
    return failures
