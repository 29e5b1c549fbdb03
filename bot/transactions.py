"""Runs whole transactions against a database: a function gets a connection, and the caller awaits its result.

PostgreSQL is spoken to on the event loop. SQLite's driver blocks, so its transactions run in threads, one hop each: one thread
writes, because SQLite has one writer at a time and those who wait should queue instead of polling; a few others read.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Protocol, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.database import for_reading, sqlite_twin

READERS = 2

T = TypeVar("T")
Work = Callable[[Connection], T]
Almost = Callable[[T], None]


class Transactions(Protocol):
    """One transaction a call: committed when `work` returns, rolled back when it raises; the error passes through."""

    async def write(self, work: Work[T], almost: Almost[T] | None = None) -> T:
        """The result of `work`, which may change the database.

        `almost` hears the result on the event loop as soon as only the commit is missing, which may still fail.
        """

    async def read(self, work: Work[T]) -> T:
        """The result of `work`, which sees one snapshot and changes nothing."""

    async def close(self) -> None:
        """Release connections and threads."""


def transactions(engine: AsyncEngine) -> Transactions:
    """The way of running transactions that fits the engine's database; takes the engine over."""
    return _InThreads(engine) if engine.dialect.name == "sqlite" else _OnTheLoop(engine)


class _OnTheLoop:
    def __init__(self, engine: AsyncEngine) -> None:
        self._engine, self._reading = engine, for_reading(engine)

    async def write(self, work: Work[T], almost: Almost[T] | None = None) -> T:
        async with self._engine.begin() as connection:
            result = await connection.run_sync(work)
            if almost is not None:
                almost(result)
            return result

    async def read(self, work: Work[T]) -> T:
        async with self._reading.connect() as connection:
            return await connection.run_sync(work)

    async def close(self) -> None:
        await self._engine.dispose()


class _InThreads:
    def __init__(self, engine: AsyncEngine) -> None:
        self._async_engine = engine
        self._engine, self._patience = sqlite_twin(engine)
        self._reading = self._engine.execution_options(reading=True)
        self._writer, self._readers = _threads()

    async def write(self, work: Work[T], almost: Almost[T] | None = None) -> T:
        given_up, loop = threading.Event(), asyncio.get_running_loop()

        def tell(result: T) -> None:
            if almost is not None:
                loop.call_soon_threadsafe(partial(almost, result))

        try:
            return await loop.run_in_executor(self._writer, self._write, work, tell, time.monotonic(), given_up)
        except asyncio.CancelledError:
            given_up.set()
            raise

    def _write(self, work: Work[T], tell: Almost[T], queued: float, given_up: threading.Event) -> T:
        if time.monotonic() - queued > self._patience:  # the one before waited in vain: those behind it would only add their waits to its
            raise TimeoutError("the database is locked by another process")
        with self._engine.begin() as connection:
            result = work(connection)
            if given_up.is_set():  # nobody waits for it: what was told to have failed must not happen later
                raise TimeoutError("given up")
            tell(result)
            return result

    async def read(self, work: Work[T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._readers, _read, self._reading, work)

    async def close(self) -> None:
        used, (self._writer, self._readers) = (self._writer, self._readers), _threads()  # as an engine, it may be used again
        await asyncio.gather(*(asyncio.to_thread(pool.shutdown) for pool in used))
        self._engine.dispose()
        await self._async_engine.dispose()


def _threads() -> tuple[ThreadPoolExecutor, ThreadPoolExecutor]:
    """One that writes and those that read; they start when they are needed."""
    return ThreadPoolExecutor(1, "sqlite-writer"), ThreadPoolExecutor(READERS, "sqlite-reader")


def _read(engine: Engine, work: Work[T]) -> T:
    with engine.connect() as connection:
        return work(connection)
