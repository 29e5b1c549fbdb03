"""Shows on a customer's telephone that an agent writes: WhatsApp's typing sign, which stands for 25 s or until the message comes."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, Row, select

from bot.channels.whatsapp.keys import CHANNEL
from bot.conversations.tables import MESSAGE
from bot.errors import LedgerUnavailable
from bot.resources import Resources

EVERY: Final = timedelta(seconds=20)
"""No more often in one conversation: a little sooner than the sign goes by itself."""


class AgentWriting:
    """`seen` shows (number, wamid) as read and answered: the last message of the customer's is what carries the sign."""

    def __init__(self, resources: Resources, seen: Callable[[str, str], None]) -> None:
        self._resources, self._seen = resources, seen
        self._shown_at: dict[str, datetime] = {}
        self._running: set[asyncio.Task[None]] = set()

    def hear(self, conversation: str) -> None:
        """An agent writes there, on whatever channel it is. Returns at once."""
        now = self._resources.now()
        self._shown_at = {name: at for name, at in self._shown_at.items() if timedelta() <= now - at < EVERY}
        if conversation in self._shown_at:
            return
        self._shown_at[conversation] = now
        task = asyncio.create_task(self._show(conversation))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def close(self) -> None:
        """Wait for what is being looked up."""
        await asyncio.gather(*self._running)

    async def _show(self, conversation: str) -> None:
        own = MESSAGE.c.conversation_id == conversation, MESSAGE.c.channel == CHANNEL, MESSAGE.c.author == "customer"
        last = (
            select(MESSAGE.c.scope, MESSAGE.c.external_id).where(*own, MESSAGE.c.state != "noted").order_by(MESSAGE.c.seq.desc()).limit(1)
        )

        def work(connection: Connection) -> Row[tuple[str | None, str | None]] | None:
            return connection.execute(last).one_or_none()

        with contextlib.suppress(LedgerUnavailable):  # a sign, and no more than that
            found = await self._resources.ledger.read(work)
            if found is not None and found.scope and found.external_id:
                self._seen(found.scope, found.external_id)
