"""Cases: what was handed to people, found by the code that the customer was told, until it is solved or nobody comes back for it.

A conversation's `owed_since` says since when a person's answer is owed: from the case on, or from what its customer wrote to an agent,
until the agent's next word.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from string import digits
from typing import Any, Final, Protocol

from sqlalchemy import Connection, Row, Select, Update, case, exists, func, null, select, update

from bot.conversations import dues, folios
from bot.conversations.ledger import Ledger
from bot.conversations.tables import CONVERSATION, ESCALATION, MESSAGE
from bot.errors import NotYours
from bot.rules.courtesy import owes_answer

CODE_ALPHABET: Final = "234679ACDEFHJKMNPQRTUVWX"
CODE_CHARACTERS: Final = 6
MOST: Final = 200
MOST_CHARACTERS: Final = 16


AGAIN_WITHIN: Final = timedelta(days=3)
"""Who writes again so soon after a case was settled means that case."""
SILENT: Final = timedelta(days=7)
"""A case of which nobody is owed anything expires when nothing was said for so long."""

_CONVERSATION = (
    CONVERSATION.c.id.label("conversation_id"), CONVERSATION.c.channel, CONVERSATION.c.desk, CONVERSATION.c.owner, CONVERSATION.c.agent,
    CONVERSATION.c.last_at, CONVERSATION.c.owed_since,
)  # fmt: skip
_OPEN_CASE = (ESCALATION.c.conversation_id == CONVERSATION.c.id) & (ESCALATION.c.state == "open")


async def waiting(ledger: Ledger, limit: int = MOST) -> Sequence[Row[Any]]:
    """Open cases (code, reason, summary, at, reopened) with their conversation (conversation_id, channel, desk, owner, agent, last_at, owed_since).

    First those to whom a person's answer is owed, the longest first, then the others by age. Whoever is owed one without a case has no code.
    """
    own = (ESCALATION.c.code, ESCALATION.c.reason, ESCALATION.c.summary, ESCALATION.c.at, ESCALATION.c.reopened)
    of_cases = select(*own, *_CONVERSATION).join_from(ESCALATION, CONVERSATION, _OPEN_CASE).where(ESCALATION.c.state == "open")
    of_cases = of_cases.order_by(CONVERSATION.c.owed_since.is_(None), CONVERSATION.c.owed_since, ESCALATION.c.at).limit(limit)
    none = (
        null().label("code"),
        null().label("reason"),
        MESSAGE.c.text.label("summary"),
        CONVERSATION.c.owed_since.label("at"),
        null().label("reopened"),
    )
    last = (MESSAGE.c.conversation_id == CONVERSATION.c.id) & (MESSAGE.c.seq == CONVERSATION.c.last_seq)
    of_others = (
        select(*none, *_CONVERSATION)
        .join_from(CONVERSATION, MESSAGE, last, isouter=True)
        .where(CONVERSATION.c.owed_since.is_not(None), ~exists().where(_OPEN_CASE))
        .order_by(CONVERSATION.c.owed_since)
        .limit(limit)
    )

    def work(connection: Connection) -> list[Row[Any]]:
        found = [*connection.execute(of_cases), *connection.execute(of_others)]
        return sorted(found, key=lambda row: (row.owed_since is None, row.owed_since or row.at))[:limit]

    return await ledger.read(work)


async def of(ledger: Ledger, conversation: str) -> Sequence[Row[Any]]:
    """Every case of a conversation (all columns of the table), the oldest first."""
    query = select(ESCALATION).where(ESCALATION.c.conversation_id == conversation).order_by(ESCALATION.c.id)
    return await ledger.read(lambda connection: connection.execute(query).all())


async def oldest(ledger: Ledger) -> datetime | None:
    """When the oldest open case was opened."""
    query = select(func.min(ESCALATION.c.at)).where(ESCALATION.c.state == "open")
    return await ledger.read(lambda connection: connection.scalar(query))


async def held_by(ledger: Ledger, agents: Collection[str], now: datetime) -> Sequence[Row[Any]]:
    """Conversations that these agents have (id, agent, channel, desk, last_at, owed_since), with the text of their last message, longest silent first."""
    last = (MESSAGE.c.conversation_id == CONVERSATION.c.id) & (MESSAGE.c.seq == CONVERSATION.c.last_seq)
    query = (
        select(
            CONVERSATION.c.id,
            CONVERSATION.c.agent,
            CONVERSATION.c.channel,
            CONVERSATION.c.desk,
            CONVERSATION.c.last_at,
            CONVERSATION.c.owed_since,
            MESSAGE.c.text,
        )
        .join_from(CONVERSATION, MESSAGE, last, isouter=True)
        .where(CONVERSATION.c.owner_until > now, CONVERSATION.c.agent.in_(agents))
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


async def open_code(ledger: Ledger, conversation: str) -> str | None:
    """The folio of the conversation's open case."""
    return await ledger.read(lambda connection: connection.scalar(_open_code(conversation)))


