"""What each error code of the Cloud API asks for. The platform says to decide on the code alone, never on status or title.

What is not in the table is never tried again blindly: nobody knows what it would repeat.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final


class Do(StrEnum):
    """What to do with a delivery that was refused."""

    RETRY = "retry"
    """The service is down for a moment: again, a few times."""
    SLOW_DOWN = "slow_down"
    """The number sends too fast: again, the whole number slower."""
    SLOW_PAIR = "slow_pair"
    """Too much to this person: again after 4^n seconds; others are not affected."""
    LATER = "later"
    """An allowance of an hour is used up: again much later."""
    STOP = "stop"
    """Token, permission, account or number: nothing goes out from this number until somebody mends it. Nothing is lost."""
    OUTSIDE = "outside"
    """More than 24 hours since the customer wrote: a template, or an agent."""
    OTHER_FORM = "other_form"
    """The number stands in the list of test numbers in its other form (521…, 52…), or not at all."""
    UNSUBSCRIBE = "unsubscribe"
    """The customer wants nothing that we begin ourselves."""
    GIVE_UP = "give_up"


@dataclass(frozen=True)
class Rule:
    """`alert`: an operator must see it."""

    do: Do
    alert: bool = False


FEW: Final = 8
"""Attempts at what is to be tried a few times: a quarter of an hour, three times the longest outage that Meta speaks of."""
LONGEST_PAUSE: Final = timedelta(hours=1)
UNKNOWN: Final = Rule(Do.GIVE_UP, alert=True)


def _all(codes: Iterable[int], rule: Rule) -> dict[int, Rule]:
    return dict.fromkeys(codes, rule)


RULES: Final[Mapping[int, Rule]] = {
    **_all((1, 2, 131000, 131016, 131057, 133004), Rule(Do.RETRY)),
    **_all((4, 80007), Rule(Do.LATER)),
    **_all((131048, 132069), Rule(Do.LATER, alert=True)),
    130429: Rule(Do.SLOW_DOWN),
    131056: Rule(Do.SLOW_PAIR),
    **_all((0, 3, 10, 190, *range(200, 300), 131005), Rule(Do.STOP, alert=True)),
    **_all((368, 131031, 130497, 131042, 131044, 133010, 131045, 131037), Rule(Do.STOP, alert=True)),
    131047: Rule(Do.OUTSIDE),
    131030: Rule(Do.OTHER_FORM),
    131050: Rule(Do.UNSUBSCRIBE),
    **_all((131026, 131021, 131049, 130472, 137000, 131062, 131063, 131064), Rule(Do.GIVE_UP)),
    **_all((33, 100, 131008, 131009, 131051, 135000, 131052, 131053), Rule(Do.GIVE_UP)),
    **_all((132000, 132001, 132005, 132007, 132012, 132015, 132016, 132008, 132068), Rule(Do.GIVE_UP, alert=True)),
    **_all((131020, 131041, *range(131201, 131216), 131061, 133016), Rule(Do.GIVE_UP)),
    **_all((*range(138000, 138014), *range(139000, 139005), *range(139100, 139104), *range(147001, 147006)), Rule(Do.GIVE_UP)),
}
"""Fact sheet, section 5."""


def rule(code: int) -> Rule:
    """What this code asks for."""
    return RULES.get(code, UNKNOWN)


def pause(attempts: int, jitter: float) -> timedelta:
    """Before the next attempt after so many: 2 s, 6 s, 18 s … up to five minutes; `jitter` in 0…1 adds up to a quarter."""
    exact = min(timedelta(seconds=2) * 3 ** min(attempts - 1, 6), timedelta(minutes=5))
    return exact * (1 + jitter / 4)


def long_pause(attempts: int, jitter: float, told: timedelta | None = None) -> timedelta:
    """The same where an hour's allowance is used up: 5, 10, 20, 40 minutes, or what the platform told."""
    exact = told or timedelta(minutes=5) * 2 ** min(attempts - 1, 3)
    return min(exact * (1 + jitter / 4), LONGEST_PAUSE)
