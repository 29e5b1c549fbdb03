"""What goes wrong, as a test has written it down: the next ones, every so many, always, or a share of all by a seeded chance."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Literal

Kind = Literal["code", "500", "reset", "slow", "500 after", "reset after", "slow after", "empty", "garbage", "status first", "late", "both"]
"""Before anything is accepted: an error `code`, a 500 that is no JSON, a cut connection, a slow answer. After accepting: the same three;
a 200 without a message, or of another shape; the status before the answer; a failed status with `code` later; delivered and failed."""
AFTER = frozenset({"500 after", "reset after", "slow after", "empty", "garbage"})
"""Faults after which the sender cannot know that the message was taken."""


@dataclass
class Fault:
    """One fault. `times`: how often at most (None: always); `every`: only each so-manieth send; `share`: chance for each send.

    `to`: only sends to this person's key; `seconds`: how slow.
    """

    kind: Kind
    code: int = 0
    times: int | None = 1
    every: int = 1
    share: float = 1.0
    seconds: float = 5.0
    to: str | None = None
    seen: int = 0
    struck: int = 0


class Faults:
    """All that is scripted, asked in the order in which it was added; one send meets one fault at the most."""

    def __init__(self, seed: str) -> None:
        self._rng = Random(f"faults {seed}")  # noqa: S311 - chance, not a secret
        self._scripted: list[Fault] = []

    def add(self, fault: Fault) -> Fault:
        """Script a fault; it tells afterwards how often it `struck`."""
        self._scripted.append(fault)
        return fault

    def clear(self) -> None:
        """Nothing goes wrong any more."""
        self._scripted.clear()

    def next(self, person: str) -> Fault | None:
        """What goes wrong with this send to this person."""
        for fault in self._scripted:
            if fault.to not in {None, person} or (fault.times is not None and fault.struck >= fault.times):
                continue
            fault.seen += 1
            if fault.seen % fault.every == 0 and (fault.share >= 1 or self._rng.random() < fault.share):
                fault.struck += 1
                return fault
        return None
