"""What another house publishes at an address and may change at any time: its keys, or what it says of itself.

Fetched when it is needed, never at a stranger's bidding: whatever is asked for, the address is asked once in half a minute, by one request for
all who wait. While it cannot be read what is known goes on for a day.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Final, Generic, TypeVar

import aiohttp
import structlog

log = structlog.get_logger()

FRESH: Final = timedelta(minutes=5)
"""So long it is taken without asking again, which is the longest that what was taken back is good still."""
PAUSE: Final = timedelta(seconds=30)
"""At least so much lies between two requests, whoever asks."""
KEPT: Final = timedelta(days=1)
"""So long it is good while its address cannot be read."""
SECONDS: Final = 3.0
MOST_BYTES: Final = 64 * 1024
FAULTS: Final = (aiohttp.ClientError, TimeoutError, OSError, ValueError, RecursionError)
"""What goes wrong when another house is asked, and when what it says is no sense."""

Said = TypeVar("Said")


class Published(Generic[Said]):
    """Holds what `read` makes of what the address says; `read` raises ValueError or RecursionError where that is nothing."""

    def __init__(self, url: str, read: Callable[[bytes], Said], about: str, seconds: Callable[[], float] = time.monotonic) -> None:
        """`about` names it in the log. `seconds` never goes back, as the time of day may: what was taken back would be good for so long."""
        self._url, self._read, self._about, self._seconds = url, read, about, seconds
        self._said: Said | None = None
        self._read_at: timedelta | None = None
        self._asked_at: timedelta | None = None
        self._one_at_a_time = asyncio.Lock()
        self._http: aiohttp.ClientSession | None = None

    async def get(self, suffices: Callable[[Said], bool] = lambda _: True) -> Said | None:
        """What is said there, asked for again where that is old or does not suffice; None where nothing is known."""
        if not self._holds(suffices) or (self._wants(suffices) and not self._one_at_a_time.locked()):
            async with self._one_at_a_time:  # who has waited finds what the first one brought
                if self._wants(suffices):
                    await self._ask()
        return self._said if self._read_at is not None and self._now() - self._read_at < KEPT else None

    async def close(self) -> None:
        """Nothing is asked any more."""
        if self._http is not None:
            await self._http.close()

    def _now(self) -> timedelta:
        return timedelta(seconds=self._seconds())

    def _holds(self, suffices: Callable[[Said], bool]) -> bool:
        return self._said is not None and suffices(self._said)

    def _wants(self, suffices: Callable[[Said], bool]) -> bool:
        now = self._now()
        if self._asked_at is not None and now - self._asked_at < PAUSE:
            return False
        return not self._holds(suffices) or self._read_at is None or now - self._read_at >= FRESH

    async def _ask(self) -> None:
        self._asked_at = self._now()
        try:
            self._said = self._read(await self._fetched())
        except FAULTS as error:
            log.warning(
                "what another house publishes cannot be read", what=self._about, error=type(error).__name__, known=self._said is not None
            )
            return
        self._read_at = self._asked_at

    async def _fetched(self) -> bytes:
        """What the address says. No redirection is followed: it could lead to another house."""
        if self._http is None:
            self._http = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=SECONDS))
        async with self._http.get(self._url, allow_redirects=False) as response:
            return await body_of(response)


async def body_of(response: aiohttp.ClientResponse) -> bytes:
    """What was answered. Raises ValueError where that is no success, or too much to be read."""
    if response.status != 200:  # noqa: PLR2004
        raise ValueError("not what was asked for")
    said = await response.content.read(MOST_BYTES + 1)
    while len(said) <= MOST_BYTES and (more := await response.content.read(MOST_BYTES + 1 - len(said))):
        said += more
    if len(said) > MOST_BYTES:
        raise ValueError("too much")
    return said
