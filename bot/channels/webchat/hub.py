"""Tells the open streams of this process that their conversation moved.

The dispatcher wakes them at once; a poll of the ledger (one query for all of them) finds what other gateways wrote, so that several
may share a database.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from bot.conversations import history
from bot.conversations.ledger import Ledger
from bot.conversations.messages import ShownMessage

MOST_STREAMS = 8
"""Open streams of one conversation (its tabs); the next one ends the oldest."""


@dataclass(eq=False)
class Listener:
    """One open stream: `changed` is set when it should look again.

    `news` are messages to write, if they follow on what it wrote; `moved`: there may be others, which only the ledger knows.
    """

    changed: asyncio.Event = field(default_factory=asyncio.Event)
    moved: bool = True
    news: list[ShownMessage] = field(default_factory=list)
    typing: bool = False
    owner: str = "bot"
    last_seq: int = 0
    ended: bool = False


class Hub:
    """The open streams by conversation."""

    def __init__(self, ledger: Ledger, now: Callable[[], datetime]) -> None:
        self._ledger = ledger
        self._now = now
        self._listeners: dict[str, list[Listener]] = {}
        self._closing = False

    @property
    def total(self) -> int:
        """How many streams are open here."""
        return sum(map(len, self._listeners.values()))

    @contextmanager
    def listen(self, conversation: str) -> Iterator[Listener]:
        """A listener for as long as the block runs. The oldest is ended where too many are open, and all when the process stops."""
        listener = Listener(ended=self._closing)
        group = self._listeners.setdefault(conversation, [])
        group.append(listener)
        for oldest in group[:-MOST_STREAMS]:
            oldest.ended = True
            oldest.changed.set()
        try:
            yield listener
        finally:
            group.remove(listener)
            if not group:
                del self._listeners[conversation]

    def wake(self, conversation: str, *, typing: bool | None = None, moved: bool = True) -> None:
        """The conversation has new messages (`moved`), or an answer of it is being made (`typing`)."""
        for listener in self._listeners.get(conversation, ()):
            listener.moved = listener.moved or moved
            _tell(listener, typing, anew=moved)

    def publish(self, conversation: str, messages: Sequence[ShownMessage], *, typing: bool | None = None) -> None:
        """These messages were just stored; an answer is being made (`typing`), or not any more."""
        for listener in self._listeners.get(conversation, ()):
            listener.news.extend(messages)
            _tell(listener, typing, anew=bool(messages))

    def heard(self, conversation: str, seq: int) -> None:
        """Some gateway says that the conversation has come to this seq."""
        for listener in self._listeners.get(conversation, ()):
            if listener.last_seq < seq:
                listener.moved = True
                listener.changed.set()

    def end(self, conversation: str) -> None:
        """Close the conversation's streams (log-out)."""
        for listener in self._listeners.get(conversation, ()):
            listener.ended = True
            listener.changed.set()

    def close(self) -> None:
        """Close every stream: the process stops."""
        self._closing = True
        for conversation in list(self._listeners):
            self.end(conversation)

    async def poll(self) -> bool:
        """Look once for what other processes wrote; always False (nothing is left to do)."""
        conversations = list(self._listeners)
        if not conversations:
            return False
        now = self._now()
        for conversation, pulse in (await history.pulses(self._ledger, conversations)).items():
            typing = pulse.lease_until is not None and pulse.lease_until > now
            for listener in self._listeners.get(conversation, ()):
                moved = pulse.last_seq > listener.last_seq
                if moved or typing != listener.typing or pulse.owner != listener.owner:
                    listener.moved, listener.typing, listener.owner = listener.moved or moved, typing, pulse.owner
                    listener.changed.set()
        return False


def _tell(listener: Listener, typing: bool | None, *, anew: bool) -> None:
    """Wake a stream if there is anything for it to write."""
    if typing is not None and typing != listener.typing:
        listener.typing = typing
        anew = True
    if anew:
        listener.changed.set()
