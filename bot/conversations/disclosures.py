"""The disclosure ledger: every account value that was told, to whom, on what proof, from which source and when it was read; who read it, too.

Append-only, one chain a conversation: its row is locked anyway while something is told, so no two turns wait for each other. From time to
time the ends of all chains are bound together in an anchor that only who has the secret can make; its hash belongs outside (the log, a mail).
Values themselves are not repeated here: what was told stands in the transcript, as long as that is kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal

from sqlalchemy import Connection, Row, and_, bindparam, delete, exists, func, insert, not_, or_, select, update

from bot.conversations.ledger import Ledger
from bot.conversations.queue import OpenTurn
from bot.conversations.tables import CONVERSATION, DISCLOSURE, DISCLOSURE_ANCHOR, LIFE, MESSAGE, READING
from bot.errors import NotYours
from bot.privacy.chain import BEGINNING, anchored, link

Kind = Literal["told", "read", "opened"]
"""Told to the customer; read by an agent in the console; the sealed copy of a message opened by an agent."""
ASSISTANT: Final = "asistente"
PAGE: Final = 200
CUT_AT_ONCE: Final = 200
ANCHORS_AT_ONCE: Final = 20
CUT: Final = "cut"
"""Marks an end in an anchor as the place up to which a chain was removed for its age."""
_COLUMNS: Final = (
    "conversation_id",
    "n",
    "at",
    "kind",
    "teller",
    "message_id",
    "seq",
    "desk",
    "person",
    "channel",
    "level",
    "proof",
    "fields",
)
_LAST = (
    select(DISCLOSURE.c.n, DISCLOSURE.c.hash)
    .where(DISCLOSURE.c.conversation_id == bindparam("conversation"))
    .order_by(DISCLOSURE.c.n.desc())
    .limit(1)
)
_ADD = insert(DISCLOSURE)
_ALONE = select(LIFE.c.epoch).with_for_update()
"""Who makes an anchor is the only one: two that hang on the same one before them would look like one that was put in."""


def told(connection: Connection, turn: OpenTurn, answer: Mapping[str, Any], readings: Sequence[Mapping[str, Any]], now: datetime) -> None:
    """The values of an answer that is being committed; its conversation's row is locked."""
    fields = [
        {"source": row["source"], "server": row["server"], "field": row["field"], "read_at": row["read_at"].isoformat()} for row in readings
    ]
    who = turn.identity
    entry = {"kind": "told", "teller": ASSISTANT, "message_id": answer["id"], "seq": answer["seq"], "desk": who.desk, "person": who.person}
    _add(
        connection,
        turn.lease.conversation,
        {**entry, "channel": turn.channel, "level": int(who.level), "proof": who.proof, "fields": fields},
        now,
    )


async def note(ledger: Ledger, conversation: str, kind: Kind, agent: str, fields: Sequence[Any], now: datetime) -> None:
    """What an agent saw of a conversation. Raises NotYours."""

    def work(connection: Connection) -> None:
        place = connection.execute(select(CONVERSATION).where(CONVERSATION.c.id == conversation).with_for_update()).one_or_none()
        if place is None:
            raise NotYours("conversation")
        entry = {"kind": kind, "teller": agent, "message_id": None, "seq": place.last_seq, "desk": place.desk, "person": place.person}
        _add(
            connection, conversation, {**entry, "channel": place.channel, "level": place.level, "proof": None, "fields": list(fields)}, now
        )

    await ledger.write(work)


async def was_read(ledger: Ledger, conversation: str, agent: str, since: datetime) -> bool:
    """Whether it is entered that this agent has read the conversation since then."""
    own = (
        DISCLOSURE.c.conversation_id == conversation,
        DISCLOSURE.c.kind == "read",
        DISCLOSURE.c.teller == agent,
        DISCLOSURE.c.at >= since,
    )
    return await ledger.read(lambda connection: bool(connection.scalar(select(exists().where(*own)))))


