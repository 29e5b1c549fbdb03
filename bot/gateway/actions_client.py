"""Tells the actions that a turn is coming, so that they read its customer's state while the dialogue still reads the message.

A hint and no more: nobody waits for it, and a turn whose hint was lost is answered all the same.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence

import aiohttp

from bot.identity.turn import place_of

HINT_SECONDS = 1.0
ROUNDS_BEHIND = 2
"""Rounds of the event loop that a hint waits, so that the turn's own request goes out first: one for its task, one for its client's."""


class ActionsClient:
    """Speaks to the actions processes at `urls`."""

    def __init__(self, urls: Sequence[str], secret: str) -> None:
        self._urls = tuple(urls)
        self._http = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=HINT_SECONDS), headers={"X-Internal-Secret": secret})
        self._hints: set[asyncio.Task[None]] = set()

    def foretell(self, turn: str, token: str) -> None:
        """A turn is coming; returns at once."""
        hint = asyncio.create_task(self._foretell(self._urls[place_of(turn, len(self._urls))], token))
        self._hints.add(hint)
        hint.add_done_callback(self._hints.discard)

    async def _foretell(self, url: str, token: str) -> None:
        for _ in range(ROUNDS_BEHIND):
            await asyncio.sleep(0)
        with contextlib.suppress(aiohttp.ClientError, TimeoutError):
            async with self._http.post(f"{url}/ahead", data=token.encode()):
                pass

    async def close(self) -> None:
        """Give up what is under way."""
        for hint in self._hints:
            hint.cancel()
        await self._http.close()
