"""Copies of a SQLite ledger by the database's own online back-up, which takes in what is still in the WAL."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy.engine import URL

from bot.commands.backups.errors import BackupError

BUSY_SECONDS = 10.0


def copy_to(url: URL, aside: Path) -> str:
    """Copy the database into `aside`; what it holds, in words. Raises BackupError, sqlite3.Error."""
    if not _path(url).is_file():
        raise BackupError(f"there is no ledger at {url.database}")
    with _opened(_path(url)) as source, _opened(aside) as target:
        source.backup(target)  # in one step: a snapshot, which holds up no writer
        target.execute("PRAGMA journal_mode = DELETE")  # one file, with nothing beside it
        overwrite(target)
        _check(target, aside)
        return counted(target)


def overwrite(ledger: sqlite3.Connection) -> None:
    """Write a ledger anew, with nothing of what was removed: it would stay in free pages and in the segments of the search index."""
    ledger.isolation_level = None
    if ledger.execute("SELECT 1 FROM sqlite_master WHERE name = 'message_words'").fetchone():
        ledger.execute("INSERT INTO message_words (message_words) VALUES ('optimize')")
    ledger.execute("VACUUM")


def version_in(file: Path) -> str | None:
    """The schema version of a copy, once the copy is known to be whole. Raises BackupError."""
    try:
        with _opened(file, "?mode=ro&immutable=1") as copy:
            _check(copy, file)
            row = copy.execute("SELECT version_num FROM alembic_version_ledger").fetchone()
            return str(row[0]) if row else None
    except sqlite3.Error as error:
        raise BackupError(f"{file} is no whole copy of a ledger ({error})") from None


def refuse_when_used(url: URL) -> None:
    """Raises BackupError while any process has the database open."""
    if _path(url).is_file():
        with _alone(_path(url)):
            pass


def conversations_in(url: URL) -> int:
    """How many conversations the database holds; 0 when there is none yet."""
    if not _path(url).is_file():
        return 0
    with _opened(_path(url)) as connection:
        there = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'conversation'").fetchone()
        return int(connection.execute("SELECT count(*) FROM conversation").fetchone()[0]) if there else 0


def _path(url: URL) -> Path:
    return Path(str(url.database))


def put_back(url: URL, file: Path) -> None:
    """Replace the database by the copy, in one transaction that nobody else can come between."""
    path = _path(url)
    path.parent.mkdir(parents=True, exist_ok=True)
    with _opened(file, "?mode=ro&immutable=1") as copy, _alone(path) as target:
        copy.backup(target)
        _check(target, path)


def counted(connection: sqlite3.Connection) -> str:
    """What a ledger holds, in words."""
    conversations, messages = (connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in ("conversation", "message"))  # noqa: S608
    return f"{conversations} conversations, {messages} messages"


@contextlib.contextmanager
def _opened(path: Path, options: str = "?mode=rwc") -> Iterator[sqlite3.Connection]:
    with contextlib.closing(sqlite3.connect(f"{path.absolute().as_uri()}{options}", uri=True, timeout=BUSY_SECONDS)) as connection:
        yield connection


@contextlib.contextmanager
def _alone(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection that keeps all others out. SQLite leaves the WAL only when nobody else has the file open."""
    with contextlib.closing(sqlite3.connect(path, timeout=0.5, isolation_level=None)) as connection:
        try:
            connection.execute("PRAGMA locking_mode = EXCLUSIVE")
            connection.execute("PRAGMA journal_mode = DELETE")
            connection.execute("BEGIN EXCLUSIVE")
            connection.execute("COMMIT")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error):
                raise
            raise BackupError(f"the ledger {path} is in use: stop everything that uses it first") from None
        yield connection


def _check(connection: sqlite3.Connection, path: Path) -> None:
    (found,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
    if found != "ok":
        raise BackupError(f"{path} is damaged ({found})")
