"""What the dialogue answers at once and what it would rather wait with, on the trained model: no action is called for what waits."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from bot.dialogue.bursts import stands_alone
from tests.dialogue.desk import Desk

BURST = ("hola", "oye una duda", "mi server", "cuando se vence")


def asked(desk: Desk, *texts: str, may_wait: bool = True, **more) -> dict:
    body = desk.body("", "C-1003", **more)
    return {**body, "messages": [{"text": text} for text in texts], "may_wait": may_wait}


@pytest.mark.parametrize(
    "texts", [("hola",), ("buenas tardes",), ("hola", "buen día"), ("hola", "oye una duda"), ("jajaja qué risa",), ("ok",)]
)
async def test_what_asks_nothing_yet_waits_and_calls_no_action(desk: Desk, texts):
    assert await desk.post(asked(desk, *texts)) == (200, {"wait": True})
    assert desk.door.calls == []


@pytest.mark.parametrize(
    "text", ["¿cuándo vence mi servidor?", "cuando vence mi servidor", "hola, ¿cuánto debo?", "mi server?", "muchas gracias"]
)
async def test_what_asks_is_answered_though_it_might_wait(desk: Desk, text):
    status, result = await desk.post(asked(desk, text))
    assert (status, len(result["replies"]) >= 1) == (200, True)


async def test_a_greeting_is_answered_when_the_wait_is_over(desk: Desk):
    status, result = await desk.post(asked(desk, "hola", may_wait=False))
    assert (status, result["understood"][0]["intent"]) == (200, "saludar")


async def test_nobody_who_does_not_say_so_is_made_to_wait(desk: Desk):
    status, result = await desk.post(desk.body("hola", "C-1003"))
    assert (status, result["understood"][0]["intent"]) == (200, "saludar")


async def test_a_burst_is_read_as_one_text_and_answered_once(desk: Desk):
    for number in range(1, len(BURST)):
        assert await desk.post(asked(desk, *BURST[:number])) == (200, {"wait": True})
    status, result = await desk.post(asked(desk, *BURST))
    assert (status, len(result["replies"])) == (200, 1)
    assert "RUIZ-01" in result["replies"][0]["text"]


async def test_a_pressed_button_never_waits(desk: Desk):
    status, result = await desk.post({**desk.body("hola", "C-1003", button={"intent": "saludar"}), "may_wait": True})
    assert (status, "replies" in result) == (200, True)


ANSWERED, ASKED, REFUSED = "answered", "asked", "refused"


@dataclass
class Part:
    text: str
    intent: str
    decision: str = ANSWERED
    via: str = "text"
    acceptance: float = 0.9

    @property
    def parse_data(self) -> dict:
        return {"acceptance": self.acceptance}


@pytest.mark.parametrize(
    ("parts", "alone"),
    [
        ([Part("hola", "saludar")], False),
        ([Part("hola?", "saludar")], True),
        ([Part("y la tarjeta", "consultar_pago")], False),
        ([Part("el respaldo", "consultar_respaldo", acceptance=0.99)], False),
        ([Part("y la tarjeta?", "consultar_pago")], True),
        ([Part("la tarjeta cuál es", "consultar_pago")], True),
        ([Part("muchas gracias", "agradecer")], True),
        ([Part("estoy en la tienda", "contar")], False),
        ([Part("jaja", "charla")], False),
        ([Part("mi server", "consultar_servidor", ASKED)], False),
        ([Part("xyz", "fuera_de_tema", REFUSED)], False),
        ([Part("cuanto debo", "consultar_pago")], True),
        ([Part("mi server", "consultar_servidor", acceptance=0.5)], False),
        ([Part("hola", "saludar"), Part("cuanto debo", "consultar_pago")], True),
        ([Part("hola", "saludar"), Part("mi server", "consultar_servidor", ASKED)], False),
        ([Part("bueno", "afirmar")], False),
        ([Part("ay no", "negar")], False),
        ([Part("hola", "saludar", via="button")], True),
    ],
)
def test_stands_alone(parts, alone):
    assert stands_alone(parts) is alone
