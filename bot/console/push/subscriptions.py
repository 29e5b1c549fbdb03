"""Browsers that are told of alerts, and what each of them knows, in the ledger's database.

A browser belongs to a session: it is told until that was signed out of, its agent was removed or given another password, or its time is over.
Which alerts it knows is written before anything is sent, so that several gateways tell it once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, cast

from sqlalchemy import ColumnElement, Connection, Table, Update, and_, bindparam, delete, insert, or_, select, update

from bot.console import models
from bot.console.agents import AGENT, SESSION
from bot.console.alerts import Alert, kinds_of
from bot.console.push.service import Target
from bot.conversations.ledger import Ledger

SUBSCRIPTION: Final = cast(Table, models.PushSubscription.__table__)
MESSAGE: Final = cast(Table, models.PushMessage.__table__)
LIFE: Final = timedelta(hours=1)
"""An alert that a browser was not told so long is not worth telling any more; no lease and no pause reaches further ahead."""
Switched = Callable[[Connection, str, Collection[str], Collection[str]], object]
"""Hears in the same transaction which kinds were on at an endpoint, and which are on now."""


@dataclass(frozen=True)
class Subscribed:
    """A browser with its agent; `kinds` are what both want."""

    id: str
    agent: str
    kinds: frozenset[str]


@dataclass(frozen=True)
class Due:
    """A message to send now; `attempts` counts this one."""

    id: int
    subscription: str
    target: Target
    key: str
    kind: str
    code: str | None
    attempts: int
    at: datetime


async def keep(
    ledger: Ledger,
    session: str,
    target: Target,
    made_for: str,
    kinds: Sequence[str],
    known: Sequence[Alert],
    now: datetime,
    switched: Switched,
) -> None:
    """From now on this session's browser is told there, but not of what is `known` to its agent already."""
    mine = {"id": digest(target.endpoint), "session_id": session, "made_for": made_for, "kinds": ",".join(kinds), "created_at": now}
    row = {**mine, "endpoint": target.endpoint, "p256dh": target.p256dh, "auth": target.auth}
    replaced = or_(SUBSCRIPTION.c.id == row["id"], SUBSCRIPTION.c.session_id == session)

    def work(connection: Connection) -> None:
        before = {place: on for owner, place, on in _forgotten(connection, replaced) if owner == session}
        for place in dict.fromkeys((*before, target.endpoint)):
            switched(connection, place, before.get(place, ()), kinds if place == target.endpoint else ())
        connection.execute(insert(SUBSCRIPTION), row)
        _add(connection, [_message(str(row["id"]), alert, "known", now) for alert in known])

    await ledger.write_again(work)


async def forget(ledger: Ledger, session: str, switched: Switched) -> None:
    """This session's browser is told nothing any more."""

    def work(connection: Connection) -> None:
        for _, place, on in _forgotten(connection, SUBSCRIPTION.c.session_id == session):
            switched(connection, place, on, ())

    await ledger.write(work)


async def forget_all(ledger: Ledger) -> int:
    """Nobody is told anything any more; how many browsers there were."""
    if await ledger.read(lambda connection: connection.scalar(select(SUBSCRIPTION.c.id).limit(1))) is None:
        return 0
    return await ledger.write(lambda connection: connection.execute(delete(SUBSCRIPTION)).rowcount)


async def gone(ledger: Ledger, subscription: str) -> None:
    """Its push service says that there is no such browser any more."""
    await ledger.write(lambda connection: connection.execute(delete(SUBSCRIPTION).where(SUBSCRIPTION.c.id == subscription)))


async def kinds_in(ledger: Ledger, session: str, made_for: str) -> list[str] | None:
    """The switches of this session's browser; None where it is told nothing."""
    mine = select(SUBSCRIPTION.c.kinds).where(SUBSCRIPTION.c.session_id == session, SUBSCRIPTION.c.made_for == made_for)
    kinds = await ledger.read(lambda connection: connection.scalar(mine))
    return None if kinds is None else _kinds(kinds)


async def live(ledger: Ledger, made_for: str, now: datetime) -> list[Subscribed]:
    """Who is to be told. Those whose session is over, or who asked for a place with another key of ours, are forgotten."""
    query = (
        select(
            SUBSCRIPTION.c.id,
            SUBSCRIPTION.c.kinds,
            AGENT.c.name,
            AGENT.c.alerts,
            and_(
                SESSION.c.stage == "in",
                SESSION.c.ended_at.is_(None),
                SESSION.c.expires_at > now,
                AGENT.c.removed_at.is_(None),
                SUBSCRIPTION.c.made_for == made_for,
            ).label("live"),
        )
        .join_from(SUBSCRIPTION, SESSION, SESSION.c.id == SUBSCRIPTION.c.session_id)
        .join(AGENT, AGENT.c.id == SESSION.c.agent_id)
        .order_by(SUBSCRIPTION.c.id)
    )
    rows = await ledger.read(lambda connection: connection.execute(query).all())
    over = [row.id for row in rows if not row.live]
    if over:
        await ledger.write(lambda connection: connection.execute(delete(SUBSCRIPTION).where(SUBSCRIPTION.c.id.in_(over))))
    return [Subscribed(row.id, row.name, kinds_of(row.alerts) & frozenset(row.kinds.split(","))) for row in rows if row.live]


