"""The pace at which is sent, with a clock that the test moves."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.channels.whatsapp.pacing import STOPPED, Pace

NOON = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
NOW = timedelta()


def sent_within(pace: Pace, start: datetime, span: timedelta, people: int) -> list[datetime]:
    """When messages went out, if everybody always has one more."""
    at, went = start, []
    while at < start + span:
        waits = [pace.take("106", f"+52{person}", at) for person in range(people)]
        went += [at] * waits.count(NOW)
        at += SECOND / 100
    return went


@pytest.mark.parametrize("allowed", [2, 20, 80])
def test_a_number_sends_as_many_as_it_may_in_any_second(allowed: int) -> None:
    """80 are the platform's own; a number with the phone app beside it has 20."""
    went = sent_within(Pace(allowed), NOON, 3 * SECOND, 100)
    assert len(went) >= (allowed - max(1, allowed // 8)) * 3
    for first in went:
        assert sum(first <= at < first + SECOND for at in went) <= allowed


def test_a_pair_sends_45_at_once_and_then_one_in_six_seconds() -> None:
    pace, at, went = Pace(), NOON, 0
    while at < NOON + 60 * SECOND:
        went += pace.take("106", "+52", at) == NOW
        at += SECOND / 2
    assert went == 45 + 9
    assert pace.take("106", "+52", at) == NOW
    assert pace.take("106", "+52", at) == 6 * SECOND
    assert pace.take("106", "+53", at) == NOW
    assert pace.take("107", "+52", at) == NOW


def test_a_wait_is_exact() -> None:
    pace = Pace()
    for n in range(45):
        assert pace.take("106", "+52", NOON + n * SECOND / 50) == NOW
    at = NOON + SECOND
    wait = pace.take("106", "+52", at)
    assert pace.take("106", "+52", at + wait - SECOND / 100) > NOW
    assert pace.take("106", "+52", at + wait + SECOND / 1000) == NOW


def test_a_pair_backs_off_by_powers_of_four_until_something_goes() -> None:
    pace, at = Pace(), NOON
    for seconds in (1, 4, 16, 64, 256, 1024, 3600, 3600):
        pause = pace.slow_pair("106", "+52", at)
        assert pause == seconds * SECOND
        assert pace.take("106", "+52", at) == pause
        assert pace.take("106", "+53", at) == NOW
        at += pause
    pace.went_well("106", "+52", at)
    assert pace.slow_pair("106", "+52", at) == SECOND


def test_a_number_slows_down_once_for_those_that_were_under_way() -> None:
    pace = Pace()
    assert [pace.slow_down("106", NOON) for _ in range(5)] == [SECOND / 10] * 5
    assert pace.take("106", "+52", NOON) == SECOND / 10
    assert pace.take("107", "+52", NOON) == NOW


def test_a_number_that_stays_too_fast_gets_ever_slower_until_something_goes() -> None:
    pace, at, pauses = Pace(), NOON, []
    for _ in range(15):
        pauses.append(pace.slow_down("106", at).total_seconds())
        at += timedelta(minutes=2)
    assert pauses[:5] == [0.1, 0.2, 0.4, 0.8, 1.6]
    assert max(pauses) == pauses[-1] == 51.2
    pace.went_well("106", "+52", at)
    assert pace.slow_down("106", at) == SECOND / 10


def test_a_stopped_number_is_tried_by_one_at_a_time() -> None:
    pace = Pace()
    pace.stop("106", NOON)
    assert pace.take("106", "+52", NOON + SECOND) == STOPPED - SECOND
    assert pace.is_stopped("106", NOON)
    assert not pace.is_stopped("107", NOON)
    later = NOON + STOPPED
    assert pace.take("106", "+52", later) == NOW
    assert pace.take("106", "+53", later) == STOPPED
    pace.went_well("106", "+52", later)
    assert pace.take("106", "+53", later) == NOW


def test_a_clock_that_is_set_back_stops_nothing_for_long() -> None:
    pace = Pace()
    pace.stop("106", NOON)
    pace.slow_down("106", NOON)
    pace.slow_pair("106", "+52", NOON)
    assert pace.take("106", "+52", NOON - timedelta(days=1)) == NOW
