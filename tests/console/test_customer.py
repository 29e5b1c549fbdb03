"""What the company's system says of a customer now, for the agent who asks, and who asked."""

from __future__ import annotations

import pytest

from bot.console import audit
from bot.errors import AccountsUnavailable
from bot.resources import RESOURCES
from tests.console.conftest import Browser
from tests.console.talk import say

pytestmark = pytest.mark.usefixtures("seeded")


async def test_the_port_is_read_when_somebody_asks_and_not_before(ana: Browser, gateway, ledger) -> None:
    talk = await say(gateway, "hola", "C-1004")
    await ana.get(f"/console/conversaciones/{talk}")
    assert "suspendido" not in ana.words
    assert "Consultar sus datos ahora" in ana.words
    await ana.get(f"/console/conversaciones/{talk}?datos=1")
    for words in ("Estado suspendido", "Vence", "Último cargo", "Respaldo", "leído a las"):
        assert words in ana.words, words
    desk = await gateway.app[RESOURCES].accounts.read_desk("C-1004")
    assert desk.name in ana.words
    assert desk.servers[0].alias in ana.words
    assert [(row.detail, row.conversation) for row in await audit.newest(ledger) if row.what == "datos"] == [("C-1004", talk)]


async def test_nobody_is_asked_about_who_is_not_known(ana: Browser, gateway, ledger) -> None:
    talk = await say(gateway, "hola")
    await ana.get(f"/console/conversaciones/{talk}?datos=1")
    assert ana.status == 200
    assert "Consultar" not in ana.words
    assert all(row.what != "datos" for row in await audit.newest(ledger))


async def test_a_system_that_is_away_is_told(ana: Browser, gateway, ledger, monkeypatch) -> None:
    talk = await say(gateway, "hola", "C-1004")

    async def away(_desk: str) -> None:
        raise AccountsUnavailable("away")

    monkeypatch.setattr(gateway.app[RESOURCES].accounts, "read_desk", away)
    await ana.get(f"/console/conversaciones/{talk}?datos=1")
    assert ana.status == 200
    assert "El sistema de cuentas no responde" in ana.words
    assert any(row.what == "datos" for row in await audit.newest(ledger)), "somebody looked all the same"
