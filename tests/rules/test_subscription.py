from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rules import subscription
from bot.rules.calendar import BusinessCalendar
from bot.rules.subscription import Cutoff, Grace

CALENDAR = BusinessCalendar(ZoneInfo("America/Mexico_City"))
DAYS = st.dates(date(2019, 1, 10), date(2045, 12, 31))
PHASES = ["valid", "grace", "retained", "gone"]
D = date.fromisoformat


def test_an_end_date_is_valid_until_its_last_second():
    moment = subscription.end_of_validity(CALENDAR, D("2026-11-28"))
    assert moment == datetime(2026, 11, 29, 5, 59, 59, tzinfo=UTC)
    assert CALENDAR.local(moment).time() == time(23, 59, 59)


@pytest.mark.parametrize(
    ("ends_on", "last_day"),
    [
        ("2026-11-10", "2026-11-13"),
        ("2026-11-29", "2026-12-02"),
        ("2026-12-30", "2027-01-02"),
        ("2028-02-27", "2028-03-01"),
        ("2027-02-27", "2027-03-02"),
    ],
)
def test_grace_is_the_three_natural_days_after_the_end(ends_on, last_day):
    assert subscription.grace_last_day(D(ends_on), 3) == D(last_day)


@pytest.mark.parametrize(
    ("ends_on", "last_day"), [("2026-01-31", "2026-03-02"), ("2028-01-31", "2028-03-01"), ("2026-12-15", "2027-01-14")]
)
def test_data_is_kept_for_the_thirty_natural_days_after_the_end(ends_on, last_day):
    assert subscription.retention_last_day(D(ends_on), 30) == D(last_day)


@pytest.mark.parametrize(
    ("today", "phase", "left"),
    [
        ("2026-11-05", "valid", None),
        ("2026-11-10", "valid", None),
        ("2026-11-11", "grace", 2),
        ("2026-11-12", "grace", 1),
        ("2026-11-13", "grace", 0),
        ("2026-11-14", "retained", None),
        ("2026-12-10", "retained", None),
        ("2026-12-11", "gone", None),
    ],
)
def test_the_phase_at_each_boundary(today, phase, left):
    ends_on = D("2026-11-10")
    assert subscription.phase(ends_on, D(today), 3, 30) == phase
    expected = None if left is None else Grace(D("2026-11-13"), left)
    assert subscription.grace(ends_on, D(today), 3) == expected


@pytest.mark.parametrize(("today", "left"), [("2026-11-05", 5), ("2026-11-10", 0), ("2026-11-12", -2)])
def test_days_left(today, left):
    assert subscription.days_left(D("2026-11-10"), D(today)) == left


@given(DAYS, DAYS, DAYS, st.integers(1, 20), st.integers(1, 60))
def test_the_phase_only_goes_forward(ends_on, one_day, another, grace_days, retention_days):
    earlier, later = sorted([one_day, another])
    phases = [PHASES.index(subscription.phase(ends_on, day, grace_days, retention_days)) for day in (earlier, later)]
    assert phases == sorted(phases)


@given(DAYS, DAYS)
def test_grace_is_told_exactly_in_its_phase(ends_on, today):
    assert (subscription.grace(ends_on, today) is not None) == (subscription.phase(ends_on, today) == "grace")


@pytest.mark.parametrize(
    ("ends_on", "moment", "last_day", "why"),
    [
        ("2026-11-27", "2026-11-24", "2026-11-23", "the example of the design"),
        ("2026-11-26", "2026-11-23", "2026-11-20", "the last day is before the weekend"),
        ("2026-11-29", "2026-11-25", "2026-11-24", "ends on a Sunday"),
        ("2026-11-30", "2026-11-25", "2026-11-24", "a weekend in between does not count"),
        ("2026-11-19", "2026-11-13", "2026-11-12", "Revolution on Monday 16 does not count"),
        ("2026-11-20", "2026-11-17", "2026-11-13", "the last day is before the long weekend"),
        ("2027-01-05", "2026-12-30", "2026-12-29", "over the end of the year"),
        ("2028-03-02", "2028-02-28", "2028-02-25", "29 February counts"),
        ("2026-03-02", "2026-02-25", "2026-02-24", "over the end of a short month"),
    ],
)
def test_the_last_moment_to_cancel(ends_on, moment, last_day, why):
    assert subscription.change_cutoff(CALENDAR, D(ends_on), 72) == Cutoff(CALENDAR.at(D(moment)), D(last_day)), why


