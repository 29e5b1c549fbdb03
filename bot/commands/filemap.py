"""`python -m bot filemap`: every module and why it exists, from its docstring; `docs/filemap.md` is written from it."""

from __future__ import annotations

import argparse
import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bot.settings import ROOT

PACKAGES = ("bot", "actions", "benchmarks", "harness")
LEFT_OUT = frozenset({"__pycache__", "node_modules", "versions"})  # caches, other people's code, migrations (named after what they do)


def add_parser(subparsers: Any) -> None:
    """Declare the subcommand."""
    parser = subparsers.add_parser("filemap", help="list every module and why it exists, as docs/filemap.md")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Always 0."""
    del arguments
    print(markdown())
    return 0


def markdown() -> str:
    """The text of docs/filemap.md, without its last line break."""
    parts = ["# File map\n\nEvery module and why it exists. Written by `python -m bot filemap` from the modules' docstrings."]
    for folder, modules in _folders():
        parts.append(f"## {folder}/\n\n" + "\n".join(f"- `{path.name}`: {purpose(path)}" for path in modules))
    return "\n\n".join(parts)


def purpose(path: Path) -> str:
    """The first paragraph of a module's docstring on one line; ValueError when there is none."""
    docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    if not docstring:
        raise ValueError(f"{path.relative_to(ROOT)} does not say why it exists")
    return " ".join(docstring.split("\n\n", 1)[0].split())


def _folders() -> Iterator[tuple[str, list[Path]]]:
    by_folder: dict[str, list[Path]] = {}
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            parts = path.relative_to(ROOT).parts
            if not LEFT_OUT.intersection(parts) and path.stat().st_size:
                by_folder.setdefault("/".join(parts[:-1]), []).append(path)
    yield from sorted(by_folder.items())
