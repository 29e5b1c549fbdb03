"""A conversation with everything that is known of it: what was understood, which actions and live values made each answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Column, ColumnElement, Connection, Row, Table, select

from bot.conversations.ledger import Ledger
from bot.conversations.tables import BUTTON, CONVERSATION, DELIVERY, EFFECT, ESCALATION, MESSAGE, READING, UNDERSTANDING

_MESSAGE: Final = select(
    *(
        MESSAGE.c[name]
        for name in (
            "id", "seq", "in_reply_to", "author", "kind", "text", "at", "state", "attempts", "last_error", "edited_at", "revoked_at",
            "profile_name", "desk", "level", "actions", "responses",
        )
    )
)  # fmt: skip
"""What is shown of a message; of two thousand, the columns that nobody looks at would take as long again."""


@dataclass(frozen=True)
class Line:
    """One message with what belongs to it, rows of the tables of these names; lists that do not apply are empty."""

    message: Row[Any]
    understood: Sequence[Row[Any]]
    readings: Sequence[Row[Any]]
    buttons: Sequence[Row[Any]]
    effects: Sequence[Row[Any]]
    escalations: Sequence[Row[Any]]
    deliveries: Sequence[Row[Any]]


@dataclass(frozen=True)
class Transcript:
    """A conversation and its messages, oldest first."""

    conversation: Row[Any]
    lines: tuple[Line, ...]


async def read(ledger: Ledger, conversation_id: str, newest: int | None = None, after: int = 0) -> Transcript | None:
    """The conversation, or None when there is none with this id: all of it, its newest so many messages, or those after a seq."""
    return await ledger.read(lambda connection: _read(connection, conversation_id, newest, after))


def _read(connection: Connection, conversation_id: str, newest: int | None, after: int) -> Transcript | None:
    conversation = connection.execute(select(CONVERSATION).where(CONVERSATION.c.id == conversation_id)).one_or_none()
    if conversation is None:
        return None
    since = after if newest is None else max(after, conversation.last_seq - newest)
    wanted = (MESSAGE.c.conversation_id == conversation_id) & (MESSAGE.c.seq > since)
    messages = connection.execute(_MESSAGE.where(wanted).order_by(MESSAGE.c.seq)).all()
    beside = [
        _by_message(connection, wanted, *each)
        for each in (
            (UNDERSTANDING, UNDERSTANDING.c.message_id, UNDERSTANDING.c.n),
            (READING, READING.c.reply_id, READING.c.id),
            (BUTTON, BUTTON.c.reply_id, BUTTON.c.position),
            (EFFECT, EFFECT.c.inbound_id, EFFECT.c.n),
            (ESCALATION, ESCALATION.c.inbound_id, ESCALATION.c.n),
            (DELIVERY, DELIVERY.c.message_id, DELIVERY.c.part),
        )
    ]
    return Transcript(conversation, tuple(Line(message, *(each.get(message.id, ()) for each in beside)) for message in messages))


def _by_message(
    connection: Connection, wanted: ColumnElement[bool], table: Table, message: Column[str], order: Column[Any]
) -> dict[str, Sequence[Row[Any]]]:
    """The rows of the wanted messages, by message."""
    grouped: dict[str, list[Row[Any]]] = {}
    for row in connection.execute(select(table).join(MESSAGE, MESSAGE.c.id == message).where(wanted).order_by(order)):
        grouped.setdefault(getattr(row, message.key), []).append(row)
    return dict(grouped)
