"""`python -m bot doctor [--json]`: what is wrong with this installation and what to do, in words."""

from __future__ import annotations

import argparse
import asyncio
import dataclasses
import json
from functools import partial
from pathlib import Path
from typing import Any

from bot.commands.checks import Check, Finding, configuration, examine
from bot.settings import Settings

SIGNS = {"ok": "  ok   ", "note": "  note ", "wrong": "WRONG  "}


def add_parser(subparsers: Any) -> None:
    """Declare the subcommand."""
    parser = subparsers.add_parser("doctor", help="look at everything and say what is wrong and what to do")
    parser.add_argument("--json", action="store_true", help="one JSON object, for a program that watches")
    parser.add_argument("--models", type=Path, default=None, metavar="FOLDER", help="where the models are (default models/)")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """0 when nothing is wrong (there may be notes), else 1."""
    settings, findings = configuration.read()
    if settings is not None:
        findings = [*findings, *asyncio.run(examine(checks_of(settings, arguments.models)))]
    healthy = not any(finding.level == "wrong" for finding in findings)
    if arguments.json:
        print(json.dumps({"healthy": healthy, "findings": [dataclasses.asdict(finding) for finding in findings]}, ensure_ascii=False))
    else:
        print("\n".join(line for finding in findings for line in lines_of(finding)))
        print(verdict(findings, looked=settings is not None))
    return 0 if healthy else 1


def checks_of(settings: Settings, folder: Path | None = None) -> list[tuple[str, Check]]:
    """Everything that is looked at, in the order in which it is told."""
    from bot.commands.checks import databases, machine, processes, sign_on, whatsapp, work  # noqa: PLC0415 - SQLAlchemy is slow to import
    from bot.dialogue.models import MODELS  # noqa: PLC0415

    own = partial(databases.database, settings.accounts_database_url, "accounts")
    return [
        ("secrets", partial(configuration.secrets_strength, settings)),
        ("ledger", partial(databases.database, settings.database_url, "ledger")),
        ("accounts", partial(databases.company, settings) if settings.accounts_factory else own),
        ("processes", partial(processes.processes, settings)),
        ("gateway", partial(processes.ports, settings)),
        ("model", partial(processes.model, settings, folder or MODELS)),
        ("work", partial(work.work, settings.database_url)),
        ("whatsapp", partial(whatsapp.whatsapp, settings)),
        ("sign-on", partial(sign_on.sign_on, settings)),
        ("mail", partial(machine.mail, settings)),
        ("logs", machine.logs),
        ("packages", machine.packages),
        ("told to customers", partial(configuration.told_to_customers, settings)),
    ]


def lines_of(finding: Finding) -> list[str]:
    """A finding as people read it."""
    told = [f"{SIGNS[finding.level]} {finding.about}: {finding.text}"]
    return [*told, f"         → {finding.todo}"] if finding.todo else told


def verdict(findings: list[Finding], *, looked: bool) -> str:
    """The last line."""
    wrong, notes = (sum(finding.level == level for finding in findings) for level in ("wrong", "note"))
    if not looked:
        return f"{wrong} settings are wrong; the rest can be looked at when they are right"
    return f"{wrong} wrong, {notes} to note" if wrong or notes else "nothing is wrong"
