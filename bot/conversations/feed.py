"""The feed: one way to hear that a conversation moved, whatever the channel, and whichever process moved it.

Whoever has stored something says so after its commit (`moved`). Who listens here hears at once; other processes hear through PostgreSQL's
NOTIFY, sent for several conversations together from one connection, because inside the transactions it would make PostgreSQL commit one at
a time (design section 9). It is a hint and nothing more: what is missed is found by a poll, one query for all that is listened to. SQLite
has no NOTIFY; there one process serves.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, cast, get_args

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.conversations import history
from bot.conversations.base import Author
from bot.conversations.ledger import Ledger
from bot.conversations.messages import ShownMessage
from bot.database import DATABASE_ERRORS
from bot.errors import LedgerUnavailable
from bot.worker import Worker

log = structlog.get_logger()

MOST_LISTENERS: Final = 8
"""Listeners of one conversation (its tabs); the next one ends the oldest."""
CHANNEL: Final = "conversation_moved"
TOLD_AT_ONCE: Final = 100
"""Conversations named in one NOTIFY, whose payload may hold 8,000 bytes."""

Watcher = Callable[[str, bool], None]
"""Hears (conversation, whether a message of it waits for a turn) of what other processes moved."""


@dataclass(eq=False)
class Listener:
    """Somebody who shows one conversation: `changed` is set when there is something to look at.

    `news` are messages to show, if they follow on what was shown; `moved`: there may be others, which only the ledger knows. `writing`: the
    people who gave a sign of writing since it was looked at. `version` grows whenever this process tells something, so that an older reading
    of the ledger does not undo it.
    """

    changed: asyncio.Event = field(default_factory=asyncio.Event)
    moved: bool = True
    news: list[ShownMessage] = field(default_factory=list)
    typing: bool = False
    writing: set[Author] = field(default_factory=set)
    owner: str = "bot"
    last_seq: int = 0
    ended: bool = False
    version: int = 0

    def tell(self, *, typing: bool | None = None, anew: bool = False) -> None:
        """Wake it, if there is anything to show."""
        self.version += 1
        if typing is not None and typing != self.typing:
            self.typing, anew = typing, True
        if anew:
            self.changed.set()


class Feed:
    """The listeners of this process by conversation, and the wire to the other processes."""

    def __init__(self, ledger: Ledger, now: Callable[[], datetime], look_seconds: float) -> None:
        self._ledger, self._now = ledger, now
        self._listeners: dict[str | None, list[Listener]] = {}
        self._watchers: list[Watcher] = []
        self._carriers: list[Callable[[], None]] = []
        self._on_writing: list[Callable[[str], None]] = []
        self._closing = False
        engine = ledger.database.engine
        self._wire = _Wire(engine, self._heard, self._show_writing, look_seconds) if isinstance(engine, AsyncEngine) else None
        poll = Worker("feed", self.poll, look_seconds)
        self.workers = [poll] if self._wire is None else [poll, *self._wire.workers]

    @property
    def total(self) -> int:
        """How many listeners there are here."""
        return sum(map(len, self._listeners.values()))

    def watch(self, watcher: Watcher) -> None:
        """Call this for every conversation that another process moved."""
        self._watchers.append(watcher)

    def on_speech(self, carrier: Callable[[], None]) -> None:
        """Call this whenever something of ours may have been said, here or elsewhere: there may be something to carry."""
        self._carriers.append(carrier)

    def on_writing(self, carrier: Callable[[str], None]) -> None:
        """Call this with the conversation whenever an agent gives a sign of writing in this process: there may be somebody to show it to."""
        self._on_writing.append(carrier)

    @contextmanager
    def listen(self, conversation: str | None) -> Iterator[Listener]:
        """A listener for as long as the block runs; None: of whatever moves (it is woken, and told nothing more).

        The oldest of a conversation is ended where too many are open, and all when the process stops.
        """
        listener = Listener(ended=self._closing)
        group = self._listeners.setdefault(conversation, [])
        group.append(listener)
        for oldest in group[:-MOST_LISTENERS] if conversation is not None else ():
            oldest.ended = True
            oldest.changed.set()
        try:
            yield listener
        finally:
            group.remove(listener)
            if not group:
                del self._listeners[conversation]

    def moved(self, conversation: str, messages: Sequence[ShownMessage] = (), *, typing: bool | None = None, waits: bool = False) -> None:
        """The conversation has moved, and that is stored.

        `messages` are new (none named: whoever shows it looks for itself); `typing`: an answer is being made, or not any more; `waits`: a
        message waits for any process to take it.
        """
        for listener in self._listeners.get(conversation, ()):
            listener.news.extend(messages)
            listener.moved = listener.moved or not messages
            listener.tell(typing=typing, anew=True)
        self._wake_who_hears_all()
        if not messages or any(message.author != "customer" for message in messages):
            self._speak()
        if self._wire is not None:
            self._wire.tell(conversation, messages[-1].seq if messages else None, waits=waits)

    def typing(self, conversation: str, *, now: bool) -> None:
        """An answer is being made, or not any more; nothing is new."""
        for listener in self._listeners.get(conversation, ()):
            listener.tell(typing=now)

    def writes(self, conversation: str, author: Author) -> None:
        """A person writes there now: told to whoever shows it, wherever that is, and kept nowhere."""
        self._show_writing(conversation, author)
        if author == "agent":
            for carrier in self._on_writing:
                carrier(conversation)
        if self._wire is not None:
            self._wire.tell_writing(conversation, author)

    def end(self, conversation: str | None) -> None:
        """End the conversation's listeners (log-out)."""
        for listener in self._listeners.get(conversation, ()):
            listener.ended = True
            listener.changed.set()

    def end_all(self) -> None:
        """End every listener, those to come too: the process stops."""
        self._closing = True
        for conversation in list(self._listeners):
            self.end(conversation)

    async def close(self) -> None:
        """Let go of the wire."""
        if self._wire is not None:
            await self._wire.close()

    async def poll(self) -> bool:
        """Look once for what other processes wrote; always False (nothing is left to do)."""
        before = {listener: listener.version for group in self._listeners.values() for listener in group}
        if not before:
            return False
        now, shown = self._now(), [conversation for conversation in self._listeners if conversation is not None]
        for conversation, pulse in (await history.pulses(self._ledger, shown)).items():
            typing = pulse.answering(now)
            for listener in self._listeners.get(conversation, ()):
                if pulse.last_seq > listener.last_seq:
                    listener.moved, listener.last_seq = True, pulse.last_seq  # told once, also to who looks for everything anew
                    listener.changed.set()
                if before.get(listener) == listener.version and (typing, pulse.owner) != (listener.typing, listener.owner):
                    listener.typing, listener.owner = typing, pulse.owner
                    listener.changed.set()
        return False

    def _wake_who_hears_all(self) -> None:
        for listener in self._listeners.get(None, ()):
            listener.tell(anew=True)

    def _heard(self, conversation: str, seq: int | None, waits: bool) -> None:
        for listener in self._listeners.get(conversation, ()):
            if seq is None or listener.last_seq < seq:
                listener.moved = True
                listener.changed.set()
        self._wake_who_hears_all()
        for watcher in self._watchers:
            watcher(conversation, waits)
        self._speak()

    def _show_writing(self, conversation: str, author: Author) -> None:
        for listener in self._listeners.get(conversation, ()):
            listener.writing.add(author)
            listener.changed.set()

    def _speak(self) -> None:
        for carrier in self._carriers:
            carrier()


