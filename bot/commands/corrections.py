"""`python -m bot corrections [FILE]`: what agents corrected, as a file that people review before anything is learned from it."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from bot.commands._on_ledger import opened, works_on_ledger
from bot.console import intents, marks
from bot.settings import load_settings


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to `python -m bot`."""
    parser = subparsers.add_parser("corrections", help="write what agents corrected, as text<TAB>intent: what `evaluate` reads")
    parser.add_argument("file", nargs="?", type=Path, help="where to (default: standard output)")
    parser.add_argument("--answers", action="store_true", help="instead: the answers that agents found wrong, incomplete or outdated")
    parser.set_defaults(run=run)


@works_on_ledger
def run(args: argparse.Namespace) -> int:
    """Write one line a correction, the oldest first, each text once with its latest word; 3 when the ledger is away."""
    rows = asyncio.run(_read(load_settings().database_url))
    lines = list(lines_of(rows, answers=args.answers))
    text = "".join(f"{line}\n" for line in lines)
    if args.file is None:
        print(text, end="")
    else:
        args.file.write_text(text, encoding="utf-8")
    print(f"{len(lines)} corrections", file=sys.stderr)
    return 0


async def _read(url: str) -> Sequence[Any]:
    async with opened(url) as ledger:
        return await marks.corrections(ledger)


def lines_of(rows: Sequence[Any], *, answers: bool) -> Iterator[str]:
    """The lines; `rows` the newest first. With `answers`: conversation, verdict, intent and text."""
    seen: set[str] = set()
    kept = []
    for row in rows:
        text = " ".join(row.text.split())
        if (row.right in intents.VERDICTS) != answers or not text or (text in seen and not answers):
            continue
        seen.add(text)
        kept.append(f"{row.conversation_id}\t{row.right}\t{row.was or '-'}\t{text}" if answers else f"{text}\t{row.right}")
    yield from reversed(kept)
