<<<<<<< HEAD
"""Cases: what was handed to people, found by the code that the customer was told; and those that the house opens itself."""

from __future__ import annotations

import secrets
=======
"""The open case of a conversation: one at a time, whatever it is asked for; what comes later is added to it under the same folio.

A new episode knows its folio from the first turn on, so that a customer who comes back hears the same one and opens no second case.
"""

from __future__ import annotations

>>>>>>> talk
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

<<<<<<< HEAD
from sqlalchemy import Connection, Row, case, exists, func, insert, select, update

from bot.conversations.ledger import Ledger
from bot.conversations.tables import CONVERSATION, ESCALATION, MESSAGE
from bot.errors import NotYours

CODE_ALPHABET: Final = "234679ACDEFHJKMNPQRTUVWX"
CODE_CHARACTERS: Final = 6
MOST: Final = 200
MOST_CHARACTERS: Final = 16


async def open_ones(ledger: Ledger, limit: int = MOST) -> Sequence[Row[Any]]:
    """Open cases (code, reason, summary, at) with their conversation (conversation_id, channel, desk, owner, agent, last_at), the oldest first."""
    query = (
        select(
            ESCALATION.c.code, ESCALATION.c.reason, ESCALATION.c.summary, ESCALATION.c.at, ESCALATION.c.conversation_id,
            CONVERSATION.c.channel, CONVERSATION.c.desk, CONVERSATION.c.owner, CONVERSATION.c.agent, CONVERSATION.c.last_at,
        )
        .join_from(ESCALATION, CONVERSATION, CONVERSATION.c.id == ESCALATION.c.conversation_id)
        .where(ESCALATION.c.state == "open")
        .order_by(ESCALATION.c.at)
        .limit(limit)
    )  # fmt: skip
    return await ledger.read(lambda connection: connection.execute(query).all())


async def held_by(ledger: Ledger, agent: str, now: datetime) -> Sequence[Row[Any]]:
    """Conversations that this agent has (id, channel, desk, last_at), with the `author` of their last message, longest silent first."""
    last = (MESSAGE.c.conversation_id == CONVERSATION.c.id) & (MESSAGE.c.seq == CONVERSATION.c.last_seq)
    query = (
        select(CONVERSATION.c.id, CONVERSATION.c.channel, CONVERSATION.c.desk, CONVERSATION.c.last_at, MESSAGE.c.author, MESSAGE.c.text)
        .join_from(CONVERSATION, MESSAGE, last, isouter=True)
        .where(CONVERSATION.c.owner_until > now, CONVERSATION.c.agent == agent)
        .order_by(CONVERSATION.c.last_at)
    )
    return await ledger.read(lambda connection: connection.execute(query).all())


async def find(ledger: Ledger, code: str) -> str | None:
    """The conversation of the case with this code, however it was typed: the open one, else the newest."""
    typed = "".join(char for char in code.upper() if char.isalnum())[:MOST_CHARACTERS]
    query = (
        select(ESCALATION.c.conversation_id)
        .where(ESCALATION.c.code == typed)
        .order_by(case((ESCALATION.c.state == "open", 0), else_=1), ESCALATION.c.at.desc())
        .limit(1)
    )
    return await ledger.read(lambda connection: connection.scalar(query))


async def close(ledger: Ledger, conversation: str, code: str) -> None:
    """The case is solved. Raises NotYours where this conversation has no open case of this code."""
    mine = update(ESCALATION).where(ESCALATION.c.conversation_id == conversation, ESCALATION.c.code == code, ESCALATION.c.state == "open")

    def work(connection: Connection) -> None:
        if connection.scalar(mine.values(state="closed").returning(ESCALATION.c.id)) is None:
            raise NotYours("case")

    await ledger.write(work)


async def number_open(ledger: Ledger) -> int:
    """How many cases are open."""
    query = select(func.count()).where(ESCALATION.c.state == "open")
    return await ledger.read(lambda connection: connection.execute(query).scalar_one())


