"""The doctor called as an operator calls it, and an installation for it to look at."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bot.settings import ROOT
from harness.dialogue import StandIn
from harness.ports import free_port
from tests.operations.conftest import COMMAND_SECONDS, settings_in
from tests.support.archives import same_model
from tests.support.migrated import copied


def run(environment: dict[str, str], *words: str, before: Any = None) -> tuple[int, str]:
    command = [sys.executable, "-m", "bot", "doctor", *words]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=COMMAND_SECONDS, check=False, preexec_fn=before
    )
    said = done.stdout + done.stderr
    assert "Traceback" not in said
    for name in ("INTERNAL_SECRET", "SESSION_SECRET", "PORTAL_JWT_SECRET"):
        assert not environment.get(name) or environment[name] not in said
    return done.returncode, said


def wrongs(environment: dict[str, str], *words: str, before: Any = None) -> str:
    """What the doctor calls wrong, with what to do; each must say that."""
    code, said = run(environment, "--json", *words, before=before)
    found = [finding for finding in json.loads(said)["findings"] if finding["level"] == "wrong"]
    assert code == (1 if found else 0)
    assert all(finding["todo"] for finding in found)
    return "\n".join(f"{finding['about']}: {finding['text']} → {finding['todo']}" for finding in found)


@pytest.fixture
def models(tmp_path: Path) -> Path:
    folder = tmp_path / "models"
    folder.mkdir()
    same_model(folder / "test.tar.gz")
    return folder


@pytest.fixture
def house(tmp_path: Path, dialogue: StandIn, migrated: Path) -> dict[str, str]:
    """An installation that is well, but for its gateway, which is not started."""
    environment = settings_in(
        tmp_path,
        BIND_PORT=str(free_port()),
        DIALOGUE_URLS=dialogue.url,
        ACTIONS_URL=dialogue.url,
        INTERNAL_SECRET="d0f1" * 4 + "9b7a6c5e4d3f2a1b8c",
        MAIL_FROM="soporte@empresa.mx",
    )
    for name in ("ledger.db", "accounts.db"):
        copied(migrated / name, tmp_path / name)
    return environment


def change(environment: dict[str, str], *statements: str) -> None:
    with sqlite3.connect(environment["DATABASE_URL"].split("///")[1]) as ledger:
        for statement in statements:
            ledger.execute(statement)
    ledger.close()
