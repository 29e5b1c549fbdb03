from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rules import payment
from bot.rules.calendar import BusinessCalendar
from bot.rules.payment import Window

CALENDAR = BusinessCalendar(ZoneInfo("America/Mexico_City"))
MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))
D = date.fromisoformat


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CALENDAR.timezone)


@pytest.mark.parametrize(
    ("charged_at", "earliest", "latest"),
    [
        ("2026-11-23T11:00", "2026-11-25", "2026-11-26"),
        ("2026-11-26T11:00", "2026-11-30", "2026-12-01"),
        ("2026-11-28T11:00", "2026-12-01", "2026-12-02"),
        ("2026-11-13T23:59", "2026-11-18", "2026-11-19"),
        ("2026-12-31T10:00", "2027-01-05", "2027-01-06"),
        ("2028-02-28T10:00", "2028-03-01", "2028-03-02"),
    ],
)
def test_a_charge_is_confirmed_in_two_to_three_business_days(charged_at, earliest, latest):
    assert payment.confirmation_window(CALENDAR, at(charged_at)) == Window(D(earliest), D(latest))


def test_the_day_of_a_charge_is_the_local_one():
    late_in_the_evening = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)  # Monday 23, 21:00 in Mexico City
    assert payment.confirmation_window(CALENDAR, late_in_the_evening) == Window(D("2026-11-25"), D("2026-11-26"))


@pytest.mark.parametrize(("now", "overdue"), [("2026-11-26T23:59:59", False), ("2026-11-27T00:00", True), ("2026-11-23T11:00", False)])
def test_a_charge_is_overdue_after_the_whole_of_the_last_day(now, overdue):
    assert payment.is_overdue(CALENDAR, at("2026-11-23T11:00"), at(now)) is overdue


@pytest.mark.parametrize(("method", "slow"), [("bank_account", True), ("debit_card", True), ("credit_card", False)])
def test_only_bank_and_debit_charges_wait(method, slow):
    assert payment.needs_confirmation(method) is slow


@pytest.mark.parametrize(
    ("credited_at", "available_on"),
    [
        ("2026-11-20T09:00", "2026-11-30"),
        ("2026-11-13T09:00", "2026-11-24"),
        ("2026-11-14T09:00", "2026-11-24"),
        ("2026-12-18T09:00", "2026-12-29"),
        ("2026-12-28T09:00", "2027-01-06"),
        ("2028-02-24T09:00", "2028-03-03"),
    ],
)
def test_the_invoice_is_there_on_the_sixth_business_day(credited_at, available_on):
    assert payment.invoice_available_on(CALENDAR, at(credited_at)) == D(available_on)


@given(MOMENTS, st.integers(1, 10))
def test_the_window_holds_business_days_in_order(charged_at, business_days):
    window = payment.confirmation_window(CALENDAR, charged_at, business_days)
    assert CALENDAR.local_date(charged_at) < window.earliest_day <= window.latest_day
    assert CALENDAR.is_business_day(window.earliest_day)
    assert CALENDAR.is_business_day(window.latest_day)
    assert CALENDAR.business_days_between(CALENDAR.local_date(charged_at), window.latest_day) == business_days


@given(MOMENTS, st.timedeltas(timedelta(0), timedelta(days=20)), st.timedeltas(timedelta(0), timedelta(days=20)))
def test_overdue_stays_overdue(charged_at, wait, longer):
    if payment.is_overdue(CALENDAR, charged_at, charged_at + wait):
        assert payment.is_overdue(CALENDAR, charged_at, charged_at + wait + longer)


@given(MOMENTS)
def test_five_whole_business_days_lie_before_the_invoice(credited_at):
    day = payment.invoice_available_on(CALENDAR, credited_at)
    assert CALENDAR.is_business_day(day)
    assert CALENDAR.business_days_between(CALENDAR.local_date(credited_at), day - timedelta(days=1)) == 5