async def note(ledger: Ledger, alerts: Mapping[str, Sequence[Alert]], browsers: Sequence[Subscribed], now: datetime) -> None:
    """Write down what is new to each browser, by its agent's `alerts`, and forget what there is no alert of any more."""
    wanted = {(browser.id, alert["key"]): (browser, alert) for browser in browsers for alert in alerts[browser.agent]}
    ids = [browser.id for browser in browsers]
    known_of = select(MESSAGE.c.id, MESSAGE.c.subscription_id, MESSAGE.c.key).where(MESSAGE.c.subscription_id.in_(ids))

    def known(connection: Connection) -> dict[tuple[str, str], int]:
        return {(row.subscription_id, row.key): row.id for row in connection.execute(known_of)}

    def work(connection: Connection) -> None:
        there = select(SUBSCRIPTION.c.id).where(SUBSCRIPTION.c.id.in_(ids)).order_by(SUBSCRIPTION.c.id).with_for_update()
        still = set(connection.scalars(there))  # held, so that another gateway, or their agents, wait for what we write
        before = known(connection)
        over = [{"over": row} for place, row in before.items() if place not in wanted and place[0] in still]
        if over:
            connection.execute(delete(MESSAGE).where(MESSAGE.c.id == bindparam("over")), over)
        new = [place for place in wanted if place not in before and place[0] in still]
        _add(connection, [_new_to(*wanted[place], now) for place in new])

    if (await ledger.read(known)).keys() != wanted.keys():
        await ledger.write(work)


async def claim(ledger: Ledger, now: datetime, lease: timedelta, most: int) -> list[Due]:
    """Take what is to be sent now, the oldest first."""
    due = or_(MESSAGE.c.next_attempt_at <= now, MESSAGE.c.next_attempt_at > now + LIFE)
    waits = select(MESSAGE.c.id).where(MESSAGE.c.state == "pending", due).order_by(MESSAGE.c.next_attempt_at).limit(most)
    if not await ledger.read(lambda connection: connection.scalar(waits.limit(1))):
        return []
    taken = (
        update(MESSAGE)
        .where(MESSAGE.c.id.in_(waits.with_for_update(skip_locked=True).scalar_subquery()))
        .values(attempts=MESSAGE.c.attempts + 1, next_attempt_at=now + lease)
        .returning(MESSAGE)
    )

    def work(connection: Connection) -> list[Due]:
        rows = connection.execute(taken).all()
        of = select(SUBSCRIPTION).where(SUBSCRIPTION.c.id.in_({row.subscription_id for row in rows}))
        targets = {row.id: Target(row.endpoint, row.p256dh, row.auth) for row in connection.execute(of)}
        return [
            Due(row.id, row.subscription_id, targets[row.subscription_id], row.key, row.kind, row.code, row.attempts, row.at)
            for row in rows
        ]

    return await ledger.write(work)


async def settle(ledger: Ledger, due: Due, state: models.PushState) -> None:
    """It was sent, or never will be."""
    settled = _held(due).values(state=state)
    await ledger.write(lambda connection: connection.execute(settled))


async def postpone(ledger: Ledger, due: Due, again_at: datetime) -> None:
    """Its push service did not take it now: again from then on."""
    later = _held(due).values(next_attempt_at=again_at)
    await ledger.write(lambda connection: connection.execute(later))


def _held(due: Due) -> Update:
    """Its row, unless it is somebody else's by now: SQLite gives numbers of rows that are gone to new ones."""
    same = MESSAGE.c.id == due.id, MESSAGE.c.subscription_id == due.subscription, MESSAGE.c.key == due.key
    return update(MESSAGE).where(*same, MESSAGE.c.attempts == due.attempts)


def _new_to(browser: Subscribed, alert: Alert, now: datetime) -> dict[str, Any]:
    return _message(browser.id, alert, "pending" if alert["kind"] in browser.kinds else "known", now)


def _message(subscription: str, alert: Alert, state: models.PushState, now: datetime) -> dict[str, Any]:
    own = {"key": alert["key"], "kind": alert["kind"], "code": alert["code"] or None}
    return {"subscription_id": subscription, **own, "state": state, "attempts": 0, "next_attempt_at": now, "at": now}


def _add(connection: Connection, rows: list[dict[str, Any]]) -> None:
    if rows:
        connection.execute(insert(MESSAGE), rows)


def _forgotten(connection: Connection, which: ColumnElement[bool]) -> list[tuple[str, str, list[str]]]:
    """Session, endpoint and kinds of those that were there."""
    gone = delete(SUBSCRIPTION).where(which).returning(SUBSCRIPTION.c.session_id, SUBSCRIPTION.c.endpoint, SUBSCRIPTION.c.kinds)
    return [(row.session_id, row.endpoint, _kinds(row.kinds)) for row in connection.execute(gone)]


def _kinds(kept: str) -> list[str]:
    return [kind for kind in kept.split(",") if kind]


def digest(endpoint: str) -> str:
    """The name of a browser that is told there, which gives nobody its address."""
    return hashlib.sha256(endpoint.encode()).hexdigest()
