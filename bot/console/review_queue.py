"""What is worth a person's look first: where the assistant was unsure or gave up, what customers disliked, what many write, and a random slice.

The slice is what keeps the others honest: without it nobody would ever see what the assistant is wrongly sure of. One agent at a time has an
item; whoever skips it leaves it to the others.
"""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal, cast

from sqlalchemy import ColumnElement, Connection, Row, Table, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from bot.console import models
from bot.console.marks import CORRECTION
from bot.conversations.ledger import Ledger
from bot.conversations.tables import CONVERSATION, FEEDBACK, MESSAGE, UNDERSTANDING
from bot.rules.folding import folded

REVIEW = cast(Table, models.Review.__table__)
SINCE: Final = timedelta(days=14)
CONVERSATIONS: Final = 400
"""The newest ones; older messages say less about the assistant that serves now."""
PARTS: Final = 2000
CLAIM: Final = timedelta(minutes=10)
UNSURE: Final = 0.35
"""A lead of the first candidate over the second that is smaller makes an item."""
RANDOM: Final = 0.05
Outcome = Literal["right", "corrected"]
Reason = Literal["disliked", "refused", "asked", "unsure", "frequent", "random"]
_WORTH: Final[dict[Reason, float]] = {"disliked": 5, "refused": 3, "asked": 2, "unsure": 2, "frequent": 0, "random": 2.5}


@dataclass(frozen=True)
class Item:
    """One part of a customer's message with what was understood. `times`: how many wrote the same; `why`: what makes it worth a look."""

    message_id: str
    n: int
    conversation_id: str
    seq: int
    at: datetime
    answered_by: int | None
    text: str
    intent: str | None
    decision: str
    ranking: list[dict[str, Any]]
    times: int
    why: tuple[Reason, ...]
    worth: float


async def next_item(ledger: Ledger, agent: str, now: datetime) -> tuple[Item | None, int]:
    """What this agent looks at now, theirs for ten minutes, and how many items there are in all. The best one goes first."""
    items = await ledger.read(lambda connection: _items(connection, agent, now))
    for item in items:
        if await _claim(ledger, item, agent, now):
            return item, len(items)
    return None, 0


async def settle(ledger: Ledger, message: str, n: int, outcome: Outcome, agent: str, now: datetime) -> None:
    """The agent has said what it was."""
    said = update(REVIEW).where(*_part(message, n)).values(outcome=outcome, settled_by=agent, settled_at=now)
    await ledger.write(lambda connection: connection.execute(said))


async def skip(ledger: Ledger, message: str, n: int, agent: str, now: datetime) -> None:
    """The agent does not know: somebody else may."""

    def work(connection: Connection) -> None:
        row = connection.execute(select(REVIEW.c.skipped).where(*_part(message, n)).with_for_update()).one_or_none()
        if row is not None:
            skipped = [*row.skipped, agent]
            connection.execute(update(REVIEW).where(*_part(message, n)).values(skipped=skipped, claimed_until=now))

    await ledger.write(work)


async def done_since(ledger: Ledger, agent: str, since: datetime) -> int:
    """How many items this agent has settled since then."""
    query = select(func.count()).where(REVIEW.c.settled_by == agent, REVIEW.c.settled_at >= since)
    return await ledger.read(lambda connection: connection.execute(query).scalar_one())


async def answer_to(ledger: Ledger, item: Item) -> str | None:
    """What the customer was answered."""
    query = select(MESSAGE.c.text).where(MESSAGE.c.conversation_id == item.conversation_id, MESSAGE.c.seq == item.answered_by)
    return await ledger.read(lambda connection: connection.scalar(query))


def _part(message: str, n: int) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return REVIEW.c.message_id == message, REVIEW.c.n == n


async def _claim(ledger: Ledger, item: Item, agent: str, now: datetime) -> bool:
    mine = {"claimed_by": agent, "claimed_until": now + CLAIM}
    free = update(REVIEW).where(
        *_part(item.message_id, item.n), REVIEW.c.outcome.is_(None), or_(REVIEW.c.claimed_until <= now, REVIEW.c.claimed_by == agent)
    )
    row = {"message_id": item.message_id, "n": item.n, "conversation_id": item.conversation_id, "skipped": [], **mine}

    def work(connection: Connection) -> bool:
        if connection.execute(free.values(**mine)).rowcount:
            return True
        connection.execute(insert(REVIEW), row)
        return True

    try:
        return await ledger.write(work)
    except IntegrityError:
        return False  # somebody else has it, or it was erased


