"""`python -m bot export-person PERSON`: all that is kept of somebody, as JSON."""

from __future__ import annotations

import argparse
import asyncio
import os

from bot import clock
from bot.commands._on_ledger import opened, works_on_ledger
from bot.errors import SealBroken
from bot.privacy import persons
from bot.privacy.sealing import sealer_of
from bot.settings import Settings, load_settings


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to `python -m bot`."""
    parser = subparsers.add_parser("export-person", help="all that is kept of a person, as JSON")
    parser.add_argument("person", help="a customer (C-1003), a conversation's id, or a telephone")
    parser.add_argument("--out", help="write it to this new file, readable by its owner only, instead of standard output")
    parser.set_defaults(run=run)


@works_on_ledger
def run(args: argparse.Namespace) -> int:
    """0 when done, 1 when nothing is kept of the person, 3 when the ledger is away."""
    document = asyncio.run(_work(load_settings(), args.person))
    if args.out:
        with os.fdopen(os.open(args.out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
            out.write(persons.as_json(document))
    else:
        print(persons.as_json(document))
    return 0 if document["conversations"] else 1


async def _work(settings: Settings, person: str) -> dict[str, object]:
    sealer = sealer_of(settings)

    def unseal(box: str) -> str:
        try:
            return sealer.open(box)
        except SealBroken:
            return "(cannot be opened: its key is not there)"

    async with opened(settings.database_url) as ledger:
        return await persons.export(ledger, person, unseal, clock.now())
