"""Read marks with the typing sign: at once, free, and not worth waiting for. They may be lost, and never hold up a message."""

from __future__ import annotations

import asyncio
from typing import Final

import structlog

from bot.channels.whatsapp.graph import Graph, GraphError

log = structlog.get_logger()

AT_ONCE: Final = 16
"""More than so many wait for nothing that helps anybody: they are dropped."""


class Receipts:
    """Sends them in the background."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._running: set[asyncio.Task[None]] = set()

    def seen(self, number: str, wamid: str) -> None:
        """Show the sender of this message that it was read and that an answer is being written. Returns at once."""
        if len(self._running) >= AT_ONCE:
            return
        task = asyncio.create_task(self._mark(number, wamid))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def close(self) -> None:
        """Drop those that are under way."""
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    async def _mark(self, number: str, wamid: str) -> None:
        try:
            await self._graph.mark_read(number, wamid)
        except GraphError as error:
            log.info("whatsapp: no read mark", error=type(error).__name__)
