"""The review: what is worth most comes first, one agent at a time has it, and it is settled with one key."""

from __future__ import annotations

import re
from typing import Any

import pytest

from bot.console import marks, review_queue
from harness.dialogue import reply, result
from tests.console.conftest import Browser
from tests.console.talk import customer, say

pytestmark = pytest.mark.usefixtures("seeded")


def read_as(text: str, decision: str, first: float, second: float) -> dict[str, Any]:
    ranking = [{"name": "consultar_pago", "confidence": first}, {"name": "faq_pago_sin_correo", "confidence": second}]
    part = {
        "text": text,
        "decision": decision,
        "intent": None if decision == "refused" else "consultar_pago",
        "ranking": ranking,
        "entities": [],
    }
    return result(reply(f"Sobre {text}."), understood=[{**part, "via": "text"}])


async def told(gateway, text: str, decision: str, first: float, second: float) -> str:
    return await say(gateway, text, result=read_as(text, decision, first, second))


@pytest.fixture
def no_chance(monkeypatch) -> None:
    monkeypatch.setattr(review_queue, "RANDOM", 0.0)


def shown(browser: Browser) -> str:
    found = re.search(r'<p class="bubble">(.*?)</p>', browser.page, re.DOTALL)
    return found[1] if found else ""


async def look(browser: Browser) -> str:
    await browser.get("/console/revision")
    return shown(browser)


async def press(browser: Browser, **what: str) -> str:
    fields = dict(re.findall(r'name="(conversacion|mensaje|n)" value="([^"]+)"', browser.page))
    await browser.post("/console/revision", **fields, **what)
    assert browser.status == 200
    return shown(browser)


async def test_what_is_worth_most_comes_first(ana: Browser, gateway, ledger, no_chance) -> None:
    await told(gateway, "segura y buena", "answered", 0.95, 0.02)
    await told(gateway, "dudosa", "answered", 0.5, 0.4)
    await told(gateway, "no entendida", "refused", 0.2, 0.1)
    gateway.dialogue.script["no sirvió"] = read_as("no sirvió", "answered", 0.95, 0.01)
    async with customer(gateway) as one:
        answer = await one.ask("no sirvió")
        status, _ = await one.call("POST", "/webchat/feedback", json={"seq": answer["seq"], "value": -1})
        assert status < 300
    for _ in range(4):
        await told(gateway, "muchos la escriben", "asked", 0.4, 0.3)
    seen = [await look(ana)]
    assert "0 de 4 hoy" in ana.words
    while seen[-1]:
        seen.append(await press(ana, bien="1"))
    assert seen == ["no sirvió", "muchos la escriben", "no entendida", "dudosa", ""]
    assert "No hay nada por revisar" in ana.words
    assert "4 de 4 hoy" in ana.words
    assert await marks.corrections(ledger) == []


async def test_one_key_corrects_and_the_next_one_comes(ana: Browser, gateway, ledger, no_chance) -> None:
    await told(gateway, "no entendida", "refused", 0.2, 0.1)
    await told(gateway, "dudosa", "answered", 0.5, 0.4)
    assert await look(ana) == "no entendida"
    assert "Sobre no entendida." in ana.words, "what the customer was answered"
    assert 'value="consultar_pago" data-digit="1"' in ana.page
    assert await press(ana, tema="faq_pago_sin_correo") == "dudosa"
    assert "1 de 2 hoy" in ana.words
    assert [(row.text, row.right) for row in await marks.corrections(ledger)] == [("no entendida", "faq_pago_sin_correo")]


async def test_two_agents_look_at_two_things_and_a_skip_is_for_the_other(ana: Browser, beto: Browser, gateway, no_chance) -> None:
    await told(gateway, "no entendida", "refused", 0.2, 0.1)
    await told(gateway, "dudosa", "answered", 0.5, 0.4)
    assert (await look(ana), await look(beto), await look(ana)) == ("no entendida", "dudosa", "no entendida")
    assert await press(ana, saltar="1") == ""
    assert await press(beto, bien="1") == "no entendida"
    assert await press(beto, saltar="1") == ""
    assert await look(ana) == "", "she said that she does not know"


async def test_what_was_claimed_and_left_comes_back(ana: Browser, beto: Browser, gateway, no_chance) -> None:
    await told(gateway, "no entendida", "refused", 0.2, 0.1)
    assert (await look(ana), await look(beto)) == ("no entendida", "")
    gateway.clock.forward(minutes=11)
    assert await look(beto) == "no entendida"


async def test_a_random_slice_is_looked_at_too(ana: Browser, gateway, monkeypatch) -> None:
    monkeypatch.setattr(review_queue, "RANDOM", 1.0)
    await told(gateway, "segura y quizá mala", "answered", 0.95, 0.02)
    assert await look(ana) == "segura y quizá mala"
    assert "Al azar" in ana.words


async def test_what_was_corrected_in_its_conversation_is_not_asked_again(ana: Browser, gateway, no_chance) -> None:
    talk = await told(gateway, "no entendida", "refused", 0.2, 0.1)
    await ana.get(f"/console/conversaciones/{talk}")
    message = re.search(r'id="m-1"[^>]*data-id="(\w{32})"', ana.page)[1]
    await ana.post(f"/console/conversaciones/{talk}/correcciones", mensaje=message, n="0", tema="consultar_pago")
    assert await look(ana) == ""


@pytest.mark.parametrize("what", [{}, {"tema": "no_existe"}])
async def test_a_word_that_says_nothing_settles_nothing(ana: Browser, gateway, no_chance, what) -> None:
    await told(gateway, "no entendida", "refused", 0.2, 0.1)
    await look(ana)
    fields = dict(re.findall(r'name="(conversacion|mensaje|n)" value="([^"]+)"', ana.page))
    await ana.post("/console/revision", **fields, **what)
    assert ana.status == 400
    assert await look(ana) == "no entendida"
