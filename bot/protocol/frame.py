"""What a turn means, as people and the reader write it: one frame for each thing that it asks or does.

A frame is written in one line: `consultar_suscripcion until servers=named:SIERRA-02 move=fragment refers=goes_on`, that is the intent,
what is asked about it, and what else there is. docs/corpus.md says what the words mean.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Final


class Asked(StrEnum):
    """What about the intent's topic."""

    GENERAL = "general"
    STATE = "state"
    WHEN = "when"
    UNTIL = "until"
    SINCE = "since"
    AMOUNT = "amount"
    COUNT = "count"
    WHICH = "which"
    WHY = "why"
    WHERE = "where"
    HOW = "how"
    WHETHER = "whether"
    WHAT_IF = "what_if"
    AGAIN = "again"
    SURE = "sure"
    WHO = "who"
    DO = "do"
    NONE = "none"


class Move(StrEnum):
    """What the customer does by it."""

    ASKS = "asks"
    TELLS = "tells"
    CONFIRMS = "confirms"
    DENIES = "denies"
    CORRECTS = "corrects"
    COMPLAINS = "complains"
    THANKS = "thanks"
    GREETS = "greets"
    LEAVES = "leaves"
    FRAGMENT = "fragment"


class Refers(StrEnum):
    """What it leans on: nothing, the last turn's topic, an earlier one, or what we asked or offered."""

    NEW = "new"
    GOES_ON = "goes_on"
    RETURNS = "returns"
    ANSWERS = "answers"


class Act(StrEnum):
    """What is supposed in "what if"."""

    PAY = "pay"
    NOPAY = "nopay"
    WAIT = "wait"
    CANCEL = "cancel"
    CONTRACT = "contract"
    CHANGE = "change"


class Which(StrEnum):
    """How servers are meant."""

    ALL = "all"
    REST = "rest"
    OTHER = "other"
    THAT_ONE = "that_one"
    SOME = "some"
    FIRST = "first"
    LAST = "last"
    MOST = "most"
    FOREIGN = "foreign"
    NAMED = "named"
    UNKNOWN = "unknown"
    FILTER = "filter"


class Filter(StrEnum):
    """The states by which servers are meant."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    GRACE = "grace"
    DOWN = "down"
    CREATING = "creating"
    OWING = "owing"
    NOBACKUP = "nobackup"
    CHANGE = "change"
    ENDING = "ending"


_WITH_VALUE: Final = frozenset({Which.NAMED, Which.UNKNOWN, Which.FILTER})
_WORD: Final = re.compile(r"[^\s,:=;]+")


@dataclass(frozen=True)
class Servers:
    """Some servers; `value` is the alias or word that names them, or the Filter, and empty for the other ways."""

    which: Which
    value: str = ""

    def __str__(self) -> str:
        return f"{self.which}:{self.value}" if self.value else self.which


@dataclass(frozen=True)
class Supposed:
    """An act and when, in the customer's words with _ for blanks; None: not said."""

    act: Act
    when: str | None = None

    def __str__(self) -> str:
        return f"{self.act}:{self.when}" if self.when else self.act


@dataclass(frozen=True)
class Frame:
    """One thing that is asked or done. Several `servers`: all that are named, or the first (most) of those that a filter leaves."""

    intent: str
    asked: Asked
    servers: tuple[Servers, ...] = ()
    supposed: Supposed | None = None
    move: Move = Move.ASKS
    refers: Refers = Refers.NEW

    def __str__(self) -> str:
        """The one way in which it is written."""
        parts = [
            self.intent,
            self.asked,
            f"servers={','.join(map(str, self.servers))}" if self.servers else "",
            f"supposed={self.supposed}" if self.supposed else "",
            "" if self.move is Move.ASKS else f"move={self.move}",
            "" if self.refers is Refers.NEW else f"refers={self.refers}",
        ]
        return " ".join(filter(None, parts))


@cache
def parse_frame(written: str) -> Frame:
    """The frame that is written so, whatever its intent. Raises ValueError naming the word that is none."""
    intent, asked, *others = words if len(words := written.split()) > 1 else ("", "")
    if not intent:
        raise ValueError(f"a frame needs an intent and what is asked, not {written!r}")
    parts = dict.fromkeys(("servers", "supposed", "move", "refers"), "")
    for other in others:
        name, _, value = other.partition("=")
        if parts.get(name) != "" or not value:
            raise ValueError(f"no part of a frame, or twice: {other!r}")
        parts[name] = value
    return Frame(
        intent,
        Asked(asked),
        tuple(_servers(each) for each in parts["servers"].split(",")) if parts["servers"] else (),
        _supposed(parts["supposed"]) if parts["supposed"] else None,
        Move(parts["move"] or Move.ASKS),
        Refers(parts["refers"] or Refers.NEW),
    )


def _servers(written: str) -> Servers:
    name, _, value = written.partition(":")
    which = Which(name)
    if (which in _WITH_VALUE) != bool(_WORD.fullmatch(value)) or (which not in _WITH_VALUE and value):
        raise ValueError(f"servers are not meant by {written!r}")
    return Servers(which, Filter(value) if which is Which.FILTER else value)


def _supposed(written: str) -> Supposed:
    act, colon, when = written.partition(":")
    if colon and not _WORD.fullmatch(when):
        raise ValueError(f"nothing is supposed by {written!r}")
    return Supposed(Act(act), when or None)


PARTS: Final = ("asked", "servers", "supposed", "move", "refers")
"""What a frame says beside its intent, in its order."""
NOTHING: Final = "-"
"""How a part is written that is not there."""


def part_of(frame: Frame, part: str) -> str:
    """One part of a frame as a word: of servers their kind without the names, of what is supposed the act without the day."""
    if part == "servers":
        kinds = {str(each) if each.which is Which.FILTER else str(each.which) for each in frame.servers}
        return ",".join(sorted(kinds)) or NOTHING
    if part == "supposed":
        return str(frame.supposed.act) if frame.supposed else NOTHING
    return str(getattr(frame, part))


def frame_of(intent: str, parts: Mapping[str, str]) -> Frame:
    """The frame of an intent and the words of `part_of`; a part that is missing is not there. A server that is named has no name here."""
    kinds = [kind.partition(":") for kind in parts.get("servers", NOTHING).split(",") if kind != NOTHING]
    act = parts.get("supposed", NOTHING)
    return Frame(
        intent,
        Asked(parts.get("asked", Asked.GENERAL)),
        tuple(Servers(Which(name), Filter(value) if value else _UNNAMED.get(Which(name), "")) for name, _, value in kinds),
        None if act == NOTHING else Supposed(Act(act)),
        Move(parts.get("move", Move.ASKS)),
        Refers(parts.get("refers", Refers.NEW)),
    )


_UNNAMED: Final = {Which.NAMED: "?", Which.UNKNOWN: "?"}
