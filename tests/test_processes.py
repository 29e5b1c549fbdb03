"""The pool decides who is asked: a hung process costs one wait, not its share of all of them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from bot.processes import LONGEST_PAUSE_SECONDS, Pool, first_answer

A, B, C = "http://a", "http://b", "http://c"


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_those_that_are_well_take_turns(clock: Clock) -> None:
    pool = Pool((A, B, C), clock)
    assert [pool.order() for _ in range(4)] == [[A, B, C], [B, C, A], [C, A, B], [A, B, C]]


def test_one_that_failed_comes_last(clock: Clock) -> None:
    pool = Pool((A, B, C), clock)
    pool.failed(B)
    orders = [pool.order() for _ in range(6)]
    assert {order[-1] for order in orders} == {B}
    assert {order[0] for order in orders} == {A, C}


def test_only_one_caller_tries_it_again_and_each_time_later(clock: Clock) -> None:
    pool = Pool((A, B), clock)
    pool.failed(B)
    tried = []
    for _ in range(1000):
        clock.now += 0.1
        if pool.order()[0] == B:
            tried.append(clock.now)
            pool.failed(B)
    pauses = [round(later - earlier) for earlier, later in zip([0.0, *tried], tried, strict=False)]
    assert pauses == [1, 2, 4, 8, 16, LONGEST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS]


def test_many_that_fail_at_once_are_one_failure(clock: Clock) -> None:
    pool = Pool((A, B), clock)
    for _ in range(50):
        pool.failed(B)
    clock.now = 1.0
    assert pool.order()[0] == B


def test_one_that_answers_is_back_at_once(clock: Clock) -> None:
    pool = Pool((A, B), clock)
    for _ in range(5):
        clock.now += 60
        pool.failed(B)
        pool.order()
    pool.answered(B)
    assert sorted(pool.order()[0] for _ in range(2)) == [A, B]
    pool.failed(B)
    clock.now += 1.0
    assert pool.order()[0] == B  # its pauses begin anew


def test_all_of_them_are_always_named(clock: Clock) -> None:
    pool = Pool((A, B), clock)
    pool.failed(A)
    clock.now = 0.5
    pool.failed(B)
    assert [pool.order() for _ in range(2)] == [[A, B]] * 2  # who comes back first
    assert Pool((A,), clock).order() == [A]


Answer = Callable[[], object]


class Wrong(Exception):
    """The process is not well."""


class Refused(Exception):
    """The answer of one that is."""


async def hangs() -> str:
    await asyncio.Event().wait()
    return ""


async def answers() -> str:
    return "answer"


async def fails() -> str:
    raise Wrong


async def refuses() -> str:
    raise Refused


async def ask_of(pool: Pool, within: float = 5.0, **ways: Answer) -> tuple[str, list[str]]:
    asked = []

    async def ask(url: str) -> str:
        asked.append(url)
        return await ways[url.removeprefix("http://")]()

    return await first_answer(pool, ask, (Wrong,), within=within, each=0.05), asked


@pytest.mark.parametrize("way", [hangs, fails])
async def test_the_next_one_answers_within_the_same_attempt(clock: Clock, way: Answer) -> None:
    pool = Pool((A, B), clock)
    assert await ask_of(pool, a=way, b=answers) == ("answer", [A, B])
    assert [(await ask_of(pool, a=way, b=answers))[1] for _ in range(3)] == [[B]] * 3


async def test_an_answer_that_refuses_is_not_asked_for_twice(clock: Clock) -> None:
    pool = Pool((A, B), clock)
    with pytest.raises(Refused):
        await ask_of(pool, a=refuses)
    assert pool.order()[0] == B
    assert pool.order()[0] == A


async def test_the_last_failure_is_told(clock: Clock) -> None:
    with pytest.raises(Wrong):
        await ask_of(Pool((A, B), clock), a=hangs, b=fails)
    with pytest.raises(TimeoutError):
        await ask_of(Pool((A, B), clock), within=0.1, a=fails, b=hangs)


async def test_no_longer_than_all_may_take(clock: Clock) -> None:
    with pytest.raises(TimeoutError):
        await ask_of(Pool((A, B, C), clock), within=0.03, a=hangs, b=hangs, c=answers)


async def test_who_gives_up_himself_blames_nobody(clock: Clock) -> None:
    pool = Pool((A, B), clock)
    asking = asyncio.create_task(first_answer(pool, lambda _: hangs(), (Wrong,), within=5, each=5))
    await asyncio.sleep(0)
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    assert [pool.order()[0] for _ in range(2)] == [B, A]
