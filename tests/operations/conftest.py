"""Commands as an operator calls them: processes of their own, on databases and ports of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.settings import ROOT
from harness.dialogue import StandIn
from tests.support.dialogue import in_a_thread

SECRETS = {
    "INTERNAL_SECRET": "90a1b2c3d4e5f60718293a4b5c6d7e8f",
    "SESSION_SECRET": "1f2e3d4c5b6a79808f9e0dac1bbc2ad3",
    "PORTAL_JWT_SECRET": "a7b6c5d4e3f2011029384756afbecd00",
}
COMMAND_SECONDS = 120


def settings_in(folder: Path, **changes: str) -> dict[str, str]:
    """The environment of an installation whose files stand in `folder`; `.env` cannot change it."""
    return {
        "PATH": os.environ["PATH"],
        "DEMO": "0",
        "DATABASE_URL": f"sqlite:///{folder}/ledger.db",
        "ACCOUNTS_DATABASE_URL": f"sqlite:///{folder}/accounts.db",
        "SMTP_URL": f"file://{folder}/outbox",
        **SECRETS,
        **changes,
    }


def bot(environment: dict[str, str], *words: str | Path) -> subprocess.CompletedProcess[str]:
    """`python -m bot …` to its end."""
    command = [sys.executable, "-m", "bot", *map(str, words)]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=COMMAND_SECONDS, check=False)


@pytest.fixture
def dialogue() -> Iterator[StandIn]:
    """A stand-in for dialogue and actions, which answers while a test waits for a command."""
    with in_a_thread() as standin:
        yield standin


@pytest.fixture(params=["sqlite", "postgresql"])
def environment(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[dict[str, str]]:
    """An installation on each of the two databases."""
    if request.param == "sqlite":
        yield settings_in(tmp_path)
    else:
        yield settings_in(tmp_path, DATABASE_URL=request.getfixturevalue("postgres_url"))
