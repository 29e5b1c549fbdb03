"""What a measured system is to the measurements: started, talked to, looked at, stopped. Ours and stock are two of them."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from typing import Protocol

import psutil


class WrongAnswer(RuntimeError):
    """A turn did not do what the comparison rests on, so its time means nothing."""


class Conversation(Protocol):
    """One customer in one sitting."""

    async def ask(self, text: str) -> str:
        """Send a message and read its answer. Raises WrongAnswer when it is empty or was made without live state."""


class System(Protocol):
    """A running set of servers."""

    name: str

    def converse(self, desk: str) -> AbstractAsyncContextManager[Conversation]:
        """A new conversation of a customer."""

    def processes(self) -> dict[str, psutil.Process]:
        """The server processes by name; the one that understands and decides is "dialogue"."""

    def stop(self) -> None:
        """End all of them."""
