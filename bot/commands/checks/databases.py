"""Both databases: reachable, at the current schema, writable, with room on the disk and a clock that agrees with ours."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from bot import clock
from bot.accounts import create
from bot.commands.checks import Finding, megabytes, note, ok, wrong
from bot.commands.checks.reading import figures
from bot.database import DATABASE_ERRORS, open_database
from bot.errors import AccountsUnavailable, SettingsError
from bot.migrations import HERE
from bot.settings import Settings

TABLES = {"ledger": ("DATABASE_URL", "conversation"), "accounts": ("ACCOUNTS_DATABASE_URL", "desk")}
LEAST_FREE_BYTES = 1e9
MOST_WAL_BYTES = 256e6
MOST_SECONDS_APART = 5.0


async def database(url: str, branch: str) -> list[Finding]:
    """What is to be said of one database."""
    variable, table = TABLES[branch]
    address = make_url(url).render_as_string(hide_password=True)
    if _is_missing(url):
        return [wrong(branch, f"{variable}: there is no file {make_url(url).database}", _make(branch))]
    try:
        found = await _schema(url, branch, variable)
        if not any(finding.level == "wrong" for finding in found):
            found += await _writable(url, branch, table)
        return [ok(branch, f"{variable} answers: {address}"), *found, *await _clock(url, branch), *await _disk(url, branch)]
    except DATABASE_ERRORS as error:
        return [wrong(branch, f"{variable} cannot be reached at {address} ({_kind(error)})", f"start that database, or correct {variable}")]


async def company(settings: Settings) -> list[Finding]:
    """What is to be said of a company's own live state, named by ACCOUNTS_FACTORY."""
    try:
        accounts = create(settings)
    except SettingsError as error:
        return [wrong("accounts", str(error), "correct ACCOUNTS_FACTORY, or what it names")]
    try:
        await accounts.desk_exists("-")
    except AccountsUnavailable as error:
        return [
            wrong(
                "accounts",
                f"{settings.accounts_factory} does not answer as it should ({error})",
                "`python -m bot accounts check DESK` says how",
            )
        ]
    finally:
        await accounts.close()
    return [ok("accounts", f"{settings.accounts_factory} answers; `python -m bot accounts check DESK` looks closer")]


def _is_missing(url: str) -> bool:
    """Whether there is no SQLite file: to connect would make one."""
    return make_url(url).get_backend_name() == "sqlite" and not Path(str(make_url(url).database)).is_file()


async def _schema(url: str, branch: str, variable: str) -> list[Finding]:
    try:
        version = (await figures(url, {"version": f"SELECT version_num FROM alembic_version_{branch}"}))["version"]  # noqa: S608 - a constant
    except SQLAlchemyError as error:
        if "alembic_version" not in str(error):
            raise
        version = None
    current = newest(branch)
    if version == current:
        return [ok(branch, f"the schema is current ({current})")]
    if version is None:
        if branch == "accounts":
            return [note(branch, f"{variable} has no tables of ours: right where a company's own system is connected", _make(branch))]
        return [wrong(branch, "the database has no tables yet", _make(branch))]
    return [wrong(branch, f"the schema is {version}, this program needs {current}", f"stop everything, then {_make(branch)}")]


def _make(branch: str) -> str:
    return "`python -m bot db upgrade`" if branch == "ledger" else "`python -m bot db upgrade --accounts` (not where a company's system is)"


def newest(branch: str) -> str:
    """The schema version that this program needs."""
    return max("_".join(path.name.split("_", 2)[:2]) for path in (HERE / branch / "versions").glob(f"{branch}_*.py"))


async def _writable(url: str, branch: str, table: str) -> list[Finding]:
    """A change of no row: a disk, a file or a server that only reads refuses it."""
    change = text(f"UPDATE {table} SET id = id WHERE id = '-'")  # noqa: S608 - a constant
    try:
        async with open_database(url) as database:
            await database.write(lambda connection: connection.execute(change))
    except DATABASE_ERRORS as error:
        reason = "another program holds its lock" if "locked" in str(error) else f"it only reads ({_kind(error)})"
        return [wrong(branch, f"nothing can be written: {reason}", "no message is accepted until that is mended")]
    return [ok(branch, "can be written")]


async def _clock(url: str, branch: str) -> list[Finding]:
    if make_url(url).get_backend_name() == "sqlite":
        return []
    theirs = (await figures(url, {"now": "SELECT clock_timestamp()"}))["now"]
    apart = abs((theirs.astimezone(UTC) - clock.now()).total_seconds())
    if apart > MOST_SECONDS_APART:
        return [wrong("clock", f"the {branch} server's clock and ours are {apart:,.0f} s apart", "let both machines follow NTP")]
    return [ok("clock", f"the {branch} server's clock agrees with ours")]


async def _disk(url: str, branch: str) -> list[Finding]:
    if make_url(url).get_backend_name() == "sqlite":
        return await asyncio.to_thread(_file, url, branch)
    size = (await figures(url, {"size": "SELECT pg_database_size(current_database())"}))["size"]
    return [ok(branch, f"{megabytes(size)}; how much room its server has cannot be seen from here")]


def _file(url: str, branch: str) -> list[Finding]:
    path = Path(str(make_url(url).database)).absolute()
    found = free_space(path.parent, branch)
    wal = path.with_name(f"{path.name}-wal")
    size = wal.stat().st_size if wal.exists() else 0
    if size > MOST_WAL_BYTES:
        found.append(
            note(branch, f"the WAL holds {megabytes(size)}", "a long reading keeps it from being written back: look who has the file open")
        )
    else:
        found.append(ok(branch, f"{megabytes(path.stat().st_size)}, WAL {megabytes(size)}"))
    return found


def free_space(folder: Path, about: str) -> list[Finding]:
    """Whether the disk of a folder has room."""
    free = shutil.disk_usage(folder).free
    if not os.access(folder, os.W_OK):
        return [wrong(about, f"{folder} cannot be written", "give the account that runs the bot the right to write there")]
    if free < LEAST_FREE_BYTES:
        return [wrong(about, f"{megabytes(free)} are free on the disk of {folder}", "make room: a full disk accepts no message")]
    return [ok(about, f"{megabytes(free)} free on its disk")]


def _kind(error: BaseException) -> str:
    """What kind of error, without its words: they may hold a password or a row."""
    inner = getattr(error, "orig", None)
    return re.sub(r"^_", "", type(inner or error).__name__)


def age(moment: datetime) -> str:
    """How long ago, as people read it."""
    seconds = (clock.now() - moment).total_seconds()
    return f"{seconds:,.0f} s" if seconds < 120 else f"{seconds / 60:,.0f} min" if seconds < 7200 else f"{seconds / 3600:,.0f} h"  # noqa: PLR2004
