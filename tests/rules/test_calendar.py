from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rules.calendar import BusinessCalendar

MEXICO = BusinessCalendar(ZoneInfo("America/Mexico_City"))
DAYS = st.dates(date(2019, 1, 1), date(2045, 12, 31))


@pytest.mark.parametrize(
    ("day", "why"),
    [
        ("2026-01-01", "New Year"),
        ("2026-02-02", "Constitution, moved to the first Monday of February"),
        ("2026-03-16", "Juárez, moved to the third Monday of March"),
        ("2026-05-01", "Labour"),
        ("2026-09-16", "Independence"),
        ("2026-11-16", "Revolution, moved to the third Monday of November"),
        ("2026-12-25", "Christmas"),
        ("2024-10-01", "a president takes office"),
        ("2030-10-01", "the next one does"),
        ("2026-11-28", "Saturday"),
        ("2026-11-29", "Sunday"),
        ("2027-05-01", "a holiday on a Saturday"),
    ],
)
def test_not_a_business_day(day, why):
    assert not MEXICO.is_business_day(date.fromisoformat(day)), why


@pytest.mark.parametrize(
    ("day", "why"),
    [
        ("2026-02-05", "the Constitution's own date is worked"),
        ("2026-03-21", None),
        ("2026-11-20", "the Revolution's own date is worked"),
        ("2026-10-01", "no president takes office"),
        ("2026-05-05", "Puebla is not statutory"),
        ("2026-11-02", "the Dead are not statutory"),
        ("2026-12-24", "only when the company says so"),
        ("2027-05-03", "a holiday on a Saturday is not given back on Monday"),
        ("2028-02-29", "leap day"),
    ],
)
def test_a_business_day(day, why):
    expected = date.fromisoformat(day).weekday() < 5
    assert MEXICO.is_business_day(date.fromisoformat(day)) is expected, why


def test_the_company_may_close_on_more_days(with_days_off):
    assert not with_days_off.is_business_day(date(2026, 12, 24))
    assert with_days_off.add_business_days(date(2026, 12, 23), 1) == date(2026, 12, 28)
    assert with_days_off.next_business_day(date(2026, 12, 30)) == date(2027, 1, 4)


@pytest.mark.parametrize(
    ("start", "n", "end"),
    [
        ("2026-11-26", 1, "2026-11-27"),
        ("2026-11-27", 1, "2026-11-30"),
        ("2026-11-28", 1, "2026-11-30"),
        ("2026-11-13", 1, "2026-11-17"),
        ("2026-11-17", -1, "2026-11-13"),
        ("2026-12-24", 2, "2026-12-29"),
        ("2026-12-31", 1, "2027-01-04"),
        ("2028-02-28", 1, "2028-02-29"),
        ("2028-02-29", 1, "2028-03-01"),
        ("2027-02-26", 1, "2027-03-01"),
        ("2026-11-28", 0, "2026-11-28"),
        ("2026-11-29", -1, "2026-11-27"),
        ("2024-09-30", 1, "2024-10-02"),
    ],
)
def test_business_days_are_added(start, n, end):
    assert MEXICO.add_business_days(date.fromisoformat(start), n) == date.fromisoformat(end)


@given(DAYS, st.integers(-60, 60))
def test_counting_back_gives_what_was_added(day, n):
    assert MEXICO.business_days_between(day, MEXICO.add_business_days(day, n)) == n


@given(DAYS, st.integers(1, 40), st.integers(1, 40))
def test_adding_twice_is_adding_the_sum(day, first, second):
    step = MEXICO.add_business_days(MEXICO.add_business_days(day, first), second)
    assert step == MEXICO.add_business_days(day, first + second)


@given(DAYS)
def test_the_next_business_day_is_the_nearest_one(day):
    following = MEXICO.next_business_day(day)
    assert MEXICO.is_business_day(following)
    assert day < following <= day + timedelta(days=5)
    assert not any(MEXICO.is_business_day(day + timedelta(days=n)) for n in range(1, (following - day).days))


@given(st.datetimes(datetime(2023, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC)))
def test_mexico_city_has_no_summer_time(moment):
    assert MEXICO.local(moment).utcoffset() == timedelta(hours=-6)
    assert MEXICO.local(moment) == moment


def test_the_local_day_is_not_the_one_of_utc():
    assert MEXICO.local_date(datetime(2026, 12, 1, 5, 59, tzinfo=UTC)) == date(2026, 11, 30)
    assert MEXICO.local_date(datetime(2026, 12, 1, 6, 0, tzinfo=UTC)) == date(2026, 12, 1)
    assert MEXICO.at(date(2026, 12, 1)) == datetime(2026, 12, 1, 6, 0, tzinfo=UTC)


def test_a_naive_moment_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        MEXICO.local(datetime(2026, 1, 1))
