"""What would follow from paying, waiting, cancelling or contracting on some day."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.rules import subscription, suppositions
from bot.rules.calendar import BusinessCalendar

CALENDAR = BusinessCalendar(ZoneInfo("America/Mexico_City"))
D = date.fromisoformat
DAYS = st.dates(date(2019, 1, 10), date(2044, 12, 31))
METHODS = ("bank_account", "debit_card", "credit_card")
CERTAINTY = ["yes", "perhaps", "no"]
DATA = ["in_use", "kept", "gone"]


@dataclass(frozen=True)
class Terms:
    grace_days: int = 3
    retention_days: int = 30
    bank_confirmation_business_days: int = 3
    change_cutoff_business_hours: int = 72
    creation_minutes: int = 15


TERMS = st.builds(
    Terms,
    grace_days=st.integers(1, 20),
    retention_days=st.integers(1, 60),
    bank_confirmation_business_days=st.integers(1, 10),
    change_cutoff_business_hours=st.integers(1, 200),
)


@pytest.mark.parametrize(
    ("day", "use", "data", "unsaid"),
    [
        ("2026-11-20", "usable", "in_use", set()),
        ("2026-11-25", "usable", "in_use", set()),
        ("2026-11-26", "not_usable", "kept", {"reactivation"}),
        ("2026-12-22", "not_usable", "kept", {"reactivation"}),
        ("2026-12-23", "not_usable", "gone", {"recovery"}),
    ],
)
def test_waiting_goes_from_use_to_kept_data_to_none(day, use, data, unsaid):
    waited = suppositions.not_paid_until(D("2026-11-22"), D(day), Terms())
    assert (waited.use, waited.data, waited.unsaid) == (use, data, unsaid)
    assert (waited.usable_until, waited.kept_until) == (D("2026-11-25"), D("2026-12-22"))


@pytest.mark.parametrize(
    ("day", "method", "window", "in_grace", "data_safe"),
    [
        ("2026-11-24", "credit_card", ("2026-11-24", "2026-11-24"), "yes", "yes"),
        ("2026-11-26", "credit_card", ("2026-11-26", "2026-11-26"), "no", "yes"),
        ("2026-11-20", "debit_card", ("2026-11-24", "2026-11-25"), "yes", "yes"),
        ("2026-11-23", "debit_card", ("2026-11-25", "2026-11-26"), "perhaps", "yes"),
        ("2026-11-24", "debit_card", ("2026-11-26", "2026-11-27"), "no", "yes"),
        ("2026-12-18", "bank_account", ("2026-12-22", "2026-12-23"), "no", "perhaps"),
        ("2026-12-24", "credit_card", ("2026-12-24", "2026-12-24"), "no", "no"),
    ],
)
def test_paying_is_in_time_when_it_is_confirmed_in_time(day, method, window, in_grace, data_safe):
    paid = suppositions.paid_on(CALENDAR, D("2026-11-22"), D(day), method, Terms())
    assert (paid.earliest, paid.latest) == tuple(map(D, window))
    assert (paid.in_grace, paid.data_safe) == (in_grace, data_safe)
    assert ("reactivation" in paid.unsaid, "recovery" in paid.unsaid) == (in_grace != "yes", data_safe != "yes")


def test_cancelling_in_time_and_too_late():
    def cancel(day, **given):
        given = {"renews": True, "starts_on": D("2026-10-28"), **given}
        return suppositions.cancelled_on(CALENDAR, given.pop("starts_on"), D("2026-11-27"), D(day), Terms(), **given)

    assert (cancel("2026-11-23").in_time, cancel("2026-11-23").next_chance) == (True, None)
    assert (cancel("2026-11-24").in_time, cancel("2026-11-24").next_chance) == (False, D("2026-12-21"))
    assert cancel("2026-11-24", renews=False).next_chance is None
    assert cancel("2026-11-24", starts_on=None).next_chance is None
    assert cancel("2026-11-28").next_chance is None
    assert "after_cancelling" in cancel("2026-11-23").unsaid


def test_contracting_counts_from_the_confirmation():
    by_bank = suppositions.contracted_on(CALENDAR, D("2026-11-24"), "bank_account", Terms(), days_long=30)
    assert (by_bank.earliest, by_bank.latest) == (D("2026-11-26"), D("2026-11-27"))
    assert (by_bank.ends_earliest, by_bank.ends_latest) == (D("2026-12-25"), D("2026-12-26"))
    unknown = suppositions.contracted_on(CALENDAR, D("2026-11-24"), "credit_card", Terms())
    assert (unknown.earliest, unknown.ends_latest, unknown.unsaid) == (D("2026-11-24"), None, {"length"})


def test_the_last_day_to_pay_leaves_time_for_the_confirmation():
    limit = D("2026-12-15")  # a Tuesday
    assert suppositions.last_day_to_pay(CALENDAR, limit, "debit_card", Terms()) == D("2026-12-10")
    assert suppositions.last_day_to_pay(CALENDAR, limit, "credit_card", Terms()) == limit


@given(DAYS, st.sampled_from(METHODS), TERMS)
def test_a_day_later_than_the_last_day_to_pay_is_not_certain(limit, method, terms):
    day = suppositions.last_day_to_pay(CALENDAR, limit, method, terms)
    assert suppositions.confirmed(CALENDAR, day, method, terms)[1] <= limit
    assert suppositions.confirmed(CALENDAR, day + timedelta(days=1), method, terms)[1] > limit


@given(DAYS, DAYS, TERMS)
def test_what_is_supposed_of_today_is_what_is_so_today(ends_on, today, terms):
    waited = suppositions.not_paid_until(ends_on, today, terms)
    assert waited.phase == subscription.phase(ends_on, today, terms.grace_days, terms.retention_days)
    assert (waited.use == "usable") == (today <= ends_on + timedelta(days=terms.grace_days))


@given(DAYS, DAYS, st.integers(0, 90), TERMS)
def test_waiting_longer_never_helps(ends_on, day, later, terms):
    first, second = (suppositions.not_paid_until(ends_on, each, terms) for each in (day, day + timedelta(days=later)))
    assert DATA.index(first.data) <= DATA.index(second.data)
    assert first.use == "usable" or second.use == "not_usable"


@given(DAYS, DAYS, st.integers(0, 90), st.sampled_from(METHODS), TERMS)
def test_paying_later_is_never_safer(ends_on, day, later, method, terms):
    first, second = (suppositions.paid_on(CALENDAR, ends_on, each, method, terms) for each in (day, day + timedelta(days=later)))
    assert first.earliest <= second.earliest
    assert first.latest <= second.latest
    assert CERTAINTY.index(first.in_grace) <= CERTAINTY.index(second.in_grace)
    assert CERTAINTY.index(first.data_safe) <= CERTAINTY.index(second.data_safe)


@given(DAYS, DAYS, st.sampled_from(METHODS), TERMS)
def test_a_payment_promises_no_more_than_its_latest_day_allows(ends_on, day, method, terms):
    paid = suppositions.paid_on(CALENDAR, ends_on, day, method, terms)
    assert day <= paid.earliest <= paid.latest
    if paid.in_grace == "yes":
        assert suppositions.not_paid_until(ends_on, paid.latest, terms).use == "usable"
        assert paid.without_use == "no"
    if paid.data_safe == "yes":
        assert suppositions.not_paid_until(ends_on, paid.latest, terms).data != "gone"
    assert ("recovery" in paid.unsaid) == (paid.data_safe != "yes")


@given(DAYS, st.integers(27, 365), st.integers(0, 400), st.integers(0, 60), TERMS, st.booleans())
@example(date(2019, 1, 10), 27, 23, 0, replace(Terms(), change_cutoff_business_hours=1), False)  # a Saturday before a day off
def test_cancelling_later_is_never_in_better_time(starts_on, length, day, later, terms, renews):
    ends_on, one = starts_on + timedelta(days=length), starts_on + timedelta(days=day)
    first, second = (
        suppositions.cancelled_on(CALENDAR, starts_on, ends_on, each, terms, renews=renews) for each in (one, one + timedelta(days=later))
    )
    assert first.in_time or not second.in_time
    cutoff = subscription.change_cutoff(CALENDAR, ends_on, terms.change_cutoff_business_hours)
    assert first.in_time == (CALENDAR.at(one + timedelta(days=1)) <= cutoff.moment or one <= cutoff.last_day)
    if first.next_chance is not None:
        assert not first.in_time
        assert renews
        assert first.next_chance >= first.day


@given(DAYS, st.integers(0, 60), st.sampled_from(METHODS), TERMS, st.one_of(st.none(), st.integers(1, 366)))
def test_contracting_later_starts_no_earlier(day, later, method, terms, length):
    first, second = (
        suppositions.contracted_on(CALENDAR, each, method, terms, days_long=length) for each in (day, day + timedelta(days=later))
    )
    assert first.day <= first.earliest <= second.earliest
    assert first.latest <= second.latest
    assert (first.ends_earliest is None) == (length is None) == ("length" in first.unsaid)
