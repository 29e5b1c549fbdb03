"""Conversations as agents look for them: filtered, the newest first, a page at a time from where the last one ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, get_args

from sqlalchemy import ColumnElement, Connection, and_, func, literal, or_, select, tuple_

from bot.conversations import search
from bot.conversations.base import Decision
from bot.conversations.ledger import Ledger
from bot.conversations.tables import CONVERSATION, ESCALATION, FAILED, MESSAGE, OPEN, UNDERSTANDING

PAGE: Final = 50
RARE: Final = 2000
"""Messages; an intent with more is common."""
State = Literal["waiting", "agent", "failed"]
"""An answer is owed, an agent has it, a message was given up."""


@dataclass(frozen=True)
class Wanted:
    """What is looked for; None and "" mean: whatever. `since` and `until` bound when something was said in it.

    `escalated`: a case was opened; `also` are further conditions on the conversation's row.
    """

    channel: str | None = None
    state: State | None = None
    intent: str | None = None
    decision: str | None = None
    escalated: bool = False
    desk: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    words: str = ""
    also: Sequence[ColumnElement[bool]] = ()


@dataclass(frozen=True)
class Place:
    """Where a page ended: its last conversation."""

    last_at: datetime
    id: str


@dataclass(frozen=True)
class Listed:
    """A conversation in a list. `seq` and `text` are of the message that holds the words looked for, else of the customer's last one."""

    id: str
    channel: str
    desk: str | None
    profile_name: str | None
    level: int
    owner: str
    agent: str | None
    last_at: datetime
    messages: int
    seq: int
    text: str
    kind: str
    code: str | None
    decisions: frozenset[str]


@dataclass(frozen=True)
class Page:
    """Conversations, and where the next page begins (None: there is none)."""

    rows: tuple[Listed, ...]
    after: Place | None


async def find(ledger: Ledger, wanted: Wanted, after: Place | None = None, limit: int = PAGE) -> Page:
    """At most `limit` conversations after this place. Raises LedgerUnavailable."""
    return await ledger.read(lambda connection: _find(connection, wanted, after, limit))


def _find(connection: Connection, wanted: Wanted, after: Place | None, limit: int) -> Page:
    query, conditions = select(CONVERSATION), list(_conditions(connection, wanted))
    if wanted.words.strip():
        holding = search.holding(connection.dialect.name, wanted.words)
        if holding is None:
            return Page((), None)
        search.plan_by_words(connection)
        query = query.add_columns(holding.c.seq.label("match")).join(holding, holding.c.conversation_id == CONVERSATION.c.id)
    if after is not None:
        earlier = CONVERSATION.c.last_at < after.last_at
        conditions.append(or_(earlier, and_(CONVERSATION.c.last_at == after.last_at, CONVERSATION.c.id < after.id)))
    query = query.where(*conditions).order_by(CONVERSATION.c.last_at.desc(), CONVERSATION.c.id.desc()).limit(limit + 1)
    rows = connection.execute(query).all()
    shown = rows[:limit]
    more = Place(shown[-1].last_at, shown[-1].id) if len(rows) > limit else None
    return Page(tuple(_listed(connection, shown)), more)


