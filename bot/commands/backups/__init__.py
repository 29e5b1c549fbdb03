"""Copies of the ledger: made while it is used, checked before they are believed, put back only where nothing can be lost by it.

A copy holds what customers wrote: it is readable by its owner only. SQLite and PostgreSQL each have a module of their own.
"""

from __future__ import annotations

import asyncio
import os
from contextlib import suppress
from pathlib import Path
from types import ModuleType

from sqlalchemy.engine import make_url

from bot import clock
from bot.commands.backups import postgresql, sqlite
from bot.commands.backups.errors import BackupError
from bot.commands.checks.reading import figures
from bot.conversations import life
from bot.conversations.ledger import Ledger
from bot.database import open_database
from bot.migrations import HERE, upgrade

MODULES = {"sqlite": sqlite, "postgresql": postgresql}
SIGNATURES = {b"SQLite format 3\0": "sqlite", b"PGDMP": "postgresql"}


def backup(url: str, file: Path) -> str:
    """Copy the ledger to a new file; what the copy holds, in words. Raises BackupError and the database's own errors."""
    if file.exists():
        raise BackupError(f"{file} is there already: name a new file")
    aside = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        os.close(os.open(aside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        held = _module(url).copy_to(make_url(url), aside)
        with aside.open("rb") as written:
            os.fsync(written.fileno())
        aside.rename(file)
    except OSError as error:
        raise BackupError(f"{file} cannot be written: {error.strerror or error}") from None
    finally:
        with suppress(OSError):
            aside.unlink(missing_ok=True)
    return f"{held}, {file.stat().st_size:,} bytes, checked"


def restore(url: str, file: Path, *, replace: bool) -> str:
    """Put a copy back, bring its schema up to date and begin another life; what is there then, in words.

    Raises BackupError and the database's own errors.
    """
    module, wanted, found = _module(url), make_url(url).get_backend_name(), kind_of(file)
    if found != wanted:
        raise BackupError(f"{file} is a copy from {found or 'nothing we know'}, and DATABASE_URL is {wanted}: it cannot be put back there")
    version = module.version_in(file)
    if version not in known_versions():
        raise BackupError(f"{file} was not made by this version of the program or an earlier one (its schema: {version or 'none'})")
    module.refuse_when_used(make_url(url))
    there = module.conversations_in(make_url(url))
    if there and not replace:
        raise BackupError(f"{there} conversations are in the ledger and would be lost: copy them first with `db backup`, then add --yes")
    module.put_back(make_url(url), file)
    upgrade(url, "ledger")
    return asyncio.run(_another_life(url))


def kind_of(file: Path) -> str | None:
    """Which database a copy is from, by its first bytes. Raises BackupError when it cannot be read."""
    try:
        with file.open("rb") as opened:
            start = opened.read(16)
    except OSError as error:
        raise BackupError(f"{file} cannot be read: {error.strerror or error}") from None
    return next((name for signature, name in SIGNATURES.items() if start.startswith(signature)), None)


def known_versions() -> set[str]:
    """The schema versions that the migrations of this program lead through."""
    return {"_".join(path.name.split("_", 2)[:2]) for path in (HERE / "ledger" / "versions").glob("ledger_*.py")}


def _module(url: str) -> ModuleType:
    return MODULES[make_url(url).get_backend_name()]


async def _another_life(url: str) -> str:
    ledger = Ledger(open_database(url))
    try:
        await life.begin_anew(ledger, clock.now())
    finally:
        await ledger.close()
    return await _counts(url)


async def _counts(url: str) -> str:
    tables = {"conversations": "conversation", "messages": "message", "buttons": "button", "sessions": "web_session"}
    states = {"wait for an answer": "'received', 'processing'", "parked": "'failed'"}
    counts = {name: f"SELECT count(*) FROM {table}" for name, table in tables.items()}  # noqa: S608 - constants
    counts |= {name: f"SELECT count(*) FROM message WHERE state IN ({those})" for name, those in states.items()}  # noqa: S608
    return ", ".join(f"{number} {name}" for name, number in (await figures(url, counts)).items())
