"""Hears from PostgreSQL what other gateways stored, so that a stream here shows an answer made there at once.

It is a hint and nothing more: what is missed while the connection is away is found by polling.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.channels.webchat.hub import Hub
from bot.conversations import news
from bot.conversations.ledger import Ledger
from bot.database import DATABASE_ERRORS
from bot.errors import LedgerUnavailable
from bot.gateway.worker import Worker

log = structlog.get_logger()


class NewsListener:
    """Keeps one listening connection; `message_waits` is called when a message was accepted that no gateway has taken."""

    def __init__(self, ledger: Ledger, hub: Hub, message_waits: Callable[[], None], look_seconds: float) -> None:
        self._ledger, self._hub, self._message_waits = ledger, hub, message_waits
        self._connection: AsyncConnection | None = None
        self._alive = False
        self.worker = Worker("news", self.step, look_seconds)

    async def step(self) -> bool:
        """Connect if there is no connection; always False. Raises LedgerUnavailable."""
        if self._ledger.can_tell_news and not self._alive:
            await self.close()
            try:
                await self._connect()
            except DATABASE_ERRORS as error:
                raise LedgerUnavailable(type(error).__name__) from error
            self._message_waits()  # something may have been accepted meanwhile
        return False

    async def close(self) -> None:
        """Let go of the connection."""
        connection, self._connection, self._alive = self._connection, None, False
        if connection is not None:
            with contextlib.suppress(*DATABASE_ERRORS):
                await connection.invalidate()  # it listens: nobody else may get it from the pool
                await connection.close()

    async def _connect(self) -> None:
        self._connection = await self._ledger.engine.connect()
        driver: Any = (await self._connection.get_raw_connection()).driver_connection
        driver.add_termination_listener(self._ended)
        await driver.add_listener(news.CHANNEL, self._heard)
        self._alive = True

    def _ended(self, _connection: Any) -> None:
        self._alive = False
        self.worker.wake()

    def _heard(self, _connection: Any, _process: int, _channel: str, payload: str) -> None:
        try:
            told = news.read(payload)
        except ValueError:
            log.warning("news of a form that is not ours")
            return
        self._hub.heard(told.conversation, told.seq)
        if told.waits:
            self._message_waits()
