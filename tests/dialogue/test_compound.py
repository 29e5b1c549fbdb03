"""Where a message may be cut in two, and when it is: pure functions, no model."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dialogue.compound import MAX_CANDIDATES, MAX_WORDS, MIN_WORDS, SPLIT_FROM, Joint, Readings, features, joints, two_questions
from bot.nlu.normalise import plain_text

PIECES = [
    "y",
    "e",
    "o",
    "además",
    "también",
    "por otro lado",
    "otra cosa",
    "luego",
    "¿",
    "?",
    ",",
    ".",
    ";",
    "!",
    "si",
    "no",
    "qué",
    "que",
    "cuándo",
    "cómo",
    "dime",
    "mándame",
    "pero",
    "porque",
    "mi servidor",
    "vence",
    "factura",
    "el",
    "/restart",
    "\u200b",
    "😀",
    "24/7",
]
MESSAGES = (
    st.text(max_size=200) | st.lists(st.sampled_from(PIECES), max_size=25).map(" ".join) | st.lists(st.sampled_from(PIECES)).map("".join)
)
SHARES = st.floats(0, 1)
READINGS = st.builds(Readings, st.tuples(SHARES, SHARES), st.tuples(SHARES, SHARES), st.integers(0, 10))


def letters(text: str) -> str:
    return "".join(character for character in text if character.isalnum())


@given(MESSAGES)
def test_halves_are_halves(text):
    for raw in (text, plain_text(text)):
        found = list(joints(raw))
        assert len(found) <= MAX_CANDIDATES
        for joint in found:
            assert len(joint.first.split()) >= MIN_WORDS
            assert len(joint.second.split()) >= MIN_WORDS
            assert f"{joint.before} {joint.after}".split() == raw.split(), "before and after are the whole message"
            assert joint.first in joint.before
            assert joint.second in joint.after


@pytest.mark.parametrize(
    "text",
    ["", " ", "?", "¿?", "y", "hola", "y y y y y y y y", "¿¿¿¿????", "a " * 100_000, "¿qué? " * 50_000, "y" * 100_000, ", " * 50_000],
    ids=lambda text: f"{text[:8]!r} x {len(text)}",
)
def test_strange_texts_are_taken(text):
    assert len(list(joints(text))) <= MAX_CANDIDATES


def test_a_long_message_is_not_cut():
    assert list(joints("¿cuándo vence? " * (MAX_WORDS // 2 + 1))) == []


@pytest.mark.parametrize(
    ("text", "first", "second"),
    [
        ("¿Cuándo vence mi servidor? ¿Y cómo puedo pagarlo?", "¿Cuándo vence mi servidor?", "cómo puedo pagarlo?"),
        ("cuándo vence mi servidor y cómo puedo pagar", "cuándo vence mi servidor", "cómo puedo pagar"),
        ("cuando vence mi servidor y como puedo pagar", "cuando vence mi servidor", "como puedo pagar"),
        ("cuando vence, tambien como puedo pagar", "cuando vence", "como puedo pagar"),
        ("CUANDO VENCE Y COMO PAGO", "CUANDO VENCE", "COMO PAGO"),
        ("cuantos servidores tengo y cuando vencen", "cuantos servidores tengo", "cuando vencen"),
        ("quiero mi factura. además dime cuándo vence", "quiero mi factura.", "dime cuándo vence"),
        ("cómo pago y de paso mándame la factura", "cómo pago", "mándame la factura"),
        ("ya quedó mi pago, y otra cosa, cuántos servidores tengo", "ya quedó mi pago", "cuántos servidores tengo"),
    ],
)
def test_a_joint_is_found_between_two_questions(text, first, second):
    assert (first.strip("¿?. "), second.strip("¿?. ")) in [
        (joint.first.strip("¿?. "), joint.second.strip("¿?. ")) for joint in joints(text)
    ]


@pytest.mark.parametrize(
    "text", ["cuándo vence mi servidor", "no puedo entrar", "mi servidor no abre desde ayer", "quiero hablar con un asesor"]
)
def test_one_question_without_a_joint_is_never_cut(text):
    assert list(joints(text)) == []


@given(MESSAGES, READINGS)
def test_a_probability_is_a_probability(text, readings):
    for joint in joints(text):
        assert 0 <= two_questions(joint, readings) <= 1
        assert all(math.isfinite(value) for value in features(joint, readings).values())


@given(SHARES, SHARES, SHARES, SHARES, SHARES)
def test_surer_halves_are_never_less_of_a_split(first, second, surer, whole, other):
    joint = Joint("cuando vence mi servidor", "como puedo pagar", "cuando vence mi servidor", "y como puedo pagar")
    low, high = sorted((first, surer))
    assert two_questions(joint, Readings((low, second), (whole, other), 1)) <= two_questions(
        joint, Readings((high, second), (whole, other), 1)
    )


CONDITIONS = [
    "si no pago mañana, ¿cuánto tiempo guardan mi información?",
    "si cambio de plan, ¿pierdo mi información?",
    "cuando ya pague, ¿en cuánto tiempo está listo el servidor?",
    "como ya pagué, ¿cuándo me llega el correo?",
]


@pytest.mark.parametrize("text", CONDITIONS)
def test_a_condition_is_seen_as_one(text):
    condition, question = text.split(", ", 1)
    assert features(Joint(condition, question, f"{condition},", question), Readings((0.9, 0.9), (0.5, 0.4), 1))["first_is_condition"]


def test_a_condition_makes_a_split_less_likely():
    readings = Readings((0.95, 0.95), (0.5, 0.4), 1)
    question = "¿cuánto tiempo guardan mi información?"
    with_condition, without = (Joint(half, question, f"{half},", question) for half in ("si no pago mañana", "mi pago de mañana"))
    assert two_questions(with_condition, readings) < two_questions(without, readings)


def test_the_bar_for_a_split_is_above_even():
    assert SPLIT_FROM > 0.5
