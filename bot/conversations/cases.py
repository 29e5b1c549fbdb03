"""Cases: what was handed to people, found by the code that the customer was told; and those that the house opens itself."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime
from string import digits
from typing import Any, Final

from sqlalchemy import Connection, Row, case, exists, func, select, update

from bot.conversations import folios
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
    """A case about the customer's last message, or this reason added to the one that is open; whether that was news.

    `reason` is a key in Spanish (agents see it). Somebody who never wrote has no case.
    """
    about = (
        select(MESSAGE.c.id)
        .where(MESSAGE.c.conversation_id == conversation, MESSAGE.c.author == "customer")
        .order_by(MESSAGE.c.seq.desc())
        .limit(1)
    )
    mine = select(ESCALATION.c.code, ESCALATION.c.reason).where(ESCALATION.c.conversation_id == conversation, ESCALATION.c.state == "open")
    held = connection.execute(mine.order_by(ESCALATION.c.id).limit(1)).one_or_none()
    inbound = connection.scalar(about)
    if inbound is None or (held is not None and reason in held.reason.split(folios.REASONS_BETWEEN)):
        return False
    last = connection.scalar(select(func.max(ESCALATION.c.n)).where(ESCALATION.c.inbound_id == inbound))
    case_of = {"conversation_id": conversation, "inbound_id": inbound, "n": 0 if last is None else last + 1}
    code = _free_code(connection) if held is None else held.code
    folios.store(connection, conversation, [{**case_of, "code": code, "reason": reason, "summary": reason, "state": "open", "at": now}])
    return True


def _free_code(connection: Connection) -> str:
    """A folio, easy to say, that no open case has."""
    while True:
        code = "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_CHARACTERS - 1)) + secrets.choice(CODE_ALPHABET.lstrip(digits))
        if not connection.scalar(select(exists().where(ESCALATION.c.code == code, ESCALATION.c.state == "open"))):
            return code
