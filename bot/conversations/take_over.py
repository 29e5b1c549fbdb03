"""Who answers a conversation: the assistant, or an agent who took it over, for as long as that agent is there.

Taking over ends a turn that runs (its lease is raised, so that its commit matches no row) and leaves what waits to the agent: the
assistant answers none of it, then or after the hand-back. It goes on with the next message.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select, update

from bot.conversations.ledger import Ledger
from bot.conversations.tables import CONVERSATION, MESSAGE, OPEN
from bot.errors import Conflict, NotYours

_BACK: dict[str, Any] = {"owner": "bot", "agent": None, "owner_until": None}


async def take_over(ledger: Ledger, conversation: str, agent: str, now: datetime, life: timedelta) -> None:
    """The agent has the conversation until `now + life`, and may take it again before. Raises NotYours (unknown), Conflict ("taken")."""
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
        raise Conflict("taken")
    taken = {"owner": "agent", "agent": agent, "owner_until": until}
    ended: dict[str, Any] = {"lease_token": CONVERSATION.c.lease_token + 1}
    ended |= dict.fromkeys(("lease_until", "ready_at", "gathers_until", "delay_notice_at"))
    connection.execute(update(CONVERSATION).where(CONVERSATION.c.id == conversation).values(**taken, **ended))
    connection.execute(update(MESSAGE).where(MESSAGE.c.conversation_id == conversation, OPEN).values(state="with_agent"))


async def hand_back(ledger: Ledger, conversation: str, agent: str) -> None:
    """The assistant answers again, from the next message on. Raises Conflict ("not taken": this agent does not have it)."""
    held = update(CONVERSATION).where(CONVERSATION.c.id == conversation, CONVERSATION.c.owner == "agent", CONVERSATION.c.agent == agent)
    back = held.values(**_BACK).returning(CONVERSATION.c.id)
    if await ledger.write(lambda connection: connection.scalar(back)) is None:
        raise Conflict("not taken")


async def expire(ledger: Ledger, now: datetime) -> list[str]:
    """Hand back what agents have left behind; those conversations."""
    over = update(CONVERSATION).where(CONVERSATION.c.owner_until <= now).values(**_BACK).returning(CONVERSATION.c.id)
    return await ledger.write(lambda connection: list(connection.scalars(over)))
