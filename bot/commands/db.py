"""`python -m bot db upgrade|backup|restore`: the schema of our databases, and copies of the ledger."""

from __future__ import annotations

import argparse
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

from bot import clock
from bot.errors import AssistantError
from bot.settings import Settings, load_settings


def add_parser(subparsers: Any) -> None:
    """Declare the subcommand."""
    parser = subparsers.add_parser("db", help="schema, back-up and restore of our databases")
    what = parser.add_subparsers(dest="what", required=True, metavar="WHAT")
    upgrade = what.add_parser("upgrade", help="apply the migrations that are missing")
    upgrade.add_argument("--accounts", action="store_true", help="also make our own tables of the live state (always so in the demo)")
    backup = what.add_parser("backup", help="copy the ledger to a file, while it is used")
    backup.add_argument(
        "file",
        type=Path,
        metavar="FILE",
        help="a new file; it will hold what customers wrote. A folder: a new file in it, and those older than KEEP_BACKUPS_DAYS go",
    )
    restore = what.add_parser("restore", help="put a copy of the ledger back; everything must be stopped")
    restore.add_argument("file", type=Path, metavar="FILE", help="what `db backup` wrote")
    restore.add_argument("--yes", action="store_true", help="replace the conversations that are there now")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """0 when done, 1 when it was refused or could not be done (nothing has changed then)."""
    from bot.commands import backups  # noqa: PLC0415 - SQLAlchemy is slow to import
    from bot.database import DATABASE_ERRORS  # noqa: PLC0415

    settings = load_settings()
    try:
        if arguments.what == "upgrade":
            upgrade_all(settings, accounts=arguments.accounts)
            print("databases are current")
        elif arguments.what == "backup":
            _back_up(settings, arguments.file)
        else:
            print(f"restored: {backups.restore(settings.database_url, arguments.file, replace=arguments.yes)}")
    except AssistantError as error:
        print(f"db {arguments.what}: {error}", file=sys.stderr)
        return 1
    except DATABASE_ERRORS as error:  # their words may hold an address with its password, or a row
        print(
            f"db {arguments.what}: the database refuses or is away ({type(error).__name__}): `python -m bot doctor` looks why",
            file=sys.stderr,
        )
        return 1
    return 0


def _back_up(settings: Settings, place: Path) -> None:
    """To a file; to a new one in a folder, from which those that are too old go once the new one is good."""
    from bot.commands import backups  # noqa: PLC0415 - as above
    from bot.commands.backups import folder  # noqa: PLC0415

    now = clock.now()
    file = folder.new_in(place, now) if place.is_dir() else place
    print(f"{file}: {backups.backup(settings.database_url, file)}")
    if place.is_dir():
        for gone in folder.expire(place, timedelta(days=settings.keep_backups_days), now):
            print(f"{gone}: older than copies are kept, removed")


def upgrade_all(settings: Settings, *, accounts: bool = False) -> None:
    """Ledger always; the accounts when asked, or in the demo (a company's own system has its own schema)."""
    from bot.migrations import upgrade  # noqa: PLC0415 - Alembic is slow to import

    upgrade(settings.database_url, "ledger")
    if settings.demo or accounts:
        upgrade(settings.accounts_database_url, "accounts")
