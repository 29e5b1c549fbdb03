"""Conversations as agents look for them: filtered, the newest first, a page at a time from where the last one ended."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, get_args

from sqlalchemy import BindParameter, ColumnElement, Connection, Select, TextClause, and_, bindparam, func, literal, or_, select

from bot.conversations import search
from bot.conversations.base import Decision
from bot.conversations.ledger import Ledger
from bot.conversations.tables import CONVERSATION, ESCALATION, FAILED, FEEDBACK, HALF_SURE, LONG, MESSAGE, OPEN, SURE, UNDERSTANDING, UNSURE

PAGE: Final = 50
RARE: Final = 2000
"""Messages; what was said more often is common."""
FEW: Final = 4
"""Messages of a short conversation, at most."""
MANY: Final = 20
"""Messages of a long one, at least, as LONG says it."""
DECISIONS: Final[tuple[str, ...]] = get_args(Decision)
_Condition = ColumnElement[bool] | TextClause
State = Literal["waiting", "agent", "failed"]
"""An answer is owed, an agent has it, a message was given up."""
Sureness = Literal["low", "middle", "high"]
"""How probable what was understood was: below 50 %, up to 80 %, and from there on."""
Length = Literal["few", "some", "many"]
"""Messages: up to 4, up to 19, 20 and more."""
_SURENESS: Final[Mapping[Sureness, TextClause]] = {"low": UNSURE, "middle": HALF_SURE, "high": SURE}
_LENGTHS: Final[Mapping[Length, _Condition]] = {
    "few": CONVERSATION.c.last_seq <= FEW,
    "some": CONVERSATION.c.last_seq.between(FEW + 1, MANY - 1),
    "many": LONG,
}


@dataclass(frozen=True)
class Wanted:
    """What is looked for; None and "" mean: whatever. `since` and `until` bound when something was said in it.

    `sureness`: something in it was understood so; `disliked`: the customer found an answer bad; `escalated`: a case was opened; `also` are further conditions on the conversation's row.
    """

    channel: str | None = None
    state: State | None = None
    intent: str | None = None
    decision: str | None = None
    sureness: Sureness | None = None
    disliked: bool = False
    length: Length | None = None
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
    return await ledger.read(lambda connection: find_within(connection, wanted, after, limit))


def find_within(connection: Connection, wanted: Wanted, after: Place | None = None, limit: int = PAGE) -> Page:
    """The same, as part of a transaction."""
    query, conditions = _ROWS, list(_conditions(connection, wanted))
    holding = None
    if wanted.words.strip():
        holding = search.holding(connection, wanted.words)
        if holding is None:
            return Page((), None)
        query = query.add_columns(holding.c.seq.label("match")).join(holding, holding.c.conversation_id == CONVERSATION.c.id)
    if after is not None:
        earlier = CONVERSATION.c.last_at < after.last_at
        conditions.append(or_(earlier, and_(CONVERSATION.c.last_at == after.last_at, CONVERSATION.c.id < after.id)))
    query = query.where(*conditions).order_by(CONVERSATION.c.last_at.desc(), CONVERSATION.c.id.desc()).limit(limit + 1)
    rows = connection.execute(query if holding is None else _with_words(query)).all()
    shown = rows[:limit]
    more = Place(shown[-1].last_at, shown[-1].id) if len(rows) > limit else None
    return Page(tuple(_listed(connection, shown, has_words=holding is not None)), more)


def _with_words(query: Select[Any]) -> Select[Any]:
    """With the texts of the messages that hold the words, read for one page only."""
    page = query.subquery("page")
    held = (MESSAGE.c.conversation_id == page.c.id) & (MESSAGE.c.seq == page.c.match)
    return select(page, MESSAGE.c.text.label("words")).join(MESSAGE, held).order_by(page.c.last_at.desc(), page.c.id.desc())


def _conditions(connection: Connection, wanted: Wanted) -> Sequence[_Condition]:
    return [*_of_the_row(wanted), *_of_what_was_said(connection, wanted), *wanted.also]


def _of_the_row(wanted: Wanted) -> Iterator[_Condition]:
    if wanted.channel:
        yield CONVERSATION.c.channel == wanted.channel
    if wanted.state == "agent":
        yield (CONVERSATION.c.owner == "agent") & CONVERSATION.c.owner_until.is_not(None)
    if wanted.length:
        yield _LENGTHS[wanted.length]
    if wanted.desk:
        yield CONVERSATION.c.desk == wanted.desk
    if wanted.since:
        yield CONVERSATION.c.last_at >= wanted.since
    if wanted.until:
        yield CONVERSATION.c.created_at <= wanted.until


def _of_what_was_said(connection: Connection, wanted: Wanted) -> Iterator[_Condition]:
    if wanted.state in {"waiting", "failed"}:
        few = select(MESSAGE.c.conversation_id).where(OPEN if wanted.state == "waiting" else FAILED)
        yield CONVERSATION.c.id.in_(few)
    if wanted.intent:
        yield _told(connection, UNDERSTANDING.c.intent == wanted.intent)
    if wanted.decision:
        yield _some_part(UNDERSTANDING.c.decision == wanted.decision)
    if wanted.sureness:
        told = _SURENESS[wanted.sureness]
        yield _some_part(told) if wanted.sureness == "high" else _told(connection, told)  # what is sure is common
    if wanted.disliked:
        yield _disliked(connection)
    if wanted.escalated:
        yield CONVERSATION.c.id.in_(select(ESCALATION.c.conversation_id))


def _told(connection: Connection, told: _Condition) -> ColumnElement[bool]:
    """What was rarely understood so is looked up; what is common is met soon on the way down the list.

    On a million messages either way takes minutes where the other one takes milliseconds.
    """
    if _is_rare(connection, select(literal(1)).select_from(UNDERSTANDING).where(told)):
        return CONVERSATION.c.id.in_(select(UNDERSTANDING.c.conversation_id).where(told))
    return _some_part(UNDERSTANDING.c.decision.in_(DECISIONS), told)  # with the decisions the index of conversations answers by itself


def _disliked(connection: Connection) -> ColumnElement[bool]:
    """Likewise for what customers think of answers."""
    bad = FEEDBACK.c.value == -1
    told = select(MESSAGE.c.conversation_id).join_from(FEEDBACK, MESSAGE, MESSAGE.c.id == FEEDBACK.c.message_id).where(bad)
    if _is_rare(connection, select(literal(1)).select_from(FEEDBACK).where(bad)):
        return CONVERSATION.c.id.in_(told)
    return told.where(MESSAGE.c.conversation_id == CONVERSATION.c.id).offset(0).exists()


def _is_rare(connection: Connection, found: Select[Any]) -> bool:
    counted = found.limit(RARE + 1).subquery()
    return connection.execute(select(func.count()).select_from(counted)).scalar_one() <= RARE


def _some_part(*told: _Condition) -> ColumnElement[bool]:
    """Asked of one conversation after the other, by the index: with the OFFSET PostgreSQL does not join all that was ever understood."""
    return select(literal(1)).where(UNDERSTANDING.c.conversation_id == CONVERSATION.c.id, *told).offset(0).exists()


def _listed(connection: Connection, rows: Sequence[Any], *, has_words: bool) -> list[Listed]:
    ids = {"ids": [row.id for row in rows]}
    last = {row.conversation_id: row for row in connection.execute(_LAST_SAID, ids)}
    codes = {row.conversation_id: row.code for row in connection.execute(_OPEN_CODES, ids)}
    decisions = {number: _decisions(told) for number, *told in connection.execute(_DECISIONS, ids)}
    listed = []
    for row in rows:
        said = last.get(row.id)
        seq, words = (row.match, row.words) if has_words else (said.seq, said.text) if said else (0, "")
        name, kind = (said.profile_name, said.kind) if said else (None, "text")
        whose = (row.id, row.channel, row.desk, name, row.level, row.owner, row.agent, row.last_at, row.last_seq)
        listed.append(Listed(*whose, seq, words, kind, codes.get(row.id), decisions.get(row.id, frozenset())))
    return listed


def _decisions(told: Sequence[bool]) -> frozenset[str]:
    return frozenset(decision for decision, some in zip(DECISIONS, told, strict=True) if some)


_IDS: BindParameter[Any] = bindparam("ids", expanding=True)
_EACH = MESSAGE.alias("each_message")
_NEWEST = (
    select(_EACH.c.seq)
    .where(_EACH.c.conversation_id == CONVERSATION.c.id, _EACH.c.author == "customer")
    .order_by(_EACH.c.seq.desc())
    .limit(1)
    .scalar_subquery()
)
_ROWS: Final = select(*(CONVERSATION.c[name] for name in ("id", "channel", "desk", "level", "owner", "agent", "last_at", "last_seq")))
_LAST_SAID: Final = select(MESSAGE.c.conversation_id, MESSAGE.c.seq, MESSAGE.c.text, MESSAGE.c.kind, MESSAGE.c.profile_name).where(
    CONVERSATION.c.id.in_(_IDS), MESSAGE.c.conversation_id == CONVERSATION.c.id, MESSAGE.c.seq == _NEWEST
)
"""The customer's last message of each."""
_OPEN_CODES: Final = (
    select(ESCALATION.c.conversation_id, ESCALATION.c.code)
    .where(ESCALATION.c.conversation_id.in_(_IDS), ESCALATION.c.state == "open")
    .order_by(ESCALATION.c.at)
)
_DECISIONS: Final = select(CONVERSATION.c.id, *(_some_part(UNDERSTANDING.c.decision == decision) for decision in DECISIONS)).where(
    CONVERSATION.c.id.in_(_IDS)
)
"""Whether there was each of them: a conversation may have a thousand parts, and they are not all read."""
