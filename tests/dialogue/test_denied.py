"""What is only named to say that it is not meant, and what is no denial of a thing."""

from __future__ import annotations

import pytest

from bot.dialogue.forms import without_denied


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("no ocupo la factura, dime qué día se cobró", "dime qué día se cobró"),
        ("no pregunto por el correo, es el respaldo", "es el respaldo"),
        ("era la factura, no el respaldo", "era la factura"),
        ("no necesito la factura", "no necesito la factura"),  # nothing else is said
        ("no ocupo la otra, quiero la primera", "no ocupo la otra, quiero la primera"),
        ("que no necesito el servidor que contraté", "que no necesito el servidor que contraté"),
        ("no la pago", "no la pago"),
        ("No es la factura lo que busco, sino el mensaje de conexión", "sino el mensaje de conexión"),
        ("quería saber desde qué día corre, no cuándo acaba", "quería saber desde qué día corre"),
        ("ya pagué, no sé cuánto es", "ya pagué, no sé cuánto es"),
        ("ya pagué y sigue suspendido, no que se activaba luego", "ya pagué y sigue suspendido, no que se activaba luego"),
        ("no me deja entrar, no como ayer", "no me deja entrar, no como ayer"),
    ],
)
def test_a_denied_thing_is_left_out(said: str, left: str) -> None:
    assert without_denied(said) == left