def _items(connection: Connection, agent: str, now: datetime) -> list[Item]:
    """The best first; of several with the same words only the newest, and none where one of them is settled or taken."""
    lively = list(connection.scalars(select(CONVERSATION.c.id).order_by(CONVERSATION.c.last_at.desc()).limit(CONVERSATIONS)))
    rows = _parts(connection, lively, now)
    disliked = _disliked(connection, lively)
    taken, own = _taken(connection, lively, agent, now)
    times = Counter(folded(row.text) for row in rows)
    gone = {folded(row.text) for row in rows if (row.message_id, row.n) in taken}
    items: dict[str, Item] = {}
    for row in rows:
        words = folded(row.text)
        if words in items or words in gone:
            continue
        item = _item(row, times[words], is_disliked=(row.conversation_id, row.answered_by) in disliked, now=now)
        if item.why or (row.message_id, row.n) in own:
            items[words] = item
    return sorted(items.values(), key=lambda item: ((item.message_id, item.n) not in own, -item.worth))


def _parts(connection: Connection, lively: Sequence[str], now: datetime) -> Sequence[Row[Any]]:
    corrected = select(CORRECTION.c.id).where(CORRECTION.c.message_id == UNDERSTANDING.c.message_id, CORRECTION.c.n == UNDERSTANDING.c.n)
    query = (
        select(UNDERSTANDING, MESSAGE.c.seq, MESSAGE.c.at, MESSAGE.c.answered_by)
        .join_from(MESSAGE, UNDERSTANDING, UNDERSTANDING.c.message_id == MESSAGE.c.id)
        .where(
            MESSAGE.c.conversation_id.in_(lively),
            MESSAGE.c.at >= now - SINCE,
            UNDERSTANDING.c.via == "text",
            UNDERSTANDING.c.text != "",
            ~corrected.exists(),
        )
        .order_by(MESSAGE.c.at.desc(), UNDERSTANDING.c.n)
        .limit(PARTS)
    )
    return connection.execute(query).all()


def _disliked(connection: Connection, lively: Sequence[str]) -> set[tuple[str, int]]:
    query = (
        select(MESSAGE.c.conversation_id, MESSAGE.c.seq)
        .join_from(FEEDBACK, MESSAGE, MESSAGE.c.id == FEEDBACK.c.message_id)
        .where(FEEDBACK.c.value == -1, MESSAGE.c.conversation_id.in_(lively))
    )
    return {(row.conversation_id, row.seq) for row in connection.execute(query)}


def _taken(connection: Connection, lively: Sequence[str], agent: str, now: datetime) -> tuple[set[tuple[str, int]], set[tuple[str, int]]]:
    """Parts that are settled, somebody else's, or skipped by this agent; and the one that this agent has."""
    taken, own = set(), set()
    for row in connection.execute(select(REVIEW).where(REVIEW.c.conversation_id.in_(lively))):
        part = (row.message_id, row.n)
        is_claimed = row.claimed_until > now
        if row.outcome is not None or agent in row.skipped or (is_claimed and row.claimed_by != agent):
            taken.add(part)
        elif is_claimed:
            own.add(part)
    return taken, own


def _item(row: Row[Any], times: int, *, is_disliked: bool, now: datetime) -> Item:
    confidences = [each["confidence"] for each in row.ranking] + [0.0, 0.0]
    why: list[Reason] = ["disliked"] if is_disliked else []
    if row.decision in {"refused", "asked"}:
        why.append(row.decision)
    elif confidences[0] - confidences[1] < UNSURE:
        why.append("unsure")
    if why and times > 1:
        why.append("frequent")
    if not why and _by_chance(row.message_id, row.n):
        why.append("random")
    worth = sum(_WORTH[reason] for reason in why) + (math.log2(times) if "frequent" in why else 0.0)
    fresh = 1 - (now - row.at) / SINCE
    own = (row.message_id, row.n, row.conversation_id, row.seq, row.at, row.answered_by, row.text, row.intent, row.decision, row.ranking)
    return Item(*own, times, tuple(why), worth + fresh)


def _by_chance(message: str, n: int) -> bool:
    """The same each time, so that an item does not vanish while somebody looks at it."""
    number = int.from_bytes(hashlib.sha256(f"{message} {n}".encode()).digest()[:4])
    return number < RANDOM * 2**32
