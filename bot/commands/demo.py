"""`python -m bot demo`: put the twelve demo customers (again) into the live state, relative to now."""

from __future__ import annotations

import argparse
import asyncio
from typing import Any

from bot import clock
from bot.settings import Settings, load_settings


def add_parser(subparsers: Any) -> None:
    """Declare the subcommand."""
    parser = subparsers.add_parser("demo", help="seed the demo customers")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """0 when seeded."""
    del arguments
    seed_demo(load_settings())
    print("the demo customers are in place")
    return 0


def seed_demo(settings: Settings) -> None:
    """Seed through connections of its own."""
    asyncio.run(_seed(settings))


async def _seed(settings: Settings) -> None:
    from bot.accounts.demo import seed  # noqa: PLC0415 - SQLAlchemy is slow to import
    from bot.database import open_database  # noqa: PLC0415
    from bot.rules.calendar import BusinessCalendar  # noqa: PLC0415

    async with open_database(settings.accounts_database_url) as database:
        await seed(database, clock.now(), BusinessCalendar(settings.timezone, settings.extra_holidays))
