"""The doctor at the company's sign-on: each thing that can be wrong with a provider is made wrong once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from bot import clock
from bot.commands.checks import Finding
from bot.commands.checks.sign_on import sign_on
from bot.console import agents
from bot.conversations.ledger import Ledger
from bot.database import open_database
from bot.migrations import upgrade
from bot.settings import load_settings
from tests.console.company import provider
from tests.console.provider import Provider
from tests.operations.conftest import settings_in

__all__ = ["provider"]

Look = Callable[..., Awaitable[list[Finding]]]


@pytest.fixture
def look(tmp_path: Path, provider: Provider) -> Look:
    """What it finds in a house with that provider, and changes."""

    async def found(**changes: str) -> list[Finding]:
        company = {name.upper(): value for name, value in provider.settings.items()}
        console = {"CONSOLE_URL": "http://127.0.0.1:8080/console"}
        return await sign_on(load_settings({**settings_in(tmp_path), **company, **console, **changes}))

    return found


@pytest.fixture
async def known(tmp_path: Path, provider: Provider) -> None:
    """A ledger with an agent whom the provider knows."""
    url = settings_in(tmp_path)["DATABASE_URL"]
    await asyncio.to_thread(upgrade, url, "ledger")
    ledger = Ledger(open_database(url))
    await agents.add(ledger, "ana", "agent", "x", clock.now(), provider.issuer, "1")
    await ledger.close()


@pytest.mark.usefixtures("known")
async def test_a_sign_on_that_is_well(look: Look) -> None:
    found = await look()
    assert {finding.level for finding in found} == {"ok"}
    said = " ".join(finding.text for finding in found)
    for told in (
        "describes itself",
        "1 keys for us (RS256)",
        "must know http://127.0.0.1:8080/console/empresa/regreso",
        "1 agents are known",
    ):
        assert told in said


async def test_one_that_is_not_used(look: Look) -> None:
    (finding,) = await look(OIDC_ISSUER="", OIDC_CLIENT_ID="", OIDC_CLIENT_SECRET="")
    assert (finding.level, "by password" in finding.text) == ("ok", True)


@pytest.mark.usefixtures("known")
@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ("away", "does not answer, or does not describe"),
        ("another", "to the letter"),
        ("no keys", "none of its keys"),
        ("keys away", "cannot be read"),
        ("plain", "does not offer PKCE with S256"),
    ],
)
async def test_each_thing_that_is_wrong(look: Look, provider: Provider, fault: str, told: str) -> None:
    if fault == "no keys":
        provider.signers = []
    provider.statuses = {"away": {"/.well-known/openid-configuration": 503}, "keys away": {"/jwks": 500}}.get(fault, {})
    description = {"another": {"issuer": provider.issuer + "/"}, "plain": {"code_challenge_methods_supported": ["plain"]}}
    provider.description = description.get(fault, {})
    wrong = [finding for finding in await look() if finding.level == "wrong"]
    assert [told in finding.text for finding in wrong] == [True]
    assert all(finding.todo for finding in wrong)


async def test_a_house_where_nobody_could_come_in(look: Look, tmp_path: Path) -> None:
    await asyncio.to_thread(upgrade, settings_in(tmp_path)["DATABASE_URL"], "ledger")
    assert "nobody can come in" in " ".join(finding.text for finding in await look() if finding.level == "wrong")
    assert not [finding for finding in await look(OIDC_NEW_AGENTS="1") if finding.level == "wrong"]


async def test_a_ledger_that_is_away_is_said_elsewhere(look: Look) -> None:
    assert [finding.level for finding in await look() if "ledger" in finding.text] == ["note"]
