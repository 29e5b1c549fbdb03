"""The event stream of one conversation: gap-free by seq, however often it breaks.

Only messages carry an id; `typing` and `state` are moods of the moment, sent without a number and never repeated.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from aiohttp import web

from bot.channels.webchat import render
from bot.channels.webchat.hub import Listener
from bot.conversations import history
from bot.conversations.ledger import Ledger
from bot.conversations.messages import ShownMessage
from bot.errors import LedgerUnavailable

WRITE_SECONDS = 30.0
HEADERS = {"Content-Type": "text/event-stream; charset=utf-8", "Cache-Control": "no-store", "X-Accel-Buffering": "no"}
KEEP_ALIVE = b": .\n\n"


def event(name: str, data: dict[str, Any], number: int | None = None) -> bytes:
    """One event of a stream; JSON has no raw line breaks, so one data line is enough."""
    identity = "" if number is None else f"id: {number}\n"
    return f"{identity}event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n".encode()


class Stream:
    """Writes a conversation to one response, from a cursor on, until the client goes, the session ends or the process stops.

    `sent` is told how many answers were written.
    """

    def __init__(self, ledger: Ledger, conversation: str, cursor: int, listener: Listener, sent: Callable[[int], None]) -> None:
        self._ledger = ledger
        self._conversation = conversation
        self._cursor = cursor
        self._listener = listener
        self._sent = sent
        self._typing = False
        self._owner: str | None = None

    async def run(self, response: web.StreamResponse, keep_alive_seconds: float, still_good: Callable[[], Awaitable[bool]]) -> None:
        """Write until there is a reason to stop. `still_good` is asked at every keep-alive whether the session may go on."""
        listener = self._listener
        try:
            while not listener.ended:
                listener.changed.clear()
                await self._write_news(response)
                try:
                    async with asyncio.timeout(keep_alive_seconds):
                        await listener.changed.wait()
                except TimeoutError:
                    if not await still_good():
                        return
                    await _write(response, KEEP_ALIVE)
        except (ConnectionError, TimeoutError, LedgerUnavailable):
            return  # the client went or does not read, or the ledger is away: it comes back with its cursor

    async def _write_news(self, response: web.StreamResponse) -> None:
        if self._owner != self._listener.owner:
            self._owner = self._listener.owner
            await _write(response, event("state", {"owner": self._owner}))
        news, self._listener.news = self._listener.news, []
        await self._write_those_that_follow(response, news)
        if self._listener.moved:
            self._listener.moved = False  # before looking: what comes meanwhile is looked for again
            await self._write_messages(response)
        if self._typing != self._listener.typing:
            self._typing = self._listener.typing
            await _write(response, event("typing", {"typing": self._typing, "author": self._owner}))

    async def _write_those_that_follow(self, response: web.StreamResponse, news: Sequence[ShownMessage]) -> None:
        following: list[ShownMessage] = []
        for message in news:
            if message.seq == self._cursor + len(following) + 1:
                following.append(message)
            elif message.seq > self._cursor + len(following):  # something lies in between
                self._listener.moved = True
        await self._write_and_count(response, following)

    async def _write_messages(self, response: web.StreamResponse) -> None:
        full = True
        while full:
            messages = await history.messages_after(self._ledger, self._conversation, self._cursor)
            await self._write_and_count(response, messages)
            full = len(messages) == history.PAGE

    async def _write_and_count(self, response: web.StreamResponse, messages: Sequence[ShownMessage]) -> None:
        if messages:
            await _write(response, b"".join(event("message", render.message(message), message.seq) for message in messages))
            self._cursor = self._listener.last_seq = messages[-1].seq
            self._sent(sum(message.kind == "answer" for message in messages))


async def _write(response: web.StreamResponse, data: bytes) -> None:
    async with asyncio.timeout(WRITE_SECONDS):
        await response.write(data)
