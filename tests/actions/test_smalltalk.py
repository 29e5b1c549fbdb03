"""Greetings, yes and no, help, as the customer reads the answers."""

from __future__ import annotations

import pytest

from tests.actions.rendering import ask, desk, server

TWO = desk(server("A-01"), server("B-01"))
WAITING = {"pregunta_pendiente": {"intent": "faq_cambiar_solucion"}}
WHICH = [
    {"title": "A-01", "intent": "faq_cambiar_solucion", "entities": {"servidor": "A-01"}},
    {"title": "B-01", "intent": "faq_cambiar_solucion", "entities": {"servidor": "B-01"}},
]


@pytest.mark.parametrize(
    ("intent", "of", "text", "buttons"),
    [
        (
            "saludar",
            None,
            "¡Hola! Soy el asistente de Servidor virtual. ¿En qué te ayudo?",
            ["faq_que_es", "faq_formas_pago", "pedir_ayuda"],
        ),
        (
            "saludar",
            TWO,
            "¡Hola, Papelería Central! Soy el asistente de Servidor virtual. ¿En qué te ayudo?",
            ["consultar_suscripcion", "consultar_servidor", "consultar_pago"],
        ),
        ("despedirse", TWO, "¡Hasta luego! Aquí estaré cuando me necesites.", []),
        ("agradecer", TWO, "¡Con mucho gusto! Si tienes otra duda, escríbela aquí.", []),
        (
            "preguntar_si_es_bot",
            None,
            (
                "Soy un asistente virtual, no una persona. Respondo dudas de Servidor virtual y reviso el estado de tu cuenta; "
                "si lo prefieres, puedes hablar con un asesor."
            ),
            ["hablar_con_asesor"],
        ),
        (
            "pedir_ayuda",
            None,
            (
                "Puedo resolver tus dudas de Servidor virtual: contratación, pagos, facturas, vigencia, respaldos, acceso y licencias. "
                "Si me escribes desde tu escritorio de servicios, también reviso tu cuenta. ¿Qué necesitas?"
            ),
            ["faq_que_es", "faq_formas_pago", "hablar_con_asesor"],
        ),
        (
            "pedir_ayuda",
            TWO,
            (
                "Puedo decirte cómo van tus servidores, tu suscripción, tus pagos, facturas y respaldos, reenviarte los datos de conexión "
                "y resolver dudas de Servidor virtual. ¿Qué necesitas?"
            ),
            ["consultar_suscripcion", "consultar_servidor", "hablar_con_asesor"],
        ),
        ("charla", None, "Aquí sigo. Cuando quieras, vemos lo de tu servidor.", []),
        ("charla", TWO, "Aquí sigo. Cuando quieras, vemos lo de tu servidor.", []),
        ("afirmar", TWO, "De acuerdo. ¿Qué quieres saber de tu servidor virtual? Escríbeme tu pregunta.", []),
        ("negar", TWO, "De acuerdo, lo dejamos así.", []),
    ],
)
async def test_talk(intent, of, text, buttons):
    answer = await ask(intent, of)
    assert answer.text == text
    assert answer.intents == buttons
    assert answer.slots == {}
    assert answer.effects == []
    assert answer.readings == []


async def test_without_live_state_a_greeting_is_only_a_greeting():
    answer = await ask("saludar", TWO, away=True)
    assert answer.text == "¡Hola! Soy el asistente de Servidor virtual. ¿En qué te ayudo?"


async def test_a_greeting_takes_up_a_question_that_waits_for_a_server():
    answer = await ask("saludar", TWO, slots=WAITING)
    assert answer.text == "¡Hola, Papelería Central!\n\nVolviendo a tu pregunta anterior, ¿de cuál servidor querías saber?"
    assert answer.buttons == WHICH
    assert answer.slots == {"pregunta_pendiente": None}


async def test_an_answer_with_servers_to_choose_from_takes_its_place():
    answer = await ask("consultar_servidor", TWO, slots=WAITING)
    assert answer.intents == ["consultar_servidor", "consultar_servidor"]
    assert "Volviendo" not in answer.text
    assert answer.slots["pregunta_pendiente"] is None


async def test_yes_to_which_server_asks_it_again():
    answer = await ask("afirmar", TWO, slots=WAITING)
    assert answer.text == "¿De cuál servidor quieres saber?"
    assert answer.buttons == WHICH
    assert answer.slots["pregunta_pendiente"] == WAITING["pregunta_pendiente"]


@pytest.mark.parametrize("intent", ["negar", "despedirse"])
async def test_no_and_goodbye_drop_what_waited(intent):
    answer = await ask(intent, TWO, slots=WAITING)
    assert answer.slots == {"pregunta_pendiente": None}
    assert "A-01" not in answer.titles


@pytest.mark.parametrize("intent", ["agradecer", "pedir_ayuda", "preguntar_si_es_bot"])
async def test_other_talk_leaves_it_waiting(intent):
    assert "pregunta_pendiente" not in (await ask(intent, TWO, slots=WAITING)).slots


async def test_a_no_after_a_failure_is_no_success():
    assert (await ask("negar", slots={"fallos": 1})).slots["fallos"] == 1
    assert (await ask("agradecer", slots={"fallos": 1})).slots["fallos"] == 0


async def test_a_joke_for_who_asks_for_one():
    assert (await ask("charla", text="Cuéntame un CHISTE")).text.startswith("Va uno corto:")


async def test_small_talk_keeps_the_question_that_waits():
    assert "pregunta_pendiente" not in (await ask("charla", TWO, slots=WAITING)).slots
