"""What customers tell without asking: acknowledged, with the state that matters for it."""

from __future__ import annotations

import pytest

from tests.actions.rendering import ask, desk, health, incident
from tests.actions.situations import creating, in_grace, late, pending, suspended, valid


@pytest.mark.parametrize("of", [None, desk(), desk(valid())])
async def test_what_needs_no_state_is_only_acknowledged(of):
    answer = await ask("contar", of)
    assert answer.text == "Entendido. Aquí sigo para lo que necesites."
    assert answer.readings == []
    assert answer.effects == []


@pytest.mark.parametrize(
    ("of", "told"),
    [
        (valid(), "se acreditó el sábado 14 de noviembre"),
        (pending(), "está pendiente. Se confirma lo más pronto mañana, miércoles 25 de noviembre"),
        (in_grace(), "Si pagaste después, ese pago todavía no aparece"),
    ],
)
async def test_who_says_to_have_paid_hears_of_the_payment(of, told):
    text = (await ask("contar", desk(of), says_to_have_paid=True)).text
    assert text.startswith("Gracias por avisar.\n\n")
    assert told in text


async def test_a_payment_that_is_late_is_a_case():
    answer = await ask("contar", desk(late()), says_to_have_paid=True)
    assert [effect["kind"] for effect in answer.effects] == ["escalate"]


@pytest.mark.parametrize(
    ("of", "told"),
    [
        (valid(), "ESPERANZA-01 está activo; en la última revisión, hoy a las 10:00, estaba encendido y respondiendo. Dime qué te falla"),
        (creating(), "CENTRAL-01 se está creando"),
        (suspended(), "OCAMPO-01 está suspendido"),
        (valid(incident=incident()), "tiene un incidente abierto"),
        (valid(health=health("down")), "no respondía"),
    ],
)
async def test_who_waits_hears_what_the_server_is_doing(of, told):
    text = (await ask("contar", desk(of), says_to_wait=True)).text
    assert text.startswith("Lamento la espera.\n\n")
    assert told in text


async def test_of_several_servers_those_that_do_not_run_are_told():
    one = (await ask("contar", desk(valid("A-01"), creating("B-01")), says_to_wait=True)).text
    assert "B-01 se está creando" in one
    assert "A-01" not in one
    two = (await ask("contar", desk(valid("A-01"), creating("B-01"), suspended("C-01")), says_to_wait=True)).text
    assert two == "Lamento la espera.\n\nEn tus servidores:\n• B-01: se está creando, listo hoy a las 10:09\n• C-01: suspendido"
    none = (await ask("contar", desk(valid("A-01"), valid("B-01")), says_to_wait=True)).text
    assert none == "Lamento la espera.\n\nNo veo nada pendiente en tus servidores. Dime qué esperas y lo reviso."


@pytest.mark.parametrize("said", ["says_to_have_paid", "says_to_wait"])
async def test_visitors_and_state_away(said):
    assert "abre este chat desde ahí" in (await ask("contar", **{said: True})).text
    away = (await ask("contar", desk(in_grace()), away=True, **{said: True})).text
    assert "no puedo consultar los datos de tu cuenta" in away
    assert "RUIZ" not in away
