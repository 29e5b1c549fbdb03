"""Waiting for a state of a real process: often, and not for ever. No test asserts how long it took."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable

GUARD_SECONDS = 60.0


async def eventually(holds: Callable[[], bool | Awaitable[bool]], pause: float = 0.05) -> None:
    """Wait until it holds (a plain or an async function says so); a hang fails the test."""
    async with asyncio.timeout(GUARD_SECONDS):
        while True:
            answer = holds()
            if await answer if inspect.isawaitable(answer) else answer:
                return
            await asyncio.sleep(pause)
