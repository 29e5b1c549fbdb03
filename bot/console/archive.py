"""Everything of the desk as JSON lines, out and in: conversations with their cases, notes, tags and corrections, and the agents' names.

One object a line; `type` is "agent" or "conversation". Moments are ISO 8601 with their offset. What is taken in is history: nobody is answered,
alerted or told anything by it, and a conversation that is there already stays as it is, so that the same file may be read twice.
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, Literal

import msgspec
from sqlalchemy import Connection, Row, Table, insert, select

from bot.console.agents import AGENT
from bot.console.marks import CORRECTION, NOTE, TAG
from bot.conversations import base
from bot.conversations.clean import clean_text
from bot.conversations.ledger import Ledger, new_id
from bot.conversations.tables import CONVERSATION, ESCALATION, MESSAGE, UNDERSTANDING
from bot.errors import AssistantError

AT_ONCE: Final = 100
_HEX: Final = frozenset("0123456789abcdef")


class ArchiveError(AssistantError):
    """A line is not what it should be; the message names it."""


class Understood(msgspec.Struct, omit_defaults=True):
    """What one part of a message was understood as; `right` and `said_by` where an agent corrected it."""

    text: str
    decision: base.Decision
    intent: str | None = None
    via: str = "text"
    ranking: list[Any] = []
    entities: list[Any] = []
    right: str | None = None
    said_by: str | None = None
    said_at: datetime | None = None


class Said(msgspec.Struct, omit_defaults=True):
    """A message. `desk`, `level` and `understood` are of customers' messages, `actions` and `responses` of answers."""

    author: base.Author
    text: str
    at: datetime
    kind: base.Kind = "text"
    in_reply_to: int | None = None
    desk: str | None = None
    level: int | None = None
    actions: list[str] | None = None
    responses: list[str] | None = None
    understood: list[Understood] = []


class Case(msgspec.Struct, omit_defaults=True):
    """A case; `about` is the place of the message that opened it, the first one being 1."""

    code: str
    reason: str
    about: int
    at: datetime
    summary: str = ""
    state: base.CaseState = "open"
    closed_at: datetime | None = None
    closed_by: str | None = None
    reopened: int = 0


class Remark(msgspec.Struct):
    """A note, or a tag (its `text`)."""

    agent: str
    text: str
    at: datetime


class Conversation(msgspec.Struct, tag_field="type", tag="conversation", omit_defaults=True):
    """A conversation, its messages in order."""

    id: str
    channel: base.Channel
    messages: list[Said]
    desk: str | None = None
    level: int = 0
    cases: list[Case] = []
    notes: list[Remark] = []
    tags: list[Remark] = []


class Agent(msgspec.Struct, tag_field="type", tag="agent", omit_defaults=True):
    """Somebody who signs in, or did: no password and no second factor. For the record only; agents are made by `python -m bot agent add`."""

    name: str
    role: Literal["agent", "supervisor", "administrator"]
    created_at: datetime
    removed_at: datetime | None = None


_LINE = msgspec.json.Decoder(Conversation | Agent)


async def lines(ledger: Ledger) -> AsyncIterator[bytes]:
    """Every line, without its end: the agents, then the conversations by id. Raises LedgerUnavailable."""
    people = select(AGENT.c.name, AGENT.c.role, AGENT.c.created_at, AGENT.c.removed_at).order_by(AGENT.c.name)
    for row in await ledger.read(lambda connection: connection.execute(people).all()):
        yield msgspec.json.encode(Agent(*row))
    after = ""
    while True:
        batch = await ledger.read(lambda connection, after=after: _conversations(connection, after))  # type: ignore[misc]
        for conversation in batch:
            yield msgspec.json.encode(conversation)
        if len(batch) < AT_ONCE:
            return
        after = batch[-1].id


