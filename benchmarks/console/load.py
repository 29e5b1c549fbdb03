"""Customers who write at a steady rate, and agents who look at lists, filter, search and read, each with a page open that listens."""

from __future__ import annotations

import asyncio
import json
import random
import time
import uuid
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import aiohttp

from benchmarks.console.filling import Filled
from benchmarks.figures import percentile
from bot.console import agents, sessions
from bot.console.access import COOKIE
from bot.conversations.ledger import Ledger
from bot.database import open_database

VISITORS = 100
ACTS_A_SECOND = 10.0
"""Of all agents together: each of fifty opens a page every five seconds."""
REPORT_SECONDS = 5.0
PATIENCE_SECONDS = 30.0


@dataclass
class Measured:
    """Milliseconds by kind: list, filter, search, transcript (as it opens), whole (all of it), report, new (a message until it is in an open page), turn."""

    times: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    failed: int = 0

    def p95(self, kind: str) -> float | None:
        """The 95th percentile, None where nothing was measured."""
        return round(percentile(self.times[kind], 95), 1) if self.times[kind] else None

    def p50(self, kind: str) -> float | None:
        """The median."""
        return round(percentile(self.times[kind], 50), 1) if self.times[kind] else None

    @asynccontextmanager
    async def timed(self, kind: str) -> AsyncIterator[None]:
        """Count how long the block takes; one that fails is counted as failed."""
        begun = time.perf_counter()
        try:
            yield
        except (aiohttp.ClientError, TimeoutError):
            self.failed += 1
        else:
            self.times[kind].append(1000 * (time.perf_counter() - begun))


