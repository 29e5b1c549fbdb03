"""`python -m bot parked [--retry]`: messages that were given up after their attempts, and another chance for them."""

from __future__ import annotations

import argparse
import asyncio

from bot import clock
from bot.commands._on_ledger import opened, works_on_ledger
from bot.conversations import operators
from bot.conversations.operators import Parked
from bot.settings import load_settings


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to `python -m bot`."""
    parser = subparsers.add_parser("parked", help="list the messages that were given up; --retry puts them back in the queue")
    parser.add_argument("--retry", action="store_true", help="put them back in the queue; the running gateway takes them")
    parser.set_defaults(run=run)


@works_on_ledger
def run(args: argparse.Namespace) -> int:
    """Print one line a message, without its text; 3 when the ledger is away."""
    settings = load_settings()
    found, retried = asyncio.run(_work(settings.database_url, retry=args.retry))
    for row in found:
        at = row.at.astimezone(settings.timezone).strftime("%Y-%m-%d %H:%M:%S")
        print(f"{at}  conversation {row.conversation}  #{row.seq}  {row.attempts} attempts  {row.error or ''}")
    print(f"{len(found)} parked" + (f", {retried} put back in the queue" if args.retry else ""))
    return 0


async def _work(url: str, *, retry: bool) -> tuple[list[Parked], int]:
    async with opened(url) as ledger:
        found = await operators.parked(ledger)
        again = [await operators.retry_parked(ledger, row.message, clock.now()) for row in found] if retry else []
        return found, sum(again)
