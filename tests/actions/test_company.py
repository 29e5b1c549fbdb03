"""Who is answering, and when and where a person does."""

from __future__ import annotations

from datetime import datetime

import pytest

from tests.actions.rendering import MEXICO, ask, desk, server

HOURS = "La línea de soporte es 55 8000 9480: atiende en días hábiles de 9:00 a 18:00 h (de lunes a viernes, sin festivos) y ahora está "


@pytest.mark.parametrize(
    ("now", "state"),
    [
        (datetime(2026, 11, 24, 10, 0, tzinfo=MEXICO), "abierta hoy hasta las 18:00"),
        (datetime(2026, 11, 28, 12, 0, tzinfo=MEXICO), "cerrada; abre el lunes 30 de noviembre a las 9:00"),
    ],
)
@pytest.mark.parametrize("of", [None, desk(server()), desk(server("A-01"), server("B-01"))])
async def test_the_line_has_a_number_and_hours_for_everybody(of, now, state):
    answer = await ask("consultar_linea", of, now=now)
    assert answer.text == f"{HOURS}{state}. Yo contesto a cualquier hora."
    assert answer.effects == []  # to ask for the number is no case
    assert answer.buttons == []


async def test_the_line_needs_no_live_state():
    assert (await ask("consultar_linea", desk(server()), away=True)).text == (await ask("consultar_linea")).text


@pytest.mark.parametrize("away", [False, True])
async def test_who_it_is_and_whether_it_is_a_bot_agree(away):
    who, bot = [(await ask(intent, desk(server()), away=away)).text for intent in ("preguntar_quien_eres", "preguntar_si_es_bot")]
    assert who.startswith("Soy el asistente virtual de Servidor virtual, de Aspel: un programa, no una persona")
    assert bot.startswith("Soy un asistente virtual, no una persona")
    assert "no tengo nombre propio" in who
    assert "Nunca te pido contraseñas" in who


@pytest.mark.parametrize(
    ("frame", "text", "answered"),
    [
        ("how", "¿y cómo sabes que soy yo?", "Porque entraste con la cuenta de Papelería Central"),
        ("sure", "¿y cómo sé que es oficial?", "nunca pido contraseñas ni datos de tarjetas"),
        ("which", "¿qué tanto ves de mí?", "Lo que guardas dentro del servidor y tus contraseñas, no."),
        ("when", "¿tú trabajas en domingo?", "Yo contesto a cualquier hora"),
        ("whether", "¿eres persona?", "Soy un asistente virtual, no una persona."),
        ("who", "¿cómo te llamas?", "no tengo nombre propio"),
        ("what_if", "¿y si mi empleada agarra mi teléfono?", "Quien use tu sesión abierta verá lo mismo que tú"),
    ],
)
async def test_who_it_is_by_what_is_asked(frame, text, answered):
    assert answered in (await ask("preguntar_quien_eres", desk(server()), frame=frame, text=text)).text
