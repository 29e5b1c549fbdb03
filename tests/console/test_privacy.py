"""Sealed copies are opened for a reason that is written down first; what was told stands beside them; second factors are sealed."""

from __future__ import annotations

import pyotp
import pytest
from sqlalchemy import update

from bot.commands.reseal import _work as reseal
from bot.console import agents
from bot.console.models import Agent, AuditEntry
from bot.conversations import disclosures
from bot.conversations.models import Disclosure
from bot.privacy.sealing import is_sealed, secrets_of
from harness.dialogue import reply, result
from tests.console.conftest import Browser, enrol
from tests.console.talk import READING, say
from tests.conversations_ledger.conftest import rows

pytestmark = pytest.mark.usefixtures("seeded")
WROTE = "llámame al 55 1234 5678, mi contraseña es Gato.99"
MASKED = "llámame al [teléfono], mi contraseña es [contraseña]"
REASON = "El cliente pidió que lo llamemos"


async def test_a_copy_is_opened_for_a_reason(ana: Browser, gateway, ledger) -> None:
    talk = await say(gateway, WROTE, "C-1002", result=result(reply("Claro."), understood=[]))
    await ana.get(f"/console/conversaciones/{talk}")
    assert MASKED in ana.words
    assert "55 1234 5678" not in ana.page
    await ana.get(f"/console/conversaciones/{talk}/privacidad")
    assert MASKED in ana.words
    await ana.post(f"/console/conversaciones/{talk}/privacidad", motivo=REASON)
    assert "llámame al 55 1234 5678, mi contraseña es [contraseña]" in ana.words
    assert "Gato.99" not in ana.page
    (entry,) = [row for row in await rows(ledger, AuditEntry) if row.what == "sellado"]
    assert (entry.agent, entry.conversation, entry.detail) == ("ana", talk, REASON)
    opened = [(row.kind, row.teller, row.desk, row.fields) for row in await rows(ledger, Disclosure) if row.kind == "opened"]
    assert opened == [("opened", "ana", "C-1002", [{"field": "password"}, {"field": "phone"}])]


async def test_without_a_reason_nothing_is_opened(ana: Browser, gateway, ledger) -> None:
    talk = await say(gateway, WROTE, "C-1002", result=result(reply("Claro."), understood=[]))
    await ana.get(f"/console/conversaciones/{talk}/privacidad")
    for reason in ("", "porque sí", " " * 50, "x" * 201):
        await ana.post(f"/console/conversaciones/{talk}/privacidad", motivo=reason)
        assert ana.status == 400
        assert "55 1234 5678" not in ana.page
    assert [row for row in await rows(ledger, AuditEntry) if row.what == "sellado"] == []


async def test_what_was_told_and_who_read_it(ana: Browser, gateway, ledger) -> None:
    talk = await say(gateway, "¿cuándo vence?", "C-1002", result=result(reply("El 2.", readings=[READING]), understood=[]))
    await ana.get(f"/console/conversaciones/{talk}")
    await ana.get(f"/console/conversaciones/{talk}/privacidad")
    for words in ("Se dijo al cliente", "Identificado por el portal (C-1002)", "HIDALGO-01 ends_on", "Se consultó", "ana"):
        assert words in ana.words
    assert await disclosures.problems(ledger, secrets_of(gateway.settings)) == []


async def readings_of(ledger, talk: str) -> list[list[dict[str, str]]]:
    return [
        row.fields
        for row in await rows(ledger, Disclosure, Disclosure.n)
        if (row.kind, row.teller, row.conversation_id) == ("read", "ana", talk)
    ]


async def test_a_look_at_the_live_state_is_entered_by_its_fields_and_without_values(ana: Browser, gateway, ledger) -> None:
    talk = await say(gateway, "hola", "C-1004")
    await ana.get(f"/console/conversaciones/{talk}?datos=1")
    _, panel = await readings_of(ledger, talk)
    assert {"cuenta"} == {field["source"] for field in panel}
    assert {"nombre", "contacto", "Estado", "Vence", "Último cargo", "Respaldo"} <= {field["field"] for field in panel}
    assert {field["server"] for field in panel[2:]} == {"OCAMPO-01"}
    assert "suspendido" not in str(panel)
    assert await disclosures.problems(ledger, secrets_of(gateway.settings)) == []


@pytest.mark.parametrize("way", ["lineas", "lineas?despues=1", "privacidad"])
async def test_reading_past_the_page_is_entered_once_an_hour(ana: Browser, gateway, ledger, way: str) -> None:
    talk = await say(gateway, WROTE, "C-1002", result=result(reply("Claro."), understood=[]))
    for _ in range(3):
        await ana.get(f"/console/conversaciones/{talk}/{way}")
        assert ana.status == 200
    assert await readings_of(ledger, talk) == [[{"field": "conversación"}]]
    assert [row.what for row in await rows(ledger, AuditEntry) if row.conversation == talk] == ["vista"]
    gateway.clock.forward(minutes=61)
    await ana.sign_in("ana")
    await ana.get(f"/console/conversaciones/{talk}/{way}")
    assert len(await readings_of(ledger, talk)) == 2


async def test_nobody_else_opens_anything(browser: Browser, gateway) -> None:
    talk = await say(gateway, WROTE, "C-1002", result=result(reply("Claro."), understood=[]))
    await browser.get(f"/console/conversaciones/{talk}/privacidad")
    assert "/console/entrar" in browser.path
    await browser.post(f"/console/conversaciones/{talk}/privacidad", motivo=REASON)
    assert browser.status == 401
    assert "55 1234" not in browser.page


async def test_a_second_factor_is_kept_sealed_and_one_from_before_still_works(browser: Browser, add_agent, gateway, ledger, capsys) -> None:
    await add_agent("eva", "supervisor")
    phone, _ = await enrol(browser, gateway, "eva")
    (agent,) = await rows(ledger, Agent)
    assert is_sealed(agent.second_factor)
    assert phone.secret not in agent.second_factor
    old = pyotp.random_base32()
    await ledger.write(lambda connection: connection.execute(update(agents.AGENT).values(second_factor=old, last_step=0)))
    await _signs_in(browser, gateway, pyotp.TOTP(old))
    assert await reseal(gateway.settings) == 0
    assert "1 second factors" in capsys.readouterr().out
    (agent,) = await rows(ledger, Agent)
    assert is_sealed(agent.second_factor)
    await ledger.write(lambda connection: connection.execute(update(agents.AGENT).values(last_step=0)))
    await _signs_in(browser, gateway, pyotp.TOTP(old))


async def _signs_in(browser: Browser, gateway, phone: pyotp.TOTP) -> None:
    await browser.get("/console/cuenta")
    await browser.post("/console/salir")
    await browser.sign_in("eva")
    await browser.post("/console/segundo-factor", codigo=phone.at(gateway.clock()), sigue="/console/cola")
    assert browser.path == "/console/cola"
