"""Messages as the customer sees them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.conversations.base import Author, Kind


@dataclass(frozen=True)
class ShownButton:
    """A button as the customer sees it."""

    id: str
    title: str


@dataclass(frozen=True)
class ShownMessage:
    """A message as the customer sees it. `in_reply_to` is a seq."""

    seq: int
    author: Author
    kind: Kind
    in_reply_to: int | None
    text: str
    buttons: tuple[ShownButton, ...]
    at: datetime


def shown(row: dict[str, Any], *buttons: ShownButton) -> ShownMessage:
    """What the customer sees of a row that was just written."""
    return ShownMessage(row["seq"], row["author"], row["kind"], row.get("in_reply_to"), row["text"], buttons, row["at"])
