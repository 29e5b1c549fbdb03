"""Reading a conversation: its messages after a seq, and how far conversations have come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update

from bot.conversations.base import Author, Kind
from bot.conversations.ledger import Ledger
from bot.conversations.models import Button, Conversation, Delivery, Message

PAGE = 200
CHUNK = 500


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


@dataclass(frozen=True)
class Pulse:
    """How far a conversation has come: its last seq, its owner, and until when a turn of it may be running."""

    last_seq: int
    owner: str
    lease_until: datetime | None


async def messages_after(ledger: Ledger, conversation: str, seq: int, limit: int = PAGE) -> list[ShownMessage]:
    """The messages after `seq`, oldest first, without gaps, at most `limit`."""
    query = select(Message).where(Message.conversation_id == conversation, Message.seq > seq).order_by(Message.seq).limit(limit)
    async with ledger.read() as session:
        rows = list(await session.scalars(query))
        answers = [row.id for row in rows if row.kind == "answer"]
        offered: dict[str, list[ShownButton]] = {}
        if answers:
            buttons = await session.scalars(select(Button).where(Button.reply_id.in_(answers)).order_by(Button.position))
            for button in buttons:
                offered.setdefault(button.reply_id, []).append(ShownButton(button.id, button.title))
    return [_shown(row, offered.get(row.id, [])) for row in rows]


def _shown(row: Message, buttons: Sequence[ShownButton]) -> ShownMessage:
    return ShownMessage(row.seq, row.author, row.kind, row.in_reply_to, row.text, tuple(buttons), row.at)  # type: ignore[arg-type]


async def pulses(ledger: Ledger, conversations: Sequence[str]) -> dict[str, Pulse]:
    """How far each of these conversations has come."""
    found: dict[str, Pulse] = {}
    columns = select(Conversation.id, Conversation.last_seq, Conversation.owner, Conversation.lease_until)
    async with ledger.read() as session:
        for start in range(0, len(conversations), CHUNK):
            rows = await session.execute(columns.where(Conversation.id.in_(conversations[start : start + CHUNK])))
            found.update({row.id: Pulse(row.last_seq, row.owner, row.lease_until) for row in rows})
    return found


async def mark_read(ledger: Ledger, conversation: str, seq: int) -> None:
    """The customer has seen everything up to `seq`; going backwards changes nothing."""
    async with ledger.write() as session:
        forward = update(Conversation).where(Conversation.id == conversation, Conversation.read_seq < seq, Conversation.last_seq >= seq)
        moved = await session.scalar(forward.values(read_seq=seq).returning(Conversation.id).execution_options(synchronize_session=False))
        if moved is None:
            return
        seen = select(Message.id).where(Message.conversation_id == conversation, Message.seq <= seq)
        await session.execute(
            update(Delivery)
            .where(Delivery.message_id.in_(seen), Delivery.state.in_(("pending", "sent", "delivered")))
            .values(state="read")
            .execution_options(synchronize_session=False)
        )
