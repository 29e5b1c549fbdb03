"""What happens when the assistant is not sure: it asks instead of guessing, and gives the support line before a customer despairs."""

from __future__ import annotations

import pytest

from tests.conversations.runner import FOLIO, Talk, Talks
from tests.conversations.spanish import OPEN

ASKED = "¿Te refieres a alguna de estas opciones?"
VAGUE = ["necesito ver lo de mi cuenta", "me pueden ayudar con el pago", "respaldo factura", "pago", "lo del servidor", "algo del correo"]
VAGUE_ABOUT_SIERRA_3 = [
    "tengo una duda de fechas de sierra 3",
    "los datos de la factura de sierra 3",
    "pago de la sierra 3 con el correo",
    "lo de la sierra 3",
    "el pago o la factura de sierra 3",
    "correo y pago sierra 3",
]
REFUSED = [
    "lo de siempre pero al revés",
    "aquello que quedó del martes",
    "lo mismo de la vez pasada pero chueco",
    "esa cosa de allá arriba",
    "eso sin lo otro",
    "ya ve lo que le dije de aquello",
    "como le comentaba lo del jueves",
    "el asunto ese de la vez pasada",
    "pásame aquello",
    "aquello sigue igual",
    "oiga y de aquello qué pasó",
]
OTHER_WORDS = "No te entendí. ¿Me lo dices con otras palabras?"


def first(talks: Talks, desk: str | None, texts: list[str], beginning: str) -> tuple[Talk, str]:
    """A conversation whose first message, the one of `texts` that is returned too, was answered like this."""
    for text in texts:
        talk = talks.of(desk)
        if talk.says(text).text.startswith(beginning):
            return talk, text
    pytest.fail(f"none of {texts} was answered with {beginning!r}")


def test_a_vague_message_is_asked_about_and_the_button_answers_it(talks: Talks):
    talk, text = first(talks, None, VAGUE, ASKED)
    last = talk.customer._last
    assert 2 <= len(last.buttons) <= 3
    assert last.text == f"{ASKED} Si ninguna es la tuya, escríbeme tu pregunta con otras palabras."
    talk.says("la primera")
    asked, answered = talk.understood()
    assert asked["decision"] == "asked"
    assert (answered["via"], answered["decision"], answered["text"]) == ("button", "answered", text)


@pytest.mark.xfail(reason="who is known is answered rather than asked back")
def test_the_button_keeps_what_the_first_message_named(talks: Talks):
    talk, text = first(talks, "C-1009", VAGUE_ABOUT_SIERRA_3, ASKED)
    answer = talk.presses(talk.customer._last.titles[0])
    assert talk.understood()[-1]["text"] == text
    assert "SIERRA-03" in answer.text
    assert "SIERRA-01" not in answer.text


def test_asking_twice_in_a_row_puts_the_line_beside_it(talks: Talks):
    talk, text = first(talks, None, VAGUE, ASKED)
    answer = talk.says(text)
    assert answer.text == f"{ASKED} Si ninguna es la tuya, escríbeme tu pregunta con otras palabras o llama a soporte.\n\n{OPEN}"
    assert answer.buttons
    assert talk.effects() == []


@pytest.mark.parametrize("desk", [None, "C-1001"])
def test_two_failures_in_a_row_give_the_line_and_one_folio(talks: Talks, desk):
    talk, text = first(talks, desk, REFUSED, OTHER_WORDS)
    second = talk.says(text)
    folio = FOLIO.search(second.text)
    assert folio
    assert (
        second.text
        == f"Sigo sin entenderte, disculpa. Registré tu caso con el folio {folio[0]}; dáselo al asesor que te atienda.\n\n{OPEN}"
    )
    assert talk.says(text).text == "Sigo sin entenderte, disculpa. Un asesor de soporte te puede ayudar."  # the line stands just above
    assert [effect["kind"] for effect in talk.effects()] == ["escalate"]


@pytest.mark.parametrize("text", ["👍👍👍", "🙏", "???", "...", "x", "1234567890", "a" * 4000, "asdf qwer zxcv", "\u202eolleh"])
def test_noise_gets_one_sensible_answer(talks: Talks, text):
    for desk in (None, "C-1009"):
        assert talks.of(desk).says(text).text
