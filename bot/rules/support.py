"""Whether somebody answers the support line now, so that nobody is sent to a telephone that rings in an empty room.

Whoever gives its number says beside it `line_words`, or `hours_words` where the text is read later than it is written (a mail, a page).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Protocol

from bot.rules.calendar import BusinessCalendar
from bot.rules.format import clock_time, on_moment


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


def after_open_time(calendar: BusinessCalendar, hours: Hours, start: datetime, span: timedelta) -> datetime:
    """The moment at which the line has been open for `span` since `start`: what is owed within an hour is not late because of a night."""
    at, left = start, span
    while True:
        state = line_state(calendar, hours, at)
        if isinstance(state, Closed):
            at = state.opens_at
            continue
        if left <= state.closes_at - at:
            return at + left
        left -= state.closes_at - at
        at = state.closes_at


def open_time(calendar: BusinessCalendar, hours: Hours, start: datetime, end: datetime) -> timedelta:
    """How long the line is open from `start` to `end`; nothing where `end` is earlier."""
    at, total = start, timedelta()
    while at < end:
        state = line_state(calendar, hours, at)
        if isinstance(state, Closed):
            at = state.opens_at
            continue
        total += min(state.closes_at, end) - at
        at = state.closes_at
    return total


def line_words(calendar: BusinessCalendar, hours: Hours, now: datetime) -> str:
    """As "abierta hoy hasta las 18:00" or "cerrada; abre el lunes 30 de noviembre a las 9:00"."""
    state = line_state(calendar, hours, now)
    if isinstance(state, Open):
        return f"abierta hoy hasta las {clock_time(calendar.local(state.closes_at))}"
    return f"cerrada; abre {on_moment(calendar.local(state.opens_at), calendar.local(now))}"


def hours_words(hours: Hours) -> str:
    """As "en días hábiles de 9:00 a 18:00 h"."""
    return f"en días hábiles {clock_words(hours)}"


def clock_words(hours: Hours) -> str:
    """As "de 9:00 a 18:00 h"."""
    return f"de {hours.opens.hour}:{hours.opens.minute:02} a {hours.closes.hour}:{hours.closes.minute:02} h"
