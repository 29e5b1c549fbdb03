"""Who is asking and how well that is proved: one value that travels from the session to the message, the turn and the episode."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class Level(IntEnum):
    """How well it is proved who is writing; it may rise within a conversation. What each level may hear stands in `identity/levels.py`."""

    ANONYMOUS = 0
    RECOGNISED = 1
    """By something that belongs to the customer but proves little, such as a registered telephone number."""
    SIGNED_IN = 2
    """By the company's own portal."""
    CONFIRMED = 3
    """By a one-time code, just now."""


@dataclass(frozen=True, slots=True)
class Identity:
    """`desk` is the customer account, None exactly for the anonymous; `person` somebody inside it, where known; `proof` names what proved it.

    Raises ValueError when level and desk do not belong together.
    """

    desk: str | None = None
    person: str | None = None
    level: Level = Level.ANONYMOUS
    proof: str | None = None

    def __post_init__(self) -> None:
        if (self.desk is None) != (self.level is Level.ANONYMOUS):
            raise ValueError("level and desk do not belong together")

    @property
    def subject(self) -> tuple[str | None, str | None]:
        """Who it is, however it was proved: what is remembered of a sitting belongs to one subject."""
        return self.desk, self.person


ANONYMOUS = Identity()
