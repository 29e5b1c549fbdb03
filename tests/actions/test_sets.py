"""Questions about all servers of a desk: filters part it, sums add up, first and last are so."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actions import sets
from actions.live import owed
from actions.turn import Moment
from bot.rules.calendar import BusinessCalendar
from bot.settings import load_settings
from tests.accounts.desks import NOW as DEMO_NOW
from tests.accounts.desks import demo_desk
from tests.actions.in_between import BACKUPS, CHANGES, MACHINES, MAILS, PERIODS, STATUSES, built, charges
from tests.actions.rendering import MEXICO, NOW

TERMS = load_settings({"INTERNAL_SECRET": "s" * 40, "SESSION_SECRET": "s" * 40, "PORTAL_JWT_SECRET": "s" * 40})
AT = Moment(NOW, TERMS, BusinessCalendar(MEXICO))
SIERRA = demo_desk("C-1009", DEMO_NOW).servers
SIERRA_AT = replace(AT, now=DEMO_NOW)
BY_STATUS = ("active", "suspended", "being_created", "gone")


@st.composite
def desks(draw):
    found = []
    for number in range(draw(st.integers(0, 5))):
        period = draw(st.sampled_from(list(PERIODS)))
        charge = draw(st.sampled_from(list(charges(PERIODS[period])) if PERIODS[period] else ["none"]))
        rest = [draw(st.sampled_from(list(each))) for each in (BACKUPS, MAILS, CHANGES, MACHINES)]
        of = built(draw(st.sampled_from(STATUSES)), period, charge, *rest)
        dollars = of.subscription and draw(st.booleans())
        plan = replace(of.subscription, currency="USD", price=Decimal(80)) if dollars else of.subscription
        found.append(replace(of, id=f"id-{number}", alias=f"N-0{number}", subscription=plan))
    return tuple(found)


def aliases(servers):
    return [each.alias for each in servers]


@pytest.mark.parametrize(
    ("which", "expected"),
    [
        ("active", ["SIERRA-01", "SIERRA-02", "SIERRA-03"]),
        ("suspended", ["SIERRA-05"]),
        ("being_created", ["SIERRA-04"]),
        ("gone", []),
        ("in_grace", ["SIERRA-03"]),
        ("up", ["SIERRA-01", "SIERRA-02", "SIERRA-03"]),
        ("down", []),
        ("owing", ["SIERRA-03", "SIERRA-05"]),
        ("without_backup", []),
        ("in_change", ["SIERRA-01"]),
    ],
)
def test_the_sets_of_a_desk_with_five(which, expected):
    assert aliases(sets.members(SIERRA_AT, SIERRA, which)) == expected


def test_sums_and_superlatives_of_a_desk_with_five():
    assert sets.sum_owed(SIERRA_AT, SIERRA) == {"MXN": Decimal("1798.00")}
    assert aliases(sets.owes_most(SIERRA_AT, SIERRA)) == ["SIERRA-03", "SIERRA-05"]
    assert aliases(sets.first_to_end(SIERRA_AT, SIERRA)) == ["SIERRA-02"]
    assert aliases(sets.ending_within(SIERRA_AT, SIERRA, 20)) == ["SIERRA-02", "SIERRA-01"]
    assert aliases(sets.rest(SIERRA, sets.members(SIERRA_AT, SIERRA, "suspended"))) == ["SIERRA-01", "SIERRA-02", "SIERRA-03", "SIERRA-04"]


def test_down_and_without_backup():
    eagle, mitla = demo_desk("C-1012", DEMO_NOW).servers, demo_desk("C-1010", DEMO_NOW).servers
    assert aliases(sets.members(SIERRA_AT, eagle, "down")) == ["AGUILA-01"]
    assert sets.members(SIERRA_AT, eagle, "up") == ()
    assert aliases(sets.members(SIERRA_AT, mitla, "without_backup")) == ["MITLA-01"]


@given(desks())
def test_the_states_part_a_desk(servers):
    parts = [sets.members(AT, servers, which) for which in BY_STATUS]
    assert sorted(alias for part in parts for alias in aliases(part)) == sorted(aliases(servers))
    running = sets.members(AT, servers, "active")
    for which in ("up", "down", "without_backup"):
        assert set(aliases(sets.members(AT, servers, which))) <= set(aliases(running))
    assert not set(aliases(sets.members(AT, servers, "up"))) & set(aliases(sets.members(AT, servers, "down")))


@given(desks(), st.sampled_from(["active", "owing", "in_change", "in_grace"]))
def test_a_set_and_its_rest_are_the_whole(servers, which):
    chosen = sets.members(AT, servers, which)
    others = sets.rest(servers, chosen)
    assert sorted(aliases(chosen) + aliases(others)) == aliases(servers)
    assert sets.rest(servers, servers) == ()


@settings(max_examples=200)
@given(desks(), st.integers(0, 5))
def test_what_is_owed_is_the_sum_of_its_parts(servers, cut):
    whole, one, other = (sets.sum_owed(AT, part) for part in (servers, servers[:cut], servers[cut:]))
    for currency in {*whole, *one, *other}:
        assert whole[currency] == one.get(currency, 0) + other.get(currency, 0)
    owing = sets.members(AT, servers, "owing")
    assert sets.sum_owed(AT, owing) == whole
    assert bool(owing) == bool(whole)
    for most in sets.owes_most(AT, servers):
        amount, currency = owed(AT, most)
        assert all(amount >= due[0] for each in servers if (due := owed(AT, each)) and due[1] == currency)


@given(desks(), st.integers(0, 60), st.integers(0, 60))
def test_more_servers_end_in_more_days(servers, days, more):
    soon, later = (aliases(sets.ending_within(AT, servers, n)) for n in (days, days + more))
    assert soon == later[: len(soon)]


@given(desks())
def test_first_and_last_to_end(servers):
    ends = [each.subscription.ends_on for each in sets.ending_within(AT, servers, 9999)]
    first, last = sets.first_to_end(AT, servers), sets.last_to_end(AT, servers)
    assert bool(first) == bool(last) == bool(ends)
    assert {each.subscription.ends_on for each in first} == set(ends[:1])
    assert {each.subscription.ends_on for each in last} == set(ends[-1:])
