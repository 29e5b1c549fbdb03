"""What an episode remembers between two turns: small, bounded, versioned. The actions write it, the reader reads it.

It travels as one Rasa slot (`SLOT`); a value of another version, or one that cannot be read, is as none: the episode goes on without memory.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from bot.protocol.frame import Asked

SLOT: Final = "estado"
FOLIOS: Final = "folios"
"""The slot of the open case's folio, by what it was opened for; a turn begins with it as the ledger has it."""
SUBJECT_AFTER: Final = ":"
"""Between the reason of a case and what it is about, in that slot."""
VERSION: Final = 1
TOPICS: Final = 5
"""Topics that are remembered."""
RECENT: Final = 2
"""Answers in which something counts as just told."""
ONCE: Final = "once:"
"""Before the key of what is said once in an episode."""
MOST_TOLD: Final = 60


class Topic(Struct, frozen=True):
    """What was asked in one turn, the servers that its answer was about, and what was supposed in it (its day and way to pay, as the actions write it)."""

    intent: str
    asked: str = Asked.GENERAL
    servers: tuple[str, ...] = ()
    supposed: str = ""


class State(Struct, frozen=True):
    """`turn` counts answers; `topics` newest first; `servers` are those in play (a set, or one); `told` says in which turn what was said.

    `situation`: what is the matter with the customer's account, in words for the reader; None while that is not known.
    """

    version: int = VERSION
    turn: int = 0
    topics: tuple[Topic, ...] = ()
    servers: tuple[str, ...] = ()
    told: Mapping[str, int] = {}
    situation: tuple[str, ...] | None = None

    @property
    def topic(self) -> Topic | None:
        """What was talked about last."""
        return self.topics[0] if self.topics else None

    def knows(self, said: str) -> bool:
        """Whether it was told within the last answers, or once in the episode where that is enough."""
        turn = self.told.get(said)
        return turn is not None and (said.startswith(ONCE) or self.turn - turn < RECENT)

    def told_last(self, said: str) -> bool:
        """Whether the very last answer told it."""
        return self.told.get(said) == self.turn

    def without_told(self) -> State:
        """The same as if nothing had been told yet."""
        return replace(self, told={})

    def after(self, topic: Topic | None, told: Iterable[str]) -> State:
        """The state once an answer about `topic` (None: small talk) has been given that said `told`."""
        turn = self.turn + 1
        kept = {said: at for said, at in self.told.items() if said.startswith(ONCE) or turn - at < RECENT}
        kept.update(dict.fromkeys(told, turn))
        topics = self.topics if topic is None else (topic, *(each for each in self.topics if each.intent != topic.intent))[:TOPICS]
        servers = topic.servers if topic is not None and topic.servers else self.servers
        return State(VERSION, turn, topics, servers, dict(list(kept.items())[-MOST_TOLD:]), self.situation)


def read_state(value: Any) -> State:
    """The state in a slot; an empty one for anything that is none of this version."""
    try:
        state = msgspec.convert(value, State)
    except msgspec.ValidationError:
        return State()
    return state if state.version == VERSION else State()


def as_slot(state: State) -> dict[str, Any]:
    """JSON shape of the slot."""
    written: dict[str, Any] = msgspec.to_builtins(state)
    return written
