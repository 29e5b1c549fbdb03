"""A number that asks for more than it proves: what may be told is told, and a code is asked for; never where only the rule was asked."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from bot.identity.identity import Identity, Level
from bot.identity.turn import TurnClaims, sign_turn
from tests.accounts.desks import NOW, demo_desk
from tests.actions import rendering
from tests.actions.rendering import ask
from tests.actions.test_every_situation import CHOICES

NEEDED = "utter_codigo_falta"
POSSIBLE = "utter_codigo_se_puede"


@pytest.fixture(params=[Level.RECOGNISED])
def level(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Level:
    """At which level whoever asks on WhatsApp is known."""

    def token(secret: str, desk: str | None, turn: str, now: datetime, channel: str = "web") -> str:
        return sign_turn(secret, TurnClaims(Identity(desk, None, request.param, "x"), "whatsapp", turn), now)

    monkeypatch.setattr(rendering, "turn_token", token)
    return request.param


async def told(intent: str, frame: str = "general", desk: str = "C-1003", **more: Any) -> rendering.Rendered:
    changes = more.pop("changes", {})
    own = replace(demo_desk(desk, NOW), read_at=NOW, **changes)
    return await ask(intent, own, now=NOW, choices=CHOICES, frame=frame, **{"text": "lo que pregunté", **more})


def asked(answer: rendering.Rendered) -> list[dict[str, Any]]:
    return [effect["payload"] for effect in answer.effects if effect["kind"] == "send_code"]


@pytest.mark.usefixtures("level")
@pytest.mark.parametrize("intent", ["consultar_pago", "consultar_factura", "reenviar_datos_conexion"])
async def test_a_question_of_the_account_asks_for_a_code(intent: str) -> None:
    answer = await told(intent)
    assert answer.responses == [NEEDED]
    assert asked(answer) == [{"desk": "C-1003", "to": "co*****o@…", "question": {"text": "lo que pregunté"}}]


@pytest.mark.usefixtures("level")
async def test_a_pressed_button_is_kept_as_what_it_means() -> None:
    (payload,) = asked(await told("consultar_pago", "", servidor="RUIZ-01"))
    question = {"text": "lo que pregunté", "intent": "consultar_pago", "entities": {"servidor": "RUIZ-01"}, "title": ""}
    assert payload["question"] == question


@pytest.mark.usefixtures("level")
@pytest.mark.parametrize("intent", ["faq_formas_pago", "faq_factura", "faq_datos_conexion", "faq_horario_acceso", "faq_tiempo_creacion"])
async def test_a_rule_is_told_and_nothing_is_mailed(intent: str) -> None:
    answer = await told(intent, desk="C-1006")
    assert (answer.responses[-1], asked(answer)) == (POSSIBLE, [])
    again = await told(intent, desk="C-1006", slots={"estado": answer.state})
    assert POSSIBLE not in again.responses


@pytest.mark.usefixtures("level")
async def test_a_value_of_the_account_that_is_asked_beside_a_rule() -> None:
    assert asked(await told("faq_factura", "state"))


@pytest.mark.usefixtures("level")
async def test_the_state_of_a_server_whose_charge_was_refused_is_told_and_a_code_asked_for_the_payment() -> None:
    answer = await told("consultar_suscripcion")
    assert "RUIZ-01" in answer.text
    assert "en gracia hasta mañana" in answer.text
    assert "rechaz" not in answer.text
    assert answer.responses[-1] == NEEDED
    assert len(asked(answer)) == 1


@pytest.mark.usefixtures("level")
@pytest.mark.parametrize("desk", ["C-1006", "C-1007"])
async def test_a_server_that_is_not_created_yet_is_told_to_be_so(desk: str) -> None:
    answer = await told("consultar_servidor", desk=desk)
    assert answer.responses[-1] == NEEDED
    assert "todavía no" in answer.text


@pytest.mark.usefixtures("level")
async def test_what_leans_on_a_payment_is_not_told_without_it() -> None:
    """Neither when a charge will be confirmed nor what would come after it."""
    answer = await told("consultar_servidor", "why", desk="C-1007")
    assert answer.responses == ["utter_servidor_linea_creandose", NEEDED]


@pytest.mark.usefixtures("level")
async def test_an_answer_that_is_whole_without_the_price_asks_for_nothing() -> None:
    answer = await told("consultar_suscripcion", desk="C-1001")
    assert "ESPERANZA-01" in answer.text
    assert not {NEEDED, POSSIBLE} & set(answer.responses)
    assert asked(answer) == []


@pytest.mark.usefixtures("level")
@pytest.mark.parametrize("way", [{"smtp_url": ""}, {"changes": {"email": ""}}, {"text": "¿ya pagó Juan Pérez?"}, {"away": True}])
async def test_no_code_where_it_could_not_be_sent_or_would_prove_nothing(way: dict[str, Any]) -> None:
    answer = await told("consultar_pago", **way)
    assert asked(answer) == []
    assert NEEDED not in answer.responses


@pytest.mark.usefixtures("level")
@pytest.mark.parametrize("level", [Level.CONFIRMED], indirect=True)
async def test_whoever_is_confirmed_hears_it_all() -> None:
    answer = await told("consultar_pago")
    assert "fondos insuficientes" in answer.text
    assert asked(answer) == []


async def test_on_the_web_nobody_is_asked_for_a_code() -> None:
    """Neither a customer of the portal, for reading or for the connection mail, nor a visitor."""
    for intent in ("consultar_pago", "consultar_factura", "faq_formas_pago"):
        answer = await told(intent)
        assert asked(answer) == []
        assert not {NEEDED, POSSIBLE} & set(answer.responses)
    sent = await told("reenviar_datos_conexion", desk="C-1001")
    assert [effect["kind"] for effect in sent.effects] == ["resend_connection_mail"]
    visitor = await ask("consultar_pago", now=NOW, choices=CHOICES)
    assert visitor.effects == []
