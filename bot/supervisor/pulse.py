"""Tells a process that hangs from one that works: whoever lives answers `/health/live` from its event loop, however much it has to do."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import aiohttp

PROBE_SECONDS = 1.5
"""How often it is asked, and how long it may take to answer."""
MISSED_MOST = 3
"""So many in a row and it hangs: 4.5 to 6 seconds after it stopped."""
LOADING_SECONDS = 120.0
POLL_SECONDS = 0.1

Probe = Callable[[], Awaitable[bool]]


def http_probe(http: aiohttp.ClientSession, url: str, seconds: float | None = None) -> Probe:
    """Whether `GET url` says 200 within `seconds`, by default PROBE_SECONDS."""

    async def answers() -> bool:
        try:
            async with http.get(url, timeout=aiohttp.ClientTimeout(total=seconds or PROBE_SECONDS)) as response:
                return response.status == 200  # noqa: PLR2004
        except (aiohttp.ClientError, TimeoutError):
            return False

    return answers


async def until_hung(answers: Probe, *, loads: bool = True) -> str:
    """Return, in words, once the process hangs. While it `loads`, which ends with its first answer, only LOADING_SECONDS count."""
    clock = asyncio.get_running_loop().time
    started = clock()
    while loads and not await answers():
        if clock() - started > LOADING_SECONDS:
            return f"did not come up within {LOADING_SECONDS:.0f} s"
        await asyncio.sleep(POLL_SECONDS)
    missed = 0
    while missed < MISSED_MOST:
        missed = 0 if await _asked(answers) else missed + 1
    return f"lives and does not answer (asked {MISSED_MOST} times)"


async def _asked(answers: Probe) -> bool:
    """Ask once; takes PROBE_SECONDS in all, or a little longer."""
    clock = asyncio.get_running_loop().time
    started = clock()
    answered = await answers()
    await asyncio.sleep(max(0.0, started + PROBE_SECONDS - clock()))
    return answered
