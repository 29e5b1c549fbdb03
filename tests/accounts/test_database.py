"""The engine's promises, which the ledger relies on too."""

import asyncio

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from bot.database import for_reading, make_engine


@pytest.fixture
async def file_engine(tmp_path):
    engine = make_engine(f"sqlite+aiosqlite:///{tmp_path}/x.db")
    yield engine
    await engine.dispose()


async def test_sqlite_is_set_up_for_several_processes(file_engine):
    async with file_engine.connect() as connection:
        pragmas = [(await connection.execute(text(f"PRAGMA {name}"))).scalar() for name in ("journal_mode", "busy_timeout", "foreign_keys")]
    assert pragmas == ["wal", 4000, 1]


async def test_a_failed_transaction_leaves_nothing_not_even_a_table(engine):
    async with engine.connect() as connection:
        await connection.execute(text("CREATE TABLE half (id INTEGER PRIMARY KEY)"))
        await connection.execute(text("INSERT INTO half VALUES (1)"))
        with pytest.raises(IntegrityError):
            await connection.execute(text("INSERT INTO half VALUES (1)"))
    async with engine.begin() as connection:
        await connection.execute(text("CREATE TABLE half (id INTEGER PRIMARY KEY)"))


async def test_counting_up_from_many_tasks_loses_nothing(file_engine, tmp_path):
    second = make_engine(f"sqlite+aiosqlite:///{tmp_path}/x.db")
    async with file_engine.begin() as connection:
        await connection.execute(text("CREATE TABLE counter (n INTEGER)"))
        await connection.execute(text("INSERT INTO counter VALUES (0)"))

    async def count_up(engine):
        async with engine.begin() as connection:
            n = (await connection.execute(text("SELECT n FROM counter"))).scalar()
            await asyncio.sleep(0)
            await connection.execute(text("UPDATE counter SET n = :n"), {"n": n + 1})

    await asyncio.gather(*(count_up(engine) for engine in [file_engine, second] * 15))
    async with for_reading(second).connect() as connection:
        assert (await connection.execute(text("SELECT n FROM counter"))).scalar() == 30
    await second.dispose()


async def test_a_reader_sees_one_moment(engine):
    async with engine.begin() as connection:
        await connection.execute(text("CREATE TABLE counter (n INTEGER)"))
        await connection.execute(text("INSERT INTO counter VALUES (1)"))
    async with for_reading(engine).connect() as reader:
        before = (await reader.execute(text("SELECT n FROM counter"))).scalar()
        async with engine.begin() as writer:
            await writer.execute(text("UPDATE counter SET n = 2"))
        assert (await reader.execute(text("SELECT n FROM counter"))).scalar() == before == 1


def test_a_loop_ends_while_a_query_waits(tmp_path):
    """Cancelled in the middle of a query, then closed at once: what happens to a process that is told to stop."""

    async def wait_for_the_lock(url):
        engine, holder = make_engine(url, command_seconds=0.5), make_engine(url)
        async with holder.begin():
            waiting = asyncio.ensure_future(engine.connect().__aenter__())
            connection = await waiting
            beginning = asyncio.ensure_future(connection.execute(text("SELECT 1")))
            await asyncio.sleep(0.1)
            beginning.cancel()
            await asyncio.sleep(0)
        await holder.dispose()

    asyncio.run(wait_for_the_lock(f"sqlite+aiosqlite:///{tmp_path}/x.db"))


@pytest.mark.parametrize("url", ["sqlite:///x.db", "postgresql+psycopg://localhost/x", "mysql+aiomysql://localhost/x"])
def test_another_database_is_refused(url):
    with pytest.raises(ValueError, match="not supported"):
        make_engine(url)
