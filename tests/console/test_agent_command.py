"""`python -m bot agent`: from an empty ledger to an agent who may sign in, and out again."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from bot.commands.agent import seed_demo
from bot.console import passwords
from bot.migrations import upgrade
from bot.settings import ROOT, load_settings


@pytest.fixture
def command(tmp_path: Path, databases: None):
    """Runs it on a ledger of its own, as where nobody types."""
    changed = {"DATABASE_URL": f"sqlite:///{tmp_path}/ledger.db", "DEMO": "1"}

    def run(*words: str, **more: str) -> subprocess.CompletedProcess[str]:
        arguments = [sys.executable, "-m", "bot", "agent", *words]
        return subprocess.run(
            arguments,
            cwd=ROOT,
            env={**os.environ, **changed, **more},
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            check=False,
        )

    return run


def test_an_agent_comes_and_goes(command) -> None:
    added = command("add", "ana", "--role", "supervisor")
    assert added.returncode == 0
    assert re.search(r"shown this once\): \S{20}", added.stdout)
    assert command("add", "ana").returncode == 1
    assert re.search(r"^ana +supervisor +no second factor", command("list").stdout, re.MULTILINE)
    assert command("password", "ana").returncode == 0
    assert command("reset-second-factor", "ana").returncode == 0
    assert command("sign-out", "ana").returncode == 0
    assert command("sign-out", "beto").returncode == 1
    assert command("remove", "ana").returncode == 0
    assert command("remove", "ana").returncode == 1
    assert re.search(r"^ana .*removed", command("list").stdout, re.MULTILINE)


def test_the_demo_has_an_agent_whatever_was_there_before(tmp_path: Path) -> None:
    settings = load_settings({"DATABASE_URL": f"sqlite:///{tmp_path}/ledger.db", "DEMO": "1"})
    upgrade(settings.database_url, "ledger")
    assert seed_demo(settings) == seed_demo(settings) == f"http://127.0.0.1:8080/console · ana · {passwords.DEMO}"


def test_an_agents_address_is_given_changed_and_taken_away(command) -> None:
    assert command("add", "ana", "--mail", "no-es-correo").returncode == 1
    assert command("add", "ana", "--mail", "ana@empresa.example").returncode == 0
    assert "ana@empresa.example" in command("list").stdout
    assert command("mail", "ana", " Otra@empresa.example\n").returncode == 0
    assert command("mail", "ana", "ana@empresa.example,beto@empresa.example").returncode == 1
    assert command("list").stdout.endswith(" otra@empresa.example\n")
    assert command("mail", "ana", "a b@empresa.example").returncode == 1
    assert command("mail", "ana").returncode == 0
    assert "@" not in command("list").stdout
    assert command("mail", "nadie", "otra@empresa.example").returncode == 1


def test_who_an_agent_is_to_the_companys_provider(command) -> None:
    company = {
        "OIDC_ISSUER": "https://login.empresa.example",
        "OIDC_CLIENT_ID": "consola",
        "OIDC_CLIENT_SECRET": "s",
        "CONSOLE_URL": "https://asistente.example/console",
    }
    for name in ("ana", "beto"):
        assert command("add", name).returncode == 0
    assert "OIDC_ISSUER is empty" in command("sign-on", "ana", "248289761001").stderr
    assert command("sign-on", "ana", "248289761001", **company).returncode == 0
    assert re.search(r"^ana .* sub 248289761001$", command("list").stdout, re.MULTILINE)
    assert "is another agent's already" in command("sign-on", "beto", "248289761001", **company).stderr
    assert "is no `sub`" in command("sign-on", "beto", "ñ", **company).stderr
    assert command("sign-on", "nadie", "1", **company).returncode == 1
    assert command("sign-on", "ana", **company).returncode == 0
    assert "sub " not in command("list").stdout
