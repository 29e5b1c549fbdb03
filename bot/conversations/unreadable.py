"""An episode whose stored events cannot be read any more: its conversation forgets them and goes on, in the same turn.

Apart from `queue`, because it is the one thing a turn may change before its commit: nothing of the customer's is lost by it, only what
the assistant remembered of this sitting.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, select, update

from bot.conversations import episodes
from bot.conversations.ledger import Ledger
from bot.conversations.queue import OpenTurn
from bot.conversations.tables import CONVERSATION, MESSAGE
from bot.errors import LeaseLost


async def begin_anew(ledger: Ledger, turn: OpenTurn, now: datetime) -> OpenTurn:
    """The same turn in a fresh episode without events; the old one ends as "unreadable". Raises LeaseLost, LedgerUnavailable."""
    lease = turn.lease
    held = select(CONVERSATION.c.id).where(
        CONVERSATION.c.id == lease.conversation, CONVERSATION.c.lease_token == lease.token, CONVERSATION.c.owner == "bot"
    )

    def work(connection: Connection) -> int:
        if connection.scalar(held.with_for_update()) is None:
            raise LeaseLost(lease.conversation)
        episodes.close_open(connection, lease.conversation, "unreadable", now)
        fresh = episodes.begin(connection, lease.conversation, turn.identity, turn.accepted_at)
        connection.execute(update(MESSAGE).where(MESSAGE.c.id.in_([message.id for message in turn.messages])).values(episode_id=fresh))
        return fresh

    return replace(turn, episode=await ledger.write(work), events=())
