"""The inbox: an inbound message is stored exactly once, before anybody is told that it was received.

The conversation's row is updated first, so that everything about one conversation happens one after the other: the seq, the
check for a repeated id, the button that is used up and the place in the queue belong to one transaction.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.conversations import buttons
from bot.conversations.base import Channel, Level
from bot.conversations.clean import clean_text
from bot.conversations.ledger import Ledger, new_id
from bot.conversations.models import Button, Conversation, Message
from bot.errors import Conflict, NotYours

Matcher = Callable[[str, Sequence[str]], int | None]
"""Which of the titles a typed text chooses, or None (`bot.rules.choices.match_choice`)."""


@dataclass(frozen=True)
class Inbound:
    """A message as its channel received it: `text` or `button` (an id of ours). `scope` and `external_id` make it unique."""

    conversation: str
    channel: Channel
    scope: str
    external_id: str
    text: str | None
    button: str | None
    desk: str | None
    level: Level
    proof: str | None
    correlation: str | None

    @property
    def fingerprint(self) -> str:
        """Tells another content under the same id."""
        content = f"button:{self.button}" if self.button is not None else f"text:{clean_text(self.text or '')}"
        return hashlib.sha256(content.encode()).hexdigest()


@dataclass(frozen=True)
class Accepted:
    """What the sender is told. `repeated`: it was stored before, nothing new happened."""

    seq: int
    repeated: bool


@dataclass(frozen=True)
class _Content:
    text: str
    pressed: Button | None


async def accept(ledger: Ledger, inbound: Inbound, now: datetime, *, match: Matcher | None = None, notice: str | None = None) -> Accepted:
    """Store an inbound message and put its conversation in the queue; the first one is followed by `notice` (the privacy notice).

    Raises Conflict ("content": the id came with other content; "used", "expired": the button's state), NotYours (an unknown button or
    conversation, or one of somebody else), LedgerUnavailable (nothing was stored).
    """
    try:
        return await _accept(ledger, inbound, now, match, notice)
    except IntegrityError:  # the same id at the same moment in another conversation
        return await _accept(ledger, inbound, now, match, notice)


async def _accept(ledger: Ledger, inbound: Inbound, now: datetime, match: Matcher | None, notice: str | None) -> Accepted:
    async with ledger.write() as session:
        repeated = await _stored_before(session, inbound)  # before the row's lock: a repetition costs no seq
        if repeated is not None:
            return repeated
        conversation = await _next_place(session, inbound, now)
        repeated = await _stored_before(session, inbound)  # and again under it: the twin may have just been stored
        if repeated is not None:
            conversation.last_seq -= 1
            return repeated
        content = await _content(session, inbound, match, now)
        session.add(_message(inbound, content, conversation, now))
        seq = conversation.last_seq
        if notice is not None and conversation.privacy_notice_at is None:
            conversation.last_seq, conversation.privacy_notice_at = seq + 1, now
            session.add(notice_message(conversation.id, seq + 1, None, notice, now))
        await session.flush()
        return Accepted(seq, repeated=False)


async def _stored_before(session: AsyncSession, inbound: Inbound) -> Accepted | None:
    query = select(Message.conversation_id, Message.seq, Message.fingerprint).where(
        Message.channel == inbound.channel, Message.scope == inbound.scope, Message.external_id == inbound.external_id
    )
    stored = (await session.execute(query)).one_or_none()
    if stored is None:
        return None
    if stored.conversation_id != inbound.conversation or stored.fingerprint != inbound.fingerprint:
        raise Conflict("content")
    return Accepted(stored.seq, repeated=True)


async def _next_place(session: AsyncSession, inbound: Inbound, now: datetime) -> Conversation:
    """The conversation with the seq taken, its row locked until the end of the transaction."""
    statement = (
        update(Conversation)
        .where(Conversation.id == inbound.conversation)
        .values(last_seq=Conversation.last_seq + 1, last_at=now, ready_at=func.coalesce(Conversation.ready_at, now))
        .returning(Conversation)
    )
    conversation = (await session.scalars(statement)).one_or_none()
    if conversation is None:
        raise NotYours("conversation")
    return conversation


async def _content(session: AsyncSession, inbound: Inbound, match: Matcher | None, now: datetime) -> _Content:
    if inbound.button is not None:
        pressed = await buttons.press(session, inbound.conversation, inbound.button, now)
        return _Content(pressed.title, pressed)
    text = clean_text(inbound.text or "")
    return _Content(text, await buttons.typed(session, inbound.conversation, text, match, now) if match else None)


def _message(inbound: Inbound, content: _Content, conversation: Conversation, now: datetime) -> Message:
    return Message(
        id=new_id(),
        conversation_id=conversation.id,
        seq=conversation.last_seq,
        author="customer",
        kind="text",
        text=content.text,
        at=now,
        correlation=inbound.correlation,
        channel=inbound.channel,
        scope=inbound.scope,
        external_id=inbound.external_id,
        fingerprint=inbound.fingerprint,
        button_id=content.pressed.id if content.pressed else None,
        state="received" if conversation.owner == "bot" else "with_agent",
        desk=inbound.desk,
        level=inbound.level,
        proof=inbound.proof,
        attempts=0,
    )


def notice_message(conversation: str, seq: int, in_reply_to: int | None, text: str, now: datetime) -> Message:
    """A message of kind `notice` from the bot, at a seq that the caller has taken."""
    return Message(
        id=new_id(),
        conversation_id=conversation,
        seq=seq,
        author="bot",
        kind="notice",
        in_reply_to=in_reply_to,
        text=text,
        at=now,
        attempts=0,
    )
