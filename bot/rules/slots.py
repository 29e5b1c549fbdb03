"""When the support line can call back: half hours of its next day of work, one an hour, so that morning and afternoon fit on a telephone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from bot.rules.calendar import BusinessCalendar
from bot.rules.format import WEEKDAYS, clock_time
from bot.rules.support import Closed, Hours, line_state

LENGTH: Final = timedelta(minutes=30)
_APART: Final = timedelta(hours=1)
MOST: Final = 9


def next_slots(calendar: BusinessCalendar, hours: Hours, now: datetime) -> Sequence[datetime]:
    """When the slots begin that a call may be promised for while the line is closed; none while it is open: it can be called itself."""
    state = line_state(calendar, hours, now)
    if not isinstance(state, Closed):
        return ()
    day = calendar.local_date(state.opens_at)
    closes = calendar.at(day, hours.closes)
    each = (state.opens_at + _APART * n for n in range(MOST))
    return [begins for begins in each if begins + LENGTH <= closes]


def title(calendar: BusinessCalendar, begins: datetime) -> str:
    """What its button says: "lunes 10:00"; `asked_hour.py` knows it by this form."""
    local = calendar.local(begins)
    return f"{WEEKDAYS[local.weekday()]} {clock_time(local)}"


def clocks(calendar: BusinessCalendar, begins: datetime) -> str:
    """As "10:00 a 10:30"."""
    return f"{clock_time(calendar.local(begins))} a {clock_time(calendar.local(begins + LENGTH))}"
