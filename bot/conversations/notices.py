"""Notices: what the bot says besides answers. Each is told once, however many messages or gateways there are."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Exists, Update, exists, or_, select, update

from bot.conversations import outbox
from bot.conversations.base import Channel
from bot.conversations.ledger import Ledger
from bot.conversations.tables import CONVERSATION, MESSAGE, OPEN

BATCH = 100


async def overdue(ledger: Ledger, channels: Collection[str], before: datetime) -> list[tuple[str, str]]:
    """(conversation, channel) of those with a message from before this moment that is not answered, and that were not told yet.

    Only conversations of `channels` count: the others are told nothing.
    """
    query = (
        select(CONVERSATION.c.id, CONVERSATION.c.channel)
        .where(
            CONVERSATION.c.owner == "bot",
            CONVERSATION.c.ready_at.is_not(None),
            CONVERSATION.c.delay_notice_at.is_(None),
            _not_gathered_since(before),
            CONVERSATION.c.channel.in_(list(channels)),
            _waits(before),
        )
        .limit(BATCH)
    )
    return await ledger.read(lambda connection: [(row.id, row.channel) for row in connection.execute(query)])


async def tell_delay(ledger: Ledger, conversation: str, before: datetime, text: str, now: datetime) -> bool:
    """Add the notice that an answer takes longer, unless it was told since the last answer or nothing waits any more; whether it was added."""
    untold = update(CONVERSATION).where(
        CONVERSATION.c.id == conversation,
        CONVERSATION.c.owner == "bot",
        CONVERSATION.c.delay_notice_at.is_(None),
        _not_gathered_since(before),
        _waits(before),
    )
    waiting = select(MESSAGE.c.seq).where(MESSAGE.c.conversation_id == conversation, OPEN).order_by(MESSAGE.c.seq).limit(1)
    return await _tell(ledger, conversation, untold.values(delay_notice_at=now), text, now, waiting)


async def tell_flood(ledger: Ledger, conversation: str, text: str, now: datetime, calm: timedelta) -> bool:
    """Add the notice that messages come too fast, unless one was added less than `calm` ago (by any gateway); whether it was added."""
    told_at = CONVERSATION.c.flood_notice_at
    untold = update(CONVERSATION).where(
        CONVERSATION.c.id == conversation,
        or_(told_at.is_(None), told_at <= now - calm, told_at > now),  # clocks may go back
    )
    return await _tell(ledger, conversation, untold.values(flood_notice_at=now), text, now)


async def tell(ledger: Ledger, conversation: str, text: str, now: datetime) -> bool:
    """Add a notice, whatever was told before; False where there is no such conversation."""
    return await _tell(ledger, conversation, update(CONVERSATION).where(CONVERSATION.c.id == conversation), text, now)


async def _tell(ledger: Ledger, conversation: str, untold: Update, text: str, now: datetime, about: Any = None) -> bool:
    taken = untold.values(last_seq=CONVERSATION.c.last_seq + 1).returning(CONVERSATION.c.last_seq, CONVERSATION.c.channel)

    def work(connection: Connection) -> bool:
        place = connection.execute(taken).one_or_none()
        if place is None:
            return False
        reply_to = None if about is None else connection.scalar(about)
        channel: Channel = place.channel
        outbox.say(connection, conversation, "notice", text, channel=channel, seq=place.last_seq, now=now, in_reply_to=reply_to)
        return True

    return await ledger.write(work)


def _not_gathered_since(before: datetime) -> ColumnElement[bool]:
    """While we wait for our customer's next message, it is not the customer who waits."""
    return or_(CONVERSATION.c.gathers_until.is_(None), CONVERSATION.c.gathers_until <= before)


def _waits(before: datetime) -> Exists:
    return exists().where(MESSAGE.c.conversation_id == CONVERSATION.c.id, OPEN, MESSAGE.c.at <= before)
