"""What a writer counts in a message, and what only looks counted."""

from __future__ import annotations

import pytest

import bot.dialogue.rasa  # noqa: F401 - before Rasa

# isort: split
from bot.dialogue.several import counted, named


@pytest.mark.parametrize(
    ("said", "items"),
    [
        (
            "1) le puedo poner el NOI 2) ese ya va en lo que pago 3) dónde cambio la clave",
            ["le puedo poner el NOI", "ese ya va en lo que pago", "dónde cambio la clave"],
        ),
        ("tres cosas: a) cuándo vence la 2 b) la 1 en cuánto sale", ["cuándo vence la 2", "la 1 en cuánto sale"]),
        ("buenas\nA) la factura de mayo ya está?\nB) el respaldo de ayer", ["la factura de mayo ya está?", "el respaldo de ayer"]),
        ("1. ¿cuándo vence?\n2. ¿y la factura?\nGracias de antemano\nJuana López", ["¿cuándo vence?", "¿y la factura?"]),
    ],
)
def test_each_is_a_question(said: str, items: list[str]) -> None:
    assert counted(said) == items


@pytest.mark.parametrize(
    "said",
    [
        "Hice lo siguiente:\n1. Abrí el escritorio remoto\n2. puse la contraseña\n3. me salió error",
        "A las 1. entré y a las 2. se cayó, por qué",
        "sale mejor 1) pagar con tarjeta o 2) pagar por transferencia?",
        "cuánto cuesta: a) por mes b) por año",
        "mi servidor 1. no abre",
        "a las 2) ya no había sistema",
        "",
    ],
)
def test_steps_hours_and_choices_are_none(said: str) -> None:
    assert counted(said) == []


@pytest.mark.parametrize(
    ("said", "items"),
    [
        ("Tres datos: vencimiento, importe y forma de pago.", ["vencimiento", "importe", "forma de pago."]),
        ("Requiero lo siguiente: fecha de fin, último respaldo y factura", ["fecha de fin", "último respaldo", "factura"]),
        ("Favor de indicar: horario; número máximo", ["horario", "número máximo"]),
    ],
)
def test_what_is_only_named_after_a_colon_is_asked_for(said: str, items: list[str]) -> None:
    assert named(said) == items


@pytest.mark.parametrize(
    "said",
    [
        "una duda: si no pago, qué pasa y cuánto tiempo tengo",
        "necesito saber: cuándo vence y cuánto debo",
        "requiero: factura",
        "les digo mis datos: ayer pagué, hoy no abre, ya le moví al cable y sigue sin prender nada",
        "a las 10:30, por favor",
    ],
)
def test_what_stands_after_a_colon_may_be_no_list(said: str) -> None:
    assert named(said) == []
