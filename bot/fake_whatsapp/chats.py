"""What each person's telephone shows: the messages both ways with their ticks and reactions, and whether the other side types."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

TYPING_LIFE: Final = timedelta(seconds=25)
SHOWN: Final = 300
RANKS: Final = {"waiting": 0, "sent": 1, "delivered": 2, "read": 3}


@dataclass
class Bubble:
    """One message on the screen. `mine`: the person wrote it. `ticks`: waiting, sent, delivered, read or failed. `more`: what its kind has."""

    id: str
    mine: bool
    kind: str
    text: str
    at: datetime
    ticks: str = "waiting"
    more: dict[str, Any] = field(default_factory=dict)
    reaction: str = ""
    quote: str = ""

    def shown(self) -> dict[str, Any]:
        """For the page."""
        return {
            "id": self.id,
            "mine": self.mine,
            "kind": self.kind,
            "text": self.text,
            "at": self.at.isoformat(),
            "ticks": self.ticks,
            "reaction": self.reaction,
            "quote": self.quote,
            **self.more,
        }


class Chat:
    """One person's conversation with one business; `version` grows with every change."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self.bubbles: dict[str, Bubble] = {}
        self.version = 0
        self.watched = False
        """Whether the person has it open, so that what comes is read."""
        self._typing_until: datetime | None = None
        self._changed = asyncio.Condition()
        self._tasks: set[asyncio.Task[None]] = set()

    def add(self, bubble: Bubble) -> None:
        """A new message; what the business says ends its typing."""
        self.bubbles[bubble.id] = bubble
        if not bubble.mine:
            self._typing_until = None
        self.moved()

    def tick(self, bubble_id: str, ticks: str) -> None:
        """Forward only."""
        bubble = self.bubbles.get(bubble_id)
        if bubble is not None and RANKS.get(ticks, 9) > RANKS.get(bubble.ticks, 9):
            bubble.ticks = ticks
            self.moved()

    def read_up_to(self, bubble_id: str) -> None:
        """The business has read this message of the person's, and all before it."""
        for bubble in self.bubbles.values():
            if bubble.mine:
                self.tick(bubble.id, "read")
            if bubble.id == bubble_id:
                return

    def types(self) -> None:
        """The business is typing."""
        self._typing_until = self._now() + TYPING_LIFE
        self.moved()

    @property
    def typing(self) -> bool:
        """Whether the sign of typing is shown."""
        return self._typing_until is not None and self._now() < self._typing_until

    def shown(self) -> dict[str, Any]:
        """For the page."""
        return {"version": self.version, "typing": self.typing, "messages": [one.shown() for one in list(self.bubbles.values())[-SHOWN:]]}

    def moved(self) -> None:
        """Wake whoever looks at it."""
        self.version += 1
        task = asyncio.get_running_loop().create_task(self._wake())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _wake(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    async def until_moved(self, since: int, seconds: float) -> None:
        """Until there is more than `since`, or the time is over."""
        try:
            async with asyncio.timeout(seconds), self._changed:
                while self.version == since:
                    await self._changed.wait()
        except TimeoutError:
            return
