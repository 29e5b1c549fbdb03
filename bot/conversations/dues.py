"""What is due besides an answer: a call at a time that a customer chose, an agent in this chat, what agents put off or want said later. One of a kind is open a conversation.

Nothing of it is said before its row is there: the row is written with the customer's choice, and the words come after it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, Literal

from sqlalchemy import Connection, Row, func, insert, or_, select, update

from bot.conversations.base import DueKind
from bot.conversations.ledger import Ledger
from bot.conversations.tables import CONVERSATION, DUE, ESCALATION

MOST: Final = 200
Ending = Literal["done", "not_reached", "cancelled", "left"]
FORGOTTEN: Final[dict[str, Any]] = {"state": "cancelled", "text": None}
_OPEN = DUE.c.state == "open"


def promise(connection: Connection, conversation: str, kind: DueKind, at: datetime, now: datetime, phone: str | None = None) -> bool:
    """Write down that this is due from `at` on, instead of what was due of that kind; whether there was anything."""
    before = end(connection, conversation, kind, "cancelled", now)
    row = {"conversation_id": conversation, "kind": kind, "at": at, "phone": phone, "state": "open", "created_at": now}
    connection.execute(insert(DUE), row)
    return before


def end(connection: Connection, conversation: str, kind: DueKind, ending: Ending, now: datetime, by: str | None = None) -> bool:
    """Nothing of that kind is due any more; whether anything was."""
    open_one = update(DUE).where(DUE.c.conversation_id == conversation, DUE.c.kind == kind, _OPEN)
    return bool(connection.execute(open_one.values(state=ending, closed_at=now, closed_by=by)).rowcount)


def hold_back_others(connection: Connection, conversation: str, agent: str, now: datetime) -> None:
    """This agent has answered, or closed the case: what another one wanted said later may not be right any more."""
    others = update(DUE).where(DUE.c.conversation_id == conversation, DUE.c.kind == "later", _OPEN, DUE.c.agent != agent)
    connection.execute(others.values(state="held_back", closed_at=now))


def put_away_words(connection: Connection, conversation: str, agent: str, now: datetime, *, only_own: bool = False) -> None:
    """What was held back there is settled by what this agent says or plans now; `only_own`: what they planned or took back themselves."""
    held = update(DUE).where(DUE.c.conversation_id == conversation, DUE.c.kind == "later", DUE.c.state == "held_back")
    held = held.where(or_(DUE.c.agent == agent, DUE.c.closed_by == agent)) if only_own else held
    connection.execute(held.values(**FORGOTTEN, closed_at=now, closed_by=agent))


async def leave(ledger: Ledger, conversation: str, now: datetime) -> bool:
    """Nobody is there any more for who waits in this chat; whether anybody waited."""
    return await ledger.write(lambda connection: end(connection, conversation, "chat", "left", now))


def any_promised(connection: Connection, conversation: str) -> bool:
    """Whether anything is due to the customer there."""
    mine = DUE.c.conversation_id == conversation
    return connection.scalar(select(DUE.c.id).where(mine, DUE.c.kind.in_(("call_back", "chat")), _OPEN).limit(1)) is not None


def place(connection: Connection, conversation: str) -> int:
    """The place in the queue of who waits for an agent in this chat: 1 is next."""
    own = select(DUE.c.id).where(DUE.c.conversation_id == conversation, DUE.c.kind == "chat", _OPEN).scalar_subquery()
    return connection.execute(select(func.count()).where(DUE.c.kind == "chat", _OPEN, DUE.c.id <= own)).scalar_one()


async def open_ones(ledger: Ledger, kind: DueKind) -> Sequence[Row[Any]]:
    """What is due of that kind (id, conversation_id, at, phone, created_at), with `desk`, `channel` and the `code` of the open case; the next first."""
    code = (
        select(func.max(ESCALATION.c.code))
        .where(ESCALATION.c.conversation_id == DUE.c.conversation_id, ESCALATION.c.state == "open")
        .correlate(DUE)
        .scalar_subquery()
    )
    own = (DUE.c.id, DUE.c.conversation_id, DUE.c.at, DUE.c.phone, DUE.c.created_at)
    query = (
        select(*own, CONVERSATION.c.desk, CONVERSATION.c.channel, code.label("code"))
        .join_from(DUE, CONVERSATION, CONVERSATION.c.id == DUE.c.conversation_id)
        .where(DUE.c.kind == kind, _OPEN)
        .order_by(DUE.c.at, DUE.c.id)
        .limit(MOST)
    )
    return await ledger.read(lambda connection: connection.execute(query).all())


async def settle_call(ledger: Ledger, due: int, ending: Ending, agent: str, now: datetime) -> Row[Any] | None:
    """The agent says what became of a call; its row (conversation_id, at, phone), or None where somebody said so before, or it is none."""
    mine = update(DUE).where(DUE.c.id == due, DUE.c.kind == "call_back", _OPEN).values(state=ending, closed_at=now, closed_by=agent)

    def work(connection: Connection) -> Row[Any] | None:
        row = connection.execute(mine.returning(DUE.c.conversation_id, DUE.c.at, DUE.c.phone)).one_or_none()
        if row is not None and ending == "done":
            connection.execute(update(CONVERSATION).where(CONVERSATION.c.id == row.conversation_id).values(owed_since=None))
        return row

    return await ledger.write(work)


async def of(ledger: Ledger, conversation: str) -> Sequence[Row[Any]]:
    """Everything that is or was due in a conversation (all columns of the table), the oldest first."""
    query = select(DUE).where(DUE.c.conversation_id == conversation).order_by(DUE.c.id)
    return await ledger.read(lambda connection: connection.execute(query).all())
