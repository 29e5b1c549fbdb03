"""Copies of a PostgreSQL ledger by `pg_dump`, and back by `psql` in one transaction.

Only the ledger's tables are copied: live state may stand in the same database and is not ours. The password goes by the environment of
the program, never by its command line, and what a program says is shown by its last line.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy.engine import URL

from bot.commands.backups.errors import BackupError
from bot.migrations import metadata_of
from bot.settings import environment as inherited

SECONDS = 3600
LIST_SECONDS = 60
CONNECT_SECONDS = "10"
VERSION_TABLE = "alembic_version_ledger"
_OTHERS = "SELECT count(*), coalesce(string_agg(DISTINCT coalesce(client_addr::text, 'this machine'), ', '), '') FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"  # fmt: skip


def copy_to(url: URL, aside: Path) -> str:
    """Dump the ledger's tables into `aside`; what it holds, in words. Raises BackupError."""
    tables = [part for name in _tables() for part in ("--table", f"public.{name}")]
    options = ("--format=custom", "--no-owner", "--no-privileges", f"--lock-wait-timeout={LIST_SECONDS}s", "--file", str(aside))
    _run("pg_dump", [*options, *tables], _environment(url), SECONDS)
    listed = set(re.findall(r"TABLE DATA \S+ (\w+)", _run("pg_restore", ["--list", str(aside)], {}, LIST_SECONDS)))
    if missing := set(_tables()) - listed:
        raise BackupError(f"the copy lacks {', '.join(sorted(missing))}: is the schema current? `python -m bot db upgrade`")
    return f"{len(listed) - 1} tables"


def version_in(file: Path) -> str | None:
    """The schema version of a copy. Raises BackupError when it is no copy of a ledger."""
    data = _run("pg_restore", ["--data-only", "--table", VERSION_TABLE, "--file", "-", str(file)], {}, LIST_SECONDS)
    found = re.search(rf"^COPY \S*{VERSION_TABLE} .*\n(\S+)$", data, re.MULTILINE)
    return found.group(1) if found else None


def refuse_when_used(url: URL) -> None:
    """Raises BackupError while anybody else is connected."""
    number, where = _psql(url, ["--command", _OTHERS]).strip().split("|")
    if int(number):
        raise BackupError(f"{number} connections (from {where}) use the database: stop everything that uses it first")


def conversations_in(url: URL) -> int:
    """How many conversations the database holds; 0 when there is no ledger yet."""
    there = _psql(url, ["--command", "SELECT to_regclass('public.conversation') IS NOT NULL"]).strip() == "t"
    return int(_psql(url, ["--command", "SELECT count(*) FROM public.conversation"])) if there else 0


def put_back(url: URL, file: Path) -> None:
    """Replace the ledger's tables by those of the copy: all of it or nothing."""
    drop = f"DROP TABLE IF EXISTS {', '.join(f'public.{name}' for name in _tables())} CASCADE"
    with tempfile.TemporaryDirectory(prefix="restore-", dir=file.absolute().parent) as folder:  # private to us, as the copy is
        script = Path(folder) / "script.sql"
        _run("pg_restore", ["--no-owner", "--no-privileges", "--file", str(script), str(file)], {}, SECONDS)
        _psql(url, ["--single-transaction", "--command", drop, "--file", str(script)], SECONDS)


def _tables() -> list[str]:
    return [*metadata_of("ledger").tables, VERSION_TABLE]


def _psql(url: URL, arguments: Sequence[str], seconds: float = LIST_SECONDS) -> str:
    quiet = ["--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set", "ON_ERROR_STOP=1"]
    return _run("psql", [*quiet, *arguments], _environment(url), seconds)


def _run(name: str, arguments: Sequence[str], environment: Mapping[str, str], seconds: float) -> str:
    """What the program said. Raises BackupError when it is missing, fails or takes too long."""
    command = [_program(name), *arguments]
    try:
        done = subprocess.run(  # noqa: S603 - a program of PostgreSQL, no shell
            command, check=False, capture_output=True, text=True, timeout=seconds, env={**inherited(), **environment}
        )
    except subprocess.TimeoutExpired:
        raise BackupError(f"{name} did not end within {seconds:.0f} s") from None
    if done.returncode:
        words = [line for line in done.stderr.splitlines() if line.strip() and not line.startswith(("DETAIL", "CONTEXT"))]
        raise BackupError(f"{name} failed: {words[0] if words else f'exit code {done.returncode}'}")
    return done.stdout


def _program(name: str) -> str:
    """The newest installed one: a dump may be made by a newer program than the server's, not by an older one."""
    versions = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[-3]))
    found = str(versions[-1]) if versions else shutil.which(name)
    if found is None:
        raise BackupError(f"the program {name} is not on this machine: install it (Debian: apt-get install postgresql-client)")
    return found


def _environment(url: URL) -> dict[str, str]:
    """The connection as libpq reads it."""
    ssl = url.query.get("ssl") or url.query.get("sslmode")
    known: dict[str, Any] = {
        "PGHOST": url.host or url.query.get("host"),
        "PGPORT": url.port,
        "PGUSER": url.username,
        "PGPASSWORD": url.password,
        "PGDATABASE": url.database,
        "PGSSLMODE": {"true": "require"}.get(str(ssl).lower(), ssl) if ssl else None,
    }
    return {"PGCONNECT_TIMEOUT": CONNECT_SECONDS, **{name: str(value) for name, value in known.items() if value is not None}}