class _Wire:
    """One PostgreSQL connection of this process, on which it both tells and hears what moved."""

    def __init__(
        self,
        engine: AsyncEngine,
        heard: Callable[[str, int | None, bool], None],
        heard_writing: Callable[[str, Author], None],
        look_seconds: float,
    ) -> None:
        self._engine, self._heard, self._heard_writing = engine, heard, heard_writing
        self._connection: AsyncConnection | None = None
        self._driver: Any = None
        self._untold: dict[str, tuple[int | None, bool]] = {}
        self._writing: set[tuple[str, Author]] = set()
        self._listening = Worker("feed wire", self._listen, look_seconds)
        self._telling = Worker("feed telling", self._tell, look_seconds)
        self.workers = [self._listening, self._telling]

    def tell(self, conversation: str, seq: int | None, *, waits: bool) -> None:
        """Tell the others soon, together with what else there is to tell."""
        if conversation in self._untold:
            untold, others_wait = self._untold[conversation]
            seq = None if seq is None or untold is None else max(seq, untold)  # two commits may be told in the other order
            waits = waits or others_wait
        self._untold[conversation] = (seq, waits)
        self._telling.wake()

    def tell_writing(self, conversation: str, author: Author) -> None:
        """The same, of somebody who writes."""
        self._writing.add((conversation, author))
        self._telling.wake()

    async def close(self) -> None:
        """Let go of the connection."""
        connection, self._connection, self._driver = self._connection, None, None
        if connection is not None:
            with contextlib.suppress(Exception):  # it may be broken in any way, and nothing of it is needed any more
                await connection.invalidate()  # it listens: nobody else may get it from the pool
                await connection.close()

    async def _listen(self) -> bool:
        """Connect if there is no connection; always False. Raises LedgerUnavailable."""
        if self._driver is not None and not self._driver.is_closed():
            return False
        await self.close()
        try:
            self._connection = await self._engine.connect()
            driver: Any = (await self._connection.get_raw_connection()).driver_connection
            driver.add_termination_listener(self._ended)
            await driver.add_listener(CHANNEL, self._on_notify)
            await driver.execute(f"SET application_name = '{CHANNEL}'")  # so that operators know it among the others
        except DATABASE_ERRORS as error:
            raise LedgerUnavailable(type(error).__name__) from error
        self._driver = driver
        self._heard("", None, True)  # something may have been accepted meanwhile
        return False

    async def _tell(self) -> bool:
        """Tell what has not been told; whether there is more. What cannot be told is found by polling."""
        if self._driver is None or not (self._untold or self._writing):
            self._untold.clear()
            self._writing.clear()
            return False
        names = list(self._untold)[:TOLD_AT_ONCE]
        told = [f"{name} {'' if seq is None else seq} {int(waits)}" for name in names for seq, waits in (self._untold.pop(name),)]
        while self._writing and len(told) < TOLD_AT_ONCE:
            told.append(" ".join(self._writing.pop()))
        with contextlib.suppress(Exception):  # cut while it was used, the driver raises what it likes
            await self._driver.execute("SELECT pg_notify($1, $2)", CHANNEL, "\n".join(told))
        return bool(self._untold or self._writing)

    def _ended(self, _connection: Any) -> None:
        self._driver = None
        self._listening.wake()

    def _on_notify(self, connection: Any, process: int, _channel: str, payload: str) -> None:
        if process == connection.get_server_pid():
            return  # what we told ourselves
        for line in payload.split("\n"):
            try:
                self._on_line(line.split(" "))
            except ValueError:
                log.warning("a notification of a form that is not ours")

    def _on_line(self, words: list[str]) -> None:
        if len(words) == 2 and words[1] in get_args(Author):  # noqa: PLR2004 - a conversation, and who writes in it
            self._heard_writing(words[0], cast(Author, words[1]))
            return
        conversation, seq, waits = words
        self._heard(conversation, int(seq) if seq else None, waits == "1")
