"""Work in the background: one step after the other, a pause when there is nothing to do, and an end between two steps.

A worker is never cancelled in the middle of a step, because a cancelled transaction costs its connection.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

import structlog

from bot.errors import LedgerUnavailable

log = structlog.get_logger()


class Worker:
    """Calls `step` until stopped: at once again when it returns True, else when woken or after `pause_seconds`."""

    def __init__(self, name: str, step: Callable[[], Awaitable[bool]], pause_seconds: float) -> None:
        self._name, self._step, self._pause_seconds = name, step, pause_seconds
        self._woken = asyncio.Event()
        self._stopping = False
        self._task: asyncio.Task[None] | None = None

    def wake(self) -> None:
        """There may be work: look now instead of after the pause."""
        self._woken.set()

    @property
    def woken(self) -> bool:
        """Whether it was told of work that it has not looked at yet."""
        return self._woken.is_set()

    def start(self) -> None:
        """Begin, in a task of its own."""
        self._task = asyncio.create_task(self._run(), name=self._name)

    async def stop(self) -> None:
        """End after the step that runs."""
        self._stopping = True
        self.wake()
        if self._task is not None:
            await self._task

    async def _run(self) -> None:
        while not self._stopping:
            self._woken.clear()
            if not await self._try():
                await self._pause()

    async def _pause(self) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._pause_seconds):
                await self._woken.wait()

    async def _try(self) -> bool:
        try:
            return await self._step()
        except LedgerUnavailable as error:
            log.warning("the ledger is away", worker=self._name, error=str(error))
        except Exception:
            log.exception("a step failed", worker=self._name)
        return False
