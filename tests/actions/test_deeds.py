"""What is done only when it is wished: a mail sent, a case opened. Whatever was read, a denial does neither."""

from __future__ import annotations

import pytest

from tests.actions.rendering import ask, desk
from tests.actions.situations import valid

OWN = desk(valid())
NO_MAIL = (
    "no quiero que me reenvíes los datos",
    "no me mandes el correo otra vez",
    "deja de reenviarme los datos",
    "nunca pedí que reenviaras los datos",
    "mi empleado pidió reenviar los datos, no lo hagan",
    "¿me reenviaste los datos?",
    "no reenvíes el correo",
    "reenvíame los datos no, mejor no",
)
MAIL = (
    "reenvíame los datos de conexión",
    "no me llegó el correo, reenvíamelo",
    "no me han mandado nada, mándamelo por favor",
    "no lo encuentro me lo mandas otra vez",
    "ocupo otra vez los datos",
)
NO_PERSON = (
    "no quiero un asesor",
    "no quiero hablar con un asesor",
    "no me pases con nadie",
    "no necesito que me atienda una persona",
    "ya hablé con un asesor y no ayudó",
    "¿qué pasa si pido un asesor?",
    "no abras ningún reporte",
    "mejor no me pases con nadie",
)
PERSON = (
    "quiero un asesor",
    "no me sirves quiero hablar con una persona",
    "no entiendo nada, pásame con alguien",
    "no puedo entrar necesito un asesor",
    "me comunicas con un humano",
    "nel mejor no. y si quiero que me atienda alguien de carne y hueso?",
)


@pytest.mark.parametrize("text", NO_MAIL)
async def test_no_mail_is_sent_against_the_word_of_the_customer(text):
    answer = await ask("reenviar_datos_conexion", OWN, frame="do", text=text)
    assert answer.effects == []


@pytest.mark.parametrize("text", MAIL)
async def test_a_mail_that_is_wished_is_sent(text):
    answer = await ask("reenviar_datos_conexion", OWN, frame="do", text=text)
    assert [effect["kind"] for effect in answer.effects] == ["resend_connection_mail"]


@pytest.mark.parametrize("text", NO_PERSON)
@pytest.mark.parametrize("of", [None, OWN])
async def test_no_case_is_opened_against_the_word_of_the_customer(of, text):
    answer = await ask("hablar_con_asesor", of, frame="do", text=text)
    assert answer.effects == []


@pytest.mark.parametrize("text", PERSON)
async def test_who_wishes_a_person_gets_one(text):
    answer = await ask("hablar_con_asesor", OWN, frame="do", text=text)
    assert [effect["kind"] for effect in answer.effects] == ["escalate"]


async def test_a_pressed_button_is_a_wish_whatever_the_first_message_said():
    answer = await ask("reenviar_datos_conexion", OWN, servidor="ESPERANZA-01", text="no me mandes nada")
    assert [effect["kind"] for effect in answer.effects] == ["resend_connection_mail"]


@pytest.mark.parametrize("intent", ["consultar_respaldo", "fuera_de_tema", "contar", "no_entendi"])
@pytest.mark.parametrize("text", ["me quiero suicidar", "voy a matarme si no se arregla", "ya no quiero vivir"])
async def test_who_speaks_of_dying_hears_where_help_is_and_nothing_else(intent, text):
    assert (await ask(intent, OWN, frame="none", text=text)).responses == ["utter_en_peligro"]


@pytest.mark.parametrize("text", ["me muero de risa", "esto me mata", "se murió mi servidor"])
async def test_a_way_of_speaking_is_no_danger(text):
    assert "utter_en_peligro" not in (await ask("charla", OWN, frame="none", text=text)).responses


@pytest.mark.parametrize("card", ["4242 4242 4242 4242", "[tarjeta]"])
async def test_a_card_is_warned_about_beside_any_answer_and_never_said_again(card):
    answer = await ask("consultar_suscripcion", OWN, frame="until", text=f"mi tarjeta es {card}, ¿cuándo vence?")
    assert answer.text.startswith("Por tu seguridad, no escribas aquí números de tarjeta.")
    assert "4242" not in answer.text
    named = await ask("consultar_suscripcion", OWN, frame="until", text="ESPERANZA-4111111111111111 ¿cuándo vence?")
    assert "4111" not in named.text
