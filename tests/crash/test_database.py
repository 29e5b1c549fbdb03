"""PostgreSQL itself is killed and comes back: nothing lost, nothing twice, and connections that died meanwhile cost no message."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import psutil
import pytest

from bot.conversations.ledger import Ledger
from bot.database import open_database
from bot.migrations import upgrade
from harness.dialogue import StandIn
from harness.postgres import PostgresServer
from tests.crash.keeper import Browser, Keeper
from tests.support.hangs import GUARD_SECONDS
from tests.support.postgres import own_server

RESTARTS = 3


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    """A server of its own, because it dies; it keeps what it has acknowledged, as one in production does."""
    with own_server() as running:
        running.run("ALTER ROLE postgres SET synchronous_commit = on")
        yield running


@pytest.fixture
async def keeper(server: PostgresServer, tmp_path: Path, dialogue: StandIn) -> AsyncIterator[Keeper]:
    name = server.create_database()
    async with Keeper(tmp_path, dialogue, "never", DATABASE_URL=server.url(name)) as running:
        yield running


def kill(server: PostgresServer) -> None:
    """SIGKILL of the postmaster; its children notice and leave."""
    assert server.process is not None
    family = psutil.Process(server.process.pid).children(recursive=True)
    server.process.kill()
    server.process.wait(GUARD_SECONDS)
    psutil.wait_procs(family, timeout=GUARD_SECONDS)


def restart(server: PostgresServer) -> None:
    kill(server)
    deadline = time.monotonic() + GUARD_SECONDS
    while True:
        try:
            return server.start()
        except RuntimeError:  # the shared memory of the dead one is not free yet
            if time.monotonic() > deadline:
                raise


async def test_killed_while_messages_come(server: PostgresServer, keeper: Keeper) -> None:
    texts = [f"n={n}" for n in range(15)]
    async with Browser(keeper.url) as browser:
        await browser.open()
        saying = asyncio.create_task(browser.say(*texts))
        for restarts in range(RESTARTS):
            await browser.answered(1 + 2 * restarts)
            await asyncio.to_thread(restart, server)
        await saying
        await browser.answered(len(texts))
        await browser.check(*texts)
    assert keeper.exits == []  # the gateway lived through it
    assert set(browser.refused) <= {503}


async def test_connections_that_died_meanwhile_cost_no_message(server: PostgresServer, keeper: Keeper) -> None:
    async with AsyncExitStack() as stack:
        browsers = [await stack.enter_async_context(Browser(keeper.url)) for _ in range(8)]
        for browser in browsers:
            await browser.open()
        for n in range(RESTARTS):
            await asyncio.gather(*(browser.say(f"antes {n}") for browser in browsers))  # many at once: the pool is full of connections
            await asyncio.gather(*(browser.answered(2 * n + 1) for browser in browsers))
            await asyncio.to_thread(restart, server)
            await asyncio.gather(*(browser.say(f"después {n}") for browser in browsers))
            await asyncio.gather(*(browser.answered(2 * n + 2) for browser in browsers))
        for browser in browsers:
            await browser.check(*(f"{when} {n}" for n in range(RESTARTS) for when in ("antes", "después")))
            assert browser.refused == []


async def test_a_pool_of_dead_connections_is_seen_through(server: PostgresServer) -> None:
    """Without the workers of a gateway, whose queries would stumble over the dead ones first."""
    url = server.url(server.create_database())
    upgrade(url, "ledger")
    ledger = Ledger(open_database(url))
    for _ in range(RESTARTS):
        await asyncio.gather(*(ledger.ping() for _ in range(8)))
        await asyncio.to_thread(restart, server)
        await asyncio.gather(*(ledger.ping() for _ in range(8)))
    await ledger.close()
