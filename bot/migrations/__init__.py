"""Brings a database to the current schema; two branches, because live state and ledger may live in two databases or in one.

`python -m bot db upgrade` and every process that starts call `upgrade`. All pending migrations of a branch run in one transaction
under a lock, so that any number of processes may start together and a failed migration leaves nothing behind.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import importlib
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final, Literal, get_args

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, MetaData, event, text
from sqlalchemy.engine import make_url

from bot.database import Moment, Money, open_database

Branch = Literal["accounts", "ledger"]

HERE: Final = Path(__file__).resolve().parent
MODELS: Final = {"accounts": ("bot.accounts.models",), "ledger": ("bot.conversations.models", "bot.console.models")}
"""Modules that declare a branch's tables, on one base."""
SEARCHED_BY: Final = "ix_message_words"
"""An index over words of the text, which only PostgreSQL has and SQLAlchemy cannot compare; a test of the search misses it when it is gone."""
LOCKS: Final = {"accounts": 727_001, "ledger": 727_002}
MIGRATION_SECONDS: Final = 600.0

_one_at_a_time = threading.Lock()  # Alembic keeps the running migration in a module


def upgrade(url: str, branch: Branch) -> None:
    """Create or bring up to date the tables of `branch` in the database at `url` (as in the settings); blocks.

    Safe to call from several processes at once, and inside a running event loop (it runs in a thread of its own). Makes the folder of a
    SQLite file. Raises ValueError for an unsupported URL, and what the database raises (`bot.database.DATABASE_ERRORS`).
    """
    _run(url, branch, lambda connection: command.upgrade(_config(branch, connection), "head"))


def revise(url: str, branch: Branch, message: str) -> None:
    """Write the next migration of `branch`: what the models have and the (up to date) database at `url` has not. For developers."""
    number = len(list((HERE / branch / "versions").glob("*.py"))) + 1
    identifier = f"{branch}_{number:04}"
    _run(url, branch, lambda connection: command.revision(_config(branch, connection), message, autogenerate=True, rev_id=identifier))


def differences(url: str, branch: Branch) -> list[Any]:
    """What separates the database at `url` from the models, as Alembic operations; empty when they agree."""
    found: list[Any] = []

    def compare(connection: Connection) -> None:
        context = MigrationContext.configure(connection, opts=options(branch))
        found.extend(compare_metadata(context, metadata_of(branch)))

    _run(url, branch, compare)
    return found


def metadata_of(branch: Branch) -> MetaData:
    """The tables that the models of `branch` declare."""
    modules = [importlib.import_module(name) for name in MODELS[branch]]
    metadata: MetaData = modules[0].Base.metadata
    return metadata


def options(branch: Branch) -> dict[str, Any]:
    """How Alembic sees a database of `branch`: its own version table, and no table of the other branch."""
    own = set(metadata_of(branch).tables)

    def is_ours(name: str | None, kind: str, _parents: Any) -> bool:
        return name in own if kind == "table" else name != SEARCHED_BY

    return {
        "version_table": f"alembic_version_{branch}",
        "include_name": is_ours,
        "compare_type": True,
        "render_as_batch": True,
        "render_item": _plain_type,
    }


def _config(branch: Branch, connection: Connection) -> Config:
    config = Config(attributes={"connection": connection, "branch": branch})
    config.set_main_option("script_location", _escaped(HERE))
    config.set_main_option("path_separator", "newline")
    config.set_main_option("version_locations", _escaped(HERE / branch / "versions"))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    return config


def _plain_type(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Migrations name the database's own types: they must still run when our classes have changed."""
    if kind == "type" and isinstance(item, Moment):
        return "sa.DateTime(timezone=True)"
    return "sa.BigInteger()" if kind == "type" and isinstance(item, Money) else False


def _escaped(path: Path) -> str:
    return str(path).replace("%", "%%")


def _run(url: str, branch: Branch, work: Callable[[Connection], Any]) -> None:
    if branch not in get_args(Branch):
        raise ValueError(f"{branch!r} is not a branch")
    with _one_at_a_time, _sqlite_lock(url), ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, _locked(url, branch, work)).result()


async def _locked(url: str, branch: Branch, work: Callable[[Connection], Any]) -> None:
    def locked(connection: Connection) -> None:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCKS[branch]})
        work(connection)

    async with open_database(url, command_seconds=MIGRATION_SECONDS) as database:
        if database.dialect == "sqlite":
            event.listen(database.engine.pool, "connect", _without_foreign_keys)
        await database.write(locked)


def _without_foreign_keys(connection: Any, _record: Any) -> None:
    """SQLite changes a table by copying and dropping it, which with foreign keys on would delete what belongs to its rows."""
    connection.execute("PRAGMA foreign_keys = OFF")


@contextlib.contextmanager
def _sqlite_lock(url: str) -> Iterator[None]:
    """Nobody else creates the same file meanwhile: switching a new one to WAL does not wait for others by itself."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        yield
        return
    if parsed.database in {None, "", ":memory:"}:
        raise ValueError("a database in memory cannot be migrated: it ends with its connection")
    path = Path(str(parsed.database))
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_name(f"{path.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
