"""Notices: what the bot says besides answers. A customer who waits is told once, however many messages wait."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Exists, exists, select, update

from bot.conversations.base import OPEN_STATES
from bot.conversations.inbox import notice_message
from bot.conversations.ledger import Ledger
from bot.conversations.models import Conversation, Message

BATCH = 100


async def overdue(ledger: Ledger, before: datetime) -> list[str]:
    """Conversations of the bot with a message from before this moment that is not answered, and that were not told yet."""
    query = (
        select(Conversation.id)
        .where(Conversation.owner == "bot", Conversation.ready_at.is_not(None), Conversation.delay_notice_at.is_(None), _waits(before))
        .limit(BATCH)
    )
    async with ledger.read() as session:
        return list(await session.scalars(query))


async def tell_delay(ledger: Ledger, conversation: str, before: datetime, text: str, now: datetime) -> bool:
    """Add the notice that an answer takes longer, unless it was told since the last answer or nothing waits any more; whether it was added."""
    async with ledger.write() as session:
        statement = (
            update(Conversation)
            .where(Conversation.id == conversation, Conversation.owner == "bot", Conversation.delay_notice_at.is_(None), _waits(before))
            .values(last_seq=Conversation.last_seq + 1, delay_notice_at=now)
            .returning(Conversation.last_seq)
            .execution_options(synchronize_session=False)
        )
        seq = await session.scalar(statement)
        if seq is None:
            return False
        waiting = (
            select(Message.seq)
            .where(Message.conversation_id == conversation, Message.state.in_(OPEN_STATES))
            .order_by(Message.seq)
            .limit(1)
        )
        session.add(notice_message(conversation, seq, await session.scalar(waiting), text, now))
    return True


def _waits(before: datetime) -> Exists:
    return exists().where(Message.conversation_id == Conversation.id, Message.state.in_(OPEN_STATES), Message.at <= before)