def _conversations(connection: Connection, after: str) -> list[Conversation]:
    found = connection.execute(select(CONVERSATION).where(CONVERSATION.c.id > after).order_by(CONVERSATION.c.id).limit(AT_ONCE)).all()
    ids = [row.id for row in found]
    messages = _grouped(connection, MESSAGE, ids, MESSAGE.c.seq)
    parts: dict[str, list[Row[Any]]] = {}
    for row in connection.execute(select(UNDERSTANDING).where(UNDERSTANDING.c.conversation_id.in_(ids)).order_by(UNDERSTANDING.c.n)):
        parts.setdefault(row.message_id, []).append(row)
    corrections = {(row.message_id, row.n): row for rows in _grouped(connection, CORRECTION, ids, CORRECTION.c.id).values() for row in rows}
    cases, notes, tags = (_grouped(connection, table, ids, table.c.id) for table in (ESCALATION, NOTE, TAG))
    return [
        Conversation(
            id=row.id,
            channel=row.channel,
            desk=row.desk,
            level=row.level,
            messages=[_said(each, parts.get(each.id, ()), corrections) for each in messages.get(row.id, ())],
            cases=[_case(each, messages.get(row.id, ())) for each in cases.get(row.id, ())],
            notes=[Remark(each.agent, each.text, each.at) for each in notes.get(row.id, ())],
            tags=[Remark(each.agent, each.name, each.at) for each in tags.get(row.id, ())],
        )
        for row in found
    ]


def _grouped(connection: Connection, table: Table, ids: Sequence[str], order: Any) -> dict[str, list[Row[Any]]]:
    grouped: dict[str, list[Row[Any]]] = {}
    for row in connection.execute(select(table).where(table.c.conversation_id.in_(ids)).order_by(order)):
        grouped.setdefault(row.conversation_id, []).append(row)
    return grouped


def _said(row: Row[Any], parts: Iterable[Row[Any]], corrections: Mapping[tuple[str, int], Row[Any]]) -> Said:
    understood = []
    for part in parts:
        right = corrections.get((row.id, part.n))
        said = (right.right, right.agent, right.at) if right else (None, None, None)
        understood.append(Understood(part.text, part.decision, part.intent, part.via, part.ranking, part.entities, *said))
    own = (row.in_reply_to, row.desk, row.level, row.actions, row.responses)
    return Said(row.author, row.text, row.at, row.kind, *own, understood)


def _case(row: Row[Any], messages: Sequence[Row[Any]]) -> Case:
    about = next((number for number, each in enumerate(messages, 1) if each.id == row.inbound_id), 1)
    return Case(row.code, row.reason, about, row.at, row.summary, row.state, row.closed_at, row.closed_by, row.reopened)


async def take_in(ledger: Ledger, written: Iterable[bytes]) -> tuple[int, int]:
    """How many conversations were new, and how many were there. Agents' lines are passed over.

    All of a hundred lines or nothing of them. Raises ArchiveError, LedgerUnavailable.
    """
    new = there = 0
    batch: list[Conversation] = []
    for number, line in enumerate(written, 1):
        if not line.strip():
            continue
        found = _read(line, number)
        if isinstance(found, Conversation):
            batch.append(found)
        if len(batch) == AT_ONCE:
            added = await _store(ledger, batch)
            new, there, batch = new + added, there + len(batch) - added, []
    added = await _store(ledger, batch)
    return new + added, there + len(batch) - added


def _read(line: bytes, number: int) -> Conversation | Agent:
    try:
        found: Conversation | Agent = _LINE.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ArchiveError(f"line {number}: {error}") from None
    if isinstance(found, Conversation):
        moments = [said.at for said in found.messages] + [case.at for case in found.cases]
        if any(moment.tzinfo is None for moment in moments):
            raise ArchiveError(f"line {number}: a moment without its offset from UTC")
        if any(not 1 <= case.about <= len(found.messages) for case in found.cases):
            raise ArchiveError(f"line {number}: a case about a message that is not there")
        if not found.messages:
            raise ArchiveError(f"line {number}: a conversation without messages")
    return found


