"""A conversation with everything that is known of it: what was understood, which actions and live values made each answer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.conversations.ledger import Ledger
from bot.conversations.models import Base, Button, Conversation, Delivery, Effect, Escalation, Message, Reading, Understanding

Row = TypeVar("Row", bound=Base)


@dataclass(frozen=True)
class Line:
    """One message with what belongs to it; lists that do not apply are empty."""

    message: Message
    understood: tuple[Understanding, ...]
    readings: tuple[Reading, ...]
    buttons: tuple[Button, ...]
    effects: tuple[Effect, ...]
    escalations: tuple[Escalation, ...]
    deliveries: tuple[Delivery, ...]


@dataclass(frozen=True)
class Transcript:
    """A conversation and its messages, oldest first."""

    conversation: Conversation
    lines: tuple[Line, ...]


async def read(ledger: Ledger, conversation_id: str, newest: int | None = None, after: int = 0) -> Transcript | None:
    """The conversation, or None when there is none with this id: all of it, its newest so many messages, or those after a seq."""
    return await ledger.read(lambda connection: _read(Session(connection, expire_on_commit=False), conversation_id, newest, after))


def _read(session: Session, conversation_id: str, newest: int | None, after: int) -> Transcript | None:
    conversation = session.get(Conversation, conversation_id)
    if conversation is None:
        return None
    since = after if newest is None else max(after, conversation.last_seq - newest)
    wanted = select(Message).where(Message.conversation_id == conversation_id, Message.seq > since)
    messages = list(session.scalars(wanted.order_by(Message.seq)))
    ids = [message.id for message in messages]
    understood = _by_message(session, Understanding, Understanding.message_id, ids, Understanding.n)
    readings = _by_message(session, Reading, Reading.reply_id, ids, Reading.id)
    buttons = _by_message(session, Button, Button.reply_id, ids, Button.position)
    effects = _by_message(session, Effect, Effect.inbound_id, ids, Effect.n)
    escalations = _by_message(session, Escalation, Escalation.inbound_id, ids, Escalation.n)
    deliveries = _by_message(session, Delivery, Delivery.message_id, ids, Delivery.part)
    lines = (
        Line(
            message,
            understood.get(message.id, ()),
            readings.get(message.id, ()),
            buttons.get(message.id, ()),
            effects.get(message.id, ()),
            escalations.get(message.id, ()),
            deliveries.get(message.id, ()),
        )
        for message in messages
    )
    return Transcript(conversation, tuple(lines))


def _by_message(session: Session, model: type[Row], key: Any, ids: list[str], order: Any) -> dict[str, tuple[Row, ...]]:
    grouped: dict[str, list[Row]] = {}
    for chunk in _chunks(ids):
        for row in session.scalars(select(model).where(key.in_(chunk)).order_by(order)):
            grouped.setdefault(getattr(row, key.key), []).append(row)
    return {message: tuple(rows) for message, rows in grouped.items()}


def _chunks(ids: list[str], size: int = 500) -> Iterable[list[str]]:
    return (ids[start : start + size] for start in range(0, len(ids), size))
