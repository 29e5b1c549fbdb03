"""A surge is far more than usual at that hour, and neither what is rare nor what is only busy."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from bot.rules import surge
from bot.rules.surge import LEAST, TIMES_THE_USUAL, began, chance_of_so_many, is_surge, usual

NOW = datetime(2026, 11, 27, 18, tzinfo=UTC)
WEEKS = st.lists(st.integers(0, 60), max_size=surge.WEEKS)
NUMBER = st.integers(0, 400)


@pytest.mark.parametrize(
    ("number", "before"),
    [(7, [0] * 6), (14, [1, 0, 2, 1, 1, 0]), (40, [9, 12, 8, 11, 10, 9]), (12, [0, 0]), (30, [1, 2, 0, 45, 1, 2])],
)
def test_a_surge(number: int, before: list[int]) -> None:
    assert is_surge(number, before)


@pytest.mark.parametrize(
    ("number", "before"),
    [
        (2, [1] * 6),  # a floor: twice as many are two
        (4, [0] * 6),
        (6, [3, 2, 4, 3, 3, 3]),  # twice as many, as chance has it
        (150, [100, 96, 104, 99, 103, 101]),  # chance has it in no year, and yet it is only a busy hour
        (1000, []),  # nothing to compare with
        (1000, [1]),
        (7, [0, 0]),  # two weeks prove little
    ],
)
def test_no_surge(number: int, before: list[int]) -> None:
    assert not is_surge(number, before)


@given(NUMBER, WEEKS)
def test_below_the_floors_there_is_none(number: int, before: list[int]) -> None:
    if is_surge(number, before):
        assert len(before) >= surge.FEWEST_WEEKS
        assert number >= LEAST
        assert number >= TIMES_THE_USUAL * usual(before)


@given(NUMBER, WEEKS, st.randoms(use_true_random=False))
def test_the_order_of_the_weeks_tells_nothing(number: int, before: list[int], random) -> None:
    mixed = list(before)
    random.shuffle(mixed)
    assert (is_surge(number, mixed), usual(mixed)) == (is_surge(number, before), usual(before))


@given(NUMBER, WEEKS, st.integers(1, 50))
def test_more_customers_are_no_less_of_a_surge(number: int, before: list[int], more: int) -> None:
    assert is_surge(number + more, before) >= is_surge(number, before)


@given(NUMBER, WEEKS.filter(bool), st.integers(1, 50), st.data())
def test_a_busier_week_before_makes_no_surge_of_what_was_none(number: int, before: list[int], more: int, data) -> None:
    place = data.draw(st.integers(0, len(before) - 1))
    busier = [week + more * (at == place) for at, week in enumerate(before)]
    assert is_surge(number, busier) <= is_surge(number, before)


@given(NUMBER, WEEKS.filter(bool))
def test_the_chance_is_that_of_the_binomial(number: int, before: list[int]) -> None:
    exact = float(binom.sf(number - 1, number + sum(before), 1 / (len(before) + 1)))
    assert chance_of_so_many(number, before) == pytest.approx(exact, rel=1e-7, abs=1e-300)


@given(st.lists(st.integers(0, 3599), min_size=1, max_size=60).map(sorted), st.floats(0, 50))
def test_it_began_with_one_who_came(seconds: list[int], usually: float) -> None:
    arrivals = [NOW - timedelta(hours=1) + timedelta(seconds=each) for each in seconds]
    assert began(arrivals, usually, NOW) in arrivals


def test_it_began_where_the_crowd_began() -> None:
    quiet = [NOW - timedelta(minutes=minutes) for minutes in (58, 40)]
    crowd = [NOW - timedelta(minutes=minutes) for minutes in range(20, 0, -1)]
    assert began([*quiet, *crowd], 3.0, NOW) == crowd[0]
