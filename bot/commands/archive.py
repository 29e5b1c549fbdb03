"""`python -m bot archive export|import FILE`: everything of the desk as JSON lines, out and in (docs/console.md says what stands in a line)."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from pathlib import Path

from bot.commands._on_ledger import opened, works_on_ledger
from bot.console import archive
from bot.console.archive import ArchiveError
from bot.settings import load_settings


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to `python -m bot`."""
    parser = subparsers.add_parser(
        "archive", help="write all conversations, cases, corrections and agents as JSON lines, or take old ones in"
    )
    parser.add_argument("deed", choices=["export", "import"])
    parser.add_argument("file", type=Path)
    parser.set_defaults(run=run)


@works_on_ledger
def run(args: argparse.Namespace) -> int:
    """0; 1 when the file cannot be read or written, 3 when the ledger is away. Messages go to standard error."""
    try:
        print(asyncio.run(_work(load_settings().database_url, args.deed, args.file)), file=sys.stderr)
    except (OSError, ArchiveError) as error:
        print(f"archive: {error}", file=sys.stderr)
        return 1
    return 0


async def _work(url: str, deed: str, file: Path) -> str:
    async with opened(url) as ledger:
        if deed == "import":
            with file.open("rb") as written:
                new, there = await archive.take_in(ledger, written)
            return f"{new} conversations are new, {there} were there"
        number = 0
        with os.fdopen(
            os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb"
        ) as out:  # nobody else's to read, and nothing is written over
            async for line in archive.lines(ledger):
                out.write(line + b"\n")
                number += 1
        return f"{number} lines"
