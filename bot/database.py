"""One door to a database: whole transactions, which behave alike on SQLite and PostgreSQL.

A function gets a connection, and the caller awaits its result. PostgreSQL is spoken to on the event loop. SQLite's driver blocks, so its
transactions run in threads, one hop each: one thread writes, because SQLite has one writer at a time and those who wait should queue
instead of polling, and whatever waits when its turn comes is committed together, each piece of work whole or not at all; a few others read. Pragmas, time-outs and transaction modes stand here and nowhere else. The column types round-trip
on both databases; the naming convention lets Alembic name every constraint.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sqlite3
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final, Protocol, Self, TypeVar, cast

import asyncpg
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ColumnElement,
    DateTime,
    Dialect,
    Engine,
    PoolProxiedConnection,
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
SMALL_STATEMENTS: Final = {"jit": "off", "max_parallel_workers_per_gather": "0"}
"""Settings of our connections to PostgreSQL. Ours are many small statements: compiling one takes longer than running it, and one that is shared
out among several processes takes the processors from all the others (decision 0035)."""
MOST_TOGETHER: Final = 16
"""Pieces of work that share a transaction of SQLite's writer, so that none waits long for its neighbours."""
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
        options = {"timeout": CONNECT_SECONDS, "command_timeout": command_seconds, "server_settings": SMALL_STATEMENTS}
        self.engine = create_async_engine(
            address, pool_pre_ping=True, pool_size=20, max_overflow=0, pool_timeout=COMMAND_SECONDS, connect_args=options
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
        self.engine, self._reading = (_beginning(begin, address, options) for begin in ("BEGIN IMMEDIATE", "BEGIN"))
        self._patience = patience
        self._writer, self._readers = _threads()
        self._waiting: deque[_Write] = deque()

    async def write(self, work: Work[T]) -> T:
        waiting = _Write(work, time.monotonic() + self._patience, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        self._writer.submit(self._write)
        return cast(T, await waiting.result)

    def _write(self) -> None:
        """What waits by now, in one transaction: a commit waits for the disk, and so it does once for all of them."""
        together = [self._waiting.popleft() for _ in range(min(len(self._waiting), MOST_TOGETHER))]
        if len(together) < 2 or not self._write_together(together):  # noqa: PLR2004
            for each in together:
                self._write_alone(each)

    def _write_together(self, together: Sequence[_Write]) -> bool:
        """Whether it was done. Not where one of them spoiled it for all or its caller gave up meanwhile: nothing of it stays then."""
        together = [each for each in together if each.still_waits()]
        try:
            with self.engine.connect() as connection, connection.begin() as transaction:
                outcomes = [each.tried(connection) for each in together]
                if any(each.given_up for each in together):
                    transaction.rollback()
                    return False
        except Exception:  # who spoiled it is told when it is alone
            return False
        for each, outcome in zip(together, outcomes, strict=True):
            each.tell(outcome)
        return True

    def _write_alone(self, one: _Write) -> None:
        if not one.still_waits():
            return
        outcome: _Outcome
        try:
            with self.engine.connect() as connection, connection.begin() as transaction:
                outcome = one.work(connection), None
                if one.given_up:  # what was told to have failed must not happen later
                    transaction.rollback()
        except Exception as error:
            outcome = None, error
        one.tell(outcome)

    async def read(self, work: Work[T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._read, work)

    def _read(self, work: Work[T]) -> T:
        with self._reading.connect() as connection:
            return work(connection)

    async def close(self) -> None:
        used, (self._writer, self._readers) = (self._writer, self._readers), _threads()
        await asyncio.gather(*(asyncio.to_thread(pool.shutdown) for pool in used))
        self.engine.dispose()
        self._reading.dispose()


_Outcome = tuple[Any, Exception | None]
"""A result, or an error."""


@dataclass(frozen=True, eq=False)
class _Write:
    """Work for the writing thread, which begins before `latest` (monotonic) or not at all."""

    work: Work[Any]
    latest: float
    result: asyncio.Future[Any]

    @property
    def given_up(self) -> bool:
        """Whether its caller was cancelled."""
        return self.result.cancelled()

    def still_waits(self) -> bool:
        """Whether anybody waits for it; who has waited too long is told so."""
        if time.monotonic() > self.latest:  # the one before waited in vain: those behind it would only add their waits to its
            self.tell((None, TimeoutError("the database is locked by another process")))
            return False
        return not self.given_up

    def tried(self, connection: Connection) -> _Outcome:
        """What comes of it beside its neighbours; of an error nothing is left. Raises sqlite3.Error where the whole transaction is lost."""
        database = _driver(connection.connection)
        database.execute("SAVEPOINT work")
        outcome: _Outcome
        try:
            outcome = self.work(connection), None
        except Exception as error:
            database.execute("ROLLBACK TO work")
            outcome = None, error
        database.execute("RELEASE work")
        return outcome

    def tell(self, outcome: _Outcome) -> None:
        """Its caller, on the caller's loop; nobody, where that has ended."""
        with contextlib.suppress(RuntimeError):
            self.result.get_loop().call_soon_threadsafe(self._tell, *outcome)

    def _tell(self, value: Any, error: Exception | None) -> None:
        if self.result.done():
            return
        if error is None:
            self.result.set_result(value)
        else:
            self.result.set_exception(error)


def _threads() -> tuple[ThreadPoolExecutor, ThreadPoolExecutor]:
    """One that writes and those that read; they start when they are needed."""
    return ThreadPoolExecutor(1, "sqlite-writer"), ThreadPoolExecutor(READERS, "sqlite-reader")


def _prepare(connection: sqlite3.Connection, _record: Any) -> None:
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA secure_delete = ON")  # what is freed is overwritten; some builds do it anyway
    if connection.execute("PRAGMA journal_mode").fetchone() == ("delete",):
        connection.execute("PRAGMA journal_mode = WAL")


def _beginning(begin: str, address: URL, options: dict[str, Any]) -> Engine:
    """An engine whose transactions begin so. Told to the dialect: an engine with an event takes a third longer for each statement."""
    engine = create_engine(address, connect_args=options)

    def do_begin(dbapi_connection: PoolProxiedConnection) -> None:
        _driver(dbapi_connection).execute(begin)

    engine.dialect.do_begin = do_begin  # type: ignore[method-assign]
    event.listen(engine, "connect", _prepare)
    return engine


def _driver(connection: PoolProxiedConnection) -> sqlite3.Connection:
    """SQLite's own connection, for statements about the transaction itself: SQLAlchemy takes five times as long for them."""
    return cast(sqlite3.Connection, connection.driver_connection)


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