def _add(connection: Connection, conversation: str, entry: Mapping[str, Any], now: datetime) -> None:
    last = connection.execute(_LAST, {"conversation": conversation}).one_or_none()
    number, previous = (1, BEGINNING) if last is None else (last.n + 1, last.hash)
    row = {"conversation_id": conversation, "n": number, "at": now, **entry}
    connection.execute(_ADD, {**row, "previous": previous, "hash": link(previous, row)})


async def of_desk(ledger: Ledger, desk: str, limit: int | None = None) -> Sequence[Row[Any]]:
    """What was told or shown of a desk, the newest first."""
    query = select(DISCLOSURE).where(DISCLOSURE.c.desk == desk).order_by(DISCLOSURE.c.id.desc()).limit(limit)
    return await ledger.read(lambda connection: connection.execute(query).all())


async def of_conversation(ledger: Ledger, conversation: str) -> Sequence[Row[Any]]:
    """The same of one conversation, the newest page."""
    query = select(DISCLOSURE).where(DISCLOSURE.c.conversation_id == conversation).order_by(DISCLOSURE.c.n.desc()).limit(PAGE)
    return await ledger.read(lambda connection: connection.execute(query).all())


async def anchor(ledger: Ledger, secret: str, now: datetime) -> str | None:
    """Bind the ends of the chains that grew since the last anchor; the new anchor's hash, None where none grew."""

    def work(connection: Connection) -> str | None:
        connection.execute(_ALONE)
        last = _last_binding(connection)
        newest = select(DISCLOSURE.c.conversation_id, func.max(DISCLOSURE.c.n).label("n")).group_by(DISCLOSURE.c.conversation_id)
        grown = (newest if last is None else newest.where(DISCLOSURE.c.at >= last.at)).subquery()
        own = (DISCLOSURE.c.conversation_id == grown.c.conversation_id) & (DISCLOSURE.c.n == grown.c.n)
        found = select(DISCLOSURE.c.conversation_id, DISCLOSURE.c.n, DISCLOSURE.c.hash).join_from(DISCLOSURE, grown, own)
        ends = [list(row) for row in connection.execute(found.order_by(DISCLOSURE.c.conversation_id)).all()]
        if not ends or (last is not None and ends == [each for each in last.ends if each in ends]):
            return None
        return _bind(connection, secret, ends, now)

    return await ledger.write(work)


def _last_binding(connection: Connection) -> Row[Any] | None:
    """The newest anchor that binds what is there: one that tells of a removal does not."""
    newest = select(DISCLOSURE_ANCHOR).order_by(DISCLOSURE_ANCHOR.c.id.desc()).limit(ANCHORS_AT_ONCE)
    rows = connection.execute(newest).all()
    while rows:
        for row in rows:
            if not _is_cut(row):
                return row
        rows = connection.execute(newest.where(DISCLOSURE_ANCHOR.c.id < rows[-1].id)).all()
    return None


async def cut(ledger: Ledger, secret: str, before: datetime, now: datetime) -> int:
    """Remove the entries from before that moment, a piece at a time, and bind where each chain begins now; how many.

    The newest of a conversation that is still there stays: the next one hangs on it.
    """
    gone = 0
    while number := await ledger.write(lambda connection: _cut(connection, secret, before, now)):
        gone += number
    return gone


