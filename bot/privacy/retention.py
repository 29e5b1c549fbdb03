"""How long each class of data is kept, and what is older is removed: in small pieces, by a worker of the gateway, which logs how much it was."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final, cast

import structlog
from sqlalchemy import Column, ColumnElement, Connection, Row, Select, Table, and_, exists, not_, select, true

from bot.console import models
from bot.conversations import disclosures, episodes, search
from bot.conversations.ledger import Ledger
from bot.conversations.tables import CLOSED, CONVERSATION, EPISODE, ESCALATION, MESSAGE, SEALED, WEB_SESSION
from bot.effects import anchors
from bot.effects.mailer import Mailer
from bot.privacy.removal import remove
from bot.privacy.sealing import secrets_of
from bot.resources import Resources
from bot.settings import Settings
from bot.worker import Worker

log = structlog.get_logger()

PIECE: Final = 200
"""Rows of one transaction, so that nobody who writes waits for long."""
EVERY: Final = timedelta(hours=1)
AUDIT = cast(Table, models.AuditEntry.__table__)
AGENT_SESSION = cast(Table, models.AgentSession.__table__)
SIGN_ON = cast(Table, models.SignOnAttempt.__table__)


def worker(resources: Resources, mailer: Mailer) -> Worker:
    """Forgets the events of sittings that are over, removes what is older than it may be, anchors the disclosure ledger, and mails the anchors out: each whatever becomes of the others."""

    async def step() -> bool:
        parts = (
            _end_silent(resources),
            _remove(resources),
            search.forget_old_words(resources.ledger),
            _anchor(resources),
            anchors.post(resources, mailer),
        )
        failed = [error for part in parts if (error := await _error_of(part))]
        for error in failed[1:]:
            log.warning("another part of the upkeep failed too", error=type(error).__name__)
        if failed:
            raise failed[0]
        return False

    return Worker("retention", step, EVERY.total_seconds())


async def _error_of(part: Awaitable[Any]) -> Exception | None:
    try:
        await part
    except Exception as error:
        return error
    return None


async def _end_silent(resources: Resources) -> None:
    await episodes.end_silent(resources.ledger, resources.now())


async def _remove(resources: Resources) -> None:
    counts = await run(resources.ledger, resources.settings, resources.now())
    if counts:
        log.info("removed what is older than it is kept", **counts)


async def _anchor(resources: Resources) -> None:
    anchor = await disclosures.anchor(resources.ledger, secrets_of(resources.settings)[0], resources.now())
    if anchor is not None:
        log.info("disclosures anchored", anchor=anchor)


async def run(ledger: Ledger, settings: Settings, now: datetime) -> dict[str, int]:
    """Remove all that is older than its class is kept; how many rows of which tables."""
    gone: Counter[str] = Counter()
    for at, which in outlived(settings, now):
        gone += await _all(ledger, at, which)
    cut = await disclosures.cut(ledger, secrets_of(settings)[0], now - timedelta(days=settings.keep_disclosures_days), now)
    gone["disclosure"] += cut
    return {name: number for name, number in sorted(gone.items()) if number}


def outlived(settings: Settings, now: datetime) -> Iterator[tuple[Column[Any], ColumnElement[bool]]]:
    """What may go of each table, in the order in which it has to, and by which column its age is known."""
    messages, sessions = (now - timedelta(days=days) for days in (settings.keep_messages_days, settings.keep_sessions_days))
    for at, before, which in (
        (MESSAGE.c.at, messages, and_(CLOSED, not_(_in_an_open_case()))),
        (EPISODE.c.ended_at, messages, ~exists().where(MESSAGE.c.episode_id == EPISODE.c.id)),
        (CONVERSATION.c.last_at, messages, ~exists().where(MESSAGE.c.conversation_id == CONVERSATION.c.id)),
        (SEALED.c.at, now - timedelta(days=settings.keep_sealed_days), true()),
        (WEB_SESSION.c.expires_at, sessions, true()),
        (AGENT_SESSION.c.expires_at, sessions, true()),
        (SIGN_ON.c.expires_at, now, true()),
        (AUDIT.c.at, now - timedelta(days=settings.keep_audit_days), true()),
    ):
        yield at, and_(at < before, which)


def _in_an_open_case() -> ColumnElement[bool]:
    own = ESCALATION.alias("own")
    return exists().where(own.c.conversation_id == MESSAGE.c.conversation_id, own.c.state == "open")


async def _all(ledger: Ledger, at: Column[Any], which: ColumnElement[bool]) -> Counter[str]:
    """Looked for by age while others write, removed a piece at a time; what somebody holds is left for the next look."""
    gone: Counter[str] = Counter()
    key = next(iter(at.table.primary_key.columns))
    since: datetime | None = None
    while found := await ledger.read(partial(_find, of=(key, at), which=which, since=since)):
        removed = await ledger.write(partial(_take, key=key, which=which, ids=[each[0] for each in found]))
        if not removed:
            break
        gone += removed
        since = found[-1][1]
    return gone


def _find(
    connection: Connection, of: tuple[Column[Any], Column[Any]], which: ColumnElement[bool], since: datetime | None
) -> Sequence[Row[Any]]:
    """The oldest of them. `since`: none is older any more, so that nothing looks through what was removed just now."""
    key, at = of
    query = oldest(key, at, which)
    return connection.execute(query if since is None else query.where(at >= since)).all()


def oldest(key: Column[Any], at: Column[Any], which: ColumnElement[bool]) -> Select[Any]:
    """A piece of what may go, the oldest first."""
    return select(key, at).where(which).order_by(at).limit(PIECE)


def _take(connection: Connection, key: Column[Any], which: ColumnElement[bool], ids: Sequence[Any]) -> Counter[str]:
    """Remove those that are still so: a customer may have come back to an old conversation meanwhile, and then it is theirs."""
    still = connection.scalars(select(key).where(key.in_(ids), which).order_by(key).with_for_update(skip_locked=True)).all()
    return remove(connection, key.table, still)
