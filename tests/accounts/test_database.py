"""What the door to a database promises; ledger and live state rely on it."""

import asyncio
import time

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.util import await_only

from bot.database import DATABASE_ERRORS, open_database
from tests.accounts.rows import held


def run(*statements):
    """A function for a transaction: what the last statement finds."""

    def work(connection):
        results = [connection.execute(text(statement)) for statement in statements]
        return results[-1].scalar() if results[-1].returns_rows else None

    return work


COUNT = run("SELECT n FROM counter")
COUNTER = run("CREATE TABLE counter (n INTEGER)", "INSERT INTO counter VALUES (0)")


def count_up(connection):
    connection.execute(text("UPDATE counter SET n = :n"), {"n": COUNT(connection) + 1})


@pytest.fixture
async def file(tmp_path):
    async with open_database(f"sqlite:///{tmp_path}/x.db") as database:
        yield database


async def test_sqlite_is_set_up_for_several_processes(file):
    names = ("journal_mode", "busy_timeout", "foreign_keys")
    assert await file.read(lambda connection: [run(f"PRAGMA {name}")(connection) for name in names]) == ["wal", 4000, 1]


async def test_a_failed_transaction_leaves_nothing_not_even_a_table(database):
    half = "CREATE TABLE half (id INTEGER PRIMARY KEY)"
    with pytest.raises(IntegrityError):
        await database.write(run(half, "INSERT INTO half VALUES (1)", "INSERT INTO half VALUES (1)"))
    await database.write(run(half))


async def test_counting_up_from_many_tasks_loses_nothing(file, tmp_path):
    await file.write(COUNTER)
    async with open_database(f"sqlite:///{tmp_path}/x.db") as second:
        await asyncio.gather(*(database.write(count_up) for database in [file, second] * 15))
        assert await second.read(COUNT) == 30


def waiting_inside(database):
    """How a function awaits in the middle of its transaction: it runs in a thread, or on the loop."""
    loop = asyncio.get_running_loop()
    if database.dialect == "sqlite":
        return lambda awaited: asyncio.run_coroutine_threadsafe(awaited, loop).result()
    return await_only


async def test_a_reader_sees_one_moment(database):
    await database.write(COUNTER)
    wait_for = waiting_inside(database)
    assert await database.read(lambda reader: (COUNT(reader), wait_for(database.write(count_up)), COUNT(reader))) == (0, None, 0)
    assert await database.read(COUNT) == 1


async def test_what_its_caller_gives_up_is_not_stored(database):
    await database.write(COUNTER)
    counted, wait_for, goes_on = asyncio.Event(), waiting_inside(database), asyncio.Event()

    async def pause():
        counted.set()
        await goes_on.wait()

    writing = asyncio.ensure_future(database.write(lambda connection: (count_up(connection), wait_for(pause()))))
    await counted.wait()
    writing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await writing
    goes_on.set()
    await database.write(count_up)
    assert await database.read(COUNT) == 1


@pytest.fixture
async def together(file):
    """A function that starts several writes while the writing thread is busy, so that they share a transaction."""
    await file.write(COUNTER)
    goes_on = asyncio.Event()
    wait_for = waiting_inside(file)
    busy = asyncio.ensure_future(file.write(lambda _: wait_for(goes_on.wait())))
    await asyncio.sleep(0.05)  # it has begun

    async def start(*works):
        writing = [asyncio.ensure_future(file.write(work)) for work in works]
        await asyncio.sleep(0)
        return writing, goes_on

    yield start
    await busy


async def test_what_waits_is_committed_together(file, together):
    commits = []
    event.listen(file.engine, "commit", commits.append)
    writing, goes_on = await together(*[count_up] * 5)
    goes_on.set()
    await asyncio.gather(*writing)
    assert len(commits) == 2  # that of the busy one, and theirs
    assert await file.read(COUNT) == 5


async def test_one_that_fails_leaves_its_neighbours_alone(file, together):
    def half(connection):
        count_up(connection)
        raise KeyError("a mistake")

    writing, goes_on = await together(count_up, half, run("UPDATE counter SET n = n + 1", "INSERT INTO nowhere VALUES (1)"), count_up)
    goes_on.set()
    results = await asyncio.gather(*writing, return_exceptions=True)
    assert [type(result).__name__ for result in results] == ["NoneType", "KeyError", "OperationalError", "NoneType"]
    assert await file.read(COUNT) == 2


async def test_one_that_ends_the_transaction_of_all_leaves_its_neighbours_alone(file, together):
    def spoil(connection):
        count_up(connection)
        connection.get_transaction().rollback()
        raise KeyError("a mistake")

    writing, goes_on = await together(count_up, spoil, count_up)
    goes_on.set()
    results = await asyncio.gather(*writing, return_exceptions=True)
    assert [type(result).__name__ for result in results] == ["NoneType", "KeyError", "NoneType"]
    assert await file.read(COUNT) == 2


async def test_one_that_is_given_up_in_the_middle_leaves_its_neighbours_alone(file, together):
    wait_for, begun, ends = waiting_inside(file), asyncio.Event(), asyncio.Event()

    async def pause():
        begun.set()
        await ends.wait()

    writing, goes_on = await together(count_up, lambda connection: (count_up(connection), wait_for(pause())), count_up)
    goes_on.set()
    await begun.wait()
    writing[1].cancel()
    ends.set()
    results = await asyncio.gather(*writing, return_exceptions=True)
    assert [type(result).__name__ for result in results] == ["NoneType", "CancelledError", "NoneType"]
    assert await file.read(COUNT) == 2


async def test_those_behind_a_locked_database_give_up_with_the_first(file, tmp_path):
    await file.write(COUNTER)
    async with open_database(f"sqlite:///{tmp_path}/x.db", command_seconds=0.5) as impatient, held(file):
        begun = time.monotonic()
        results = await asyncio.gather(*(impatient.write(count_up) for _ in range(6)), return_exceptions=True)
        assert time.monotonic() - begun < 2.8  # one after the other they would take three
    assert all(isinstance(result, DATABASE_ERRORS) for result in results)
    assert await file.read(COUNT) == 0


def test_a_loop_ends_while_a_write_waits(tmp_path):
    """Cancelled in the middle of a statement, then closed at once: what happens to a process that is told to stop."""

    async def wait_for_the_lock(url):
        database, holder = open_database(url, command_seconds=0.5), open_database(url)
        await holder.write(COUNTER)
        async with held(holder):
            waiting = asyncio.ensure_future(database.write(count_up))
            await asyncio.sleep(0.1)
            waiting.cancel()
            await database.close()
        assert await database.read(COUNT) == 0  # and it may be used again
        await database.close()
        await holder.close()

    asyncio.run(wait_for_the_lock(f"sqlite:///{tmp_path}/x.db"))


async def test_an_address_of_older_settings_is_understood(file, tmp_path):
    await file.write(COUNTER)
    async with open_database(f"sqlite+aiosqlite:///{tmp_path}/x.db") as same:
        assert await same.read(COUNT) == 0


@pytest.mark.parametrize("url", ["sqlite+pysqlcipher:///x.db", "postgresql+psycopg://localhost/x", "mysql+aiomysql://localhost/x"])
def test_another_database_is_refused(url):
    with pytest.raises(ValueError, match="not supported"):
        open_database(url)
