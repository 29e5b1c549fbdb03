"""Agents hear of what is new wherever they are, and of what they want to hear."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from bot.console.intents import title_of
from bot.console.surges import SURGE
from tests.console.conftest import Browser
from tests.console.talk import customer, escalated, say
from tests.console.test_cases import FRIDAY_NOON, moved_to, solve
from tests.console.test_next_steps import asks, button, local
from tests.console.test_work import send, take

pytestmark = pytest.mark.usefixtures("seeded")


async def heard(browser: Browser) -> dict:
    async with browser.http.get(browser.base + "/console/avisos") as response:
        assert response.status == 200
        return json.loads(await response.text())


async def kinds(browser: Browser) -> list[str]:
    return [alert["kind"] for alert in (await heard(browser))["alerts"]]


async def test_a_new_case_and_one_that_came_back_each_have_a_key_of_their_own(ana: Browser, gateway) -> None:
    moved_to(gateway, FRIDAY_NOON)
    await ana.sign_in("ana")
    gateway.dialogue.script["una persona"] = escalated("4KD7WP")
    async with customer(gateway, "C-1004") as one:
        await one.ask("una persona")
        first = await heard(ana)
        (alert,) = first["alerts"]
        assert alert["text"] == "Caso nuevo: C-1004, Pidió un asesor"
        assert alert["path"] == f"/console/conversaciones/{one.conversation}"
        assert (first["waiting"], first["sound"]) == (1, True)
        assert await heard(ana) == first, "the same key each time"
        await solve(ana, one.conversation)
        assert (await heard(ana))["alerts"] == []
        await one.ask("sigue sin abrir")
        (again,) = (await heard(ana))["alerts"]
        assert again["text"].startswith("Volvió a escribir: C-1004")
        assert again["key"] != alert["key"]


async def test_a_reply_is_for_who_has_the_conversation(ana: Browser, beto: Browser, gateway) -> None:
    async with customer(gateway, "C-1004") as one:
        await one.ask("hola")
        await take(ana, one.conversation)
        await send(ana, one.conversation)
        assert await kinds(ana) == []
        await one.send("¿y mi respaldo?")
        assert "Te escribió C-1004" in [alert["text"] for alert in (await heard(ana))["alerts"]]
        assert "respuesta" not in await kinds(beto)


async def test_what_is_about_to_break_and_what_is_late(ana: Browser, gateway) -> None:
    moved_to(gateway, FRIDAY_NOON)
    await say(gateway, "una persona", "C-1004", result=escalated("4KD7WP"))
    keys = []
    for minutes in (46, 20):
        gateway.clock.forward(minutes=minutes)
        await ana.sign_in("ana")
        keys += [alert["key"] for alert in (await heard(ana))["alerts"] if alert["kind"] == "plazo"]
    assert [key.rpartition(":")[2] for key in keys] == ["warn", "bad"], "it rings again when it is late"


async def test_a_call_rings_when_its_hour_has_come(ana: Browser, gateway) -> None:
    moved_to(gateway, local(gateway, 27, 20))
    async with customer(gateway, "C-1004") as one:
        await one.ask(button=button(await asks(gateway, one), "lunes 9:00"))
    await ana.sign_in("ana")
    assert "llamada" not in await kinds(ana)
    moved_to(gateway, local(gateway, 30, 9, 1))
    await ana.sign_in("ana")
    assert "Hora de llamar a C-1004" in [alert["text"] for alert in (await heard(ana))["alerts"]]


async def test_a_surge_is_everybodys_once_and_stands_on_the_overview(ana: Browser, beto: Browser, gateway, ledger) -> None:
    await ana.get("/console/resumen")
    assert "Todavía no hay con qué comparar" in ana.words
    now = gateway.clock()
    crowd = {"topic": "consultar_pago", "since": now - timedelta(minutes=14), "seen_at": now, "number": 13, "usually": 0.6}
    gone = {"topic": "", "since": now - timedelta(hours=5), "seen_at": now - timedelta(hours=4), "number": 9, "usually": 0.0}
    await ledger.write(lambda connection: connection.execute(SURGE.insert(), [crowd, gone]))
    (alert,) = (await heard(ana))["alerts"]
    title = title_of("consultar_pago")
    assert (alert["kind"], alert["code"], alert["path"]) == ("alza", "", "/console/conversaciones?tema=consultar_pago")
    assert alert["text"] == f"Alza: 13 clientes preguntan en una hora por «{title}»; lo usual es menos de 1"
    more = SURGE.update().where(SURGE.c.topic == crowd["topic"]).values(number=20)
    await ledger.write(lambda connection: connection.execute(more))
    assert [each["key"] for each in (await heard(beto))["alerts"]] == [alert["key"]], "the same one, however many there are"
    await ana.get("/console/resumen")
    assert f"{title} ahora 20 menos de 1 desde" in ana.words
    assert "Lo que el asistente no entiende 9 ninguno" in ana.words
    await ana.get("/console/cuenta")
    await ana.post("/console/cuenta/avisos", caso="1")
    assert (await kinds(ana), await kinds(beto)) == ([], ["alza"])


async def test_each_agent_has_switches_of_their_own(ana: Browser, beto: Browser, gateway) -> None:
    await say(gateway, "una persona", "C-1004", result=escalated("4KD7WP"))
    await ana.get("/console/cuenta")
    assert ana.page.count(" checked") == 7, "all are on until somebody says otherwise"
    await ana.post("/console/cuenta/avisos", plazo="1", sonido="1")
    assert ana.page.count(" checked") == 2
    assert ("caso" in await kinds(ana), "caso" in await kinds(beto)) == (False, True)
    await ana.post("/console/cuenta/avisos")
    assert await heard(ana) == {"waiting": 1, "sound": False, "alerts": []}


async def test_nobody_hears_without_having_signed_in(other: Browser) -> None:
    async with other.http.get(other.base + "/console/avisos", headers={"X-Console": "1"}) as response:
        assert response.status == 401
