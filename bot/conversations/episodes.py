"""Episodes: sittings of a conversation. They bound what a turn costs, and what is remembered when the person changes.

An episode ends after 30 minutes of silence, when the identity changes, at log-out, or at 300 events; ending it forgets its Rasa
events. The messages themselves stay in the ledger.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.conversations.base import MAX_EVENTS, SILENCE
from bot.conversations.models import Episode, Message, SessionEvent

Outcome = Literal["silence", "identity", "logout", "length"]


async def current(session: AsyncSession, inbound: Message) -> Episode:
    """The episode this inbound message belongs to: the open one, or a new one when that has run out."""
    episode = await _open(session, inbound.conversation_id)
    if episode is not None:
        ended = _why_over(episode, inbound)
        if ended is None:
            episode.last_at = max(episode.last_at, inbound.at)
            return episode
        await _close(session, episode, ended, inbound.at)
    episode = Episode(conversation_id=inbound.conversation_id, desk=inbound.desk, events=0, started_at=inbound.at, last_at=inbound.at)
    session.add(episode)
    await session.flush()
    return episode


def _why_over(episode: Episode, inbound: Message) -> Outcome | None:
    if episode.desk != inbound.desk:
        return "identity"
    if inbound.at - episode.last_at > SILENCE:
        return "silence"
    return "length" if episode.events >= MAX_EVENTS else None


async def events(session: AsyncSession, episode: Episode) -> tuple[dict[str, Any], ...]:
    """The Rasa events of the episode, oldest first."""
    rows = await session.scalars(select(SessionEvent.event).where(SessionEvent.episode_id == episode.id).order_by(SessionEvent.n))
    return tuple(rows)


async def append(session: AsyncSession, episode_id: int, new: Sequence[dict[str, Any]], now: datetime) -> None:
    """Add the events of a turn; an episode that reaches 300 ends here. One that was ended meanwhile (log-out) stays ended."""
    episode = await session.get_one(Episode, episode_id, with_for_update=True)
    if episode.ended_at is not None:
        return
    episode.last_at = max(episode.last_at, now)
    if episode.events + len(new) >= MAX_EVENTS:
        await _close(session, episode, "length", now)
        return
    if new:
        rows = [{"episode_id": episode_id, "n": n, "event": event} for n, event in enumerate(new, start=episode.events)]
        await session.execute(insert(SessionEvent), rows)
    episode.events += len(new)


async def close_open(session: AsyncSession, conversation: str, outcome: Outcome, now: datetime) -> None:
    """End the open episode of a conversation, if there is one."""
    episode = await _open(session, conversation)
    if episode is not None:
        await _close(session, episode, outcome, now)


async def _open(session: AsyncSession, conversation: str) -> Episode | None:
    query = select(Episode).where(Episode.conversation_id == conversation, Episode.ended_at.is_(None)).with_for_update()
    return (await session.scalars(query)).one_or_none()


async def _close(session: AsyncSession, episode: Episode, outcome: Outcome, now: datetime) -> None:
    episode.ended_at, episode.outcome, episode.events = now, outcome, 0
    await session.execute(delete(SessionEvent).where(SessionEvent.episode_id == episode.id))
    await session.flush()
