"""How fast may be sent: so much from a number, so much to one person, and nothing from a number whose account or token is refused.

In the memory of this process: what two gateways together send too fast the platform refuses, and that is tried again. The clock is given
with each question.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

PER_SECOND: Final = 80
"""As Meta allows a number, unless it says otherwise."""
BURST_SHARE: Final = 8
"""So manieth of them at once; the rest follows evenly, so that together they are never more in any second."""
PAIR_BURST: Final = 45
PAIR_PER_SECOND: Final = 1 / 6
MOST_PAIRS: Final = 20_000
PAIR_BASE: Final = 4
"""A person's pause after the nth refusal in a row: 4^n seconds, beginning with 1."""
MOST_REFUSALS: Final = 10
LONGEST: Final = timedelta(hours=1)
SLOWER: Final = timedelta(milliseconds=100)
SLOWEST: Final = timedelta(minutes=1)
"""Pauses of a number that was too fast: one refusal among many sendings costs little, many in a row much."""
STOPPED: Final = timedelta(minutes=3)
"""So long nothing goes out from a number that was refused, then one message tries."""


@dataclass
class _Bucket:
    left: float
    at: datetime
    closed_until: datetime | None = None
    refusals: int = 0


class Pace:
    """Token buckets by number (`per_second` messages, at least 2) and by pair of number and person, and which numbers are stopped."""

    def __init__(self, per_second: int = PER_SECOND) -> None:
        self._burst = max(1, per_second // BURST_SHARE)
        self._per_second = float(per_second - self._burst)
        self._numbers: dict[str, _Bucket] = {}
        self._pairs: OrderedDict[tuple[str, str], _Bucket] = OrderedDict()
        self._stopped: dict[str, datetime] = {}

    def take(self, number: str, person: str, now: datetime) -> timedelta:
        """Nothing where a message may go to this person now, which is then counted; else how long to wait before asking again."""
        ours, theirs = self._number(number, now), self._pair(number, person, now)
        wait = max(self._stop(number, now), _wait(ours, self._per_second, now), _wait(theirs, PAIR_PER_SECOND, now))
        if not wait:
            ours.left -= 1
            theirs.left -= 1
            if number in self._stopped:  # this one tries, the others wait for what comes of it
                self.stop(number, now)
        return wait

    def slow_down(self, number: str, now: datetime) -> timedelta:
        """The platform says that the number sends too fast: it pauses, longer each time, until something is taken again. For how long."""
        bucket = self._number(number, now)
        if bucket.closed_until is None or bucket.closed_until <= now:  # those that were under way already say nothing new
            bucket.refusals = min(bucket.refusals + 1, MOST_REFUSALS)
            bucket.closed_until = now + min(SLOWER * 2 ** (bucket.refusals - 1), SLOWEST)
        return bucket.closed_until - now

    def slow_pair(self, number: str, person: str, now: datetime) -> timedelta:
        """The same for one person: 4^n seconds."""
        bucket = self._pair(number, person, now)
        pause = min(timedelta(seconds=PAIR_BASE ** min(bucket.refusals, MOST_REFUSALS)), LONGEST)
        bucket.refusals += 1
        bucket.closed_until = now + pause
        return pause

    def went_well(self, number: str, person: str, now: datetime) -> None:
        """Something was taken: no pause grows any more, and the number is not stopped."""
        self._number(number, now).refusals = self._pair(number, person, now).refusals = 0
        self._stopped.pop(number, None)

    def stop(self, number: str, now: datetime) -> datetime:
        """Nothing more from this number until that moment."""
        self._stopped[number] = now + STOPPED
        return self._stopped[number]

    def is_stopped(self, number: str, now: datetime) -> bool:
        """Whether nothing goes out from the number now."""
        return bool(self._stop(number, now))

    def _stop(self, number: str, now: datetime) -> timedelta:
        until = self._stopped.get(number, now)
        return until - now if now < until <= now + STOPPED else timedelta()  # clocks may be set back

    def _number(self, number: str, now: datetime) -> _Bucket:
        bucket = self._numbers.setdefault(number, _Bucket(self._burst, now))
        return _filled(bucket, self._burst, self._per_second, now)

    def _pair(self, number: str, person: str, now: datetime) -> _Bucket:
        bucket = self._pairs.pop((number, person), None) or _Bucket(PAIR_BURST, now)
        self._pairs[number, person] = bucket
        while len(self._pairs) > MOST_PAIRS:
            self._pairs.popitem(last=False)
        return _filled(bucket, PAIR_BURST, PAIR_PER_SECOND, now)


def _filled(bucket: _Bucket, burst: int, per_second: float, now: datetime) -> _Bucket:
    passed = max(0.0, (now - bucket.at).total_seconds())
    bucket.left, bucket.at = min(float(burst), bucket.left + passed * per_second), now
    return bucket


def _wait(bucket: _Bucket, per_second: float, now: datetime) -> timedelta:
    """How long until one more may go; at most an hour, whatever a clock did meanwhile."""
    closed = bucket.closed_until - now if bucket.closed_until is not None else timedelta()
    if not timedelta() < closed <= LONGEST:
        closed = timedelta()
    missing = timedelta() if bucket.left >= 1 else timedelta(seconds=(1 - bucket.left) / per_second)
    return max(closed, missing)
