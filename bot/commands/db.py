"""`python -m bot db upgrade`: bring both databases to the current schema."""

from __future__ import annotations

import argparse
from typing import Any

from bot.settings import Settings, load_settings


def add_parser(subparsers: Any) -> None:
    """Declare the subcommand."""
    parser = subparsers.add_parser("db", help="database schema")
    parser.add_argument("what", choices=["upgrade"], help="upgrade: apply what is missing")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """0 when both databases are current."""
    del arguments
    upgrade_all(load_settings())
    print("databases are current")
    return 0


def upgrade_all(settings: Settings) -> None:
    """Ledger always; the accounts only when they are our own tables (a company's system has its own schema)."""
    from bot.migrations import upgrade  # noqa: PLC0415 - Alembic is slow to import

    upgrade(settings.database_url, "ledger")
    if settings.demo:
        upgrade(settings.accounts_database_url, "accounts")
