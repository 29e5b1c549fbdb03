"""What is written in pieces over several messages is found when it is whole."""

from __future__ import annotations

import pytest

from bot.privacy.fragments import join, may_go_on
from bot.privacy.masking import Mask, replaced

MASK = Mask()


def said(*messages: str) -> list[str]:
    """Messages as they are stored at the end, each coming after those before it."""
    stored: list[str] = []
    for text in messages:
        joined = join(stored, text, MASK) if stored and may_go_on(text) else None
        if joined is None:
            stored.append(MASK(text).text)
            continue
        for piece in joined.pieces:
            stored[piece.place] = piece.text
        stored.append(replaced(text, joined.found))
    return stored


@pytest.mark.parametrize(
    ("messages", "stored"),
    [
        (["4242 4242", "4242 4242"], ["[tarjeta]", "[tarjeta]"]),
        (["mi tarjeta es 4242", "4242 4242", "4242 gracias"], ["mi tarjeta es [tarjeta]", "[tarjeta]", "[tarjeta] gracias"]),
        (["te paso mi tarjeta 4242 4242", "y los otros son 4242 4242"], ["te paso mi tarjeta [tarjeta]", "y los otros son [tarjeta]"]),
        (["cuatro dos cuatro dos cuatro dos cuatro dos", "cuatro dos cuatro dos cuatro dos cuatro dos"], ["[tarjeta]", "[tarjeta]"]),
        (["032180000", "118359719"], ["[CLABE]", "[CLABE]"]),
        (["mi cel 55", "1234 5678"], ["mi cel [teléfono]", "[teléfono]"]),
        (["mi contraseña es", "perrito"], ["mi contraseña es", "[contraseña]"]),
        (["hola", "te paso la contraseña:", "Gato.99", "no entra"], ["hola", "te paso la contraseña:", "[contraseña]", "no entra"]),
        (["mi código es", "482 913"], ["mi código es", "[código]"]),
        (["ana.lopez", "@gmail.com"], ["[correo]", "[correo]"]),
        (["mi rfc es GODE", "561231 GR8"], ["mi rfc es [RFC]", "[RFC]"]),
    ],
)
def test_pieces(messages: list[str], stored: list[str]):
    assert said(*messages) == stored


@pytest.mark.parametrize(
    "messages",
    [
        ["pagué 1500", "2000", "25"], ["hola", "mi servidor no entra", "SIERRA-02"], ["¿cómo cambio mi contraseña?", "gracias"], ["tengo 5 servidores", "2026"],
        ["olvidé mi contraseña", "SIERRA-02"], ["mi contraseña no sirve", "ayuda"], ["no me llega el código", "pagué 1500 pesos"], ["24/11/2026", "25/11/2026"],
        ["debo 899", "desde el 20/11/2026", "de SIERRA-03"],
    ],
)  # fmt: skip
def test_messages_that_are_no_pieces(messages: list[str]):
    assert said(*messages) == messages
