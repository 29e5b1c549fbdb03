"""What is only named to say that it is not meant, and what is no denial of a thing."""

from __future__ import annotations

import pytest

from bot.dialogue import forms
from bot.dialogue.forms import without_denied, without_taken_back, without_wrong_pointer


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
        ("no busco rentar otro, lo que busco es mi respaldo", "lo que busco es mi respaldo"),
        ("no, no contraseña. la factura es lo que busco", "la factura es lo que busco"),
        ("No, no la vigencia: ¿cuándo sale la factura?", "No, ¿cuándo sale la factura?"),
        ("no, el correo no, la contraseña", "la contraseña"),
        ("no, la vigencia ya me quedó clara. el respaldo", "el respaldo"),
        ("no lo que pagué, lo que falta", "lo que falta"),
        ("el de COI, el de SAE ya sé", "el de COI"),
        ("no, la factura no ha llegado, ¿qué hago?", "no, la factura no ha llegado, ¿qué hago?"),
        ("no, el servidor no prende, ayuda", "no, el servidor no prende, ayuda"),
        ("no, no puedo. ya intenté", "no, no puedo. ya intenté"),
        ("No, no funciona. ¿qué hago?", "No, no funciona. ¿qué hago?"),
    ],
)
def test_a_denied_thing_is_left_out(said: str, left: str) -> None:
    assert without_denied(said) == left


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("la factura no a ver espérame la factura no el respaldo cuándo se hizo", "el respaldo cuándo se hizo"),
        ("la factura\nperdón no\nel correo para entrar, a dónde llega?", "el correo para entrar, a dónde llega?"),
        ("perdón me expresé mal, no ésa: el día en que pasó el último cargo", "el día en que pasó el último cargo"),
        ("mi server, no perdón, mi factura ya está?", "mi factura ya está?"),
    ],
)
def test_what_is_put_right_in_the_same_message_is_left_out(said: str, left: str) -> None:
    assert without_taken_back(said) == left


def test_a_pointer_that_is_put_right_is_left_out() -> None:
    assert without_wrong_pointer("La que pagamos, la 5... no, perdón, la 4, ¿ya está?") == "La que pagamos, la 4, ¿ya está?"


@pytest.mark.parametrize(
    "said",
    [
        "perdón no puedo entrar al servidor desde ayer",
        "perdon no me llega el correo",
        "hola perdon no la recibi, me la mandan otra vez?",
        "perdón no los veo, dónde están mis archivos?",
        "pagué dos veces, me equivoqué, me regresan el dinero?",
        "No puedo entrar, mejor dicho, desde ayer en la tarde",
        "no quiero apagar la 2, me equivoqué, la 3 es la que quiero apagar",
        "disculpe, perdón, no puedo entrar",
        "perdón, ¿cuándo vence?",
        "me equivoqué de tarjeta, ¿puedo cambiarla?",
        "me confundí con el pago, qué hago",
        "no, perdón, la 3",
        "perdon el 4 queria decir",
        "no, me equivoqué, es el de la sierra 2",
        "si no pago hoy, o mejor dicho si no puedo pagar hasta el lunes, ¿qué pasa con mis datos?",
        "",
    ],
)
def test_what_takes_nothing_back_is_left_as_it_is(said: str) -> None:
    assert without_taken_back(said) == said == without_wrong_pointer(said)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("sí me la sé, la contraseña está bien, olvida eso. ¿desde qué hora está así?", "¿desde qué hora está así?"),
        ("deja lo de la factura, ¿cuándo vence mi servidor?", "¿cuándo vence mi servidor?"),
        ("mi contraseña siempre se me olvida. ¿Cómo la cambio?", None),
        ("mi clave la olvide, donde la veo", None),
        ("el sistema no me deja eso. como lo activo", None),
        ("se me olvidó la clave. cómo la cambio", None),
    ],
)
def test_what_is_to_be_forgotten_is_dropped(text: str, left: str | None):
    assert forms.without_taken_back(text) == (left or text)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Va. Cómo se paga", "Cómo se paga"),
        ("muy bien, entonces cómo se paga", "cómo se paga"),
        ("y una cosa más puedo entrar de noche", "puedo entrar de noche"),
        ("¿Está bien mi respaldo?", None),
        ("listo el servidor nuevo?", None),
        ("¿vale mi licencia de SAE?", None),
        ("¿Sale más caro con débito?", None),
        ("¿Va incluido SAE?", None),
    ],
)
def test_an_opener_is_no_part_of_what_is_asked(text: str, left: str | None):
    assert forms.without_courtesy(text) == (left or text)


def test_what_is_solved_is_no_complaint():
    assert not any(map(forms.complains, ("Ya no me sale el error", "No tengo dudas")))
    assert all(map(forms.complains, ("ya no me deja entrar", "sigo sin servidor", "no puedo entrar")))
