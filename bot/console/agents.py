"""Agents in the ledger's database: made, found, counted against when they fail, and taken away together with their sessions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, cast

from sqlalchemy import Connection, Row, Table, bindparam, case, delete, exists, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from bot.console import models
from bot.console.models import Role
from bot.conversations import later
from bot.conversations.ledger import Ledger, new_id
from bot.errors import Conflict

AGENT = cast(Table, models.Agent.__table__)
RECOVERY = cast(Table, models.RecoveryCode.__table__)
SESSION = cast(Table, models.AgentSession.__table__)
_OTHER = AGENT.alias("other")

RANK: Final[dict[str, int]] = {"agent": 0, "supervisor": 1, "administrator": 2}
MOST_FAILURES: Final = 5
LOCKED_FOR: Final = timedelta(minutes=15)


@dataclass(frozen=True)
class Known:
    """An agent as the sign-in sees them."""

    id: str
    name: str
    role: Role
    password_hash: str
    second_factor: str | None
    confirmed: bool
    locked: bool

    @property
    def needs_second_factor(self) -> bool:
        """Whether nobody of this role gets in without."""
        return self.confirmed or RANK[self.role] > 0


async def add(
    ledger: Ledger, name: str, role: Role, password_hash: str, now: datetime, issuer: str | None = None, subject: str | None = None
) -> str:
    """A new agent's id. Raises Conflict ("name": there is, or was, one of that name, for the audit must stay readable; or of that subject)."""
    row = {"id": new_id(), "name": name, "role": role, "password_hash": password_hash, "created_at": now, "failures": 0, "last_step": 0}
    row |= {"issuer": issuer, "subject": subject}
    try:
        await ledger.write(lambda connection: connection.execute(insert(AGENT), row))
    except IntegrityError:
        raise Conflict("name") from None
    return str(row["id"])


async def find(ledger: Ledger, name: str, now: datetime) -> Known | None:
    """The agent of this name, unless there is none (any more)."""
    return await ledger.read(lambda connection: _known(connection, AGENT.c.name == name, now))


async def by_id(ledger: Ledger, agent: str, now: datetime) -> Known | None:
    """The agent with this id, unless removed."""
    return await ledger.read(lambda connection: _known(connection, AGENT.c.id == agent, now))


async def listed(ledger: Ledger) -> Sequence[Row[Any]]:
    """Every agent (name, role, second_factor_at, removed_at, mail, subject), by name."""
    told = AGENT.c.name, AGENT.c.role, AGENT.c.second_factor_at, AGENT.c.removed_at, AGENT.c.mail, AGENT.c.subject
    query = select(*told).order_by(AGENT.c.name)
    return await ledger.read(lambda connection: connection.execute(query).all())


def names(connection: Connection) -> Sequence[str]:
    """Everybody who may sign in, or once might, by name."""
    return connection.scalars(select(AGENT.c.name).order_by(AGENT.c.name)).all()


async def set_password(ledger: Ledger, name: str, password_hash: str, now: datetime) -> bool:
    """Another password, no lock, and no session of before; False where there is no such agent."""
    return await _change(ledger, name, now, password_hash=password_hash, failures=0, locked_until=None)


async def set_mail(ledger: Ledger, name: str, mail: str | None) -> bool:
    """Where the digest goes, None: nowhere; False where there is no such agent. Their sessions go on."""
    changed = update(AGENT).where(AGENT.c.name == name, AGENT.c.removed_at.is_(None)).values(mail=mail).returning(AGENT.c.id)
    return await ledger.write(lambda connection: connection.scalar(changed)) is not None


async def set_subject(ledger: Ledger, name: str, issuer: str, subject: str | None, now: datetime) -> bool:
    """Who they are to the company's provider, None: nobody; ends their sessions. A removed agent gives it up to who comes back under another name.

    False where there is no such agent. Raises Conflict: it is another agent's.
    """
    theirs = AGENT.c.issuer == issuer, AGENT.c.subject == subject, AGENT.c.removed_at.is_not(None)
    given_up = update(AGENT).where(*theirs, exists().where(_OTHER.c.name == name, _OTHER.c.removed_at.is_(None)))

    def give_up(connection: Connection) -> None:
        connection.execute(given_up.values(issuer=None, subject=None))

    try:
        return await _change(ledger, name, now, before=give_up, issuer=issuer if subject else None, subject=subject)
    except IntegrityError:
        raise Conflict("subject") from None


async def mail_of(ledger: Ledger, agent: str) -> str | None:
    """The address of the agent with this id."""
    return await ledger.read(lambda connection: connection.scalar(select(AGENT.c.mail).where(AGENT.c.id == agent)))


async def forget_second_factor(ledger: Ledger, name: str, now: datetime) -> bool:
    """Whoever lost it sets up another one at the next sign-in; False where there is no such agent."""
    return await _change(ledger, name, now, second_factor=None, second_factor_at=None)


async def sign_out(ledger: Ledger, name: str, now: datetime) -> bool:
    """Out of every browser, and in again with what they know; False where there is no such agent."""
    return await _change(ledger, name, now, failures=AGENT.c.failures)


async def remove(ledger: Ledger, name: str, now: datetime) -> bool:
    """Nobody signs in under this name any more, and who is signed in is out; False where there is no such agent."""
    return await _change(ledger, name, now, lambda connection: later.hold_back_of(connection, name, now), removed_at=now)


