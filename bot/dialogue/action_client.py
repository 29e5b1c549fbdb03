"""Calls one custom action over a kept-alive connection, with little on the wire and a compiled check of the result.

Stock Rasa sends every event and the whole domain with each call, opens a connection for it, re-validates the schema itself
each time (40 of 52 ms a turn, house-style.md) and lets the processor swallow whatever goes wrong.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import aiohttp

from bot.processes import Pool, first_answer
from bot.protocol.action import read_action_result, read_situation

T = TypeVar("T")

ACTION_TIMEOUT_SECONDS = 8.0
TRY_SECONDS = 3.0
"""For one process while there is another: an action that cannot read the live state gives up after 2 s and answers without."""
SITUATION_SECONDS = 1.0
"""For what only helps to read: a message is read without it rather than late."""


class ActionEndpoint:
    """Where custom actions are run. Stands in for Rasa's EndpointConfig, of which RemoteAction needs nothing else."""

    def __init__(self, urls: Sequence[str], secret: str, timeout_seconds: float = ACTION_TIMEOUT_SECONDS) -> None:
        self.pool, self._helpers = Pool(urls), Pool(urls)
        self.timeout_seconds = timeout_seconds  # of one action, in all
        self.kwargs: dict[str, Any] = {}
        self._secret = secret
        self._session: aiohttp.ClientSession | None = None

    async def call(self, body: dict[str, Any], correlation: str) -> dict[str, Any]:
        """Run one action, on the next process that is well: it reads only, so it may be tried again. All in all `timeout_seconds`.

        Raises aiohttp.ClientError, TimeoutError or ValueError.
        """
        return await self._post(self.pool, "/webhook", body, correlation, self.timeout_seconds, read_action_result)

    async def situation(self, turn_token: str, correlation: str) -> tuple[str, ...] | None:
        """What is the matter with the account of whoever asks, for the reader; None where that is not known soon: it only helps to read.

        A process that is late with it may be well for actions, so it is not put aside for them.
        """
        asked = {"turn_token": turn_token}
        try:
            return (await self._post(self._helpers, "/situation", asked, correlation, SITUATION_SECONDS, read_situation)).words
        except (aiohttp.ClientError, TimeoutError, ValueError, RecursionError):
            return None

    async def _post(self, pool: Pool, path: str, body: dict[str, Any], correlation: str, within: float, read: Callable[[bytes], T]) -> T:
        if self._session is None:
            unlimited = aiohttp.ClientTimeout(total=None)  # `first_answer` ends it; one for connecting would too where only we are busy
            self._session = aiohttp.ClientSession(headers={"X-Internal-Secret": self._secret}, timeout=unlimited)
        ask = functools.partial(self._call, self._session, path, body, correlation, read)
        return await first_answer(pool, ask, (aiohttp.ClientError, ValueError), within=within, each=TRY_SECONDS)

    async def _call(
        self, session: aiohttp.ClientSession, path: str, body: dict[str, Any], correlation: str, read: Callable[[bytes], T], url: str
    ) -> T:
        async with session.post(f"{url}{path}", json=body, headers={"X-Correlation-Id": correlation}) as response:
            if response.status != 200:  # noqa: PLR2004
                raise ValueError(f"status {response.status}")
            return read(await response.read())

    async def close(self) -> None:
        """Close the kept connections."""
        if self._session is not None:
            await self._session.close()
