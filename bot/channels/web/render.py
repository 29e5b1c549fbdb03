"""Ledger messages as the JSON of the HTTP contract."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from bot.channels.parts import split_reply
from bot.conversations.messages import ShownMessage

PART_CHARACTERS = 4096
"""A longer message stays one message with one seq, and is shown in several bubbles."""


def message(shown: ShownMessage) -> dict[str, Any]:
    """One message: {"seq", "author", "kind", "in_reply_to"?, "text", "parts"?, "buttons": [{"id", "title"}], "at"}.

    `parts` is there when the text has more than 4,096 characters: the same words, cut at paragraphs and sentences.
    """
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
    if len(shown.text) > PART_CHARACTERS:
        rendered["parts"] = split_reply(shown.text, PART_CHARACTERS)
    return rendered


def moment(at: datetime) -> str:
    """ISO 8601 in UTC, with milliseconds."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