def _cut(connection: Connection, secret: str, before: datetime, now: datetime) -> int:
    connection.execute(_ALONE)
    next_one = DISCLOSURE.alias("next_one")
    hangs = exists().where(next_one.c.conversation_id == DISCLOSURE.c.conversation_id, next_one.c.n > DISCLOSURE.c.n)
    lives = exists().where(CONVERSATION.c.id == DISCLOSURE.c.conversation_id)
    old = and_(DISCLOSURE.c.at < before, or_(hangs, not_(lives)))
    oldest = select(DISCLOSURE.c.conversation_id).where(old).order_by(DISCLOSURE.c.at).limit(CUT_AT_ONCE).subquery()
    own = DISCLOSURE.c.conversation_id.in_(select(oldest.c.conversation_id))
    last = (
        select(DISCLOSURE.c.conversation_id, func.max(DISCLOSURE.c.n).label("n"))
        .where(own, old)
        .group_by(DISCLOSURE.c.conversation_id)
        .subquery()
    )
    is_last = and_(DISCLOSURE.c.conversation_id == last.c.conversation_id, DISCLOSURE.c.n == last.c.n)
    columns = (DISCLOSURE.c.conversation_id, DISCLOSURE.c.n, DISCLOSURE.c.hash)
    ends = [[*row, CUT] for row in connection.execute(select(*columns).join_from(DISCLOSURE, last, is_last).order_by(columns[0])).all()]
    gone = 0
    for conversation, number, *_ in ends:
        whole = (DISCLOSURE.c.conversation_id == conversation, DISCLOSURE.c.n <= number)
        gone += connection.execute(delete(DISCLOSURE).where(*whole)).rowcount
    if ends:
        _bind(connection, secret, ends, now)
    return gone


def _bind(connection: Connection, secret: str, ends: list[list[Any]], now: datetime) -> str:
    last = connection.scalar(select(DISCLOSURE_ANCHOR.c.hash).order_by(DISCLOSURE_ANCHOR.c.id.desc()).limit(1))
    previous = last or BEGINNING
    own = anchored(secret, previous, {"at": now, "ends": ends})
    connection.execute(insert(DISCLOSURE_ANCHOR), {"at": now, "ends": ends, "previous": previous, "hash": own})
    return own


@dataclass(frozen=True, slots=True)
class Witnessed:
    """An anchor as somebody outside the house knows it: its number, its moment in UTC, its hash."""

    id: int
    at: str
    hash: str


def moment_of(anchor: Row[Any]) -> str:
    """When it was made, in UTC with microseconds."""
    return str(anchor.at.astimezone(UTC).isoformat(timespec="microseconds"))


async def unmailed(ledger: Ledger, now: datetime, every: timedelta, most: int) -> Sequence[Row[Any]]:
    """The oldest anchors that were not mailed, at most so many; none while the last mail is younger than `every`, but for what it had no room for.

    A mail of the future is none: who can write to the database could stop all others with it.
    """

    def work(connection: Connection) -> Sequence[Row[Any]]:
        waiting = select(DISCLOSURE_ANCHOR).where(DISCLOSURE_ANCHOR.c.mailed_at.is_(None))
        rows = connection.execute(waiting.order_by(DISCLOSURE_ANCHOR.c.id).limit(most)).all()
        last = connection.scalar(select(func.max(DISCLOSURE_ANCHOR.c.mailed_at)).where(DISCLOSURE_ANCHOR.c.mailed_at <= now))
        return rows if last is None or last <= now - every or len(rows) == most else ()

    return await ledger.read(work)


async def mailed(ledger: Ledger, ids: Sequence[int], now: datetime) -> None:
    """These anchors went out."""
    done = update(DISCLOSURE_ANCHOR).where(DISCLOSURE_ANCHOR.c.id.in_(ids)).values(mailed_at=now)
    await ledger.write(lambda connection: connection.execute(done))


async def contradicted(ledger: Ledger, witnessed: Sequence[Witnessed]) -> list[str]:
    """Where the ledger is not what somebody outside knows of it: an anchor that is gone, or another one."""

    def work(connection: Connection) -> list[str]:
        there = {row.id: (moment_of(row), row.hash) for row in connection.execute(select(DISCLOSURE_ANCHOR)).all()}
        found = []
        for each in witnessed:
            if each.id not in there:
                found.append(f"anchor {each.id}: was mailed and is gone")
            elif there[each.id] != (each.at, each.hash):
                found.append(f"anchor {each.id}: is not the one that was mailed")
        return found

    return await ledger.read(work)


