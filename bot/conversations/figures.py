"""How the conversations went since a moment, counted in the database: what was understood by hour and topic, and how each sitting ended."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, exists, func, select

from bot.conversations.ledger import Ledger
from bot.conversations.tables import CLOSED, CONVERSATION, EPISODE, ESCALATION, MESSAGE, UNDERSTANDING

BACK_WITHIN: Final = timedelta(hours=24)


@dataclass(frozen=True)
class Figures:
    """`hours`: questions by the hour (UTC) and decision; `topics`: by intent and decision.

    `sittings`: those with something understood, of which `escalated`, `given_up` (the last thing they heard was a refusal) and `back` (the
    same customer came again within 24 hours, on any channel) count once each, in this order; the rest was settled here.
    """

    hours: Counter[tuple[datetime, str]]
    topics: Counter[tuple[str | None, str]]
    sittings: int
    escalated: int
    given_up: int
    back: int

    @property
    def settled(self) -> int:
        """Sittings that needed nobody and nothing else."""
        return self.sittings - self.escalated - self.given_up - self.back


async def since(ledger: Ledger, moment: datetime) -> Figures:
    """The figures from this moment on. Raises LedgerUnavailable."""
    return await ledger.read(lambda connection: _since(connection, moment))


def _since(connection: Connection, moment: datetime) -> Figures:
    hour = _hour(connection.dialect.name).label("hour")
    parts = (UNDERSTANDING.c.intent, UNDERSTANDING.c.decision)
    asked = (
        select(hour, *parts, func.count().label("number"))
        .join_from(MESSAGE, UNDERSTANDING, MESSAGE.c.id == UNDERSTANDING.c.message_id)
        .where(CLOSED, MESSAGE.c.at >= moment)  # by the index of those that are closed: what is understood of a message closes it
        .group_by(hour, *parts)
    )
    hours: Counter[tuple[datetime, str]] = Counter()
    topics: Counter[tuple[str | None, str]] = Counter()
    for row in connection.execute(asked):
        hours[datetime.strptime(row.hour, "%Y-%m-%d %H").replace(tzinfo=UTC), row.decision] += row.number
        topics[row.intent, row.decision] += row.number
    lively = select(CONVERSATION.c.id).where(CONVERSATION.c.last_at >= moment)
    return Figures(hours, topics, *_endings(connection, lively, moment))


def _hour(dialect: str) -> ColumnElement[str]:
    if dialect == "sqlite":
        return func.strftime("%Y-%m-%d %H", MESSAGE.c.at)
    return func.to_char(func.timezone("UTC", MESSAGE.c.at), "YYYY-MM-DD HH24")


def _endings(connection: Connection, lively: Select[Any], moment: datetime) -> tuple[int, int, int, int]:
    """How many sittings there were, and of them escalated, given up, back."""
    own = (MESSAGE.c.conversation_id == EPISODE.c.conversation_id) & (MESSAGE.c.episode_id == EPISODE.c.id)
    escalated = exists().where(own, ESCALATION.c.inbound_id == MESSAGE.c.id)
    last = (
        select(UNDERSTANDING.c.decision)
        .where(own, UNDERSTANDING.c.message_id == MESSAGE.c.id)
        .order_by(MESSAGE.c.seq.desc(), UNDERSTANDING.c.n.desc())
        .limit(1)
        .correlate(EPISODE)
        .scalar_subquery()
    )
    query = select(
        EPISODE.c.conversation_id, EPISODE.c.desk, EPISODE.c.started_at, EPISODE.c.last_at, escalated.label("escalated"), last.label("last")
    ).where(EPISODE.c.conversation_id.in_(lively), EPISODE.c.started_at >= moment)
    sittings = [row for row in connection.execute(query.order_by(EPISODE.c.started_at)) if row.last is not None]
    counted = Counter(_ending(row, following) for row, following in _with_following(sittings))
    return len(sittings), counted["escalated"], counted["given_up"], counted["back"]


def _ending(sitting: Any, following: datetime | None) -> str:
    if sitting.escalated:
        return "escalated"
    if sitting.last == "refused":
        return "given_up"
    return "back" if following is not None and following - sitting.last_at <= BACK_WITHIN else "settled"


def _with_following(sittings: list[Any]) -> list[tuple[Any, datetime | None]]:
    """Each sitting with when the same customer's next one began."""
    following: dict[str, datetime] = {}
    found = []
    for sitting in reversed(sittings):
        who = sitting.desk or sitting.conversation_id
        found.append((sitting, following.get(who)))
        following[who] = sitting.started_at
    return found
