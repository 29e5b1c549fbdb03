"""The demo, in which anybody is any customer, as a way into a company's house."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import bot.settings
from bot.console import agents, passwords
from bot.errors import SettingsError
from bot.resources import RESOURCES
from bot.settings import ROOT, load_settings
from tests.console.conftest import Browser
from tests.gateway.client import Visitor
from tests.gateway.conftest import databases, dialogue, gateway, start
from tests.operations.conftest import settings_in

__all__ = ["databases", "dialogue", "gateway", "start"]

SECRETS = ("INTERNAL_SECRET", "SESSION_SECRET", "PORTAL_JWT_SECRET")


@pytest.fixture
def var(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(bot.settings, "VAR", tmp_path / "var")
    return tmp_path / "var"


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.20", "chat.example.com", "127.0.0.1.evil.example", "127.evil.example"])
def test_a_demo_that_others_reach_is_refused(var: Path, host: str) -> None:
    with pytest.raises(SettingsError, match=r"^DEMO: .*BIND_HOST"):
        load_settings({"DEMO": "1", "BIND_HOST": host})


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.9", "::1", "localhost"])
def test_a_demo_on_one_s_own_machine_is_not(var: Path, host: str) -> None:
    assert load_settings({"DEMO": "1", "BIND_HOST": host}).demo


@pytest.mark.parametrize("program", [["bot.gateway"], ["bot.dialogue"], ["actions"], ["bot", "up"]])
def test_no_process_of_such_a_demo_starts(tmp_path: Path, program: list[str]) -> None:
    environment = settings_in(tmp_path, DEMO="1", BIND_HOST="0.0.0.0")
    done = subprocess.run(
        [sys.executable, "-m", *program], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode != 0
    assert "BIND_HOST must be this machine alone" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("name", SECRETS)
def test_keys_that_the_demo_made_start_no_company_s_house(var: Path, name: str) -> None:
    made = load_settings({"DEMO": "1"})
    own = {each: os.urandom(24).hex() for each in SECRETS}
    assert load_settings(own).demo is False
    with pytest.raises(SettingsError, match=rf"^{name}: is the demo's own") as refused:
        load_settings({**own, name: str(getattr(made, name.lower()))})
    assert str(getattr(made, name.lower())) not in str(refused.value)


async def test_without_its_flag_no_address_of_the_demo_is_there(start) -> None:
    gateway = await start(demo=False)
    async with Visitor(gateway.url("/")) as visitor:
        for path in ("/", "/portal/portal.js", "/demo/customers", "/demo/correo", "/whatsapp-demo"):
            assert (await visitor.call("GET", path))[0] == 404, path
        assert (await visitor.call("POST", "/demo/login", json={"customer": "C-1001"}))[0] == 404


async def test_the_demo_says_that_it_is_one(gateway) -> None:
    async with Visitor(gateway.url("/")) as visitor:
        page = (await visitor.call("GET", "/"))[1].decode()
    assert 'class="banner" aria-label="Aviso">Demostración' in page


@pytest.mark.parametrize(("demo", "status"), [(True, 200), (False, 401)])
async def test_the_password_of_the_demo_s_agent_opens_no_company_s_console(start, demo: bool, status: int) -> None:
    """Its ledger was the demo's once."""
    gateway = await start(demo=demo)
    ledger = gateway.app[RESOURCES].ledger
    await agents.add(ledger, "ana", "agent", passwords.hashed(passwords.DEMO), gateway.clock())
    async with Browser(gateway.url("/")) as browser:
        await browser.sign_in("ana", passwords.DEMO)
        assert browser.status == status