async def problems(ledger: Ledger, secrets: Sequence[str], kept: timedelta | None = None) -> list[str]:
    """Everything by which it shows that entries were changed, removed or added behind the house's back; empty: all is whole.

    `kept`: how old an entry must be before it may be removed; None: that is not looked at.
    """

    def work(connection: Connection) -> list[str]:
        entries = connection.execute(select(DISCLOSURE).order_by(DISCLOSURE.c.conversation_id, DISCLOSURE.c.n)).all()
        anchors = connection.execute(select(DISCLOSURE_ANCHOR).order_by(DISCLOSURE_ANCHOR.c.id)).all()
        cuts = {end[0]: (end[1], end[2]) for anchor_ in anchors for end in anchor_.ends if end[3:] == [CUT]}
        return [*_chains(entries, cuts), *_anchors(entries, anchors, cuts, secrets), *_too_young(anchors, kept), *_untold(connection)]

    return await ledger.read(work)


Cuts = Mapping[str, tuple[int, str]]
"""The last entry of each chain that was removed for its age, and its hash."""


def _chains(entries: Sequence[Row[Any]], cuts: Cuts) -> Iterator[str]:
    ends: dict[str, tuple[int, str]] = {}
    for row in entries:
        number, hash_ = ends.get(row.conversation_id) or cuts.get(row.conversation_id, (0, BEGINNING))
        if (row.n, row.previous) != (number + 1, hash_):
            yield f"{row.conversation_id} {row.n}: entries before it are missing, or were put in"
        if row.hash != link(row.previous, {name: getattr(row, name) for name in _COLUMNS}):
            yield f"{row.conversation_id} {row.n}: was changed"
        ends[row.conversation_id] = row.n, row.hash


def _anchors(entries: Sequence[Row[Any]], anchors: Sequence[Row[Any]], cuts: Cuts, secrets: Sequence[str]) -> Iterator[str]:
    hashes = {(row.conversation_id, row.n): row.hash for row in entries}
    previous = BEGINNING
    for row in anchors:
        entry = {"at": row.at, "ends": row.ends}
        if row.hash not in {anchored(secret, row.previous, entry) for secret in secrets} or row.previous != previous:
            yield f"anchor {row.id}: was changed, or one before it is missing"
        previous = row.hash
        for conversation, number, hash_, *_ in row.ends:
            if number > cuts.get(conversation, (0, ""))[0] and hashes.get((conversation, number)) != hash_:
                yield f"{conversation} {number}: is not what anchor {row.id} bound"


def _too_young(anchors: Sequence[Row[Any]], kept: timedelta | None) -> Iterator[str]:
    """Entries that were removed before their time: what an anchor binds for the first time was told after the anchor before it."""
    if kept is None:
        return
    told_after: dict[str, list[tuple[int, datetime]]] = {}
    last: datetime | None = None
    for place, row in enumerate(anchors):
        if not _is_cut(row):
            if last is not None:
                for conversation, number, *_ in row.ends:
                    told_after.setdefault(conversation, []).append((number, last))
            last = row.at
            continue
        removed = min(each.at for each in anchors[place:])  # its moment may be made up, but not those of all that come after
        for conversation, number, *_ in row.ends:
            if any(n <= number and after > removed - kept for n, after in told_after.get(conversation, ())):
                yield f"{conversation} {number}: was removed before its time, by anchor {row.id}"


def _is_cut(anchor_: Row[Any]) -> bool:
    return all(end[3:] == [CUT] for end in anchor_.ends)


def _untold(connection: Connection) -> Iterator[str]:
    """Answers with values of an account that nothing is known of here."""
    since = connection.scalar(select(DISCLOSURE.c.at).order_by(DISCLOSURE.c.id).limit(1))
    missing = select(MESSAGE.c.conversation_id, MESSAGE.c.seq).where(
        exists().where(READING.c.reply_id == MESSAGE.c.id), ~exists().where(DISCLOSURE.c.message_id == MESSAGE.c.id)
    )
    for row in connection.execute(missing if since is None else missing.where(MESSAGE.c.at >= since)):
        yield f"{row.conversation_id}: the values told in message {row.seq} are not entered"
