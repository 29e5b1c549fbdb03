"""Calls one custom action over a kept-alive connection, with little on the wire and a compiled check of the result.

Stock Rasa sends every event and the whole domain with each call, opens a connection for it, re-validates the schema itself
each time (40 of 52 ms a turn, house-style.md) and lets the processor swallow whatever goes wrong.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from typing import Any

import aiohttp
import fastjsonschema

from bot.identity.turn import place_of

ACTION_TIMEOUT_SECONDS = 8.0
CONNECT_SECONDS = 2.0


class ActionEndpoint:
    """Where custom actions are run, each turn in the process where the gateway told of it. Stands in for Rasa's EndpointConfig, of which RemoteAction needs nothing else."""

    def __init__(self, urls: Sequence[str], secret: str, timeout_seconds: float = ACTION_TIMEOUT_SECONDS) -> None:
        self.urls = tuple(urls)
        self.timeout_seconds = timeout_seconds  # of one action, in all
        self.kwargs: dict[str, Any] = {}
        self._secret = secret
        self._session: aiohttp.ClientSession | None = None

    async def call(self, body: dict[str, Any], turn: str, correlation: str) -> dict[str, Any]:
        """Run one action, on the next process that is there: it reads only, so it may be tried again. All in all `timeout_seconds`.

        Raises aiohttp.ClientError, TimeoutError or ValueError.
        """
        if self._session is None:
            self._session = aiohttp.ClientSession(headers={"X-Internal-Secret": self._secret})
        first = place_of(turn, len(self.urls))  # where the gateway has told of it
        *others, last = (*self.urls[first:], *self.urls[:first])
        async with asyncio.timeout(self.timeout_seconds):
            for url in others:
                with contextlib.suppress(aiohttp.ClientConnectionError):
                    return await self._call(self._session, url, body, correlation)
            return await self._call(self._session, last, body, correlation)

    async def _call(self, session: aiohttp.ClientSession, url: str, body: dict[str, Any], correlation: str) -> dict[str, Any]:
        timeout = aiohttp.ClientTimeout(total=None, connect=CONNECT_SECONDS)
        async with session.post(f"{url}/webhook", json=body, headers={"X-Correlation-Id": correlation}, timeout=timeout) as response:
            if response.status != 200:  # noqa: PLR2004
                raise ValueError(f"status {response.status}")
            return _validated(await response.json())

    async def close(self) -> None:
        """Close the kept connections."""
        if self._session is not None:
            await self._session.close()


_validated = fastjsonschema.compile(
    {
        "type": "object",
        "required": ["events", "responses"],
        "properties": {
            "events": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["event", "name"],
                    "properties": {"event": {"enum": ["slot"]}, "name": {"type": "string"}},
                },
            },
            "responses": {
                "type": "array",
                "minItems": 1,
                "items": {
                    "type": "object",
                    "required": ["response"],
                    "properties": {
                        "response": {"type": "string", "pattern": "^utter_"},
                        "buttons": {"type": "array", "items": {"type": "object", "required": ["title", "payload"]}},
                        "custom": {"type": "object"},
                    },
                },
            },
        },
    }
)