async def _store(ledger: Ledger, batch: Sequence[Conversation]) -> int:
    def work(connection: Connection) -> int:
        ids = {_id_of(each.id): each for each in batch}
        there = set(connection.scalars(select(CONVERSATION.c.id).where(CONVERSATION.c.id.in_(ids))))
        for own, each in ids.items():
            if own not in there:
                _write(connection, own, each)
        return len(ids) - len(there)

    return await ledger.write(work) if batch else 0


def _id_of(given: str) -> str:
    """One of ours stays; any other system's becomes one of our form, the same each time."""
    own = len(given) == 32 and set(given) <= _HEX  # noqa: PLR2004 - hexadecimal digits of an id
    return given if own else hashlib.sha256(given.encode()).hexdigest()[:32]


def _write(connection: Connection, own: str, given: Conversation) -> None:
    first, last = given.messages[0].at, max(said.at for said in given.messages)
    number = len(given.messages)
    place = {"id": own, "channel": given.channel, "desk": given.desk, "level": given.level, "owner": "bot", "lease_token": 0}
    connection.execute(insert(CONVERSATION), {**place, "last_seq": number, "read_seq": number, "created_at": first, "last_at": last})
    ids = [new_id() for _ in given.messages]
    connection.execute(insert(MESSAGE), [_message_row(own, ids[n], n + 1, said) for n, said in enumerate(given.messages)])
    parts = [(ids[n], k, part) for n, said in enumerate(given.messages) for k, part in enumerate(said.understood)]
    understood: list[dict[str, Any]] = []
    for message, n, part in parts:
        row = {
            "message_id": message,
            "n": n,
            "conversation_id": own,
            "text": clean_text(part.text),
            "decision": part.decision,
            "intent": part.intent,
        }
        told = {"ranking": part.ranking, "confidence": _confidence(part.ranking), "entities": part.entities}
        understood.append({**row, "via": part.via, **told})
    corrections = [
        {
            "conversation_id": own, "message_id": message, "n": n, "text": clean_text(part.text), "was": part.intent, "decision": part.decision,
            "right": part.right, "agent": part.said_by or "", "at": part.said_at or last,
        }
        for message, n, part in parts
        if part.right
    ]  # fmt: skip
    notes = [{"conversation_id": own, "agent": each.agent, "text": clean_text(each.text), "at": each.at} for each in given.notes]
    tags = [{"conversation_id": own, "agent": each.agent, "name": clean_text(each.text)[:40], "at": each.at} for each in given.tags]
    cases = [_case_row(own, ids[each.about - 1], n, each, last) for n, each in enumerate(given.cases)]
    for table, rows in ((UNDERSTANDING, understood), (CORRECTION, corrections), (NOTE, notes), (TAG, tags), (ESCALATION, cases)):
        if rows:
            connection.execute(insert(table), rows)


def _confidence(ranking: list[Any]) -> float | None:
    """Another system's ranking may be anything."""
    first = ranking[0] if ranking else None
    value = first.get("confidence") if isinstance(first, dict) else None
    return float(value) if isinstance(value, int | float) else None


def _message_row(conversation: str, own: str, seq: int, said: Said) -> dict[str, Any]:
    """What was written long ago is owed no answer."""
    state = "noted" if said.author == "customer" else None
    row: dict[str, Any] = {"id": own, "conversation_id": conversation, "seq": seq, "author": said.author, "kind": said.kind, "at": said.at}
    row |= {"text": clean_text(said.text), "state": state, "in_reply_to": said.in_reply_to, "attempts": 0}
    return row | {"desk": said.desk, "level": said.level, "actions": said.actions, "responses": said.responses}


def _case_row(conversation: str, about: str, n: int, case: Case, last: datetime) -> dict[str, Any]:
    """A case that was open elsewhere is nobody's here: it expired with what was said last."""
    state, closed_at = (case.state, case.closed_at) if case.state != "open" else ("expired", last)
    told = {"conversation_id": conversation, "inbound_id": about, "n": n, "code": case.code[:16], "reason": case.reason[:200]}
    settled = {"state": state, "closed_at": closed_at, "closed_by": case.closed_by, "reopened": case.reopened}
    return {**told, **settled, "summary": case.summary, "at": case.at}
