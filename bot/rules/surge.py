"""Whether far more customers ask about one topic than usually do at this hour of the week: then something has probably happened to them all.

What is usual is how many asked in the same hour of the weeks before. A surge is more than chance explains and, so that nobody is called for what is
rare and not much, also so many customers at least and so many times the usual number.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

WINDOW: Final = timedelta(hours=1)
WEEKS: Final = 6
FEWEST_WEEKS: Final = 2
"""With fewer there is nothing to compare with."""
LEAST: Final = 5
"""Customers: two instead of one are no surge, nor are four instead of none."""
TIMES_THE_USUAL: Final = 2
CHANCE: Final = 1e-5
"""So seldom chance alone may look like a surge: 200 topics, looked at in each hour of a month, are 144,000 looks."""
_FORGIVES_FROM: Final = 4
_MOMENT: Final = timedelta(minutes=1)


def usual(before: Sequence[int]) -> float:
    """How many ask as a rule, by the numbers of the weeks before."""
    counted = ordinary(before)
    return sum(counted) / len(counted) if counted else 0.0


def ordinary(before: Sequence[int]) -> Sequence[int]:
    """The weeks to compare with. Of four and more the busiest is left out: what happened then must not hide what happens now."""
    return sorted(before)[:-1] if len(before) >= _FORGIVES_FROM else before


def is_surge(number: int, before: Sequence[int]) -> bool:
    """Whether `number` customers in an hour are far more than the numbers of the same hour of the weeks `before`."""
    if len(before) < FEWEST_WEEKS or number < max(LEAST, TIMES_THE_USUAL * usual(before)):
        return False
    return chance_of_so_many(number, ordinary(before)) < CHANCE


def chance_of_so_many(number: int, before: Sequence[int]) -> float:
    """How likely it is that so many or more come now, if now is an hour as those `before` were.

    The exact test of two Poisson rates: of all who came, each came now with the chance of one hour among all hours. Few weeks prove little, and
    make it likelier.
    """
    total, share = number + sum(before), 1 / (len(before) + 1)
    if not before or not number:
        return 1.0
    logs = math.log(share), math.log1p(-share)
    terms = (math.exp(_log_choose(total, now) + now * logs[0] + (total - now) * logs[1]) for now in range(number, total + 1))
    return min(1.0, math.fsum(terms))


def began(arrivals: Sequence[datetime], usually: float, now: datetime) -> datetime:
    """When it began: the arrival from which on so many came as are least to be expected. `arrivals` are in order, one at least."""

    def unlike_the_usual(place: int) -> float:
        came = len(arrivals) - place
        expected = max(usually, 1.0) * (max(now - arrivals[place], _MOMENT) / WINDOW)
        return came * math.log(came / expected) - (came - expected) if came > expected else 0.0

    return arrivals[max(range(len(arrivals)), key=unlike_the_usual)]


def _log_choose(of: int, some: int) -> float:
    return math.lgamma(of + 1) - math.lgamma(some + 1) - math.lgamma(of - some + 1)
