"""`python -m bot reseal`: everything sealed is put under the first SEALING_KEY, so that older keys can be taken away."""

from __future__ import annotations

import argparse
import asyncio
import sys

from bot.commands._on_ledger import opened, works_on_ledger
from bot.console import agents
from bot.conversations import sealed
from bot.errors import SealBroken
from bot.privacy.sealing import is_sealed, sealer_of
from bot.settings import Settings, load_settings


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to `python -m bot`."""
    parser = subparsers.add_parser("reseal", help="put everything sealed under the first SEALING_KEY")
    parser.set_defaults(run=run)


@works_on_ledger
def run(_args: argparse.Namespace) -> int:
    """0 when done, 1 when a key is missing (nothing was changed), 3 when the ledger is away."""
    try:
        return asyncio.run(_work(load_settings()))
    except SealBroken:
        print("a sealed text opens with none of the keys in SEALING_KEY: nothing more was changed", file=sys.stderr)
        return 1


async def _work(settings: Settings) -> int:
    sealer = sealer_of(settings)
    async with opened(settings.database_url) as ledger:
        factors = await agents.reseal(ledger, lambda kept: sealer.reseal(kept) if is_sealed(kept) else sealer.seal(kept))
        copies = await sealed.reseal(ledger, sealer.reseal)
        print(f"{copies} sealed copies and {factors} second factors are under the first key")
        return 0
