"""Who answers a conversation: the assistant, or an agent who took it over, for as long as that agent is there.

Taking over ends a turn that runs (its lease is raised, so that its commit matches no row) and leaves what waits to the agent: the
assistant answers none of it, then or after the hand-back. It goes on with the next message.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Update, func, select, update
from sqlalchemy.exc import IntegrityError

from bot.conversations import dues, outbox
from bot.conversations.ledger import Ledger
from bot.conversations.messages import ShownMessage, shown
from bot.conversations.tables import CONVERSATION, MESSAGE, OPEN
from bot.errors import Conflict, NotYours

_BACK: dict[str, Any] = {"owner": "bot", "agent": None, "owner_until": None}
_NEXT = {"last_seq": CONVERSATION.c.last_seq + 1}


class Taken(Conflict):
    """Another agent has the conversation: `agent`."""

    def __init__(self, agent: str) -> None:
        super().__init__("taken")
        self.agent = agent


async def take_over(ledger: Ledger, conversation: str, agent: str, now: datetime, life: timedelta) -> None:
    """The agent has the conversation until `now + life`, and may take it again before. Raises NotYours (unknown), Taken."""
    await ledger.write(lambda connection: take_over_within(connection, conversation, agent, now, now + life))


def take_over_within(connection: Connection, conversation: str, agent: str, now: datetime, until: datetime) -> None:
    """The same, as part of a transaction."""
    held = connection.execute(
        select(CONVERSATION.c.owner, CONVERSATION.c.agent, CONVERSATION.c.owner_until)
        .where(CONVERSATION.c.id == conversation)
        .with_for_update()
    ).one_or_none()
    if held is None:
        raise NotYours("conversation")
    if held.owner == "agent" and held.agent != agent and (held.owner_until is None or held.owner_until > now):
        raise Taken(held.agent)
    taken = {"owner": "agent", "agent": agent, "owner_until": until}
    ended: dict[str, Any] = {"lease_token": CONVERSATION.c.lease_token + 1}
    ended |= dict.fromkeys(("lease_until", "ready_at", "gathers_until", "delay_notice_at"))
    left = connection.execute(update(MESSAGE).where(MESSAGE.c.conversation_id == conversation, OPEN).values(state="with_agent"))
    if left.rowcount:
        ended["owed_since"] = func.coalesce(CONVERSATION.c.owed_since, now)
    connection.execute(update(CONVERSATION).where(CONVERSATION.c.id == conversation).values(**taken, **ended))
    dues.end(connection, conversation, "chat", "done", now, agent)


async def say(
    ledger: Ledger, conversation: str, agent: str, words: str, message: str, now: datetime, life: timedelta
) -> ShownMessage | None:
    """The agent who has the conversation says this to its customer; None where a message of that id was written before.

    Raises Conflict ("not taken": this agent does not have it, or not any more): then nothing is said.
    """
    held = _held(conversation, agent).where(CONVERSATION.c.owner_until > now)
    going_on = held.values(**_NEXT, last_at=now, owner_until=now + life, owed_since=None).returning(
        CONVERSATION.c.last_seq, CONVERSATION.c.channel
    )

    def work(connection: Connection) -> ShownMessage:
        place = connection.execute(going_on).one_or_none()
        if place is None:
            raise Conflict("not taken")
        dues.hold_back_others(connection, conversation, agent, now)
        dues.put_away_words(connection, conversation, agent, now, only_own=True)
        own: dict[str, Any] = {"channel": place.channel, "seq": place.last_seq, "now": now}
        return shown(outbox.say(connection, conversation, "text", words, author="agent", id=message, **own))

    try:
        return await ledger.write(work)
    except IntegrityError:
        return None  # sent twice: a double click, or a page that was loaded again


async def check_held(ledger: Ledger, conversation: str, agent: str, now: datetime) -> None:
    """Raises Conflict ("not taken": this agent does not have it, or not any more)."""
    if await ledger.read(lambda connection: connection.scalar(held_by(conversation, agent, now))) is None:
        raise Conflict("not taken")


def held_by(conversation: str, agent: str, now: datetime) -> Select[tuple[str]]:
    """The conversation's id, if this agent has it."""
    return select(CONVERSATION.c.id).where(*_own(conversation, agent), CONVERSATION.c.owner_until > now)


async def renew(ledger: Ledger, conversation: str, agent: str, now: datetime, life: timedelta) -> None:
    """The agent is still there; changes nothing for one who does not have the conversation (any more)."""
    longer = _held(conversation, agent).where(CONVERSATION.c.owner_until > now).values(owner_until=now + life)
    await ledger.write(lambda connection: connection.execute(longer))


async def hand_back(ledger: Ledger, conversation: str, agent: str, telling: tuple[str, datetime] | None = None) -> None:
    """The assistant answers again, from the next message on; `telling` is what the customer is told of it, and when.

    Raises Conflict ("not taken": this agent does not have it).
    """
    values = _BACK if telling is None else {**_BACK, **_NEXT, "last_at": telling[1]}
    back = _held(conversation, agent).values(**values).returning(CONVERSATION.c.last_seq, CONVERSATION.c.channel)

    def work(connection: Connection) -> None:
        place = connection.execute(back).one_or_none()
        if place is None:
            raise Conflict("not taken")
        if telling is not None:
            text, now = telling
            outbox.say(connection, conversation, "notice", text, channel=place.channel, seq=place.last_seq, now=now)

    await ledger.write(work)


def _held(conversation: str, agent: str) -> Update:
    return update(CONVERSATION).where(*_own(conversation, agent))


def _own(conversation: str, agent: str) -> tuple[ColumnElement[bool], ...]:
    return CONVERSATION.c.id == conversation, CONVERSATION.c.owner == "agent", CONVERSATION.c.agent == agent


async def expire(ledger: Ledger, now: datetime) -> list[str]:
    """Hand back what agents have left behind; those conversations."""
    over = update(CONVERSATION).where(CONVERSATION.c.owner_until <= now).values(**_BACK).returning(CONVERSATION.c.id)
    return await ledger.write(lambda connection: list(connection.scalars(over)))
