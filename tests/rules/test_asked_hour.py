"""An hour to be called at is taken from words only where it is one of those that were offered."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rules.asked_hour import match_hour
from bot.rules.choices import match_choice

HOURS = [f"lunes {hour}:00" for hour in range(9, 18)]


@pytest.mark.parametrize(
    ("text", "hour"),
    [
        ("no pues márquenme a las 10 el lunes", 10),
        ("Que me llamen el lunes a las diez", 10),
        ("mejor me hablan el lunes a las 9 y platicamos", 9),
        ("¿me pueden llamar a las 12:00?", 12),
        ("llámenme a las 4", 16),
        ("llamada a las 4 de la tarde", 16),
        ("a la una", 13),
        ("11:00", 11),
        ("tipo 3 pm", 15),
        ("lunes 14:00", 14),
        ("A LAS 9 EN PUNTO", 9),
        ("el lunes a las once puede ser", 11),
        ("mejor tipo 4 de la tarde porfa", 16),
    ],
)
def test_an_offered_hour_is_chosen(text, hour):
    assert match_hour(text, HOURS) == HOURS.index(f"lunes {hour}:00")
    assert match_choice(text, ["Factura", *HOURS]) == HOURS.index(f"lunes {hour}:00") + 1


@pytest.mark.parametrize(
    "text",
    [
        "llámenme el martes a las 10",
        "márquenme mañana a las 10",
        "llámenme hoy a las 5",
        "llámenme a las 10 y media",
        "llámenme a las 8 de la noche",
        "llámenme a las 9 o a las 10",
        "no me llamen a las 10",
        "márquenme a las 9 de la noche",
        "llámenme 9pm",
        "a las 10 p.m.",
        "ayer les marqué a las 10 y nadie contestó",
        "llevo 10 horas esperando",
        "a las 10 no",
        "a las 10 no estaré, háblenme después",
        "yo les marco a las 10",
        "antes de las 10 llámenme",
        "¿y a qué hora abren, a las 9?",
        "mi negocio cierra a las 5 y el servidor se cayó a las 4",
        "me llamo Lupe y tengo 10 usuarios",
        "el corte de caja es a las 10",
        "el respaldo corre a las 2 de la mañana verdad que sí",
        "",
    ],
)
def test_what_is_no_offered_hour_is_an_ordinary_message(text):
    assert match_hour(text, HOURS) is None


@pytest.mark.parametrize("text", ["¿vence a las 10?", "pagué a las 10", "respaldo a las 11?"])
def test_a_few_words_about_something_else_book_no_call_that_was_offered_before(text):
    assert match_hour(text, HOURS, plainly=True) is None
    assert match_hour("a las 10", HOURS, plainly=True) is not None


@given(st.text(max_size=60), st.lists(st.text(max_size=20), max_size=5))
def test_it_never_raises(text, titles):
    assert match_hour(text, titles) is None or titles
