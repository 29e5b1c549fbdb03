"""What an agent wants said later: it waits among what is due, and goes out once, at its time, whoever has the conversation by then.

It is held back where it may not be right any more: its customer wrote meanwhile (more than thanks), cannot be reached any more, another
agent has the conversation, answered it or closed its case, or who planned it is gone. The words stay where agents see them until that
agent sends something else, somebody plans anew, or they are put away on purpose.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from bot.conversations import dues, outbox, reachable, take_over
from bot.conversations.clean import clean_text
from bot.conversations.ledger import Ledger
from bot.conversations.messages import ShownMessage, shown
from bot.conversations.tables import CONVERSATION, DUE, MESSAGE
from bot.errors import Conflict
from bot.rules.courtesy import owes_answer

AT_ONCE = 50
_WAITS = and_(DUE.c.kind == "later", DUE.c.state == "open")
_SHOWN = and_(DUE.c.kind == "later", DUE.c.state.in_(("open", "held_back")))
_HELD_BACK = {"state": "held_back"}


@dataclass(frozen=True)
class Outcome:
    """What became of the words of `agent`: said as `message`, or held back (None)."""

    conversation: str
    agent: str
    message: ShownMessage | None


Note = Callable[[Connection, Outcome], object]
"""Writes an outcome down in the transaction in which it comes about."""


async def plan(ledger: Ledger, conversation: str, agent: str, words: str, message: str, at: datetime, now: datetime) -> None:
    """The agent who has the conversation wants this said from `at` on, as the message of that id; twice is as good as once.

    What was held back there is put away. Raises Conflict ("not taken": this agent does not have it; "another": something of somebody's
    waits there already).
    """

    def work(connection: Connection) -> None:
        if connection.scalar(take_over.held_by(conversation, agent, now).with_for_update()) is None:
            raise Conflict("not taken")
        known = select(DUE.c.message).where(DUE.c.conversation_id == conversation, or_(_WAITS, DUE.c.message == message))
        there = set(connection.scalars(known)) | set(connection.scalars(select(MESSAGE.c.id).where(MESSAGE.c.id == message)))
        if message in there:
            return  # a double click
        if there:
            raise Conflict("another")
        dues.put_away_words(connection, conversation, agent, now)
        row = {"conversation_id": conversation, "kind": "later", "at": at, "state": "open", "created_at": now, "agent": agent}
        row["after_seq"] = connection.scalar(select(CONVERSATION.c.last_seq).where(CONVERSATION.c.id == conversation))
        connection.execute(insert(DUE), {**row, "message": message, "text": clean_text(words)})

    await ledger.write(work)


async def shown_in(ledger: Ledger, conversation: str) -> Row[Any] | None:
    """What waits to be said there, or was held back and not put away (all columns of the table)."""
    newest = select(DUE).where(DUE.c.conversation_id == conversation, _SHOWN).order_by(DUE.c.id.desc()).limit(1)
    return await ledger.read(lambda connection: connection.execute(newest).one_or_none())


async def held_back(ledger: Ledger, agents: Collection[str]) -> list[Row[Any]]:
    """Where what these agents wanted said was held back, and nobody has looked into it yet (id, agent, conversation_id, desk); one a conversation."""
    newest = select(func.max(DUE.c.id)).where(_SHOWN).group_by(DUE.c.conversation_id)
    query = (
        select(DUE.c.id, DUE.c.agent, DUE.c.conversation_id, CONVERSATION.c.desk)
        .join_from(DUE, CONVERSATION, CONVERSATION.c.id == DUE.c.conversation_id)
        .where(DUE.c.id.in_(newest), DUE.c.state == "held_back", DUE.c.agent.in_(agents), DUE.c.closed_by.is_(None))
    )
    return await ledger.read(lambda connection: list(connection.execute(query)))


async def withdraw(ledger: Ledger, conversation: str, due: int, agent: str, now: datetime) -> str:
    """It is not to be said as it was planned, since this agent wants to change it; its words, which stay there.

    Raises Conflict ("said": it was, or somebody has put it away).
    """
    own = DUE.c.id == due, DUE.c.conversation_id == conversation, _SHOWN
    taken_back = update(DUE).where(*own).values(**_HELD_BACK, closed_at=now, closed_by=agent).returning(DUE.c.text)
    return _there(await ledger.write(lambda connection: connection.scalar(taken_back)))


async def put_away(ledger: Ledger, conversation: str, due: int, agent: str, now: datetime) -> None:
    """Nobody wants it any more: its words are forgotten. Raises Conflict ("said": it was, or somebody was faster)."""
    own = DUE.c.id == due, DUE.c.conversation_id == conversation, _SHOWN
    forgotten = update(DUE).where(*own).values(**dues.FORGOTTEN, closed_at=now, closed_by=agent).returning(DUE.c.message)
    _there(await ledger.write(lambda connection: connection.scalar(forgotten)))


def _there(found: str | None) -> str:
    if found is None:
        raise Conflict("said")
    return found


def hold_back_of(connection: Connection, agent: str, now: datetime) -> None:
    """Nothing more is said in this agent's name; somebody else owes the answers that they had planned."""
    places = select(DUE.c.conversation_id).where(_WAITS, DUE.c.agent == agent)
    connection.execute(select(CONVERSATION.c.id).where(CONVERSATION.c.id.in_(places)).order_by(CONVERSATION.c.id).with_for_update())
    held = update(DUE).where(_WAITS, DUE.c.agent == agent).values(**_HELD_BACK, closed_at=now).returning(DUE.c.conversation_id)
    _owe(connection, list(connection.scalars(held)), now)