def _conditions(connection: Connection, wanted: Wanted) -> Sequence[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [*wanted.also]
    if wanted.channel:
        conditions.append(CONVERSATION.c.channel == wanted.channel)
    if wanted.state == "agent":
        conditions += [CONVERSATION.c.owner == "agent", CONVERSATION.c.owner_until.is_not(None)]
    elif wanted.state:
        few = select(MESSAGE.c.conversation_id).where(OPEN if wanted.state == "waiting" else FAILED)
        conditions.append(CONVERSATION.c.id.in_(few))
    if wanted.intent:
        conditions.append(_about(connection, wanted.intent))
    if wanted.decision:
        conditions.append(_some_part(UNDERSTANDING.c.decision == wanted.decision))
    if wanted.escalated:
        conditions.append(CONVERSATION.c.id.in_(select(ESCALATION.c.conversation_id)))
    if wanted.desk:
        conditions.append(CONVERSATION.c.desk == wanted.desk)
    if wanted.since:
        conditions.append(CONVERSATION.c.last_at >= wanted.since)
    if wanted.until:
        conditions.append(CONVERSATION.c.created_at <= wanted.until)
    return conditions


def _about(connection: Connection, intent: str) -> ColumnElement[bool]:
    """An intent that is rare is looked up; one that is common is met soon on the way down the list.

    On a million messages either way takes minutes where the other one takes milliseconds.
    """
    told = select(UNDERSTANDING.c.conversation_id).where(UNDERSTANDING.c.intent == intent)
    if connection.execute(select(func.count()).select_from(told.limit(RARE + 1).subquery())).scalar_one() <= RARE:
        return CONVERSATION.c.id.in_(told)
    return _some_part(func.coalesce(UNDERSTANDING.c.intent, "") == intent)  # so written, the index of intents leads nobody astray


def _some_part(told: ColumnElement[bool]) -> ColumnElement[bool]:
    """Asked of one conversation after the other, by the index: with the OFFSET PostgreSQL does not join all that was ever understood."""
    return select(literal(1)).where(UNDERSTANDING.c.conversation_id == CONVERSATION.c.id, told).offset(0).exists()


def _listed(connection: Connection, rows: Sequence[Any]) -> list[Listed]:
    ids = [row.id for row in rows]
    last, codes, decisions = _last_said(connection, ids), _open_codes(connection, ids), _decisions(connection, ids)
    matches = _texts(connection, [(row.id, row.match) for row in rows if hasattr(row, "match")])
    listed = []
    for row in rows:
        said = last.get(row.id)
        seq, words = matches.get(row.id) or ((said.seq, said.text) if said else (0, ""))
        name, kind = (said.profile_name, said.kind) if said else (None, "text")
        whose = (row.id, row.channel, row.desk, name, row.level, row.owner, row.agent, row.last_at, row.last_seq)
        listed.append(Listed(*whose, seq, words, kind, codes.get(row.id), decisions.get(row.id, frozenset())))
    return listed


def _texts(connection: Connection, places: Sequence[tuple[str, int]]) -> dict[str, tuple[int, str]]:
    """The messages at these places, (conversation, seq), by conversation."""
    if not places:
        return {}
    query = select(MESSAGE.c.conversation_id, MESSAGE.c.seq, MESSAGE.c.text).where(
        tuple_(MESSAGE.c.conversation_id, MESSAGE.c.seq).in_(places)
    )
    return {row.conversation_id: (row.seq, row.text) for row in connection.execute(query)}


def _last_said(connection: Connection, ids: Sequence[str]) -> dict[str, Any]:
    """The customer's last message of each."""
    each = MESSAGE.alias("each_message")
    newest = (
        select(each.c.seq)
        .where(each.c.conversation_id == CONVERSATION.c.id, each.c.author == "customer")
        .order_by(each.c.seq.desc())
        .limit(1)
        .scalar_subquery()
    )
    query = select(MESSAGE.c.conversation_id, MESSAGE.c.seq, MESSAGE.c.text, MESSAGE.c.kind, MESSAGE.c.profile_name).where(
        CONVERSATION.c.id.in_(ids), MESSAGE.c.conversation_id == CONVERSATION.c.id, MESSAGE.c.seq == newest
    )
    return {row.conversation_id: row for row in connection.execute(query)}


def _open_codes(connection: Connection, ids: Sequence[str]) -> dict[str, str]:
    query = select(ESCALATION.c.conversation_id, ESCALATION.c.code).where(
        ESCALATION.c.conversation_id.in_(ids), ESCALATION.c.state == "open"
    )
    return {row.conversation_id: row.code for row in connection.execute(query.order_by(ESCALATION.c.at))}


def _decisions(connection: Connection, ids: Sequence[str]) -> dict[str, frozenset[str]]:
    """Asked for each decision, because a conversation may have a thousand parts and has three decisions at most."""
    of = {decision: _some_part(UNDERSTANDING.c.decision == decision) for decision in get_args(Decision)}
    query = select(CONVERSATION.c.id, *(some.label(decision) for decision, some in of.items())).where(CONVERSATION.c.id.in_(ids))
    return {row.id: frozenset(decision for decision, some in zip(of, row[1:], strict=True) if some) for row in connection.execute(query)}