class Customer:
    """A visitor of the web chat with its stream, who asks one thing at a time."""

    def __init__(
        self, base: str, http: aiohttp.ClientSession, conversation: str, headers: dict[str, str], stream: aiohttp.ClientResponse
    ) -> None:
        self._base, self._http, self._headers, self._stream = base, http, headers, stream
        self.conversation = conversation

    async def post(self, words: str) -> int:
        """Send; the seq once it is stored."""
        body = {"id": str(uuid.uuid4()), "text": words}
        async with self._http.post(f"{self._base}/webchat/messages", json=body, headers=self._headers) as response:
            response.raise_for_status()
            return int((await response.json())["seq"])

    async def ask(self, words: str) -> None:
        """Send, and wait for the answer. Raises TimeoutError."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            seq = await self.post(words)
            async for line in self._stream.content:
                if line.startswith(b"data:"):
                    message = json.loads(line[5:])
                    if message.get("kind") == "answer" and message["in_reply_to"] >= seq:
                        return
        raise TimeoutError


async def arrive(base: str, http: aiohttp.ClientSession, stack: AsyncExitStack) -> Customer:
    """Somebody opens the chat."""
    async with http.post(f"{base}/webchat/session", json={}) as response:
        answer = await response.json()
    headers = {"Authorization": f"Bearer {answer['session']}"}
    stream = await stack.enter_async_context(http.get(f"{base}/webchat/stream?since=0", headers=headers))
    return Customer(base, http, answer["conversation"], headers, stream)


async def customers_write(base: str, rate: float, seconds: float, words: Sequence[str], measured: Measured) -> None:
    """So many messages a second, each from whoever waits for nothing; how long each waits for its answer."""
    async with AsyncExitStack() as stack:
        http = await stack.enter_async_context(client())
        free: asyncio.Queue[Customer] = asyncio.Queue()
        for _ in range(VISITORS):
            free.put_nowait(await arrive(base, http, stack))

        async def ask(text: str) -> None:
            one = await free.get()
            async with measured.timed("turn"):
                await one.ask(text)
            free.put_nowait(one)

        tasks, begun = [], time.perf_counter()
        for number in range(int(rate * seconds)):
            await asyncio.sleep(max(0.0, begun + number / rate - time.perf_counter()))
            tasks.append(asyncio.create_task(ask(words[number % len(words)])))
        await asyncio.gather(*tasks)


async def agents_work(base: str, ledger: str, number: int, filled: Filled, seconds: float, measured: Measured, now: datetime) -> None:
    """So many agents, each with a page that listens; together they open ten pages a second, and a report now and then."""
    words = [await _sign_in(ledger, f"asesor-{each}", now) for each in range(number)]
    async with AsyncExitStack() as stack:
        browsers = [await stack.enter_async_context(client(cookies={COOKIE: word})) for word in words]
        for browser in browsers:
            await stack.enter_async_context(browser.get(f"{base}/console/vivo"))
        dice, begun, tasks = random.Random(2), time.perf_counter(), []
        for act in range(int(ACTS_A_SECOND * seconds)):
            await asyncio.sleep(max(0.0, begun + act / ACTS_A_SECOND - time.perf_counter()))
            kind, path = _page(act, dice, filled)
            tasks.append(asyncio.create_task(_look(browsers[act % number], base + path, kind, measured)))
        await asyncio.gather(*tasks)


def _page(act: int, dice: random.Random, filled: Filled) -> tuple[str, str]:
    """What an agent opens next: lists, filters and searches alike, the long conversation and the overview now and then."""
    if act % int(ACTS_A_SECOND * REPORT_SECONDS) == 0:
        return "report", "/console/resumen?dias=7"
    if act % int(ACTS_A_SECOND * REPORT_SECONDS) == 1:
        return "transcript", f"/console/conversaciones/{filled.longest}"
    if act % int(ACTS_A_SECOND * REPORT_SECONDS) == 2:
        return "whole", f"/console/conversaciones/{filled.longest}?todo=1"
    words, intent = dice.choice(filled.examples)
    filters = (
        {"tema": intent}, {"canal": "whatsapp", "decision": "refused"}, {"cliente": f"C-{1001 + dice.randrange(4000)}"}, {"estado": "escalated"}, {"certeza": "low"},
        {"tema": intent, "decision": "asked", "canal": "web"}, {"largo": "many", "canal": "web"},
    )  # fmt: skip
    kind = ("list", "filter", "search")[act % 3]
    query: Mapping[str, str] = {} if kind == "list" else dice.choice(filters) if kind == "filter" else {"q": _sought(words, dice)}
    return kind, f"/console/conversaciones?{urlencode(query)}"


def _sought(words: str, dice: random.Random) -> str:
    """One or two words of what somebody wrote."""
    each = [word for word in words.split() if len(word) > 3] or [words]
    return " ".join(dice.sample(each, min(len(each), dice.choice((1, 2)))))


async def _look(browser: aiohttp.ClientSession, address: str, kind: str, measured: Measured) -> None:
    async with measured.timed(kind), browser.get(address, allow_redirects=False) as response:
        response.raise_for_status()
        if "Conversaciones" not in await response.text():
            raise aiohttp.ClientError("not a page of the console")


async def messages_show(base: str, ledger: str, seconds: float, measured: Measured, now: datetime) -> None:
    """A customer writes every second, and an open page shows it: told by its stream, then asked for, as the script does."""
    word = await _sign_in(ledger, "quien-mira", now)
    async with AsyncExitStack() as stack:
        browser = await stack.enter_async_context(client(cookies={COOKIE: word}))
        http = await stack.enter_async_context(client())
        one = await arrive(base, http, stack)
        stream = await stack.enter_async_context(browser.get(f"{base}/console/vivo?conversacion={one.conversation}"))
        until, number = time.monotonic() + seconds, 0
        while time.monotonic() < until:
            number += 1
            async with measured.timed("new"), asyncio.timeout(PATIENCE_SECONDS):
                mark, seq = f"señal {number} de la prueba", await one.post(f"señal {number} de la prueba")
                path = f"{base}/console/conversaciones/{one.conversation}/lineas?despues={max(0, seq - 1)}"
                while mark not in await _text(browser, path):
                    while (await stream.content.readline()).strip() != b"event: moved":
                        pass
            await asyncio.sleep(1)


async def _text(browser: aiohttp.ClientSession, address: str) -> str:
    async with browser.get(address) as response:
        response.raise_for_status()
        return await response.text()


async def _sign_in(url: str, name: str, now: datetime) -> str:
    """What the browser of a new agent of this name holds."""
    ledger = Ledger(open_database(url))
    try:
        agent = await agents.add(ledger, name, "supervisor", "none: nobody signs in by password here", now)
        return await sessions.begin(ledger, agent, "in", now)
    finally:
        await ledger.close()


def client(**options: Any) -> aiohttp.ClientSession:
    """A browser with as many connections as it likes."""
    timeout = aiohttp.ClientTimeout(total=None, sock_connect=PATIENCE_SECONDS)
    return aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), timeout=timeout, **options)
