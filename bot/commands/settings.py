"""`python -m bot settings [--markdown]`: every setting, its default and meaning; `docs/settings.md` is written from it."""

from __future__ import annotations

import argparse
import dataclasses
from typing import Any

from bot.settings import ROOT, Settings


def add_parser(subparsers: Any) -> None:
    """Declare the subcommand."""
    parser = subparsers.add_parser("settings", help="list all settings")
    parser.add_argument("--markdown", action="store_true", help="as the table of docs/settings.md")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Always 0."""
    print(markdown() if arguments.markdown else plain())
    return 0


def plain() -> str:
    """One line each."""
    return "\n".join(f"{variable:34} {default:44} {meaning}" for variable, default, meaning in rows())


def markdown() -> str:
    """A Markdown document."""
    table = "\n".join(f"| `{variable}` | {f'`{default}`' if default else ''} | {meaning} |" for variable, default, meaning in rows())
    return f"# Settings\n\nRead from `.env` and the environment (which wins). Written by `python -m bot settings --markdown`.\n\n| variable | default | meaning |\n|---|---|---|\n{table}"


def rows() -> list[tuple[str, str, str]]:
    """(variable, default, meaning) of every setting, in the order of bot/settings.py."""
    return [
        (f.metadata["variable"], f.metadata["default"].replace(str(ROOT) + "/", ""), f.metadata["help"])
        for f in dataclasses.fields(Settings)
    ]
