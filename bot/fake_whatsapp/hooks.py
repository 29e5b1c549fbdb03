"""Meta's side of the webhook: bytes signed as they are sent, tried again until they are taken, batched, doubled and shuffled at will."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, Final

import aiohttp

RETRY_SECONDS: Final = (0.0, 0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 60.0)
"""Pauses before the second and later attempts; the last one repeats. The real ones grow to hours, for seven days."""
TIMEOUT: Final = aiohttp.ClientTimeout(total=20)
AT_ONCE: Final = 20
KEPT: Final = 2_000
_ODD: Final = {"/": "\\/", "<": "\\u003C", "%": "\\u0025", "@": "\\u0040"}
_OK: Final = 200


@dataclass(frozen=True)
class Update:
    """One thing to tell a number's owner: `value` holds `messages`, `statuses`, or whatever the field has, without the metadata."""

    number: str
    value: Mapping[str, Any]
    field: str = "messages"


def encode(payload: object) -> bytes:
    """JSON as Meta writes it: ASCII, with escapes that no parser writes back the same way."""
    text = json.dumps(payload, ensure_ascii=True, separators=(",", ":"))
    for character, escaped in _ODD.items():
        text = text.replace(character, escaped)
    return text.encode("ascii")


def sign(secret: str, body: bytes) -> str:
    """The header `X-Hub-Signature-256` of exactly these bytes."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


@dataclass
class _Waiting:
    update: Update
    taken: Callable[[], None] | None = None


class Hooks:
    """Carries updates to `url`. `batch`: most updates in one POST; `doubled`: share of POSTs that come a second time; `shuffled`: in any order.

    Without a `url` updates are kept until there is one.
    """

    def __init__(self, url: str, secret: str, envelope: Callable[[Sequence[Update]], dict[str, Any]], seed: str) -> None:
        self.urls: Sequence[str] = (url,)
        """Where the other side listens; one of them is taken for each attempt."""
        self.secret, self._envelope = secret, envelope
        self.batch, self.doubled, self.shuffled = 1, 0.0, False
        self.retry_seconds: Sequence[float] = RETRY_SECONDS
        self.posted: deque[bytes] = deque(maxlen=KEPT)
        self.answers: deque[int] = deque(maxlen=KEPT)
        """What the other side said to each attempt; 0 when it said nothing."""
        self._rng = Random(f"hooks {seed}")  # noqa: S311 - chance, not a secret
        self._waiting: list[_Waiting] = []
        self._moved = asyncio.Event()
        self._going: set[asyncio.Task[None]] = set()
        self._places = asyncio.Semaphore(AT_ONCE)
        self._http: aiohttp.ClientSession | None = None
        self._worker: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        """The first of them; "" while there is none."""
        return self.urls[0]

    @url.setter
    def url(self, url: str) -> None:
        self.urls = (url,)

    async def start(self) -> None:
        """Begin to carry."""
        self._http = aiohttp.ClientSession(timeout=TIMEOUT, connector=aiohttp.TCPConnector(limit=0))
        self._worker = asyncio.create_task(self._carry())

    async def stop(self) -> None:
        """Leave what was not taken."""
        tasks = [task for task in (self._worker, *self._going) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._http is not None:
            await self._http.close()

    def put(self, update: Update, taken: Callable[[], None] | None = None) -> None:
        """Carry this soon; `taken` is called once the other side has said 200."""
        self._waiting.append(_Waiting(update, taken))
        self._moved.set()

    async def settle(self, seconds: float = 30.0) -> None:
        """Until everything was taken. Raises TimeoutError."""
        async with asyncio.timeout(seconds):
            while self._waiting or self._going:  # noqa: ASYNC110 - many tasks end it
                await asyncio.sleep(0.01)

    async def post(self, body: bytes, **headers: str) -> int:
        """One attempt with these bytes, signed unless headers say otherwise; the status, 0 without an answer."""
        assert self._http is not None
        sent = {"Content-Type": "application/json", "User-Agent": "facebookexternalua", "X-Hub-Signature-256": sign(self.secret, body)}
        try:
            async with self._http.post(
                self._rng.choice(self.urls), data=body, headers={**sent, **headers}, allow_redirects=False
            ) as response:
                await response.read()
                status = response.status
        except (aiohttp.ClientError, TimeoutError, OSError):
            status = 0
        self.answers.append(status)
        return status

    async def deliver(self, updates: Sequence[Update], **headers: str) -> int:
        """One attempt with these updates in one body; the status."""
        body = encode(self._envelope(updates))
        self.posted.append(body)
        return await self.post(body, **headers)

    async def verify(self, token: str, challenge: str = "1158201444") -> bool:
        """What Meta does when the address is set: whether the other side gives the challenge back."""
        assert self._http is not None
        query = {"hub.mode": "subscribe", "hub.challenge": challenge, "hub.verify_token": token}
        try:
            async with self._http.get(self.url, params=query) as response:
                return response.status == _OK and await response.text() == challenge
        except (aiohttp.ClientError, TimeoutError, OSError):
            return False

    async def _carry(self) -> None:
        while True:
            await self._moved.wait()
            self._moved.clear()
            while self._waiting and self.url:
                await self._places.acquire()
                if self.shuffled:
                    self._rng.shuffle(self._waiting)
                several, self._waiting = self._waiting[: self.batch], self._waiting[self.batch :]
                task = asyncio.create_task(self._bring(several))
                self._going.add(task)
                task.add_done_callback(self._going.discard)
                await asyncio.sleep(0)

    async def _bring(self, several: Sequence[_Waiting]) -> None:
        try:
            body = encode(self._envelope([one.update for one in several]))
            self.posted.append(body)
            attempt = 0
            while await self.post(body) != _OK:
                await asyncio.sleep(self.retry_seconds[min(attempt, len(self.retry_seconds) - 1)])
                attempt += 1
            for one in several:
                if one.taken is not None:
                    one.taken()
            if self._rng.random() < self.doubled:
                await self.post(body)
        finally:
            self._places.release()
