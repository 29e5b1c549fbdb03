"""Calls one custom action over a kept-alive connection, with little on the wire and a compiled check of the result.

Stock Rasa sends every event and the whole domain with each call, opens a connection for it, re-validates the schema itself
each time (40 of 52 ms a turn, house-style.md) and lets the processor swallow whatever goes wrong.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

import aiohttp

from bot.processes import Pool, first_answer
from bot.protocol.action import read_action_result

ACTION_TIMEOUT_SECONDS = 8.0
TRY_SECONDS = 3.0
"""For one process while there is another: an action that cannot read the live state gives up after 2 s and answers without."""


class ActionEndpoint:
    """Where custom actions are run. Stands in for Rasa's EndpointConfig, of which RemoteAction needs nothing else."""

    def __init__(self, urls: Sequence[str], secret: str, timeout_seconds: float = ACTION_TIMEOUT_SECONDS) -> None:
        self.pool = Pool(urls)
        self.timeout_seconds = timeout_seconds  # of one action, in all
        self.kwargs: dict[str, Any] = {}
        self._secret = secret
        self._session: aiohttp.ClientSession | None = None

    async def call(self, body: dict[str, Any], correlation: str) -> dict[str, Any]:
        """Run one action, on the next process that is well: it reads only, so it may be tried again. All in all `timeout_seconds`.

        Raises aiohttp.ClientError, TimeoutError or ValueError.
        """
        if self._session is None:
            unlimited = aiohttp.ClientTimeout(total=None)  # `first_answer` ends it; one for connecting would too where only we are busy
            self._session = aiohttp.ClientSession(headers={"X-Internal-Secret": self._secret}, timeout=unlimited)
        ask = functools.partial(self._call, self._session, body, correlation)
        return await first_answer(self.pool, ask, (aiohttp.ClientError, ValueError), within=self.timeout_seconds, each=TRY_SECONDS)

    async def _call(self, session: aiohttp.ClientSession, body: dict[str, Any], correlation: str, url: str) -> dict[str, Any]:
        async with session.post(f"{url}/webhook", json=body, headers={"X-Correlation-Id": correlation}) as response:
            if response.status != 200:  # noqa: PLR2004
                raise ValueError(f"status {response.status}")
            return read_action_result(await response.read())

    async def close(self) -> None:
        """Close the kept connections."""
        if self._session is not None:
            await self._session.close()
