"""A browser tab as the gateway sees it: a session, messages, and a stream that can be cut."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any, Self

import aiohttp

from bot.conversations.history import PAGE

GUARD_SECONDS = 20.0  # a hang is a failure; nothing waits for this otherwise


class Visitor:
    def __init__(self, base: str) -> None:
        self.base = base.rstrip("/")
        self.session: str | None = None
        self.conversation: str | None = None
        self.http = aiohttp.ClientSession()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.http.close()

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.session}"} if self.session else {}

    async def call(self, method: str, path: str, **options: Any) -> tuple[int, Any]:
        headers = {**self.headers, **options.pop("headers", {})}
        async with self.http.request(method, self.base + path, headers=headers, **options) as response:
            raw = await response.read()
            try:
                return response.status, json.loads(raw)
            except ValueError:
                return response.status, raw

    async def open(self, **body: Any) -> dict[str, Any]:
        status, answer = await self.call("POST", "/webchat/session", json=body)
        assert status == 200, answer
        self.session, self.conversation = answer["session"], answer["conversation"]
        return answer

    async def send(self, text: str | None = None, *, button: str | None = None, message_id: str | None = None) -> tuple[int, Any]:
        body = {"id": message_id or str(uuid.uuid4()), **({"text": text} if text is not None else {"button": button})}
        return await self.call("POST", "/webchat/messages", json=body)

    async def messages(self, since: int = 0) -> list[dict[str, Any]]:
        """All after this one, page by page."""
        status, answer = await self.call("GET", f"/webchat/messages?since={since}")
        assert status == 200, answer
        page = answer["messages"]
        return page if len(page) < PAGE else page + await self.messages(answer["cursor"])

    async def until(self, wanted: Any, since: int = 0) -> list[dict[str, Any]]:
        """All messages after `since`, once `wanted(messages)` holds; who asks ever less often leaves the machine to those who answer."""
        pause = 0.01
        async with asyncio.timeout(GUARD_SECONDS):
            while True:
                if wanted(messages := await self.messages(since)):
                    return messages
                await asyncio.sleep(pause)
                pause = min(1.5 * pause, 0.25)

    async def answer_to(self, seq: int) -> dict[str, Any]:
        """The answer that covers the message with this seq."""
        messages = await self.until(lambda all_of: any(m["kind"] == "answer" and m["in_reply_to"] >= seq for m in all_of), seq)
        return next(m for m in messages if m["kind"] == "answer" and m["in_reply_to"] >= seq)

    async def ask(self, text: str | None = None, **options: Any) -> dict[str, Any]:
        """Send and wait for the answer."""
        status, accepted = await self.send(text, **options)
        assert status == 202, accepted
        return await self.answer_to(accepted["seq"])

    @asynccontextmanager
    async def stream(self, since: int = 0, **headers: str) -> AsyncIterator[AsyncIterator[dict[str, Any]]]:
        async with self.http.get(f"{self.base}/webchat/stream?since={since}", headers={**self.headers, **headers}) as response:
            assert response.status == 200, await response.text()
            yield self._events(response)

    async def _events(self, response: aiohttp.ClientResponse) -> AsyncIterator[dict[str, Any]]:
        """{"event", "id"?, "data"} of each event, and {"event": "comment"}."""
        current: dict[str, Any] = {}
        async with asyncio.timeout(GUARD_SECONDS):
            async for raw in response.content:
                line = raw.decode().rstrip("\n")
                if line.startswith(":"):
                    yield {"event": "comment"}
                elif not line:
                    if current:
                        yield {**current, "data": json.loads(current["data"])}
                    current = {}
                else:
                    name, _, value = line.partition(": ")
                    current[name] = value


def answers(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [m for m in messages if m["kind"] == "answer"]


def covered(messages: list[dict[str, Any]]) -> list[str]:
    """What each answer answers: all that was said since the one before, a line for each message."""
    said = [m for m in messages if m["author"] == "customer"]
    ends = [0, *(m["in_reply_to"] for m in answers(messages))]
    return ["\n".join(m["text"] for m in said if begin < m["seq"] <= end) for begin, end in pairwise(ends)]


def all_answered(messages: list[dict[str, Any]]) -> bool:
    """Whether an answer covers the last thing that was said."""
    said = [m["seq"] for m in messages if m["author"] == "customer"]
    return bool(said) and any(m["in_reply_to"] == said[-1] for m in answers(messages))


def each_answered_once(messages: list[dict[str, Any]], *texts: str) -> bool:
    """Whether exactly these were said, and the echoes of their bursts are the answers: nothing left out, doubled or out of order.

    Below an answer the house may offer a call, when the line is closed.
    """
    told, bursts = [m["text"].partition("\n\n")[0] for m in answers(messages)], covered(messages)
    return told == [f"eco: {burst}" for burst in bursts] and "\n".join(bursts) == "\n".join(texts)


def notices(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [m for m in messages if m["kind"] == "notice" and "privacidad" not in m["text"]]


async def execute(database: Path, statement: str) -> None:
    """Change a SQLite file that a gateway of this very process is using: never on its event loop, which would hold the lock for ever."""

    def work() -> None:
        connection = sqlite3.connect(database)
        with connection:
            connection.execute(statement)
        connection.close()

    await asyncio.to_thread(work)
