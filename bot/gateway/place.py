"""A place among the turns that run at once, kept for a message while it is being stored.

The turn begins when only the commit is missing: the dialogue works while the disk does. It may write nothing before the message is
stored, and ends without a trace if that fails.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta

from bot.conversations.turns import OpenTurn

Start = Callable[[OpenTurn, asyncio.Event], asyncio.Task[None]]


class Place:
    """`lease_life` is what the turn's lease lives, or None where none is free and the message has to queue."""

    def __init__(self, lease_life: timedelta | None, start: Start) -> None:
        self.lease_life = lease_life
        self.task: asyncio.Task[None] | None = None
        self._start, self._decided = start, asyncio.Event()

    @property
    def is_kept(self) -> bool:
        """Whether it counts beside the turns that run."""
        return self.lease_life is not None and self.task is None

    def begin(self, turn: OpenTurn) -> None:
        """The message is as good as stored."""
        if not self._decided.is_set():
            self.task = self._start(turn, self._decided)

    def close(self, *, stored: bool) -> None:
        """The message is stored, or it is not: then its turn never was."""
        self._decided.set()
        if not stored and self.task is not None:
            self.task.cancel()
