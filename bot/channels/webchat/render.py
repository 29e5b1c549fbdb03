"""Ledger messages as the JSON of the HTTP contract."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from bot.conversations.history import ShownMessage


def message(shown: ShownMessage) -> dict[str, Any]:
    """One message: {"seq", "author", "kind", "in_reply_to"?, "text", "buttons": [{"id", "title"}], "at"}."""
    rendered: dict[str, Any] = {
        "seq": shown.seq,
        "author": shown.author,
        "kind": shown.kind,
        "text": shown.text,
        "buttons": [{"id": button.id, "title": button.title} for button in shown.buttons],
        "at": moment(shown.at),
    }
    if shown.in_reply_to is not None:
        rendered["in_reply_to"] = shown.in_reply_to
    return rendered


def moment(at: datetime) -> str:
    """ISO 8601 in UTC, with milliseconds."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
