from __future__ import annotations

import pytest

from bot.rules.courtesy import owes_answer


@pytest.mark.parametrize(
    "text",
    [
        "gracias", "¡Muchas gracias!", "ok, gracias", "Perfecto, muchas gracias por todo", "gracias, muy amable. Buen día", "mil gracias 🙏", "👍", "adiós",
        "hasta luego", "listo gracias", "igualmente, saludos", "Gracias por tu ayuda", "😀😀",
    ],
)  # fmt: skip
def test_thanks_and_farewells_owe_nothing(text: str) -> None:
    assert not owes_answer("text", text)


@pytest.mark.parametrize(
    "text",
    [
        "ok", "sí", "ya", "perfecto", "gracias, ¿y cuándo queda?", "gracias pero sigue igual", "no gracias a ustedes se cayó mi servidor", "buenas tardes",
        "hola", "1", "gracias, mi correo es ana@x.mx", "gracias " * 40,
    ],
)  # fmt: skip
def test_whatever_may_be_more_owes_a_look(text: str) -> None:
    assert owes_answer("text", text)


def test_a_picture_owes_a_look_and_a_sticker_does_not() -> None:
    assert owes_answer("image", "")
    assert not owes_answer("sticker", "")
