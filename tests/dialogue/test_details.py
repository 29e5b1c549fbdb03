"""A second thing asked about one topic: which halves may be that, and how they are marked; no model."""

from __future__ import annotations

from typing import Any

import pytest

import bot.dialogue.rasa  # noqa: F401 - before Rasa

# isort: split
from bot.dialogue.compound import DETAILS_FROM, Details, Joint, two_details
from bot.dialogue.details import DETAIL, details_of, with_details
from bot.dialogue.reading import Understanding


def part(text: str, intent: str, asked: str, acceptance: float = 0.9, *others: str) -> Understanding:
    """A half as it is read."""
    ranking = [{"name": name, "confidence": 0.9 if name == intent else 0.05} for name in (intent, *others)]
    data: dict[str, Any] = {
        "text": text,
        "intent": ranking[0],
        "intent_ranking": ranking,
        "decision": "answered",
        "acceptance": acceptance,
        "parts": {"asked": asked},
        "choices": [],
    }
    return Understanding(text, data, "text")


WHOLE = part("hasta cuándo tengo y se renueva sola", "consultar_suscripcion", "until")
FIRST = part("hasta cuándo tengo", "consultar_suscripcion", "until")


def test_another_thing_about_the_same_topic() -> None:
    found = details_of(WHOLE, FIRST, part("se renueva sola", "consultar_suscripcion", "whether", 0.8).parse_data)
    assert found == Details(("until", "whether"), (0.9, 0.8), "until", goes_on=True, may_go_on=True)


def test_the_pair_of_a_label_is_the_same_topic() -> None:
    found = details_of(WHOLE, FIRST, part("en dónde la veo", "faq_consultar_vigencia", "where").parse_data)
    assert found is not None
    assert found.goes_on


@pytest.mark.parametrize(
    ("second", "why"),
    [
        (part("qué día se acaba", "consultar_suscripcion", "until"), "the same thing again"),
        (part("y eso", "consultar_suscripcion", "general"), "nothing in particular"),
        (part("ya salió la factura", "consultar_factura", "state", 0.97), "surely about something else: two questions, not a detail"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_anything_else_is_none(second: Understanding, why: str) -> None:
    assert details_of(WHOLE, FIRST, second.parse_data) is None, why


def test_an_unsure_reading_may_go_on_where_the_topic_is_among_the_likely_ones() -> None:
    unsure = part("en dónde la consulto", "faq_factura", "where", 0.4, "consultar_suscripcion")
    found = details_of(WHOLE, FIRST, unsure.parse_data)
    assert found is not None
    assert not found.goes_on
    assert found.may_go_on


def test_the_form_of_the_joint_decides() -> None:
    """Two questions joined by "y" are cut, a story and its question are not."""
    sure = Details(("until", "whether"), (0.95, 0.9), "until", goes_on=True, may_go_on=True)
    joined = Joint("hasta cuándo tengo pagado", "cómo se renueva", "¿hasta cuándo tengo pagado", "y cómo se renueva?")
    told = Joint("ya pagué el lunes", "no sé si entró", "ya pagué el lunes", "no sé si entró")
    assert two_details(joined, sure) >= DETAILS_FROM > two_details(told, sure)


def test_lines_that_ask_different_things_of_one_topic_are_both_kept() -> None:
    lines = [
        part("¿cuándo sale mi factura?", "consultar_factura", "when"),
        part("¿dónde la bajo?", "faq_factura", "where"),
        part("¿qué día sale la factura?", "consultar_factura", "when"),
    ]
    assert [bool(each.parse_data.get(DETAIL)) for each in with_details(lines)] == [False, True, False]


def test_who_is_not_known_gets_one_answer_to_all_of_an_account() -> None:
    lines = [part("¿cuándo vence?", "consultar_suscripcion", "until"), part("¿cuánto pago?", "consultar_suscripcion", "amount")]
    assert [bool(each.parse_data.get(DETAIL)) for each in with_details(lines)] == [False, True]
    assert not any(each.parse_data.get(DETAIL) for each in with_details(lines, visitor=True))


def test_a_deed_is_done_once() -> None:
    lines = [
        part("¿me reenvías el correo?", "reenviar_datos_conexion", "do"),
        part("¿a cuál correo va?", "reenviar_datos_conexion", "which"),
    ]
    assert not any(each.parse_data.get(DETAIL) for each in with_details(lines))
    assert details_of(lines[0], lines[0], lines[1].parse_data) is None
