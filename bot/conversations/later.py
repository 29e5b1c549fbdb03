"""What an agent wants said later: it waits among what is due, and goes out once, at its time, whoever has the conversation by then.

It is held back where it may not be right any more: its customer wrote meanwhile (more than thanks), or another agent has the conversation.
Then a person's answer is owed, and the words stay where agents see them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from bot.conversations import dues, outbox, take_over
from bot.conversations.ledger import Ledger
from bot.conversations.messages import ShownMessage, shown
from bot.conversations.tables import CONVERSATION, DUE, MESSAGE
from bot.errors import Conflict
from bot.rules.courtesy import owes_answer

AT_ONCE = 50
_WAITS = and_(DUE.c.kind == "later", DUE.c.state == "open")
_HELD_BACK = {"state": "held_back"}


@dataclass(frozen=True)
class Outcome:
    """What became of the words of `agent`: said as `message`, or held back (None)."""

    conversation: str
    agent: str
    message: ShownMessage | None


async def plan(ledger: Ledger, conversation: str, agent: str, words: str, message: str, at: datetime, now: datetime) -> None:
    """The agent who has the conversation wants this said from `at` on, as the message of that id; twice is as good as once.

    Raises Conflict ("not taken": this agent does not have it; "another": something of somebody's waits there already).
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
        row = {"conversation_id": conversation, "kind": "later", "at": at, "state": "open", "created_at": now}
        connection.execute(insert(DUE), {**row, "agent": agent, "message": message, "text": words})

    await ledger.write(work)


async def shown_in(ledger: Ledger, conversation: str) -> Row[Any] | None:
    """What waits to be said there, or was held back and not put away (all columns of the table)."""
    last = next((due for due in reversed(await dues.of(ledger, conversation)) if due.kind == "later"), None)
    return last if last is not None and last.state in {"open", "held_back"} else None


async def held_back(ledger: Ledger, agent: str) -> list[Row[Any]]:
    """What this agent wanted said and what was held back (id, conversation_id, desk), as long as nobody has put it away."""
    query = (
        select(DUE.c.id, DUE.c.conversation_id, CONVERSATION.c.desk)
        .join_from(DUE, CONVERSATION, CONVERSATION.c.id == DUE.c.conversation_id)
        .where(DUE.c.kind == "later", DUE.c.state == "held_back", DUE.c.agent == agent)
    )
    return await ledger.read(lambda connection: list(connection.execute(query)))


async def withdraw(ledger: Ledger, conversation: str, due: int, agent: str, now: datetime) -> str:
    """It is not to be said (any more); its words. Raises Conflict ("said": it was, or somebody was faster)."""
    own = DUE.c.id == due, DUE.c.conversation_id == conversation, DUE.c.kind == "later", DUE.c.state.in_(("open", "held_back"))
    put_away = update(DUE).where(*own).values(state="cancelled", closed_at=now, closed_by=agent, text=None)

    def work(connection: Connection) -> str:
        words = connection.scalar(select(DUE.c.text).where(*own).with_for_update())
        if words is None:
            raise Conflict("said")
        connection.execute(put_away)
        return words

    return await ledger.write(work)


def hold_back_of(connection: Connection, agent: str, now: datetime) -> None:
    """Nothing more is said in this agent's name."""
    connection.execute(update(DUE).where(_WAITS, DUE.c.agent == agent).values(**_HELD_BACK, closed_at=now))


async def say_what_is_due(ledger: Ledger, now: datetime) -> list[Outcome]:
    """Say it, or hold it back; what was settled here and not by another process."""
    query = select(DUE.c.id, DUE.c.conversation_id).where(_WAITS, DUE.c.at <= now).order_by(DUE.c.at).limit(AT_ONCE)
    outcomes = []
    for row in await ledger.read(lambda connection: connection.execute(query).all()):
        outcome = await _settle(ledger, row.id, row.conversation_id, now)
        outcomes += [] if outcome is None else [outcome]
    return outcomes


async def _settle(ledger: Ledger, due: int, conversation: str, now: datetime) -> Outcome | None:
    own = CONVERSATION.c.id == conversation
    place_of = select(CONVERSATION.c.owner, CONVERSATION.c.agent, CONVERSATION.c.owner_until).where(own).with_for_update()
    taken = update(DUE).where(DUE.c.id == due, _WAITS).values(state="done", closed_at=now)
    taken_row = taken.returning(DUE.c.agent, DUE.c.message, DUE.c.text, DUE.c.created_at)

    def work(connection: Connection) -> Outcome | None:
        place = connection.execute(place_of).one_or_none()
        row = connection.execute(taken_row).one_or_none()
        if place is None or row is None:
            return None
        if _has_another(place, row.agent, now) or _was_written(connection, conversation, row.created_at):
            connection.execute(update(DUE).where(DUE.c.id == due).values(**_HELD_BACK))
            connection.execute(update(CONVERSATION).where(own).values(owed_since=func.coalesce(CONVERSATION.c.owed_since, now)))
            return Outcome(conversation, row.agent, None)
        going_on = update(CONVERSATION).where(own).values(last_seq=CONVERSATION.c.last_seq + 1, last_at=now, owed_since=None)
        next_one = connection.execute(going_on.returning(CONVERSATION.c.last_seq, CONVERSATION.c.channel)).one()
        at: dict[str, Any] = {"channel": next_one.channel, "seq": next_one.last_seq, "now": now}
        said = outbox.say(connection, conversation, "text", row.text, author="agent", id=row.message, **at)
        connection.execute(
            update(DUE).where(DUE.c.id == due).values(text=None)
        )  # the message has the words now, and is kept as long as messages are
        return Outcome(conversation, row.agent, shown(said))

    try:
        return await ledger.write(work)
    except IntegrityError:  # a message of that id is there: it was sent by hand meanwhile
        await ledger.write(lambda connection: connection.execute(taken.values(text=None)))
        return None


def _has_another(place: Row[Any], agent: str, now: datetime) -> bool:
    return place.owner == "agent" and place.agent != agent and (place.owner_until is None or place.owner_until > now)


def _was_written(connection: Connection, conversation: str, since: datetime) -> bool:
    """Whether the customer wrote anything since then that a person would answer."""
    own = MESSAGE.c.conversation_id == conversation, MESSAGE.c.author == "customer", MESSAGE.c.at > since
    return any(owes_answer(row.kind, row.text) for row in connection.execute(select(MESSAGE.c.kind, MESSAGE.c.text).where(*own)))