def _open_code(conversation: str) -> Select[tuple[str]]:
    mine = ESCALATION.c.conversation_id == conversation
    return select(ESCALATION.c.code).where(mine, ESCALATION.c.state == "open").order_by(ESCALATION.c.id).limit(1)


async def close(ledger: Ledger, conversation: str, code: str, agent: str, now: datetime) -> None:
    """The agent has solved the case. Raises NotYours where this conversation has no open case of this code."""
    mine = update(ESCALATION).where(ESCALATION.c.conversation_id == conversation, ESCALATION.c.code == code, ESCALATION.c.state == "open")
    solved = mine.values(state="solved", closed_at=now, closed_by=agent).returning(ESCALATION.c.id)

    def work(connection: Connection) -> None:
        if connection.scalar(solved) is None:
            raise NotYours("case")
        dues.end(connection, conversation, "snooze", "done", now, agent)
        connection.execute(_settle(now).where(CONVERSATION.c.id == conversation))
        dues.hold_back_others(connection, conversation, agent, now)

    await ledger.write(work)


async def nothing_owed(ledger: Ledger, conversation: str) -> None:
    """What the customer wrote last needs no answer, an agent says."""
    settled = update(CONVERSATION).where(CONVERSATION.c.id == conversation).values(owed_since=None)
    await ledger.write(lambda connection: connection.execute(settled))


async def expire(ledger: Ledger, now: datetime) -> list[str]:
    """Settle the cases in which nobody is owed anything and nothing was said for long; their conversations."""
    silent = select(CONVERSATION.c.id).where(
        _OPEN_CASE, CONVERSATION.c.owner == "bot", CONVERSATION.c.owed_since.is_(None), CONVERSATION.c.last_at < now - SILENT
    )
    over = update(ESCALATION).where(ESCALATION.c.state == "open", ESCALATION.c.conversation_id.in_(silent))

    def work(connection: Connection) -> list[str]:
        found = list(connection.scalars(over.values(state="expired", closed_at=now).returning(ESCALATION.c.conversation_id)))
        connection.execute(_settle(now).where(CONVERSATION.c.id.in_(found)))
        return found

    return await ledger.write(work)


def _settle(now: datetime) -> Update:
    return update(CONVERSATION).values(owed_since=None, case_closed_at=now)


class Place(Protocol):
    """What of a conversation's row says whether a message to it is owed an answer."""

    @property
    def owed_since(self) -> datetime | None:
        """Since when one is owed."""

    @property
    def case_closed_at(self) -> datetime | None:
        """When its last case was settled."""


