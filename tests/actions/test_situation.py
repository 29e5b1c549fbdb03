"""In trouble, questions that are easily taken for one another get the same facts: what is the matter, why, until when."""

from __future__ import annotations

import pytest

from bot.protocol.frame import Asked
from tests.accounts.desks import NOW as DEMO_NOW
from tests.accounts.desks import demo_desk
from tests.actions.in_between import STATUSES, built, periods_and_charges, untrue
from tests.actions.rendering import ask, desk, licence, server

OWN = ("consultar_suscripcion", "consultar_servidor", "consultar_pago", "reactivar_servicio")
KEPT = ("faq_resguardo_sin_pago", "faq_periodo_gracia")
LEAD = 240

CAUSES = {
    "C-1003": "El cargo de $899.00 MXN a tu Débito Banorte ···· 3310 fue rechazado por fondos insuficientes, "
    "por eso RUIZ-01 está en gracia hasta mañana, miércoles 25 de noviembre.",
    "C-1004": "OCAMPO-01 venció el jueves 12 de noviembre y no aparece pagada su renovación, por eso está suspendido.",
}
SITUATIONS = {
    "C-1003": ("RUIZ-01 está en gracia", "miércoles 25 de noviembre", "fondos insuficientes", "martes 22 de diciembre"),
    "C-1004": ("OCAMPO-01 está suspendido", "jueves 12 de noviembre", "no aparece pagada", "sábado 12 de diciembre"),
    "C-1007": ("NORTE-01 espera tu pago", "$1,499.00 MXN", "jueves 26 de noviembre", "15 minutos"),
    "C-1008": ("MERCADO-01 todavía no se crea", "$1,499.00 MXN", "ya se pasó del plazo", "jueves 19 de noviembre"),
}


@pytest.mark.parametrize("customer", CAUSES)
@pytest.mark.parametrize("intent", OWN + KEPT)
async def test_the_cause_is_one_whichever_question_was_read(intent, customer):
    answer = await ask(intent, demo_desk(customer, DEMO_NOW), now=DEMO_NOW, frame="why", text="¿y por qué?")
    assert answer.text.startswith(CAUSES[customer])


@pytest.mark.parametrize("intent", OWN)
async def test_why_a_deleted_server_is_gone(intent):
    answer = await ask(intent, demo_desk("C-1005", DEMO_NOW), now=DEMO_NOW, frame="why")
    assert "miércoles 14 de octubre" in answer.text
    assert "viernes 13 de noviembre" in answer.text


@pytest.mark.parametrize("intent", OWN[:3])
async def test_an_incident_explains_before_anything_else(intent):
    answer = await ask(intent, demo_desk("C-1012", DEMO_NOW), now=DEMO_NOW, frame="why")
    assert answer.text.startswith("No es tu equipo: AGUILA-01 tiene un incidente abierto")


@pytest.mark.parametrize("customer", SITUATIONS)
@pytest.mark.parametrize(("intent", "asked"), [(each, asked) for each in OWN[:2] for asked in ("state", "whether", "sure", "general")])
async def test_the_situation_is_one_whichever_question_was_read(intent, asked, customer):
    answer = await ask(intent, demo_desk(customer, DEMO_NOW), now=DEMO_NOW, frame=asked, text="¿y eso?")
    lead = answer.text.split("\n\n")[0]
    assert len(lead) <= LEAD
    assert [each for each in SITUATIONS[customer] if each not in lead] == []
    paid = await ask("consultar_pago", demo_desk(customer, DEMO_NOW), now=DEMO_NOW, frame="state", text="¿y eso?")
    assert paid.text.split("\n\n")[0] == lead


async def test_what_was_just_told_is_not_told_again_word_for_word():
    ruiz = demo_desk("C-1003", DEMO_NOW)
    first = await ask("consultar_suscripcion", ruiz, now=DEMO_NOW, frame="state")
    then = await ask("consultar_pago", ruiz, now=DEMO_NOW, frame="state refers=goes_on", slots={"estado": first.state})
    assert then.text.startswith("No pasó: el cargo de $899.00 MXN")
    assert not set(first.text.split("\n\n")) & set(then.text.split("\n\n"))


@pytest.mark.parametrize("intent", OWN[:3] + KEPT)
async def test_the_day_that_is_asked_stands_in_the_first_sentence(intent):
    ruiz = demo_desk("C-1003", DEMO_NOW)
    answer = await ask(intent, ruiz, now=DEMO_NOW, frame="until", text="¿hasta cuándo?")
    day = "martes 22 de diciembre" if intent == "faq_resguardo_sin_pago" else "mañana, miércoles 25 de noviembre"
    assert day in answer.text.split(". ")[0]
    assert "martes 22 de diciembre" in answer.text


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("intent", OWN + KEPT)
async def test_it_is_true_in_every_state(intent, status):
    for state in periods_and_charges():
        if state[0] == status:
            of = built(*state)
            for asked in (Asked.WHY, Asked.STATE, Asked.WHETHER, Asked.SURE, Asked.UNTIL, Asked.WHEN, Asked.GENERAL):
                answer = await ask(intent, desk(of), frame=asked, text="¿y eso?")
                assert untrue(answer.text, of) == [], (state, asked, answer.text)


async def test_how_many_get_in_comes_before_what_is_not_known():
    of = desk(server(licences=(licence("SAE", 5, server_alias="CENTRAL-01"),)))
    answer = await ask("faq_conexion_sae", of, frame="whether", text="¿con cuántas personas puedo entrar?")
    assert answer.text.startswith("CENTRAL-01 tiene registrado SAE para 5 usuarios.")
