"""The ledger cannot store: nothing is accepted that is not stored, the process lives, and all goes on when there is room again."""

from __future__ import annotations

import asyncio
import resource
import signal
import sqlite3
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from harness.dialogue import StandIn
from harness.postgres import PostgresServer
from tests.crash.keeper import Browser, Keeper
from tests.gateway.client import answers
from tests.support.hangs import eventually

NO_MORE = 4096


@pytest.fixture
async def keeper(tmp_path: Path, dialogue: StandIn) -> AsyncIterator[Keeper]:
    async with Keeper(tmp_path, dialogue, "never") as running:
        yield running


@pytest.fixture
async def browser(keeper: Keeper) -> AsyncIterator[Browser]:
    async with Browser(keeper.url) as someone:
        await someone.open()
        await someone.say("uno")
        await someone.answered(1)
        yield someone


async def post(browser: Browser, text: str, message_id: str) -> tuple[int, dict, str | None]:
    visitor = browser.visitor
    body = {"id": message_id, "text": text}
    async with visitor.http.post(f"{visitor.base}/webchat/messages", headers=visitor.headers, json=body) as response:
        return response.status, await response.json(), response.headers.get("Retry-After")


async def refused(browser: Browser, text: str) -> str:
    """Send it, be refused for now, find the process alive meanwhile; the id to send it with again."""
    message_id = str(uuid.uuid4())
    sending = asyncio.create_task(post(browser, text, message_id))
    lives = 0
    while not sending.done():  # how long it may take is the database's time-out; the process answers all the while
        status, _ = await browser.visitor.call("GET", "/health/live")
        assert status == 200
        lives += 1
    status, error, wait = await sending
    assert (status, error["error"]) == (503, "unavailable"), error
    assert int(wait) >= 1
    assert lives
    return message_id


async def goes_on(keeper: Keeper, browser: Browser, refused_id: str) -> None:
    """What was refused is sent again, as the widget does, and everything is there once."""

    async def taken() -> bool:
        return (await post(browser, "dos", refused_id))[0] == 202

    await eventually(taken, pause=0.2)
    await browser.say("tres")
    await browser.answered(3)
    await browser.check("uno", "dos", "tres")
    assert keeper.exits == []


@contextmanager
def full_disk(keeper: Keeper) -> Iterator[None]:
    """No file of the gateway may grow: what its ledger writes fails, as on a full disk."""
    pid = keeper.process.pid
    before = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (NO_MORE, before[1]))
    try:
        yield
    finally:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, before)


async def test_a_full_disk_takes_nothing_in(keeper: Keeper, browser: Browser) -> None:
    with full_disk(keeper):
        message_id = await refused(browser, "dos")
        assert await refused(browser, "otra")
        said = [m["text"] for m in await browser.visitor.messages() if m["author"] == "customer"]
        assert said == ["uno"]  # and what is there can be read
    await goes_on(keeper, browser, message_id)


async def test_a_disk_that_fills_up_during_a_turn_delays_its_answer(keeper: Keeper, browser: Browser, dialogue: StandIn) -> None:
    dialogue.mode = "hang"
    await browser.say("dos")
    await eventually(lambda: len(dialogue.turns) == 2)
    with full_disk(keeper):
        dialogue.mode = "ok"
        dialogue.release.set()
        message_id = await refused(browser, "tres")
        assert len(answers(await browser.visitor.messages())) == 1
    assert message_id
    await browser.say("tres")
    await browser.answered(3)
    await browser.check("uno", "dos", "tres")
    assert {turn["messages"][0]["text"] for turn in dialogue.turns} == {"uno", "dos", "tres"}
    assert keeper.exits == []


async def test_a_locked_database_takes_nothing_in(keeper: Keeper, browser: Browser, tmp_path: Path) -> None:
    locker = sqlite3.connect(tmp_path / "ledger.db", isolation_level=None)
    locker.execute("BEGIN EXCLUSIVE")
    try:
        message_id = await refused(browser, "dos")
    finally:
        locker.execute("ROLLBACK")
        locker.close()
    await goes_on(keeper, browser, message_id)


async def test_no_more_files_may_be_opened(keeper: Keeper, browser: Browser) -> None:
    """Whoever is connected goes on; whoever comes waits; nobody kills the process."""
    process = psutil.Process(keeper.process.pid)
    before = resource.prlimit(process.pid, resource.RLIMIT_NOFILE)
    resource.prlimit(process.pid, resource.RLIMIT_NOFILE, (process.num_fds(), before[1]))
    strangers = [asyncio.create_task(asyncio.open_connection("127.0.0.1", keeper.port)) for _ in range(20)]
    try:
        for _ in range(5):
            assert (await browser.visitor.call("GET", "/health/live"))[0] == 200
        status, *_ = await post(browser, "dos", message_id := str(uuid.uuid4()))
        assert status in {202, 503}
    finally:
        resource.prlimit(process.pid, resource.RLIMIT_NOFILE, before)
        for opened in await asyncio.gather(*strangers, return_exceptions=True):
            if not isinstance(opened, BaseException):
                opened[1].close()
    await goes_on(keeper, browser, message_id)


class TestPostgres:
    """The server is there and says nothing, or is not there."""

    @pytest.fixture
    async def keeper(self, tmp_path: Path, dialogue: StandIn, postgres_url: str) -> AsyncIterator[Keeper]:
        async with Keeper(tmp_path, dialogue, "never", DATABASE_URL=postgres_url) as running:
            yield running

    async def test_it_hangs(self, keeper: Keeper, browser: Browser, postgres: PostgresServer) -> None:
        family = [psutil.Process(postgres.process.pid), *psutil.Process(postgres.process.pid).children()]
        for process in family:
            process.send_signal(signal.SIGSTOP)
        try:
            message_id = await refused(browser, "dos")
        finally:
            for process in family:
                process.send_signal(signal.SIGCONT)
        await goes_on(keeper, browser, message_id)

    async def test_a_table_is_locked(self, keeper: Keeper, browser: Browser, postgres: PostgresServer, postgres_url: str) -> None:
        database = postgres_url.rsplit("/", 1)[1]
        locking = asyncio.create_task(asyncio.to_thread(postgres.run, "BEGIN; LOCK TABLE message; SELECT pg_sleep(20); COMMIT", database))
        locked = "SELECT count(*) FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND relation::regclass::text = 'message' AND granted"
        await eventually(lambda: asyncio.to_thread(lambda: postgres.run(locked, database) == "1"), pause=0.2)
        message_id = await refused(browser, "dos")
        ending = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{database}' AND query LIKE '%pg_sleep(20)%' AND pid <> pg_backend_pid()"
        postgres.run(ending)
        await asyncio.gather(locking, return_exceptions=True)
        await goes_on(keeper, browser, message_id)