def test_the_example_in_words():
    from bot.rules.format import on_date

    last_day = subscription.change_cutoff(CALENDAR, D("2026-11-27"), 72).last_day
    assert f"a más tardar {on_date(last_day, D('2026-11-10'))}" == "a más tardar el lunes 23 de noviembre"


def test_hours_that_are_not_whole_days():
    assert subscription.change_cutoff(CALENDAR, D("2026-11-27"), 60) == Cutoff(CALENDAR.at(D("2026-11-24"), time(12)), D("2026-11-23"))
    assert subscription.change_cutoff(CALENDAR, D("2026-11-27"), 8) == Cutoff(CALENDAR.at(D("2026-11-26"), time(16)), D("2026-11-25"))


@given(DAYS, st.integers(0, 40), st.integers(1, 200))
def test_a_later_end_never_has_an_earlier_cutoff(ends_on, later, hours):
    first, second = (subscription.change_cutoff(CALENDAR, day, hours) for day in (ends_on, ends_on + timedelta(days=later)))
    assert first.moment <= second.moment
    assert first.last_day <= second.last_day


@given(DAYS, st.integers(1, 200))
def test_the_cutoff_is_a_business_moment_before_the_end(ends_on, hours):
    cutoff = subscription.change_cutoff(CALENDAR, ends_on, hours)
    assert CALENDAR.is_business_day(cutoff.moment.date())
    assert CALENDAR.is_business_day(cutoff.last_day)
    assert CALENDAR.at(cutoff.last_day + timedelta(days=1)) <= cutoff.moment < CALENDAR.at(ends_on)


@given(DAYS, st.integers(1, 20), st.integers(0, 23))
def test_the_business_hours_lie_between_cutoff_and_end(ends_on, whole_days, hours):
    cutoff = subscription.change_cutoff(CALENDAR, ends_on, whole_days * 24 + hours)
    step, counted = cutoff.moment, 0
    while step < CALENDAR.at(ends_on):
        counted += CALENDAR.is_business_day(step.date())
        step += timedelta(hours=1)
    assert counted == whole_days * 24 + hours


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "following"),
    [
        ("2026-11-01", "2026-11-30", "2026-12-31"),
        ("2026-10-15", "2026-11-14", "2026-12-14"),
        ("2027-03-01", "2028-02-29", "2029-02-28"),
        ("2026-01-01", "2026-12-31", "2027-12-31"),
        ("2026-11-01", "2026-11-15", "2026-11-30"),
        ("2028-01-31", "2028-02-28", "2028-03-30"),
    ],
)
def test_the_end_after_a_renewal(starts_on, ends_on, following):
    assert subscription.next_ends_on(D(starts_on), D(ends_on)) == D(following)


@given(DAYS, st.integers(1, 400))
def test_a_renewal_always_ends_later(starts_on, length):
    ends_on = starts_on + timedelta(days=length)
    assert subscription.next_ends_on(starts_on, ends_on) > ends_on


@pytest.mark.parametrize(
    ("day", "months", "result"),
    [
        ("2026-01-31", 1, "2026-02-28"),
        ("2028-01-31", 1, "2028-02-29"),
        ("2026-12-15", 1, "2027-01-15"),
        ("2026-03-31", -1, "2026-02-28"),
        ("2028-02-29", 12, "2029-02-28"),
    ],
)
def test_months_are_added(day, months, result):
    assert subscription.add_months(D(day), months) == D(result)


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "months"),
    [
        (date(2026, 10, 30), date(2026, 11, 29), 1),
        (date(2026, 3, 25), date(2027, 3, 24), 12),
        (date(2026, 1, 31), date(2026, 2, 27), 1),
        (date(2026, 11, 1), date(2026, 11, 15), None),
        (date(2026, 11, 1), date(2026, 10, 1), None),
    ],
)
def test_a_period_of_whole_months(starts_on, ends_on, months):
    assert subscription.months_long(starts_on, ends_on) == months