async def _change(
    ledger: Ledger,
    name: str,
    now: datetime,
    also: Callable[[Connection], object] | None = None,
    before: Callable[[Connection], object] | None = None,
    **values: Any,
) -> bool:
    changed = update(AGENT).where(AGENT.c.name == name, AGENT.c.removed_at.is_(None)).values(**values).returning(AGENT.c.id)

    def work(connection: Connection) -> bool:
        if before is not None:
            before(connection)
        agent = connection.scalar(changed)
        connection.execute(update(SESSION).where(SESSION.c.agent_id == agent, SESSION.c.ended_at.is_(None)).values(ended_at=now))
        if also is not None and agent is not None:
            also(connection)
        return agent is not None

    return await ledger.write(work)


def count_failure(connection: Connection, agent: str | None, now: datetime) -> bool:
    """A wrong password or code; whether the agent is locked out by it. Nobody's (None) and one who is locked out already cost the same statement."""
    locks = AGENT.c.failures + 1 >= MOST_FAILURES
    counted = (
        update(AGENT)
        .where(AGENT.c.id == (agent or ""), or_(AGENT.c.locked_until.is_(None), AGENT.c.locked_until <= now))
        .values(
            failures=case((locks, 0), else_=AGENT.c.failures + 1),
            locked_until=case((locks, bindparam("until", type_=AGENT.c.locked_until.type)), else_=AGENT.c.locked_until),
        )
        .returning(AGENT.c.failures)
    )
    return connection.execute(counted, {"until": now + LOCKED_FOR}).scalar() == 0


async def renew_hash(ledger: Ledger, agent: Known, password_hash: str) -> None:
    """The same password, kept as it is kept today; not where it is another one by now."""
    same = update(AGENT).where(AGENT.c.id == agent.id, AGENT.c.password_hash == agent.password_hash)
    await ledger.write(lambda connection: connection.execute(same.values(password_hash=password_hash)))


async def forgive(ledger: Ledger, agent: str) -> None:
    """The right password: what failed before is forgotten."""
    await ledger.write(lambda connection: connection.execute(update(AGENT).where(AGENT.c.id == agent).values(failures=0)))


async def offer_second_factor(ledger: Ledger, agent: str, secret: str) -> str:
    """The secret to set up: the one that was offered before, or this one."""
    offered = update(AGENT).where(AGENT.c.id == agent, AGENT.c.second_factor.is_(None)).values(second_factor=secret)

    def work(connection: Connection) -> str:
        connection.execute(offered)
        return str(connection.scalar(select(AGENT.c.second_factor).where(AGENT.c.id == agent)))

    return await ledger.write(work)


async def confirm_second_factor(ledger: Ledger, agent: str, step: int, digests: Sequence[str], now: datetime) -> bool:
    """The telephone shows the right digits: from now on they are asked for, these recovery codes stand in, and who is signed in as them is out.

    False if that was so before.
    """
    confirmed = update(AGENT).where(AGENT.c.id == agent, AGENT.c.second_factor_at.is_(None))

    def work(connection: Connection) -> bool:
        if connection.scalar(confirmed.values(second_factor_at=now, last_step=step, failures=0).returning(AGENT.c.id)) is None:
            return False
        connection.execute(delete(RECOVERY).where(RECOVERY.c.agent_id == agent))
        connection.execute(insert(RECOVERY), [{"agent_id": agent, "digest": digest} for digest in digests])
        connection.execute(update(SESSION).where(SESSION.c.agent_id == agent, SESSION.c.ended_at.is_(None)).values(ended_at=now))
        return True

    return await ledger.write(work)


async def reseal(ledger: Ledger, change: Callable[[str], str]) -> int:
    """Put every second factor into another box; how many."""

    def work(connection: Connection) -> int:
        rows = connection.execute(select(AGENT.c.id, AGENT.c.second_factor).where(AGENT.c.second_factor.is_not(None))).all()
        for row in rows:
            connection.execute(update(AGENT).where(AGENT.c.id == row.id).values(second_factor=change(row.second_factor)))
        return len(rows)

    return await ledger.write(work)


async def use_step(ledger: Ledger, agent: str, step: int) -> bool:
    """The digits of these 30 seconds are used up; False where they, or later ones, were before: nobody uses what was overheard."""
    used = update(AGENT).where(AGENT.c.id == agent, AGENT.c.last_step < step).values(last_step=step, failures=0).returning(AGENT.c.id)
    return await ledger.write(lambda connection: connection.scalar(used)) is not None


async def use_recovery_code(ledger: Ledger, agent: str, digest: str, now: datetime) -> bool:
    """The code is used up; False where there is no such code (any more)."""
    unused = update(RECOVERY).where(RECOVERY.c.agent_id == agent, RECOVERY.c.digest == digest, RECOVERY.c.used_at.is_(None))

    def work(connection: Connection) -> bool:
        if connection.scalar(unused.values(used_at=now).returning(RECOVERY.c.id)) is None:
            return False
        connection.execute(update(AGENT).where(AGENT.c.id == agent).values(failures=0))
        return True

    return await ledger.write(work)


def _known(connection: Connection, which: Any, now: datetime) -> Known | None:
    row = connection.execute(select(AGENT).where(which, AGENT.c.removed_at.is_(None))).one_or_none()
    return None if row is None else known_from(row, now)


def known_from(row: Row[Any], now: datetime) -> Known:
    """What the sign-in sees of a row."""
    locked = row.locked_until is not None and now < row.locked_until <= now + LOCKED_FOR  # a clock that was set back locks nobody for years
    return Known(row.id, row.name, row.role, row.password_hash, row.second_factor, row.second_factor_at is not None, locked)
