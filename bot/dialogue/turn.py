"""One turn while it runs: what came in, and everything that Rasa's parts produce on the way.

A ContextVar holds it, so that the tracker store, the output channel and the action client of concurrent turns never mix.
"""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any


@dataclass
class RunningTurn:
    """State of one request to `/turn`."""

    id: str
    conversation: str
    token: str
    correlation: str
    attempt: int = 1
    tracker: Any = None  # the DialogueStateTracker of this request; None before a new episode's first message
    messages: list[dict[str, Any]] = field(default_factory=list)
    actions: list[str] = field(default_factory=list)
    failure: str | None = None  # why this turn must be aborted

    def fail(self, reason: str) -> None:
        """Note the first failure: Rasa swallows errors of actions, we must not."""
        self.failure = self.failure or reason


current_turn: ContextVar[RunningTurn] = ContextVar("current_turn")
