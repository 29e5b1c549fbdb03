"""`python -m bot disclosures DESK`: what was told of a customer, to whom and on what proof; `--verify`: whether the ledger of it is whole."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Iterator, Sequence
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

from sqlalchemy import Row

from bot.commands._on_ledger import opened, works_on_ledger
from bot.conversations import disclosures
from bot.effects import anchors
from bot.privacy.sealing import secrets_of
from bot.settings import Settings, load_settings


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to `python -m bot`."""
    parser = subparsers.add_parser("disclosures", help="what was told of a customer, on what proof; --verify finds any tampering")
    parser.add_argument("desk", nargs="?", help="the customer, as C-1003")
    parser.add_argument("--verify", action="store_true", help="check the whole ledger: hashes, gaps, ends, anchors")
    parser.add_argument(
        "--against",
        type=Path,
        metavar="FILE",
        nargs="+",
        help="mails with anchors, as they were received: is this the ledger that they tell of? (and all that --verify checks)",
    )
    parser.set_defaults(run=run)


@works_on_ledger
def run(args: argparse.Namespace) -> int:
    """0 when all is whole, 1 when something was tampered with, 3 when the ledger is away."""
    return asyncio.run(_work(load_settings(), args))


async def _work(settings: Settings, args: argparse.Namespace) -> int:
    async with opened(settings.database_url) as ledger:
        if args.desk:
            for line in _lines(await disclosures.of_desk(ledger, args.desk)):
                print(line)
        if not (args.verify or args.against):
            return 0
        found = await disclosures.problems(ledger, secrets_of(settings), timedelta(days=settings.keep_disclosures_days))
        if args.against:
            witnessed = [each for path in args.against for each in anchors.read_back(_words_of(path))]
            found += await disclosures.contradicted(ledger, witnessed)
            print(f"{len(witnessed)} anchors in {len(args.against)} mails")
            if not witnessed:
                found.append("the mails hold no anchor")
        for problem in found:
            print(f"TAMPERED {problem}")
        print(f"{len(found)} problems" if found else "whole: every entry, end and anchor is as it was written")
        return 1 if found else 0


def _words_of(path: Path) -> str:
    """What a mail says, or a file with what was copied from one."""
    mail = message_from_bytes(path.read_bytes(), policy=policy.default)
    body = mail.get_body(("plain",)) if mail.keys() else None
    return path.read_text(encoding="utf-8", errors="replace") if body is None else str(body.get_content())


def _lines(entries: Sequence[Row[Any]]) -> Iterator[str]:
    for entry in entries:
        fields = ", ".join(
            " ".join(str(field[name]) for name in ("source", "server", "field") if field.get(name)) for field in entry.fields
        )
        proof = f"level {entry.level}" + (f" ({entry.proof})" if entry.proof else "")
        where = f"{entry.conversation_id} #{entry.seq}"
        yield f"{entry.at:%Y-%m-%d %H:%M:%S} {entry.kind} by {entry.teller} · {entry.channel} · {proof} · {where} · {fields}"
