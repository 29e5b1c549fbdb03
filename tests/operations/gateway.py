"""A gateway as a process of its own, before a stand-in for the dialogue."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.settings import ROOT
from tests.gateway.client import GUARD_SECONDS, Visitor

PIPE = asyncio.subprocess.PIPE


@asynccontextmanager
async def serving(environment: dict[str, str]) -> AsyncIterator[str]:
    """Its address, from when it serves until it has stopped."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot.gateway", cwd=ROOT, env=environment, stdout=asyncio.subprocess.DEVNULL, stderr=PIPE
    )
    address = f"http://127.0.0.1:{environment['BIND_PORT']}"
    words = asyncio.create_task(process.stderr.read())
    try:
        async with Visitor(address) as visitor, asyncio.timeout(GUARD_SECONDS * 3):
            while True:
                if process.returncode is not None:
                    raise AssertionError((await words).decode())
                try:
                    await visitor.call("GET", "/health/live")
                except OSError:
                    await asyncio.sleep(0.05)
                else:
                    break
        yield address
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()
        await words
