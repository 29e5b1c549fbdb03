"""Dates and business days worked out once more, by hand and apart from `bot/rules`: what a test expects must not come from what it tests."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

MEXICO = ZoneInfo("America/Mexico_City")
NOW = datetime(2026, 11, 24, 16, 0, tzinfo=UTC)  # a Tuesday, 10:00 in Mexico City; the line is open
TODAY = date(2026, 11, 24)
HOLIDAYS = {date(2026, 9, 16), date(2026, 11, 16), date(2026, 12, 25), date(2027, 1, 1), date(2027, 2, 1), date(2027, 3, 15)}
"""Statutory holidays around TODAY: Independence, Revolution (moved to a Monday), Christmas, New Year, Constitution, Juárez."""
WEEKDAYS = ["lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"]
MONTHS = ["enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"]
OPEN = "Línea de soporte: 55 8000 9480 (abierta hoy hasta las 18:00)."

DATE = re.compile(rf"\b({'|'.join(WEEKDAYS)}) (\d{{1,2}}) de ({'|'.join(MONTHS)})(?: de (\d{{4}}))?")


def day(offset: int) -> date:
    """The day `offset` days from today."""
    return TODAY + timedelta(days=offset)


def business(offset: int, start: date = TODAY) -> date:
    """The business day `offset` after (before) `start`."""
    step = timedelta(days=1 if offset > 0 else -1)
    while offset:
        start += step
        if start.weekday() < 5 and start not in HOLIDAYS:
            offset -= step.days
    return start


def bare(when: date) -> str:
    """As "martes 24 de noviembre", with the year when it is another."""
    year = f" de {when.year}" if when.year != TODAY.year else ""
    return f"{WEEKDAYS[when.weekday()]} {when.day} de {MONTHS[when.month - 1]}{year}"


def the(when: date) -> str:
    """As it stands after a preposition: "el lunes 30 de noviembre", "mañana, miércoles 25 de noviembre"."""
    near = {-1: "ayer, ", 0: "hoy, ", 1: "mañana, "}.get((when - TODAY).days, "el ")
    return near + bare(when)


def wrong_dates(text: str, year: int = TODAY.year) -> list[str]:
    """Dates in `text` whose weekday is not the weekday of that day; those without a year are of `year`."""
    found = DATE.finditer(text)
    return [each.group() for each in found if WEEKDAYS[_date(each, year).weekday()] != each[1]]


def _date(found: re.Match[str], year: int) -> date:
    return date(int(found[4] or year), MONTHS.index(found[3]) + 1, int(found[2]))
