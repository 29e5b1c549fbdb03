"""Replies to several questions of one message: what is said twice is said once."""

from __future__ import annotations

from typing import Any

from bot.dialogue.channel import saying_more, without_repeats

FACTURA = "Tu factura ya está disponible."
PLACE = "Se descarga en tu escritorio de servicios."


def replies(*texts: str, buttons: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    return [{"text": text, "buttons": list(buttons)} for text in texts]


def test_what_the_reply_before_said_is_not_said_again():
    assert saying_more(replies(f"{FACTURA}\n\n{PLACE}", f"Como te decía:\n\n{FACTURA}", "El correo ya se envió.")) == [0, 2]


def test_a_reply_with_something_new_is_kept_whole():
    assert saying_more(replies(FACTURA, f"{FACTURA}\n\n{PLACE}")) == [0, 1]


def test_the_line_is_said_once_with_its_folio():
    line = "Línea de soporte: 55 8000 9480 (abierta hoy hasta las 18:00)."
    told = without_repeats(replies(f"{FACTURA}\n\n{line}", f"{PLACE}\n\n{line} Tu folio: 4KD7WP."))
    assert [reply["text"] for reply in told] == [FACTURA, f"{PLACE}\n\n{line} Tu folio: 4KD7WP."]
    begun = replies("Tu cargo", "Tu cargo.")
    assert without_repeats(begun) == begun  # the beginning of a sentence is not the sentence


def test_one_reply_is_always_left_and_a_choice_is_never_dropped():
    assert saying_more(replies("Perdón, va:")) == [0]
    assert saying_more(replies(FACTURA, FACTURA, buttons=("Mi factura",))) == [0, 1]
