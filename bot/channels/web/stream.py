"""The event stream of one conversation: gap-free by seq, however often it breaks.

Only messages carry an id; `typing` and `state` are moods of the moment, sent without a number and never repeated.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from aiohttp import web

from bot.channels.web import render
from bot.conversations import history
from bot.conversations.feed import Listener
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
    """Writes a conversation to one response, from a cursor on, until the client goes, the session ends or the process stops."""

    def __init__(self, ledger: Ledger, conversation: str, cursor: int, listener: Listener) -> None:
        self._ledger = ledger
        self._conversation = conversation
        self._cursor = cursor
        self._listener = listener
        self._listener.last_seq = cursor
        self._typing: bool | None = False  # as the reader shows it; None: an answer has just put the sign out there
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
        """Everything that is new, in one write where that is possible: each costs a system call here and a wake-up there."""
        listener, told = self._listener, b""
        if self._owner != listener.owner:
            self._owner = listener.owner
            told += event("state", {"owner": self._owner})
        news, listener.news = listener.news, []
        told += self._rendered(self._those_that_follow(news))
        if listener.moved:
            listener.moved = False  # before looking: what comes meanwhile is looked for again
            while len(messages := await history.messages_after(self._ledger, self._conversation, self._cursor)) == history.PAGE:
                await _write(response, told + self._rendered(messages))
                told = b""
            told += self._rendered(messages)
        if self._typing != listener.typing:
            self._typing = listener.typing
            told += event("typing", {"typing": self._typing, "author": "bot"})
        if "agent" in listener.writing:  # said anew as long as it is so, and believed for some seconds
            told += event("typing", {"typing": True, "author": "agent"})
        listener.writing.clear()
        if told:
            await _write(response, told)

    def _those_that_follow(self, news: Sequence[ShownMessage]) -> list[ShownMessage]:
        following: list[ShownMessage] = []
        for message in news:
            if message.seq == self._cursor + len(following) + 1:
                following.append(message)
            elif message.seq > self._cursor + len(following):  # something lies in between
                self._listener.moved = True
        return following

    def _rendered(self, messages: Sequence[ShownMessage]) -> bytes:
        """The events of messages that are about to be written."""
        if messages:
            self._cursor = self._listener.last_seq = messages[-1].seq
            if any(message.author == "agent" for message in messages):
                self._listener.writing.discard("agent")  # what was being written is here
            if any(message.author != "customer" and message.kind != "notice" for message in messages):
                self._typing = None
        return b"".join(event("message", render.message(message), message.seq) for message in messages)


async def _write(response: web.StreamResponse, data: bytes) -> None:
    async with asyncio.timeout(WRITE_SECONDS):
        await response.write(data)
