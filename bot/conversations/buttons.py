"""Buttons: a press names a row that we wrote, so nothing a client sends can become an intent or an entity.

A row belongs to one conversation, can be used once, and expires. Typed words that mean one of the last answer's open buttons
("la 2", its title) use the same row.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.conversations.base import SILENCE
from bot.conversations.models import Button, Message
from bot.errors import Conflict, NotYours


async def press(session: AsyncSession, conversation: str, button_id: str, now: datetime) -> Button:
    """Use a button up. Raises NotYours (unknown here), Conflict ("used" or "expired")."""
    button = await session.get(Button, button_id)
    if button is None or button.conversation_id != conversation:
        raise NotYours("button")
    if button.used_at is not None:
        raise Conflict("used")
    if button.expires_at <= now:
        raise Conflict("expired")
    if not await _use(session, button, now):
        raise Conflict("used")
    return button


async def typed(
    session: AsyncSession, conversation: str, text: str, match: Callable[[str, Sequence[str]], int | None], now: datetime
) -> Button | None:
    """The open button of the last answer that the text chooses, used up; None when it chooses none, or after 30 minutes of silence."""
    last = select(Message.id).where(Message.conversation_id == conversation, Message.kind == "answer", Message.at > now - SILENCE)
    reply = await session.scalar(last.order_by(Message.seq.desc()).limit(1))
    if reply is None:
        return None
    offered = (await session.scalars(select(Button).where(Button.reply_id == reply).order_by(Button.position))).all()
    position = match(text, [button.title for button in offered]) if offered else None
    if position is None:
        return None
    chosen = offered[position]
    if chosen.used_at is not None or chosen.expires_at <= now:
        return None
    return chosen if await _use(session, chosen, now) else None


async def _use(session: AsyncSession, button: Button, now: datetime) -> bool:
    statement = update(Button).where(Button.id == button.id, Button.used_at.is_(None)).values(used_at=now).returning(Button.id)
    return (await session.scalar(statement)) is not None
