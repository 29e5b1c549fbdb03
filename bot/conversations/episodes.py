"""Episodes: sittings of a conversation. They bound what a turn costs, and what is remembered when the person changes.

An episode holds what the next turn starts from: the Rasa events that the dialogue gave back, replaced by each turn and not added
to, so that turn 2,000 costs what turn 10 costs. It ends after 30 minutes of silence, when the identity changes, at log-out, when the
dialogue hands back 300 events, or when they cannot be read any more; ending it forgets them. The messages stay in the ledger.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, Literal

from sqlalchemy import Connection, Row, bindparam, case, exists, insert, not_, select, update

from bot.conversations import folios
from bot.conversations.base import MAX_EVENTS, SILENCE
from bot.conversations.ledger import Ledger
from bot.conversations.tables import CONVERSATION, EPISODE, NOW
from bot.identity.identity import Identity

Outcome = Literal["silence", "identity", "logout", "length", "unreadable"]

AT_ONCE: Final = 200
_BEGIN = insert(EPISODE).returning(EPISODE.c.id)
_OPEN = EPISODE.c.ended_at.is_(None)
_CURRENT = select(EPISODE.c.id, EPISODE.c.desk, EPISODE.c.person, EPISODE.c.last_at, EPISODE.c.events).where(
    EPISODE.c.conversation_id == bindparam("conversation"), _OPEN
)
_END = {"ended_at": NOW, "outcome": bindparam("why"), "events": []}
_CLOSE_OPEN = update(EPISODE).where(EPISODE.c.conversation_id == bindparam("conversation"), _OPEN).values(**_END)
_CLOSE = update(EPISODE).where(EPISODE.c.id == bindparam("episode"), _OPEN).values(**_END)
_REMEMBER = (
    update(EPISODE)
    .where(EPISODE.c.id == bindparam("episode"), _OPEN)
    .values(events=bindparam("remembered", type_=EPISODE.c.events.type), last_at=case((EPISODE.c.last_at > NOW, EPISODE.c.last_at), else_=NOW))
)  # fmt: skip


def current(connection: Connection, conversation: str, who: Identity, at: datetime) -> tuple[int, list[dict[str, Any]]]:
    """The episode of a message that came from `who` at `at`, and its events: the open one, or a new one when that has run out."""
    found = connection.execute(_CURRENT, {"conversation": conversation}).one_or_none()
    if found is not None:
        ended = _why_over(found, who, at)
        if ended is None:
            return found.id, folios.known_events(connection, conversation, who, at, found.events)
        close_open(connection, conversation, ended, at)
    events = folios.known_events(connection, conversation, who, at)
    return begin(connection, conversation, who, at, events), events


def _why_over(episode: Row[Any], who: Identity, at: datetime) -> Outcome | None:
    if (episode.desk, episode.person) != who.subject:
        return "identity"
    return "silence" if at - episode.last_at > SILENCE else None


def begin(connection: Connection, conversation: str, who: Identity, now: datetime, events: Sequence[dict[str, Any]] = ()) -> int:
    """A new episode, which starts from `events`; no other one of the conversation may be open."""
    subject = {"desk": who.desk, "person": who.person}
    row: dict[str, Any] = {"conversation_id": conversation, **subject, "events": list(events), "started_at": now, "last_at": now}
    return int(connection.execute(_BEGIN, row).scalar_one())


def remember(connection: Connection, episode: int, events: Sequence[dict[str, Any]], now: datetime) -> None:
    """What the next turn starts from. One that was ended meanwhile (log-out) stays ended; too much to carry on ends it."""
    if len(events) >= MAX_EVENTS:
        connection.execute(_CLOSE, {"episode": episode, "why": "length", "now": now})
    else:
        connection.execute(_REMEMBER, {"episode": episode, "remembered": list(events), "now": now})


async def end_silent(ledger: Ledger, now: datetime) -> int:
    """End those in which nobody says anything any more, a piece at a time, so that their events are forgotten though nobody comes back; how many.

    Not where a message still waits for its turn: it may belong to one.
    """
    waits = exists().where(CONVERSATION.c.id == EPISODE.c.conversation_id, CONVERSATION.c.ready_at.is_not(None))
    silent = select(EPISODE.c.id).where(_OPEN, EPISODE.c.last_at < now - SILENCE, not_(waits)).limit(AT_ONCE)
    end = update(EPISODE).where(EPISODE.c.id.in_(silent), _OPEN).values(**_END)
    ended = 0
    while number := await ledger.write(lambda connection: connection.execute(end, {"now": now, "why": "silence"}).rowcount):
        ended += number
    return ended


def close_open(connection: Connection, conversation: str, outcome: Outcome, now: datetime) -> None:
    """End the open episode of a conversation, if there is one."""
    connection.execute(_CLOSE_OPEN, {"conversation": conversation, "why": outcome, "now": now})
