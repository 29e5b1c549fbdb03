"""What a turn brings back, in the ledger's own words: the dialogue client builds it, a commit stores it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.conversations.base import Decision


@dataclass(frozen=True)
class Choice:
    """A button to be offered: what it says, and what it means when pressed."""

    title: str
    intent: str
    entities: dict[str, Any]


@dataclass(frozen=True)
class ReadValue:
    """One live value behind a reply, with the moment it was read."""

    source: str
    server: str | None
    field: str
    value: str | None
    read_at: datetime


@dataclass(frozen=True)
class Reply:
    """The reply to one question, with what made it."""

    text: str
    buttons: tuple[Choice, ...]
    actions: tuple[str, ...]
    responses: tuple[str, ...]
    readings: tuple[ReadValue, ...]


@dataclass(frozen=True)
class Understood:
    """What was understood of one part of the message; `ranking` holds {"name", "confidence"} of the top three."""

    text: str
    decision: Decision
    intent: str | None
    ranking: tuple[dict[str, Any], ...]
    entities: tuple[dict[str, Any], ...]
    via: str


@dataclass(frozen=True)
class Wanted:
    """An effect that the turn asks for."""

    kind: str
    payload: dict[str, Any]


@dataclass(frozen=True)
class TurnResult:
    """Everything of a turn that went well. `replies` is never empty and no text in it is."""

    replies: tuple[Reply, ...]
    events: tuple[dict[str, Any], ...]
    understood: tuple[Understood, ...]
    effects: tuple[Wanted, ...]
