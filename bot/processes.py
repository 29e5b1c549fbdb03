"""Which of several processes of a kind is asked: one that did not answer is left alone for a while, so that nobody waits for it twice.

An action and a turn only read, so they may be tried on another process, at once and within the same attempt.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, TypeVar

FIRST_PAUSE_SECONDS: Final = 1.0
LONGEST_PAUSE_SECONDS: Final = 30.0

T = TypeVar("T")
Failures = tuple[type[Exception], ...]


class Pool:
    """The processes at `urls`; `now` is a clock that only moves forward, in seconds."""

    def __init__(self, urls: Sequence[str], now: Callable[[], float] = time.monotonic) -> None:
        self._urls, self._now = tuple(urls), now
        self._turns = itertools.count()
        self._pauses: dict[str, float] = {}
        self._until: dict[str, float] = {}

    def order(self) -> list[str]:
        """All of them, the best to ask first: those that answer, each in its turn, then those put aside, the first to come back first.

        One whose pause is over stands before all, for this caller only: the next one has to wait twice as long for it.
        """
        well = [url for url in self._urls if url not in self._until]
        aside = sorted(self._until, key=self._until.__getitem__)
        first = next(self._turns) % max(1, len(well))
        well = [*well[first:], *well[:first]]
        if aside and self._until[aside[0]] <= self._now():
            self._pauses[aside[0]] = min(2 * self._pauses[aside[0]], LONGEST_PAUSE_SECONDS)
            self.failed(aside[0])
            return [aside[0], *well, *aside[1:]]
        return [*well, *aside]

    def failed(self, url: str) -> None:
        """It did not answer, or not as one that is well: put it aside from now on."""
        pause = self._pauses.setdefault(url, FIRST_PAUSE_SECONDS)
        self._until[url] = self._now() + pause

    def answered(self, url: str) -> None:
        """It is well."""
        self._pauses.pop(url, None)
        self._until.pop(url, None)


async def first_answer(pool: Pool, ask: Callable[[str], Awaitable[T]], failures: Failures, *, within: float, each: float) -> T:
    """What `ask(url)` gives on the first process that is well; all together have `within` seconds, each but the last one at most `each`.

    One that raises one of `failures`, or takes too long, is put aside for the next; the last one's failure is raised, or TimeoutError.
    Whatever else `ask` raises is an answer and is raised at once.
    """
    deadline = time.monotonic() + within
    failures = (TimeoutError, *failures)
    *others, last = pool.order()
    for url in others:
        with contextlib.suppress(*failures):
            return await _asked(pool, url, ask, failures, min(each, deadline - time.monotonic()))
        if time.monotonic() >= deadline:
            raise TimeoutError("none of them answered in time")
    return await _asked(pool, last, ask, failures, deadline - time.monotonic())


async def _asked(pool: Pool, url: str, ask: Callable[[str], Awaitable[T]], failures: Failures, seconds: float) -> T:
    try:
        async with asyncio.timeout(seconds):
            answer = await ask(url)
    except failures:
        pool.failed(url)
        raise
    except Exception:
        pool.answered(url)
        raise
    pool.answered(url)
    return answer
