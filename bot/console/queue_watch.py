"""Whether the queue looks otherwise than before, asked once for all the pages of this process that show it.

On a busy day something moves fifty times a second and the queue a few times a minute: without this every open page would ask for itself each
time.
"""

from __future__ import annotations

import asyncio

from sqlalchemy import Connection, select

from bot.conversations.ledger import Ledger
from bot.conversations.tables import CONVERSATION, DUE, ESCALATION

_CASES = (
    select(
        ESCALATION.c.id, ESCALATION.c.reason, ESCALATION.c.reopened, CONVERSATION.c.owed_since, CONVERSATION.c.owner, CONVERSATION.c.agent
    )
    .join_from(ESCALATION, CONVERSATION, CONVERSATION.c.id == ESCALATION.c.conversation_id)
    .where(ESCALATION.c.state == "open")
    .order_by(ESCALATION.c.id)
)  # fmt: skip
_OWED = select(CONVERSATION.c.id, CONVERSATION.c.owed_since).where(CONVERSATION.c.owed_since.is_not(None)).order_by(CONVERSATION.c.id)
_HELD = select(CONVERSATION.c.id, CONVERSATION.c.agent, CONVERSATION.c.last_seq).where(CONVERSATION.c.owner_until.is_not(None))
_DUE = select(DUE.c.id, DUE.c.at).where(DUE.c.state == "open").order_by(DUE.c.id)


class QueueWatch:
    """`looks` names how the queue looks; two looks that differ have different names. Asked of the ledger every `pause_seconds` at most."""

    def __init__(self, pause_seconds: float) -> None:
        self._pause_seconds = pause_seconds
        self._lock = asyncio.Lock()
        self._looked_at, self._looks = 0.0, 0

    async def looks(self, ledger: Ledger, since: float) -> int:
        """As it is at `since` (the event loop's time) or later. Raises LedgerUnavailable."""
        loop = asyncio.get_running_loop()
        async with self._lock:
            if self._looked_at <= since:
                await asyncio.sleep(max(0.0, self._looked_at + self._pause_seconds - loop.time()))
                begun = loop.time()
                self._looks = await ledger.read(_looks)
                self._looked_at = begun
            return self._looks


def _looks(connection: Connection) -> int:
    return hash(
        tuple(tuple(row) for query in (_CASES, _OWED, _HELD.order_by(CONVERSATION.c.id), _DUE) for row in connection.execute(query))
    )
