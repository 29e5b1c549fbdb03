from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rules.calendar import BusinessCalendar
from bot.rules.support import Closed, Open, after_open_time, hours_words, line_state, line_words, open_time
from bot.settings import SupportHours

CALENDAR = BusinessCalendar(ZoneInfo("America/Mexico_City"))
HOURS = SupportHours(time(9), time(18))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CALENDAR.timezone)


@pytest.mark.parametrize(
    ("now", "state"),
    [
        ("2026-11-24T08:59:59", Closed(at("2026-11-24T09:00"))),
        ("2026-11-24T09:00", Open(at("2026-11-24T18:00"))),
        ("2026-11-24T17:59:59", Open(at("2026-11-24T18:00"))),
        ("2026-11-24T18:00", Closed(at("2026-11-25T09:00"))),
        ("2026-11-27T18:00", Closed(at("2026-11-30T09:00"))),
        ("2026-11-28T12:00", Closed(at("2026-11-30T09:00"))),
        ("2026-11-13T19:00", Closed(at("2026-11-17T09:00"))),
        ("2026-11-16T12:00", Closed(at("2026-11-17T09:00"))),
        ("2026-12-31T20:00", Closed(at("2027-01-04T09:00"))),
    ],
)
def test_the_line(now, state):
    assert line_state(CALENDAR, HOURS, at(now)) == state


def test_a_moment_in_utc_is_the_same_moment():
    assert line_state(CALENDAR, HOURS, datetime(2026, 11, 24, 15, 0, tzinfo=UTC)) == Open(at("2026-11-24T18:00"))
    assert line_state(CALENDAR, HOURS, datetime(2026, 11, 25, 2, 0, tzinfo=UTC)) == Closed(at("2026-11-25T09:00"))


@given(st.datetimes(datetime(2023, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC)))
def test_a_closed_line_opens_when_it_says(now):
    state = line_state(CALENDAR, HOURS, now)
    if isinstance(state, Closed):
        assert state.opens_at > now
        assert isinstance(line_state(CALENDAR, HOURS, state.opens_at), Open)
    else:
        assert state.closes_at > now
        assert isinstance(line_state(CALENDAR, HOURS, state.closes_at), Closed)


def test_the_words_of_the_line():
    assert line_words(CALENDAR, HOURS, at("2026-11-24T10:00")) == "abierta hoy hasta las 18:00"
    assert line_words(CALENDAR, HOURS, at("2026-11-24T08:00")) == "cerrada; abre hoy a las 9:00"
    assert line_words(CALENDAR, HOURS, at("2026-11-28T10:00")) == "cerrada; abre el lunes 30 de noviembre a las 9:00"
    assert line_words(CALENDAR, HOURS, datetime(2026, 11, 24, 15, 0, tzinfo=UTC)) == "abierta hoy hasta las 18:00"
    assert hours_words(HOURS) == "en días hábiles de 9:00 a 18:00 h"


@given(start=st.integers(0, 60 * 24 * 10), minutes=st.integers(1, 60 * 30))
def test_after_so_much_open_time_so_much_has_passed(start: int, minutes: int):
    begun, span = at("2026-11-26T00:00") + timedelta(minutes=start), timedelta(minutes=minutes)
    due = after_open_time(CALENDAR, HOURS, begun, span)
    assert open_time(CALENDAR, HOURS, begun, due) == span
    assert open_time(CALENDAR, HOURS, due, begun) == timedelta()
