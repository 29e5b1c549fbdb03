"""How long each class of data is kept, and what is older is removed: in small pieces, by a worker of the gateway, which logs how much it was."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final, cast

import structlog
from sqlalchemy import ColumnElement, Connection, Table, and_, exists, not_, or_, select

from bot.console import models
from bot.conversations import disclosures, search
from bot.conversations.base import OPEN_STATES
from bot.conversations.ledger import Ledger
from bot.conversations.tables import CONVERSATION, ESCALATION, MESSAGE, SEALED, WEB_SESSION
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
    """Removes what is older than it may be, anchors the disclosure ledger, and mails the anchors out: each whatever becomes of the others."""

    async def step() -> bool:
        parts = (_remove(resources), search.forget_old_words(resources.ledger), _anchor(resources), anchors.post(resources, mailer))
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
    old = now - timedelta(days=settings.keep_messages_days)
    for table, which in (
        (MESSAGE, and_(MESSAGE.c.at < old, or_(MESSAGE.c.state.is_(None), MESSAGE.c.state.not_in(OPEN_STATES)), not_(_in_an_open_case()))),
        (CONVERSATION, and_(CONVERSATION.c.last_at < old, ~exists().where(MESSAGE.c.conversation_id == CONVERSATION.c.id))),
        (SEALED, SEALED.c.at < now - timedelta(days=settings.keep_sealed_days)),
        (WEB_SESSION, WEB_SESSION.c.expires_at < now - timedelta(days=settings.keep_sessions_days)),
        (AGENT_SESSION, AGENT_SESSION.c.expires_at < now - timedelta(days=settings.keep_sessions_days)),
        (SIGN_ON, SIGN_ON.c.expires_at <= now),
        (AUDIT, AUDIT.c.at < now - timedelta(days=settings.keep_audit_days)),
    ):
        gone += await _all(ledger, table, which)
    cut = await disclosures.cut(ledger, secrets_of(settings)[0], now - timedelta(days=settings.keep_disclosures_days), now)
    gone["disclosure"] += cut
    return {name: number for name, number in sorted(gone.items()) if number}


def _in_an_open_case() -> ColumnElement[bool]:
    own = ESCALATION.alias("own")
    return exists().where(own.c.conversation_id == MESSAGE.c.conversation_id, own.c.state == "open")


async def _all(ledger: Ledger, table: Table, which: ColumnElement[bool]) -> Counter[str]:
    """Looked for while others write, removed a piece at a time."""
    gone: Counter[str] = Counter()
    key = next(iter(table.primary_key.columns))

    def find(connection: Connection) -> Sequence[Any]:
        return connection.scalars(select(key).where(which).limit(PIECE)).all()

    while ids := await ledger.read(find):
        gone += await ledger.write(partial(remove, table=table, ids=ids))
    return gone
