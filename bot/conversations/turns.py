"""Turns: one message at a time per conversation, under a fenced lease, and everything of an answer in one transaction.

Whoever claims a conversation raises its `lease_token`; a commit, a renewal or a postponement matches only that token and only while
the bot owns the conversation. A holder that was late, or a conversation that an agent took over, matches no row: LeaseLost.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import and_, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.conversations import episodes
from bot.conversations.base import OPEN_STATES, Level
from bot.conversations.inbox import notice_message
from bot.conversations.ledger import Ledger
from bot.conversations.models import Button, Conversation, Message
from bot.errors import LeaseLost


@dataclass(frozen=True)
class Lease:
    """The right to write the next answer of a conversation, as long as nobody else has claimed it."""

    conversation: str
    token: int


@dataclass(frozen=True)
class Press:
    """The button that an inbound message pressed."""

    title: str
    intent: str
    entities: dict[str, Any]


@dataclass(frozen=True)
class OpenTurn:
    """A claimed message with all that its turn needs.

    `text` is what the dialogue gets: the typed text, or for a button the text of the message that led to it. `attempts` counts this one.
    """

    lease: Lease
    message: str
    seq: int
    text: str
    press: Press | None
    desk: str | None
    level: Level
    correlation: str | None
    attempts: int
    first_attempt_at: datetime
    accepted_at: datetime
    episode: int
    events: tuple[dict[str, Any], ...]


async def claim(ledger: Ledger, now: datetime, lease_life: timedelta) -> OpenTurn | None:
    """Take the message that has waited longest of a conversation nobody holds, or None. Works across processes."""
    async with ledger.write() as session:
        lease = await _take_lease(session, now, lease_life)
        if lease is None:
            return None
        inbound = await _head(session, lease.conversation)
        if inbound is None:
            await _release(session, lease, None)
            return None
        inbound.state, inbound.attempts = "processing", inbound.attempts + 1
        inbound.first_attempt_at = inbound.first_attempt_at or now
        episode = await episodes.current(session, inbound)
        inbound.episode_id = episode.id
        button = await session.get(Button, inbound.button_id) if inbound.button_id else None
        return OpenTurn(
            lease=lease,
            message=inbound.id,
            seq=inbound.seq,
            text=button.origin_text if button else inbound.text,
            press=Press(button.title, button.intent, button.entities) if button else None,
            desk=inbound.desk,
            level=cast(Level, inbound.level),
            correlation=inbound.correlation,
            attempts=inbound.attempts,
            first_attempt_at=inbound.first_attempt_at,
            accepted_at=inbound.at,
            episode=episode.id,
            events=await episodes.events(session, episode),
        )


async def _take_lease(session: AsyncSession, now: datetime, life: timedelta) -> Lease | None:
    free = or_(Conversation.lease_until.is_(None), Conversation.lease_until <= now)
    next_one = (
        select(Conversation.id)
        .where(Conversation.owner == "bot", Conversation.ready_at <= now, free)
        .order_by(Conversation.ready_at)
        .limit(1)
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    )
    statement = (
        update(Conversation)
        .where(Conversation.id == next_one)
        .values(lease_token=Conversation.lease_token + 1, lease_until=now + life)
        .returning(Conversation.id, Conversation.lease_token)
        .execution_options(synchronize_session=False)
    )
    row = (await session.execute(statement)).one_or_none()
    return Lease(row.id, row.lease_token) if row else None


async def _head(session: AsyncSession, conversation: str) -> Message | None:
    query = select(Message).where(Message.conversation_id == conversation, Message.state.in_(OPEN_STATES)).order_by(Message.seq).limit(1)
    return (await session.scalars(query)).one_or_none()


async def renew(ledger: Ledger, lease: Lease, now: datetime, lease_life: timedelta) -> None:
    """Keep the lease for longer. Raises LeaseLost."""
    async with ledger.write() as session:
        await _update_held(session, lease, lease_until=now + lease_life)


async def postpone(ledger: Ledger, turn: OpenTurn, until: datetime, error: str) -> None:
    """Give the message back, to be taken again from `until` on; those behind it wait with it. Raises LeaseLost."""
    async with ledger.write() as session:
        await _release(session, turn.lease, until)
        await session.execute(update(Message).where(Message.id == turn.message).values(state="received", last_error=error[:200]))


async def park(ledger: Ledger, turn: OpenTurn, error: str, notice: str, now: datetime) -> None:
    """Give the message up: it waits for a person (`python -m bot parked`), its customer gets `notice`, those behind it go on.

    Raises LeaseLost.
    """
    async with ledger.write() as session:
        seq = await take_seq(session, turn.lease)
        session.add(notice_message(turn.lease.conversation, seq, turn.seq, notice, now))
        await session.execute(update(Message).where(Message.id == turn.message).values(state="failed", last_error=error[:200]))
        await finish(session, turn.lease, now)


async def take_seq(session: AsyncSession, lease: Lease) -> int:
    """The next seq of a conversation that the lease still holds, its row locked. Raises LeaseLost."""
    return await _update_held(session, lease, last_seq=Conversation.last_seq + 1)


async def finish(session: AsyncSession, lease: Lease, now: datetime) -> None:
    """End the lease; the conversation goes to the end of the queue if more messages wait in it."""
    waiting = await _head(session, lease.conversation)
    await _release(session, lease, now if waiting else None, delay_notice_at=None)


async def _release(session: AsyncSession, lease: Lease, ready_at: datetime | None, **more: Any) -> None:
    await _update_held(session, lease, ready_at=ready_at, lease_until=None, lease_token=Conversation.lease_token + 1, **more)


async def _update_held(session: AsyncSession, lease: Lease, **values: Any) -> int:
    held = and_(Conversation.id == lease.conversation, Conversation.lease_token == lease.token, Conversation.owner == "bot")
    statement = (
        update(Conversation).where(held).values(**values).returning(Conversation.last_seq).execution_options(synchronize_session=False)
    )
    seq = await session.scalar(statement)
    if seq is None:
        raise LeaseLost(lease.conversation)
    return seq


async def hasten(ledger: Ledger, error: str, now: datetime) -> None:
    """The reason why messages were postponed with this error is gone: take them now."""
    waiting = select(Message.conversation_id).where(Message.state == "received", Message.last_error == error)
    async with ledger.write() as session:
        await session.execute(
            update(Conversation)
            .where(Conversation.ready_at > now, Conversation.id.in_(waiting))
            .values(ready_at=now)
            .execution_options(synchronize_session=False)
        )
