"""A customer with the widget open: sends until acknowledged, sometimes twice, and follows the conversation from its last seq.

Like the widget it gives the next message out only when the one before was acknowledged, keeps the id of a message through all
attempts, and believes a Retry-After. Unlike a polite one it cuts its own connections and repeats what was acknowledged long ago.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

import aiohttp

from benchmarks.chaos.check import Asked
from benchmarks.chaos.plan import question

TWICE_AT_ONCE = 0.06
CUT_BEFORE_THE_ANSWER = 0.06
SENT_AGAIN_LATER = 0.06
PAGE_RELOADED = 0.02
STREAM_CUT_BY_CLIENT = 0.04
WITHOUT_STREAM = 0.1
MOST_AT_ONCE = 3
PATIENCE_SECONDS = 20.0
REQUEST_SECONDS = 15.0
STREAM_SILENCE_SECONDS = 40.0
POLL_SECONDS = 1.0


class Refused(Exception):
    """The server said that the request itself is wrong, which ours never are."""


@dataclass
class World:
    """What all customers share: the doors of the gateways, and what has been counted."""

    http: aiohttp.ClientSession
    doors: list[str]
    portal_token: Callable[[int], str]
    acknowledged: int = 0
    counts: Counter[str] = field(default_factory=Counter)


class Customer:
    """One customer; `asked` and `received` are the evidence afterwards."""

    def __init__(self, world: World, number: int, seed: int) -> None:
        self._world, self.number, self._rng = world, number, Random(f"customer {seed} {number}")
        self.conversation = ""
        self.received: list[int] = []
        self._token = ""
        self._sent: list[tuple[str, str, list[int]]] = []
        self._begun: dict[str, float] = {}
        self._answered: dict[int, float] = {}
        self._moved = asyncio.Event()
        self._follower: asyncio.Task[None] | None = None
        self.refused: list[str] = []

    @property
    def asked(self) -> tuple[Asked, ...]:
        """What was acknowledged, in the order of the acknowledgements."""
        return tuple(Asked(name, text, tuple(seqs)) for name, text, seqs in self._sent)

    @property
    def longest_wait(self) -> float:
        """Seconds from the first attempt to send a message until its answer was here, at worst; those without an answer do not count."""
        waits = [at - self._begun[name] for name, _, seqs in self._sent if (at := self._answered_at(seqs[0])) is not None]
        return max(waits, default=0.0)

    def _answered_at(self, seq: int) -> float | None:
        """When the answer that covers this message was here."""
        return next((at for last, at in self._answered.items() if last >= seq), None)

    @property
    def cursor(self) -> int:
        """The seq this client has come to."""
        return self.received[-1] if self.received else 0

    async def live(self, messages: int) -> None:
        """Open the chat, write that many messages in bursts, and read along; what the server refuses is kept as evidence."""
        try:
            await self._live(messages)
        except Refused as error:
            self.refused.append(str(error))

    async def _live(self, messages: int) -> None:
        await asyncio.sleep(self._rng.uniform(0, 2))
        await self._open(lambda: {"token": self._world.portal_token(self.number)})
        self._follower = asyncio.create_task(self._follow())
        left = messages
        while left:
            burst = min(left, self._rng.randint(1, MOST_AT_ONCE))
            for _ in range(burst):
                await self._say(question(self._rng))
            left -= burst
            await self._wait_for_answers()
            if self._rng.random() < PAGE_RELOADED:
                await self._open(lambda: {"session": self._token})

    async def close(self) -> None:
        """Stop reading along."""
        if self._follower is not None:
            self._follower.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._follower

    async def history(self) -> list[dict[str, Any]]:
        """The whole conversation by the public history, page by page."""
        messages: list[dict[str, Any]] = []
        while True:
            since = messages[-1]["seq"] if messages else 0
            page = (await self._call("GET", f"/webchat/messages?since={since}"))["messages"]
            if not page:
                return messages
            messages += page

    async def _open(self, shows: Callable[[], dict[str, str]]) -> None:
        """With what is shown made anew at each try, as a widget asks its portal again: a token opens one session."""
        opened = await self._call("POST", "/webchat/session", fresh=shows)
        if self.conversation and opened["conversation"] != self.conversation:
            raise Refused(f"customer {self.number}: the page was reloaded and the conversation is another one")
        self.conversation, self._token = opened["conversation"], opened["session"]

    async def _say(self, text: str) -> None:
        rng, name = self._rng, str(uuid.UUID(int=self._rng.getrandbits(128), version=4))
        self._begun[name] = time.monotonic()
        if rng.random() < CUT_BEFORE_THE_ANSWER:
            await self._cut(name, text)
        if rng.random() < TWICE_AT_ONCE:
            self._world.counts["twice_at_once"] += 1
            doors = [rng.choice(self._world.doors), rng.choice(self._world.doors)]
            seqs = list(await asyncio.gather(*(self._send(name, text, door) for door in doors)))
        else:
            seqs = [await self._send(name, text)]
        self._sent.append((name, text, seqs))
        self._world.acknowledged += 1
        if rng.random() < SENT_AGAIN_LATER:
            self._world.counts["sent_again_later"] += 1
            name, text, seqs = rng.choice(self._sent)
            seqs.append(await self._send(name, text))

    async def _send(self, name: str, text: str, door: str | None = None) -> int:
        seq: int = (await self._call("POST", "/webchat/messages", door, json={"id": name, "text": text}))["seq"]
        return seq

    async def _cut(self, name: str, text: str) -> None:
        """The network goes away while the request is on its way: nobody knows whether it arrived."""
        self._world.counts["cut"] += 1
        with contextlib.suppress(aiohttp.ClientError, TimeoutError, OSError):
            async with asyncio.timeout(self._rng.uniform(0.001, 0.03)):
                await self._request("POST", f"{self._rng.choice(self._world.doors)}/webchat/messages", json={"id": name, "text": text})

    async def _wait_for_answers(self) -> None:
        """Until all of them are answered, or the customer grows impatient and writes on."""
        last = max(seqs[0] for _, _, seqs in self._sent)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE_SECONDS):
                while self._answered_at(last) is None:
                    self._moved.clear()
                    await self._moved.wait()

    async def _call(
        self, method: str, path: str, door: str | None = None, fresh: Callable[[], Any] | None = None, **body: Any
    ) -> dict[str, Any]:
        """The body of a good answer, however long it takes: another try at another door, after Retry-After or a growing pause."""
        tries = 0
        while True:
            pause = min(4.0, 0.25 * 2 ** min(tries, 6)) * self._rng.uniform(0.5, 1)
            tries += 1
            if fresh is not None:
                body["json"] = fresh()
            try:
                status, headers, answer = await self._request(method, (door or self._rng.choice(self._world.doors)) + path, **body)
            except (aiohttp.ClientError, TimeoutError, OSError):
                self._world.counts["no_answer"] += 1
            else:
                if status in {200, 202}:
                    return answer
                self._world.counts[f"status_{status}"] += 1
                if status not in {429, 503} and status < 500:
                    raise Refused(f"customer {self.number}: {method} {path} gave {status} {answer}")
                pause = min(10.0, float(headers.get("Retry-After", pause))) * self._rng.uniform(1, 1.2)
            door = None
            await asyncio.sleep(pause)

    async def _request(self, method: str, url: str, **body: Any) -> tuple[int, Any, dict[str, Any]]:
        headers = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        timeout = aiohttp.ClientTimeout(total=REQUEST_SECONDS)
        async with self._world.http.request(method, url, headers=headers, timeout=timeout, **body) as response:
            return response.status, response.headers, await response.json()

    async def _follow(self) -> None:
        try:
            await self._read_along()
        except Refused as error:
            self.refused.append(str(error))

    async def _read_along(self) -> None:
        if self._rng.random() < WITHOUT_STREAM:
            await self._poll()
        while True:
            pause = 0.0
            with contextlib.suppress(aiohttp.ClientError, TimeoutError, OSError):
                pause = await self._stream(self._rng.choice(self._world.doors))
            self._world.counts["streams"] += 1
            await asyncio.sleep(max(pause, self._rng.uniform(0.1, 0.6)))

    async def _poll(self) -> None:
        while True:
            for message in (await self._call("GET", f"/webchat/messages?since={self.cursor}"))["messages"]:
                self._receive(message)
            await asyncio.sleep(POLL_SECONDS)

    async def _stream(self, door: str) -> float:
        """Read one stream until it breaks or we break it; seconds to wait before the next one."""
        headers = {"Authorization": f"Bearer {self._token}"}
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=5, sock_read=STREAM_SILENCE_SECONDS)
        async with self._world.http.get(f"{door}/webchat/stream?since={self.cursor}", headers=headers, timeout=timeout) as response:
            if response.status != 200:
                self._world.counts[f"stream_status_{response.status}"] += 1
                if response.status < 500 and response.status != 429:
                    raise Refused(f"customer {self.number}: the stream since {self.cursor} gave {response.status}")
                return min(10.0, float(response.headers.get("Retry-After", 1)))
            event = ""
            async for line in response.content:
                name, _, value = line.decode().rstrip("\n").partition(": ")
                if name == "event":
                    event = value
                elif name == "data" and event == "message":
                    self._receive(json.loads(value))
                    if self._rng.random() < STREAM_CUT_BY_CLIENT:
                        return 0.0
        return 0.0

    def _receive(self, message: dict[str, Any]) -> None:
        self.received.append(message["seq"])
        if message["kind"] == "answer":
            self._answered[message["in_reply_to"]] = time.monotonic()
        self._moved.set()
