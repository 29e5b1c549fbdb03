"""The disclosure ledger: every account value that was told, to whom, on what proof, from which source and when it was read; who read it, too.

Append-only, one chain a conversation: its row is locked anyway while something is told, so no two turns wait for each other. From time to
time the ends of all chains are bound together in an anchor that only who has the secret can make; its hash belongs outside (the log).
Values themselves are not repeated here: what was told stands in the transcript, as long as that is kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, Literal

from sqlalchemy import Connection, Row, bindparam, delete, exists, func, insert, select, update

from bot.conversations.ledger import Ledger
from bot.conversations.queue import OpenTurn
from bot.conversations.tables import CONVERSATION, DISCLOSURE, DISCLOSURE_ANCHOR, DISCLOSURE_HEAD, MESSAGE, READING
from bot.errors import NotYours
from bot.privacy.chain import BEGINNING, anchored, link

Kind = Literal["told", "read", "opened"]
"""Told to the customer; read by an agent in the console; the sealed copy of a message opened by an agent."""
ASSISTANT: Final = "asistente"
PAGE: Final = 200
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
_HEAD = select(DISCLOSURE_HEAD.c.n, DISCLOSURE_HEAD.c.hash).where(DISCLOSURE_HEAD.c.conversation_id == bindparam("conversation"))
_FIRST = insert(DISCLOSURE_HEAD)
_NEXT = (
    update(DISCLOSURE_HEAD)
    .where(DISCLOSURE_HEAD.c.conversation_id == bindparam("conversation"))
    .values(n=bindparam("number"), hash=bindparam("own_hash"), at=bindparam("now", type_=DISCLOSURE_HEAD.c.at.type))
)
_ADD = insert(DISCLOSURE)


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


def _add(connection: Connection, conversation: str, entry: Mapping[str, Any], now: datetime) -> None:
    head = connection.execute(_HEAD, {"conversation": conversation}).one_or_none()
    number, previous = (1, BEGINNING) if head is None else (head.n + 1, head.hash)
    row = {"conversation_id": conversation, "n": number, "at": now, **entry}
    own = link(previous, row)
    connection.execute(_ADD, {**row, "previous": previous, "hash": own})
    if head is None:
        connection.execute(_FIRST, {"conversation_id": conversation, "n": number, "hash": own, "at": now})
    else:
        connection.execute(_NEXT, {"conversation": conversation, "number": number, "own_hash": own, "now": now})


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
        last = connection.execute(select(DISCLOSURE_ANCHOR).order_by(DISCLOSURE_ANCHOR.c.id.desc()).limit(1)).one_or_none()
        heads = select(DISCLOSURE_HEAD.c.conversation_id, DISCLOSURE_HEAD.c.n, DISCLOSURE_HEAD.c.hash).order_by(
            DISCLOSURE_HEAD.c.conversation_id
        )
        grown = connection.execute(heads if last is None else heads.where(DISCLOSURE_HEAD.c.at >= last.at)).all()
        ends = [list(row) for row in grown]
        if not ends or (last is not None and ends == [each for each in last.ends if each in ends]):
            return None
        return _bind(connection, secret, ends, now)

    return await ledger.write(work)


async def cut(ledger: Ledger, secret: str, before: datetime, now: datetime) -> int:
    """Remove the entries from before that moment, and bind where each chain begins now; how many."""

    def work(connection: Connection) -> int:
        last = select(DISCLOSURE.c.conversation_id, func.max(DISCLOSURE.c.n).label("n")).where(DISCLOSURE.c.at < before)
        ends: list[list[Any]] = []
        gone = 0
        for row in connection.execute(last.group_by(DISCLOSURE.c.conversation_id)).all():
            own = DISCLOSURE.c.conversation_id == row.conversation_id
            hash_ = connection.scalar(select(DISCLOSURE.c.hash).where(own, DISCLOSURE.c.n == row.n))
            gone += connection.execute(delete(DISCLOSURE).where(own, DISCLOSURE.c.n <= row.n)).rowcount
            head = update(DISCLOSURE_HEAD).where(DISCLOSURE_HEAD.c.conversation_id == row.conversation_id)
            connection.execute(head.values(cut_n=row.n, cut_hash=hash_))
            ends.append([row.conversation_id, row.n, hash_, "cut"])
        if ends:
            _bind(connection, secret, ends, now)
        return gone

    return await ledger.write(work)


def _bind(connection: Connection, secret: str, ends: list[list[Any]], now: datetime) -> str:
    last = connection.scalar(select(DISCLOSURE_ANCHOR.c.hash).order_by(DISCLOSURE_ANCHOR.c.id.desc()).limit(1))
    previous = last or BEGINNING
    own = anchored(secret, previous, {"at": now, "ends": ends})
    connection.execute(insert(DISCLOSURE_ANCHOR), {"at": now, "ends": ends, "previous": previous, "hash": own})
    return own


async def problems(ledger: Ledger, secrets: Sequence[str]) -> list[str]:
    """Everything by which it shows that entries were changed, removed or added behind the house's back; empty: all is whole."""
    return await ledger.read(lambda connection: [*_chains(connection), *_anchors(connection, secrets), *_untold(connection)])