def open_case(connection: Connection, conversation: str, reason: str, now: datetime) -> bool:
    """Open a case about the customer's last message, unless one is open for this reason; whether it was opened.

    `reason` is a key in Spanish (agents see it). Somebody who never wrote has no case.
    """
    about = (
        select(MESSAGE.c.id)
        .where(MESSAGE.c.conversation_id == conversation, MESSAGE.c.author == "customer")
        .order_by(MESSAGE.c.seq.desc())
        .limit(1)
    )
    same = select(exists().where(ESCALATION.c.conversation_id == conversation, ESCALATION.c.reason == reason, ESCALATION.c.state == "open"))
    inbound = connection.scalar(about)
    if inbound is None or connection.scalar(same):
        return False
    last = connection.scalar(select(func.max(ESCALATION.c.n)).where(ESCALATION.c.inbound_id == inbound))
    row = {"conversation_id": conversation, "inbound_id": inbound, "n": -1 if last is None else last}
    row["n"] += 1
    opened = {**row, "code": _free_code(connection), "reason": reason, "summary": reason, "state": "open", "at": now}
    connection.execute(insert(ESCALATION), opened)
    return True


def _free_code(connection: Connection) -> str:
    """A folio, easy to say, that no open case has."""
    while True:
        code = "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_CHARACTERS))
        if not connection.scalar(select(exists().where(ESCALATION.c.code == code, ESCALATION.c.state == "open"))):
            return code
=======
from sqlalchemy import Connection, bindparam, insert, select, update

from bot.conversations.tables import ESCALATION, MESSAGE
from bot.identity.identity import Identity
from bot.protocol.state import FOLIOS

REASONS_BETWEEN: Final = ", "
_MOST_OF_REASONS: Final = 200
_OPEN = (
    select(ESCALATION.c.id, ESCALATION.c.code, ESCALATION.c.reason, ESCALATION.c.summary)
    .where(ESCALATION.c.conversation_id == bindparam("conversation"), ESCALATION.c.state == "open")
    .order_by(ESCALATION.c.id)
)
_OPEN_OF = _OPEN.join_from(ESCALATION, MESSAGE, MESSAGE.c.id == ESCALATION.c.inbound_id)
_ADD = update(ESCALATION).where(ESCALATION.c.id == bindparam("case")).values(reason=bindparam("reasons"), summary=bindparam("whole"))
_BEGIN = insert(ESCALATION).returning(ESCALATION.c.id)


def store(connection: Connection, conversation: str, wanted: Sequence[dict[str, Any]]) -> None:
    """Open the cases (rows of the table), or add them to the open one that has their folio. Raises IntegrityError for a folio that is taken."""
    if not wanted:
        return
    cases = {row.code: (row.id, row.reason, row.summary) for row in connection.execute(_OPEN, {"conversation": conversation})}
    for row in wanted:
        number, reasons, summary = cases.get(row["code"], (None, row["reason"], row["summary"]))
        reasons = _joined(reasons, row["reason"], REASONS_BETWEEN)[:_MOST_OF_REASONS]
        summary = _joined(summary, row["summary"], "\n")
        if number is None:
            number = connection.execute(_BEGIN, row).scalar_one()
        else:
            connection.execute(_ADD, {"case": number, "reasons": reasons, "whole": summary})
        cases[row["code"]] = number, reasons, summary


def _joined(told: str, more: str, between: str) -> str:
    """Both, each once."""
    return told if more in told.split(between) else f"{told}{between}{more}"


def opening_events(connection: Connection, conversation: str, who: Identity, now: datetime) -> list[dict[str, Any]]:
    """What an episode of `who` begins with: the folio of their open case by each of its reasons; nothing where none is open."""
    found = connection.execute(
        _OPEN_OF.where(MESSAGE.c.desk.is_(None) if who.desk is None else MESSAGE.c.desk == who.desk), {"conversation": conversation}
    )
    folios = {reason: row.code for row in found for reason in row.reason.split(REASONS_BETWEEN)}
    return [{"event": "slot", "timestamp": now.timestamp(), "name": FOLIOS, "value": folios}] if folios else []
>>>>>>> talk
