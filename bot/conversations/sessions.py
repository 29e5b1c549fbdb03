"""Web conversations and the sessions that open them: a session belongs to one conversation, a conversation to one subject."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update

from bot.conversations import episodes
from bot.conversations.base import Level
from bot.conversations.ledger import Ledger, new_id
from bot.conversations.models import Conversation, WebSession


@dataclass(frozen=True)
class OpenSession:
    """A web session that is good now. `cursor` is the seq of the conversation's last message."""

    id: str
    conversation: str
    desk: str | None
    level: Level
    expires_at: datetime
    cursor: int


async def begin(ledger: Ledger, desk: str | None, life: timedelta, now: datetime) -> OpenSession:
    """A new web conversation for this subject (None: a visitor) with its first session."""
    level: Level = "anonymous" if desk is None else "portal"
    async with ledger.write() as session:
        conversation = Conversation(id=new_id(), channel="web", desk=desk, level=level, created_at=now, last_at=now)
        session.add(conversation)
        await session.flush()
        row = _row(conversation.id, desk, life, now)
        session.add(row)
    return OpenSession(row.id, conversation.id, desk, level, row.expires_at, 0)


async def prolong(ledger: Ledger, earlier: OpenSession, life: timedelta, now: datetime) -> OpenSession:
    """Another session of the same conversation, for a subject that has just proved again who it is."""
    row = _row(earlier.conversation, earlier.desk, life, now)
    async with ledger.write() as session:
        session.add(row)
    return OpenSession(row.id, row.conversation_id, row.desk, earlier.level, row.expires_at, earlier.cursor)


async def find(ledger: Ledger, session_id: str, now: datetime) -> OpenSession | None:
    """The session with this id, unless it is unknown, has ended or was revoked."""
    query = (
        select(WebSession, Conversation.last_seq)
        .join(Conversation, Conversation.id == WebSession.conversation_id)
        .where(WebSession.id == session_id)
    )
    async with ledger.read() as session:
        found = (await session.execute(query)).one_or_none()
    if found is None:
        return None
    row, cursor = found
    if row.revoked_at is not None or row.expires_at <= now:
        return None
    return OpenSession(row.id, row.conversation_id, row.desk, "anonymous" if row.desk is None else "portal", row.expires_at, cursor)


async def revoke(ledger: Ledger, conversation: str, now: datetime) -> None:
    """Log-out: end every session of the conversation and its open episode."""
    async with ledger.write() as session:
        await session.execute(
            update(WebSession).where(WebSession.conversation_id == conversation, WebSession.revoked_at.is_(None)).values(revoked_at=now)
        )
        await episodes.close_open(session, conversation, "logout", now)


def _row(conversation: str, desk: str | None, life: timedelta, now: datetime) -> WebSession:
    return WebSession(id=new_id(), conversation_id=conversation, desk=desk, created_at=now, expires_at=now + life)
