"""One way to open a database, so that SQLite and PostgreSQL behave alike everywhere.

Both stores (live state and ledger) open their engines here: the pragmas, the time-outs and the transaction modes stand in
one file. The column types here round-trip on both databases; the naming convention lets Alembic name every constraint.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from typing import Any, Final

import aiosqlite
import asyncpg
from sqlalchemy import BigInteger, CheckConstraint, DateTime, Dialect, Engine, create_engine, event
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.types import TypeDecorator

CONNECT_SECONDS: Final = 2.0
COMMAND_SECONDS: Final = 4.0
BUSY_MILLISECONDS: Final = 4000
_BUSY: Final = "busy_milliseconds"

DATABASE_ERRORS: Final = (SQLAlchemyError, asyncpg.PostgresError, asyncpg.InterfaceError, sqlite3.Error, OSError, TimeoutError)
"""Everything an engine of this module may raise when the database is away, slow or refuses (connecting raises the drivers' own)."""

NAMING: Final = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
"""Naming convention for `MetaData(naming_convention=NAMING)`."""


def make_engine(url: str, *, command_seconds: float = COMMAND_SECONDS) -> AsyncEngine:
    """An engine for `sqlite+aiosqlite://` or `postgresql+asyncpg://`; opens nothing yet.

    SQLite: WAL, foreign keys on, writers wait 4 s for each other (or `command_seconds`, if shorter), and every transaction begins
    IMMEDIATE, so that one which reads and then writes never fails half-way; take `for_reading(engine)` for transactions that only
    read. PostgreSQL: a dead connection is noticed before use, connecting takes at most 2 s, a statement at most `command_seconds`.
    Raises ValueError for another database or driver. What its connections may raise is `DATABASE_ERRORS`.
    """
    driver = make_url(url).drivername
    if driver == "sqlite+aiosqlite":
        return _sqlite_engine(url, min(BUSY_MILLISECONDS, int(command_seconds * 1000)))
    if driver == "postgresql+asyncpg":
        timeouts = {"timeout": CONNECT_SECONDS, "command_timeout": command_seconds}
        return create_async_engine(
            url, pool_pre_ping=True, pool_size=20, max_overflow=0, pool_timeout=COMMAND_SECONDS, connect_args=timeouts
        )
    raise ValueError(f"{driver} is not supported: use sqlite+aiosqlite or postgresql+asyncpg")


def for_reading(engine: AsyncEngine) -> AsyncEngine:
    """The same engine and pool, for transactions that only read: one snapshot for all their queries, no lock that a writer waits for."""
    if engine.dialect.name == "sqlite":
        return engine.execution_options(reading=True)
    return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


class _SqliteConnection(aiosqlite.Connection):
    """Stops its thread once: aiosqlite waits for ever for a second stop, which is what closing does when a query was just cancelled."""

    _stopped: asyncio.Future[Any] | None = None

    def stop(self) -> asyncio.Future[Any] | None:
        if self._stopped is None:
            self._stopped = super().stop()
        return self._stopped


def _sqlite_engine(url: str, busy_milliseconds: int) -> AsyncEngine:
    async def connect() -> aiosqlite.Connection:
        arguments, options = engine.dialect.create_connect_args(make_url(url))
        connection = _SqliteConnection(partial(sqlite3.connect, *arguments, **options), iter_chunk_size=64)
        connection._thread.daemon = True  # noqa: SLF001  # as SQLAlchemy does: a thread must not keep a stopped process alive
        return await connection

    engine = create_async_engine(url, async_creator=connect, execution_options={_BUSY: busy_milliseconds})
    _prepare_sqlite(engine.sync_engine, busy_milliseconds)
    return engine


def sqlite_twin(engine: AsyncEngine) -> tuple[Engine, float]:
    """A blocking engine on the same file as one of `make_engine`, with the same rules, and the seconds that its writers wait for others."""
    busy_milliseconds = engine.sync_engine.get_execution_options()[_BUSY]
    twin = create_engine(engine.url.set(drivername="sqlite+pysqlite"), connect_args={"check_same_thread": False})
    _prepare_sqlite(twin, busy_milliseconds)
    return twin, busy_milliseconds / 1000


def _prepare_sqlite(engine: Engine, busy_milliseconds: int) -> None:
    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # transactions begin where SQLAlchemy says so, DDL included
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {busy_milliseconds}")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.execute("PRAGMA journal_mode")
        if cursor.fetchone()[0] == "delete":
            cursor.execute("PRAGMA journal_mode = WAL")
        cursor.close()

    event.listen(engine, "connect", prepare)
    event.listen(engine, "begin", _begin_sqlite)


def _begin_sqlite(connection: Connection) -> None:
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


def one_of(column: str, values: Iterable[str]) -> CheckConstraint:
    """A CHECK that `column` holds one of `values` (constants of ours, such as `get_args(ServerStatus)`), named after the column."""
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column)