def _chains(connection: Connection) -> Iterator[str]:
    heads = {row.conversation_id: row for row in connection.execute(select(DISCLOSURE_HEAD))}
    ends: dict[str, tuple[int, str]] = {}
    for row in connection.execute(select(DISCLOSURE).order_by(DISCLOSURE.c.conversation_id, DISCLOSURE.c.n)):
        before = ends.get(row.conversation_id) or _cut(heads.get(row.conversation_id))
        if (row.n, row.previous) != (before[0] + 1, before[1]):
            yield f"{row.conversation_id} {row.n}: entries before it are missing, or were put in"
        if row.hash != link(row.previous, {name: getattr(row, name) for name in _COLUMNS}):
            yield f"{row.conversation_id} {row.n}: was changed"
        ends[row.conversation_id] = row.n, row.hash
    for conversation, head in heads.items():
        if ends.get(conversation, _cut(head)) != (head.n, head.hash):
            yield f"{conversation}: entries after {ends.get(conversation, (0, ''))[0]} are missing"
    for conversation in ends.keys() - heads.keys():
        yield f"{conversation}: its end is missing"


def _cut(head: Any) -> tuple[int, str]:
    """Where a chain begins, now that what was older than is kept is gone."""
    return (0, BEGINNING) if head is None or head.cut_hash is None else (head.cut_n, head.cut_hash)


def _anchors(connection: Connection, secrets: Sequence[str]) -> Iterator[str]:
    previous: str | None = None
    bound: set[tuple[str, int, str]] = set()
    hashes = {
        (row.conversation_id, row.n): row.hash
        for row in connection.execute(select(DISCLOSURE.c.conversation_id, DISCLOSURE.c.n, DISCLOSURE.c.hash))
    }
    cuts = {row.conversation_id: (row.cut_n or 0, row.cut_hash) for row in connection.execute(select(DISCLOSURE_HEAD))}
    for row in connection.execute(select(DISCLOSURE_ANCHOR).order_by(DISCLOSURE_ANCHOR.c.id)):
        entry = {"at": row.at, "ends": row.ends}
        if row.hash not in {anchored(secret, row.previous, entry) for secret in secrets} or row.previous != (previous or BEGINNING):
            yield f"anchor {row.id}: was changed, or one before it is missing"
        previous = row.hash
        for conversation, number, own, *is_cut in row.ends:
            if is_cut:
                bound.add((conversation, number, own))
            elif number > cuts.get(conversation, (0, None))[0] and hashes.get((conversation, number)) != own:
                yield f"{conversation} {number}: is not what anchor {row.id} bound"
    for conversation, (number, own) in cuts.items():
        if number and (conversation, number, own) not in bound:
            yield f"{conversation}: was cut at {number}, which no anchor knows of"


def _untold(connection: Connection) -> Iterator[str]:
    """Answers with values of an account that nothing is known of here."""
    since = connection.scalar(select(DISCLOSURE.c.at).order_by(DISCLOSURE.c.id).limit(1))
    missing = select(MESSAGE.c.conversation_id, MESSAGE.c.seq).where(
        exists().where(READING.c.reply_id == MESSAGE.c.id), ~exists().where(DISCLOSURE.c.message_id == MESSAGE.c.id)
    )
    for row in connection.execute(missing if since is None else missing.where(MESSAGE.c.at >= since)):
        yield f"{row.conversation_id}: the values told in message {row.seq} are not entered"