def _owe(connection: Connection, conversations: list[str], now: datetime) -> None:
    owing = update(CONVERSATION).where(CONVERSATION.c.id.in_(conversations))
    connection.execute(owing.values(owed_since=func.coalesce(CONVERSATION.c.owed_since, now)))


async def say_what_is_due(ledger: Ledger, now: datetime, note: Note) -> list[Outcome]:
    """Say it, or hold it back; what was settled here and not by another process."""
    query = select(DUE.c.id, DUE.c.conversation_id).where(_WAITS, DUE.c.at <= now).order_by(DUE.c.at).limit(AT_ONCE)
    outcomes = []
    for row in await ledger.read(lambda connection: connection.execute(query).all()):
        outcome = await _settle(ledger, row.id, row.conversation_id, now, note)
        outcomes += [] if outcome is None else [outcome]
    return outcomes


async def _settle(ledger: Ledger, due: int, conversation: str, now: datetime, note: Note) -> Outcome | None:
    place_of = select(CONVERSATION.c.owner, CONVERSATION.c.agent, CONVERSATION.c.owner_until)
    place_of = place_of.where(CONVERSATION.c.id == conversation).with_for_update()
    taken = update(DUE).where(DUE.c.id == due, _WAITS).values(state="done", closed_at=now)
    taken_row = taken.returning(DUE.c.id, DUE.c.agent, DUE.c.message, DUE.c.text, DUE.c.after_seq)

    def work(connection: Connection) -> Outcome | None:
        place = connection.execute(place_of).one_or_none()
        row = connection.execute(taken_row).one_or_none()
        if place is None or row is None:
            return None
        may_be_wrong = (
            _has_another(place, row.agent, now)
            or _was_written(connection, conversation, row.after_seq or 0)
            or reachable.read(connection, conversation, now).is_over(now)
        )
        outcome = Outcome(conversation, row.agent, None if may_be_wrong else _say(connection, conversation, row, now))
        if may_be_wrong:
            connection.execute(update(DUE).where(DUE.c.id == due).values(**_HELD_BACK))
            _owe(connection, [conversation], now)
        note(connection, outcome)
        return outcome

    try:
        return await ledger.write(work)
    except IntegrityError:  # a message of that id is there: it was sent by hand meanwhile
        await ledger.write(lambda connection: connection.execute(taken.values(text=None)))
        return None


def _say(connection: Connection, conversation: str, row: Row[Any], now: datetime) -> ShownMessage:
    going_on = update(CONVERSATION).where(CONVERSATION.c.id == conversation)
    going_on = going_on.values(last_seq=CONVERSATION.c.last_seq + 1, last_at=now, owed_since=None)
    next_one = connection.execute(going_on.returning(CONVERSATION.c.last_seq, CONVERSATION.c.channel)).one()
    at: dict[str, Any] = {"channel": next_one.channel, "seq": next_one.last_seq, "now": now}
    said = outbox.say(connection, conversation, "text", row.text, author="agent", id=row.message, **at)
    # the message has the words now, and is kept as long as messages are
    connection.execute(update(DUE).where(DUE.c.id == row.id).values(text=None))
    return shown(said)


def _has_another(place: Row[Any], agent: str, now: datetime) -> bool:
    return place.owner == "agent" and place.agent != agent and (place.owner_until is None or place.owner_until > now)


def _was_written(connection: Connection, conversation: str, after_seq: int) -> bool:
    """Whether the customer wrote anything after that message that a person would answer."""
    own = MESSAGE.c.conversation_id == conversation, MESSAGE.c.author == "customer", MESSAGE.c.seq > after_seq
    return any(owes_answer(row.kind, row.text) for row in connection.execute(select(MESSAGE.c.kind, MESSAGE.c.text).where(*own)))
