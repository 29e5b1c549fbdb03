from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rules import backup
from bot.rules.calendar import BusinessCalendar

CALENDAR = BusinessCalendar(ZoneInfo("America/Mexico_City"))


@dataclass(frozen=True)
class Night:
    status: str


@pytest.mark.parametrize(
    ("now", "last", "starts"),
    [
        ("2026-11-24T01:59", "2026-11-23", "2026-11-24T02:00"),
        ("2026-11-24T02:30", "2026-11-23", "2026-11-24T02:00"),
        ("2026-11-24T03:00", "2026-11-24", "2026-11-25T02:00"),
        ("2026-11-24T23:59", "2026-11-24", "2026-11-25T02:00"),
        ("2026-12-31T12:00", "2026-12-31", "2027-01-01T02:00"),
        ("2028-02-28T12:00", "2028-02-28", "2028-02-29T02:00"),
    ],
)
def test_nights(now, last, starts):
    moment = datetime.fromisoformat(now).replace(tzinfo=CALENDAR.timezone)
    assert backup.last_night(CALENDAR, moment) == date.fromisoformat(last)
    start, end = backup.next_window(CALENDAR, moment)
    assert start == datetime.fromisoformat(starts).replace(tzinfo=CALENDAR.timezone)
    assert end - start == timedelta(hours=1)


@given(st.datetimes(datetime(2023, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC)))
def test_the_next_window_is_less_than_a_day_away(now):
    start, end = backup.next_window(CALENDAR, now)
    assert end - timedelta(days=1) <= now < end
    assert (start.hour, end.hour) == (2, 3)
    assert backup.last_night(CALENDAR, now) == start.date() - timedelta(days=1)


@pytest.mark.parametrize(
    ("statuses", "streak"),
    [
        ("", 0),
        ("ok", 0),
        ("failed", 1),
        ("failed failed ok failed", 2),
        ("running failed ok", 1),
        ("ok failed", 0),
        ("failed failed failed", 3),
        ("running", 0),
    ],
)
def test_failures_in_a_row(statuses, streak):
    assert backup.streak_of_failures([Night(status) for status in statuses.split()]) == streak
