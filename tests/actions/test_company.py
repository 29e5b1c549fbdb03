"""Who is answering, and when and where a person does."""

from __future__ import annotations

from datetime import datetime

import pytest

from tests.actions.rendering import MEXICO, ask, backup, desk, incident, server
from tests.actions.situations import in_grace, late, valid

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


SATURDAY = datetime(2026, 11, 28, 12, 0, tzinfo=MEXICO)


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        ("which", "55 8000 9480, de lunes a viernes de 9:00 a 18:00 h; no abre en sábado, domingo ni festivos. Ahora la línea de soporte está abierta hoy hasta las 18:00."),
        ("again", "55 8000 9480, de lunes a viernes de 9:00 a 18:00 h; no abre en sábado, domingo ni festivos. Ahora la línea de soporte está abierta hoy hasta las 18:00."),
        ("when", "55 8000 9480, de lunes a viernes de 9:00 a 18:00 h; no abre en sábado, domingo ni festivos. Ahora la línea de soporte está abierta hoy hasta las 18:00."),
        ("whether", "De lunes a viernes de 9:00 a 18:00 h; no abre en sábado, domingo ni festivos. Ahora está abierta hoy hasta las 18:00. El número es 55 8000 9480."),
        ("until", "La línea 55 8000 9480 está abierta hoy hasta las 18:00. Atiende de lunes a viernes de 9:00 a 18:00 h, sin festivos."),
    ],
)  # fmt: skip
@pytest.mark.parametrize("of", [None, desk(server())])
async def test_what_is_asked_of_the_line_comes_first(of, asked, text):
    assert (await ask("consultar_linea", of, frame=asked)).text == text


async def test_the_hours_asked_after_the_number_are_said_in_other_words():
    told = await ask("consultar_linea", desk(server()), frame="which")
    hours = await ask("consultar_linea", desk(server()), frame="when refers=goes_on", slots={"estado": told.state})
    assert hours.text.startswith("De lunes a viernes de 9:00 a 18:00 h; ")


async def test_a_closed_line_says_when_it_opens():
    assert (await ask("consultar_linea", now=SATURDAY, frame="until")).text.startswith(
        "La línea 55 8000 9480 ahora está cerrada; abre el lunes 30 de noviembre a las 9:00."
    )


@pytest.mark.parametrize(
    ("of", "say"),
    [
        (valid(), "Ten a la mano el nombre de tu servidor, ESPERANZA-01."),
        (late(), "Di que el cargo de $1,250.00 MXN a BBVA ···· 1234 por MERCADO-01, hecho el viernes 13 de noviembre, sigue pendiente."),
        (in_grace(), "Di que el cargo de $1,250.00 MXN a Débito ···· 5678 por RUIZ-01, hecho el domingo 22 de noviembre, fue rechazado."),
        (valid(incident=incident()), "Di que ESPERANZA-01 tiene un incidente abierto desde hoy a las 9:00."),
        (valid(backups=(backup(status="failed"),)), "Di que en ESPERANZA-01 fallan los respaldos desde hoy, martes 24 de noviembre."),
    ],
)
async def test_what_to_say_on_the_line(of, say):
    answer = await ask("consultar_linea", desk(of), frame="which", text="y qué les digo cuando marque")
    assert answer.text.endswith(f"\n\n{say}")
    assert say not in (await ask("consultar_linea", frame="which", text="y qué les digo cuando marque")).text


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


@pytest.mark.parametrize("text", ["¿con qué cuenta estoy?", "a nombre d quien sale esto", "¿de qué empresa te escribo?"])
async def test_whose_session_it_is_is_told_to_who_is_signed_in(text):
    of = desk(server(), name="Abarrotes La Esperanza")
    answer = await ask("preguntar_quien_eres", of, frame="which", text=text)
    assert answer.text == "Es la sesión de Abarrotes La Esperanza; de la persona que escribe no sé nada más."
    assert "Abarrotes" not in (await ask("preguntar_quien_eres", frame="which", text=text)).text
