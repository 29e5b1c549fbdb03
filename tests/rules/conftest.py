from datetime import date
from zoneinfo import ZoneInfo

import pytest

from bot.rules.calendar import BusinessCalendar

MEXICO = ZoneInfo("America/Mexico_City")


@pytest.fixture(scope="session")
def calendar() -> BusinessCalendar:
    return BusinessCalendar(MEXICO)


@pytest.fixture(scope="session")
def with_days_off() -> BusinessCalendar:
    return BusinessCalendar(MEXICO, [date(2026, 12, 24), date(2026, 12, 31)])
