"""A conversation with everything that is known of it: what was understood, which actions and live values made each answer."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Column, ColumnElement, Connection, Row, Table, select

from bot.conversations.ledger import Ledger
from bot.conversations.tables import BUTTON, CONVERSATION, DELIVERY, EFFECT, ESCALATION, MESSAGE, READING, UNDERSTANDING

_SHOWN: Final = (
    "id", "seq", "in_reply_to", "author", "kind", "text", "at", "state", "attempts", "last_error", "edited_at", "revoked_at", "profile_name",
    "desk", "level", "actions", "responses",
)  # fmt: skip
"""What is shown of a message; of two thousand, the columns that nobody looks at would take as long again."""
_MESSAGE: Final = select(*(MESSAGE.c[name] for name in _SHOWN))


def _plain(name: str, columns: Sequence[str]) -> Any:
    """Tuples with named fields: a template asks for thirty of each message, and SQLAlchemy's rows take a microsecond for each."""
    make: Any = namedtuple  # noqa: PYI024 - the columns are the tables'
    return make(name, columns)


_PLAIN_MESSAGE: Final = _plain("Message", _SHOWN)
_PLAIN: Final = {table: _plain(table.name, table.c.keys()) for table in (UNDERSTANDING, READING, BUTTON, EFFECT, ESCALATION, DELIVERY)}


@dataclass(frozen=True)
class Line:
    """One message with what belongs to it, rows of the tables of these names; lists that do not apply are empty."""

    message: Any
    understood: Sequence[Any]
    readings: Sequence[Any]
    buttons: Sequence[Any]
    effects: Sequence[Any]
    escalations: Sequence[Any]
    deliveries: Sequence[Any]


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
    messages = [_PLAIN_MESSAGE._make(row) for row in connection.execute(_MESSAGE.where(wanted).order_by(MESSAGE.c.seq))]
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
) -> Mapping[str, Sequence[Any]]:
    """The rows of the wanted messages, by message."""
    grouped: dict[str, list[Any]] = {}
    for row in map(
        _PLAIN[table]._make, connection.execute(select(table).join(MESSAGE, MESSAGE.c.id == message).where(wanted).order_by(order))
    ):
        grouped.setdefault(getattr(row, message.key), []).append(row)
    return grouped