def owed_by(connection: Connection, place: Place, message: Mapping[str, Any], now: datetime) -> dict[str, datetime | None]:
    """What `owed_since` and `case_closed_at` become by this message (its row): whoever writes again so soon has their case opened again."""
    kept = {"owed_since": place.owed_since, "case_closed_at": place.case_closed_at}
    if message["state"] == "noted" or not owes_answer(message["kind"], message["text"]):
        return kept
    if message["button_id"] and message["fixed_answer"]:  # a button of the house: somebody is asked for
        return {"owed_since": place.owed_since or now, "case_closed_at": None}
    if place.case_closed_at is not None and now - place.case_closed_at <= AGAIN_WITHIN:
        _reopen(connection, str(message["conversation_id"]))
        return {"owed_since": place.owed_since or now, "case_closed_at": None}
    if message["state"] == "with_agent":
        return {**kept, "owed_since": place.owed_since or now}
    return kept


def _reopen(connection: Connection, conversation: str) -> None:
    last = select(ESCALATION.c.id, ESCALATION.c.code, ESCALATION.c.state).where(ESCALATION.c.conversation_id == conversation)
    last = last.order_by(ESCALATION.c.id.desc()).limit(1)
    case_of = connection.execute(last).one_or_none()
    if case_of is None or case_of.state == "open":
        return
    is_free = not connection.scalar(select(exists().where(ESCALATION.c.code == case_of.code, ESCALATION.c.state == "open")))
    again = {"state": "open", "closed_at": None, "closed_by": None, "reopened": ESCALATION.c.reopened + 1}
    again["code"] = case_of.code if is_free else _free_code(connection)
    connection.execute(update(ESCALATION).where(ESCALATION.c.id == case_of.id).values(**again))


async def number_open(ledger: Ledger) -> int:
    """How many cases are open."""
    query = select(func.count()).where(ESCALATION.c.state == "open")
    return await ledger.read(lambda connection: connection.execute(query).scalar_one())


def open_case(connection: Connection, conversation: str, reason: str, now: datetime, explained: str = "") -> bool:
    """A case about the customer's last message, or this reason added to the one that is open; whether that was news.

    `reason` is a key in Spanish, `explained` the values behind it (agents see both). Somebody who never wrote has no case.
    """
    about = (
        select(MESSAGE.c.id)
        .where(MESSAGE.c.conversation_id == conversation, MESSAGE.c.author == "customer")
        .order_by(MESSAGE.c.seq.desc())
        .limit(1)
    )
    mine = select(ESCALATION.c.code, ESCALATION.c.reason, ESCALATION.c.summary).where(
        ESCALATION.c.conversation_id == conversation, ESCALATION.c.state == "open"
    )
    held = connection.execute(mine.order_by(ESCALATION.c.id).limit(1)).one_or_none()
    inbound = connection.scalar(about)
    if inbound is None or (held is not None and reason in held.reason.split(folios.REASONS_BETWEEN)):
        return False
    last = connection.scalar(select(func.max(ESCALATION.c.n)).where(ESCALATION.c.inbound_id == inbound))
    case_of = {"conversation_id": conversation, "inbound_id": inbound, "n": 0 if last is None else last + 1}
    code = _free_code(connection) if held is None else held.code
    summary = explained or (reason if held is None else held.summary.partition("\n")[0])  # it is told there already
    folios.store(connection, conversation, [{**case_of, "code": code, "reason": reason, "summary": summary, "state": "open", "at": now}])
    return True


def ensure(connection: Connection, conversation: str, reason: str, now: datetime, explained: str = "") -> str:
    """The folio of the conversation's open case, to which this reason is added; one settled a short while ago is opened again for it."""
    closed_at = connection.scalar(select(CONVERSATION.c.case_closed_at).where(CONVERSATION.c.id == conversation))
    if closed_at is not None and now - closed_at <= AGAIN_WITHIN:
        _reopen(connection, conversation)
    open_case(connection, conversation, reason, now, explained)
    return str(connection.scalar(_open_code(conversation)))


def _free_code(connection: Connection) -> str:
    """A folio, easy to say, that no open case has."""
    while True:
        code = "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_CHARACTERS - 1)) + secrets.choice(CODE_ALPHABET.lstrip(digits))
        if not connection.scalar(select(exists().where(ESCALATION.c.code == code, ESCALATION.c.state == "open"))):
            return code
