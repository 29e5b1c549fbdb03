"""One door to a database: whole transactions, which behave alike on SQLite and PostgreSQL.

A function gets a connection, and the caller awaits its result. PostgreSQL is spoken to on the event loop. SQLite's driver blocks, so its
transactions run in threads, one hop each: one thread writes, because SQLite has one writer at a time and those who wait should queue
instead of polling; a few others read. Pragmas, time-outs and transaction modes stand here and nowhere else. The column types round-trip
on both databases; the naming convention lets Alembic name every constraint.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final, Protocol, Self, TypeVar

import asyncpg
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ColumnElement,
    DateTime,
    Dialect,
    Engine,
    String,
    bindparam,
    create_engine,
    event,
    select,
)
from sqlalchemy.engine import URL, Connection, make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.selectable import TableValuedAlias
from sqlalchemy.types import TypeDecorator

CONNECT_SECONDS: Final = 2.0
COMMAND_SECONDS: Final = 4.0
READERS: Final = 2
SQLITE: Final = ("sqlite", "sqlite+aiosqlite")
"""How an address of SQLite begins; the second is what older settings say."""

DATABASE_ERRORS: Final = (SQLAlchemyError, asyncpg.PostgresError, asyncpg.InterfaceError, sqlite3.Error, OSError, TimeoutError)
"""Everything that a database may raise when it is away, slow or refuses (connecting raises the drivers' own)."""

NAMING: Final = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
"""Naming convention for `MetaData(naming_convention=NAMING)`."""

T = TypeVar("T")
Work = Callable[[Connection], T]


class Database(Protocol):
    """One transaction a call: committed when `work` returns, rolled back when it raises (its error passes) or its caller gives up.

    Raises DATABASE_ERRORS. `async with` closes it. `engine` is for the events of its connections, and for who needs a connection of its own.
    """

    engine: Engine | AsyncEngine

    @property
    def dialect(self) -> str:
        """As "sqlite" or "postgresql"."""
        return self.engine.dialect.name

    async def write(self, work: Work[T]) -> T:
        """The result of `work`, which may change the database."""

    async def read(self, work: Work[T]) -> T:
        """The result of `work`, which sees one snapshot, changes nothing and holds up no writer."""

    async def close(self) -> None:
        """Release connections and threads; it may be used again."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()


def open_database(url: str, *, command_seconds: float = COMMAND_SECONDS) -> Database:
    """The database at `sqlite:///path` or `postgresql+asyncpg://`; connects at the first transaction.

    SQLite: WAL, foreign keys on, writers wait `command_seconds` for another process, at most 4 s, and begin IMMEDIATE, so that a
    transaction which reads and then writes never fails half-way. PostgreSQL: a dead connection is noticed before use, connecting takes at
    most 2 s, a statement at most `command_seconds`. Raises ValueError for another database or driver.
    """
    address = make_url(url)
    if address.drivername in SQLITE:
        return _InThreads(address.set(drivername="sqlite"), min(COMMAND_SECONDS, command_seconds))
    if address.drivername == "postgresql+asyncpg":
        return _OnTheLoop(address, command_seconds)
    raise ValueError(f"{address.drivername} is not supported: use sqlite or postgresql+asyncpg")


class _OnTheLoop(Database):
    engine: AsyncEngine

    def __init__(self, address: URL, command_seconds: float) -> None:
        timeouts = {"timeout": CONNECT_SECONDS, "command_timeout": command_seconds}
        self.engine = create_async_engine(
            address, pool_pre_ping=True, pool_size=20, max_overflow=0, pool_timeout=COMMAND_SECONDS, connect_args=timeouts
        )
        self._reading = self.engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)

    async def write(self, work: Work[T]) -> T:
        async with self.engine.begin() as connection:
            return await connection.run_sync(work)

    async def read(self, work: Work[T]) -> T:
        async with self._reading.connect() as connection:
            return await connection.run_sync(work)

    async def close(self) -> None:
        await self.engine.dispose()


class _InThreads(Database):
    engine: Engine

    def __init__(self, address: URL, patience: float) -> None:
        options = {"check_same_thread": False, "timeout": patience, "isolation_level": None}  # SQLAlchemy begins transactions, DDL included
        self.engine, self._patience = create_engine(address, connect_args=options), patience
        event.listen(self.engine, "connect", _prepare)
        event.listen(self.engine, "begin", _begin)
        self._reading = self.engine.execution_options(reading=True)
        self._writer, self._readers = _threads()

    async def write(self, work: Work[T]) -> T:
        given_up = threading.Event()
        try:
            return await asyncio.get_running_loop().run_in_executor(self._writer, self._write, work, time.monotonic(), given_up)
        except asyncio.CancelledError:
            given_up.set()
            raise

    def _write(self, work: Work[T], queued: float, given_up: threading.Event) -> T:
        if time.monotonic() - queued > self._patience:  # the one before waited in vain: those behind it would only add their waits to its
            raise TimeoutError("the database is locked by another process")
        with self.engine.begin() as connection:
            result = work(connection)
            if given_up.is_set():  # nobody waits for it: what was told to have failed must not happen later
                raise TimeoutError("given up")
            return result

    async def read(self, work: Work[T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._read, work)

    def _read(self, work: Work[T]) -> T:
        with self._reading.connect() as connection:
            return work(connection)

    async def close(self) -> None:
        used, (self._writer, self._readers) = (self._writer, self._readers), _threads()
        await asyncio.gather(*(asyncio.to_thread(pool.shutdown) for pool in used))
        self.engine.dispose()


def _threads() -> tuple[ThreadPoolExecutor, ThreadPoolExecutor]:
    """One that writes and those that read; they start when they are needed."""
    return ThreadPoolExecutor(1, "sqlite-writer"), ThreadPoolExecutor(READERS, "sqlite-reader")


def _prepare(connection: sqlite3.Connection, _record: Any) -> None:
    connection.execute("PRAGMA foreign_keys = ON")
    if connection.execute("PRAGMA journal_mode").fetchone() == ("delete",):
        connection.execute("PRAGMA journal_mode = WAL")


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN" if connection.get_execution_options().get("reading") else "BEGIN IMMEDIATE")


class Moment(TypeDecorator[datetime]):
    """An aware moment, kept in UTC and returned in UTC by both databases. A naive one is refused (ValueError)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To UTC; without its zone where the database has none."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Aware, in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Money(TypeDecorator[Decimal]):
    """An amount with two decimals, kept as a whole number of cents, because SQLite has no decimals. More decimals are refused."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:  # noqa: ARG002
        """To cents."""
        if value is None:
            return None
        cents = value * 100
        if cents != cents.to_integral_value():
            raise ValueError("an amount has two decimals")
        return int(cents)

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:  # noqa: ARG002
        """From cents, always with two decimals."""
        return None if value is None else Decimal(value).scaleb(-2)


class _EachOf(FunctionElement[Any]):
    """The texts of a JSON list, as rows of one column `value`."""

    name = "each_of"
    inherit_cache = True


@compiles(_EachOf, "sqlite")
def _each_in_sqlite(element: _EachOf, compiler: SQLCompiler, **options: Any) -> str:
    return f"json_each({compiler.process(element.clauses, **options)})"


@compiles(_EachOf, "postgresql")
def _each_in_postgresql(element: _EachOf, compiler: SQLCompiler, **options: Any) -> str:
    return f"jsonb_array_elements_text(CAST({compiler.process(element.clauses, **options)} AS JSONB))"


def each_of(name: str) -> TableValuedAlias:
    """The texts of one parameter, `{name: listed(texts)}`, as rows of one column `value`."""
    return _EachOf(bindparam(name, type_=String)).table_valued("value")


def is_listed(column: ColumnElement[Any], name: str) -> ColumnElement[bool]:
    """Whether the column is one of the texts of one parameter: a thousand parameters would cost more than the query."""
    return column.in_(select(each_of(name).c.value))


def listed(texts: Iterable[str]) -> str:
    """The value of such a parameter."""
    return json.dumps(list(texts))


def one_of(column: str, values: Iterable[str]) -> CheckConstraint:
    """A CHECK that `column` holds one of `values` (constants of ours, such as `get_args(ServerStatus)`), named after the column."""
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column)
