"""`python -m bot erase-person PERSON --yes`: all that is kept of somebody is erased; the receipt is printed as JSON."""

from __future__ import annotations

import argparse
import asyncio
import sqlite3
from typing import Any

from sqlalchemy.engine import make_url

from bot import clock
from bot.commands._on_ledger import opened, works_on_ledger
from bot.privacy import persons
from bot.settings import Settings, load_settings


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to `python -m bot`."""
    parser = subparsers.add_parser("erase-person", help="erase all that is kept of a person, and print a receipt")
    parser.add_argument("person", help="a customer (C-1003), a conversation's id, or a telephone")
    parser.add_argument("--yes", action="store_true", help="do it; without this only what would be erased is told")
    parser.set_defaults(run=run)


@works_on_ledger
def run(args: argparse.Namespace) -> int:
    """0 when done, 1 when nothing is kept of the person, 3 when the ledger is away."""
    return asyncio.run(_work(load_settings(), args))


async def _work(settings: Settings, args: argparse.Namespace) -> int:
    async with opened(settings.database_url) as ledger:
        if not args.yes:
            document: dict[str, Any] = await persons.export(ledger, args.person, str, clock.now())
            for table, rows in sorted(document["data"].items()):
                print(f"{table}: {len(rows)}")
            print("nothing was erased: add --yes")
            return 0 if document["conversations"] else 1
        receipt = await persons.erase(ledger, args.person, clock.now())
    _overwrite(settings)
    print(persons.as_json(receipt))
    return 0 if receipt["conversations"] else 1


def _overwrite(settings: Settings) -> None:
    """SQLite leaves what was removed in free pages and in the segments of its search index until they are written anew."""
    from bot.commands.backups.sqlite import overwrite  # noqa: PLC0415 - brings Alembic, which is slow to import

    address = make_url(settings.database_url)
    if address.get_backend_name() == "sqlite" and address.database:
        ledger = sqlite3.connect(address.database, isolation_level=None)
        try:
            overwrite(ledger)
            ledger.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            ledger.close()
