"""Who is signed in: sessions kept here, so that they can be ended here. The browser holds a random word of which only the digest is stored."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Row, insert, select, update

from bot.console.agents import AGENT, RANK, SESSION
from bot.console.models import Role, Stage, Way
from bot.conversations.ledger import Ledger

IDLE: Final = timedelta(minutes=30)
LONGEST: Final = timedelta(hours=10)
"""A working day; then everybody signs in again."""
HALF_WAY: Final = timedelta(minutes=10)
"""Time for the second factor."""
NOTED_EVERY: Final = timedelta(seconds=30)
"""That a session is used is written so often at most."""


@dataclass(frozen=True)
class Session:
    """A browser's session. Only at stage "in" is the agent signed in. `since`: when they proved who they are; `came_by`: how a sign-in began that is not there yet."""

    id: str
    csrf: str
    stage: Stage
    agent: str
    name: str
    role: Role
    since: datetime
    came_by: Way | None

    def may(self, role: Role) -> bool:
        """Whether the agent's role is this one or a higher one."""
        return RANK[self.role] >= RANK[role]


async def begin(ledger: Ledger, agent: str, stage: Stage, now: datetime, came_by: Way | None = None) -> str:
    """A new session; what the browser's cookie holds."""
    word = secrets.token_urlsafe(32)
    until = now + (LONGEST if stage == "in" else HALF_WAY)
    row: dict[str, Any] = {"id": _digest(word), "agent_id": agent, "csrf": secrets.token_urlsafe(24), "stage": stage}
    row |= {"came_by": came_by, "created_at": now, "seen_at": now, "expires_at": until}
    await ledger.write(lambda connection: connection.execute(insert(SESSION), row))
    return word


async def find(ledger: Ledger, word: str, now: datetime, *, used: bool = True) -> Session | None:
    """The session of this cookie, unless it has ended, was not used for too long, or its agent was removed. `used`: an agent did something."""
    mine = SESSION.c.id == _digest(word)
    query = (
        select(SESSION, AGENT.c.name, AGENT.c.role)
        .join_from(SESSION, AGENT, AGENT.c.id == SESSION.c.agent_id)
        .where(mine, AGENT.c.removed_at.is_(None), *_goes_on(now))
    )
    row = await ledger.read(lambda connection: connection.execute(query).one_or_none())
    if row is None:
        return None
    if used and now - row.seen_at > NOTED_EVERY:
        await ledger.write(lambda connection: connection.execute(update(SESSION).where(mine).values(seen_at=now)))
    return Session(row.id, row.csrf, row.stage, row.agent_id, row.name, row.role, row.created_at, row.came_by)


async def end(ledger: Ledger, session: Session, now: datetime) -> None:
    """This browser is signed out."""
    mine = update(SESSION).where(SESSION.c.id == session.id).values(ended_at=now)
    await ledger.write(lambda connection: connection.execute(mine))


async def open_of(ledger: Ledger, agent: str, now: datetime) -> Sequence[Row[Any]]:
    """Where an agent is signed in (id, created_at, seen_at), the newest first."""
    told = SESSION.c.id, SESSION.c.created_at, SESSION.c.seen_at
    query = select(*told).where(SESSION.c.agent_id == agent, SESSION.c.stage == "in", *_goes_on(now)).order_by(SESSION.c.created_at.desc())
    return await ledger.read(lambda connection: connection.execute(query).all())


async def end_others(ledger: Ledger, session: Session, now: datetime, only: str = "") -> int:
    """The agent is signed out everywhere but here, or in one other browser; of how many."""
    others = [SESSION.c.agent_id == session.agent, SESSION.c.id != session.id, *_goes_on(now)]
    others += [SESSION.c.id == only] if only else []
    ended = update(SESSION).where(*others).values(ended_at=now).returning(SESSION.c.id)
    return await ledger.write(lambda connection: len(connection.scalars(ended).all()))


async def replace(ledger: Ledger, session: Session, stage: Stage, now: datetime) -> str:
    """The next stage of a sign-in: another session, so that what somebody planted before is worth nothing after it; its cookie's word."""
    await end(ledger, session, now)
    return await begin(ledger, session.agent, stage, now)


async def on_line(ledger: Ledger, since: datetime) -> list[str]:
    """Names of agents who did something since then."""
    query = (
        select(AGENT.c.name)
        .distinct()
        .join_from(SESSION, AGENT, AGENT.c.id == SESSION.c.agent_id)
        .where(SESSION.c.ended_at.is_(None), SESSION.c.stage == "in", SESSION.c.seen_at > since)
        .order_by(AGENT.c.name)
    )

    def work(connection: Connection) -> list[str]:
        return list(connection.scalars(query))

    return await ledger.read(work)


def _goes_on(now: datetime) -> Sequence[Any]:
    """Of a session that is good still."""
    return SESSION.c.ended_at.is_(None), SESSION.c.expires_at > now, SESSION.c.seen_at > now - IDLE


def _digest(word: str) -> str:
    return hashlib.sha256(word.encode("utf-8", "replace")).hexdigest()
