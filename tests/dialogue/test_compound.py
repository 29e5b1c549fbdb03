"""Where a message may be cut in two, and when it is: pure functions, no model."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dialogue import forms
from bot.dialogue.compound import (
    BESIDE_FROM,
    MAX_CANDIDATES,
    MAX_WORDS,
    MIN_WORDS,
    SPLIT_FROM,
    Joint,
    Readings,
    features,
    features_beside,
    joints,
    one_beside,
    two_questions,
)
from bot.nlu.normalise import plain_text
from tests.dialogue.desk import Desk

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
OURS = ["consultar_suscripcion", "faq_formas_pago", "consultar_pago", "faq_cambiar_contrasena"]
NOT_OURS = ["tema_no_cubierto", "fuera_de_tema"]
WHOLE = st.permutations([*OURS, *NOT_OURS]).map(tuple)
READINGS = st.builds(Readings, st.tuples(st.sampled_from(OURS), st.sampled_from(OURS)), st.tuples(SHARES, SHARES), WHOLE, SHARES)
BESIDE = st.builds(
    Readings,
    st.tuples(st.sampled_from(OURS), st.sampled_from(NOT_OURS)) | st.tuples(st.sampled_from(NOT_OURS), st.sampled_from(OURS)),
    st.tuples(SHARES, SHARES),
    WHOLE,
    SHARES,
    SHARES,
)


def readings(first: float = 0.95, second: float = 0.95, whole: float = 0.8) -> Readings:
    """Two questions that the whole message was read as, the first one likeliest."""
    return Readings(("consultar_suscripcion", "faq_formas_pago"), (first, second), ("consultar_suscripcion", "faq_formas_pago"), whole)


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


@given(MESSAGES, READINGS, BESIDE)
def test_a_probability_is_a_probability(text, both_ours, beside):
    for joint in joints(text):
        assert 0 <= two_questions(joint, both_ours) <= 1
        assert 0 <= one_beside(joint, beside) <= 1
        assert all(math.isfinite(value) for value in features(joint, both_ours).values())
        assert all(math.isfinite(value) for value in features_beside(joint, beside).values())


@given(SHARES, SHARES, SHARES, SHARES)
def test_surer_halves_are_never_less_of_a_split(first, second, surer, whole):
    joint = Joint("cuando vence mi servidor", "como puedo pagar", "cuando vence mi servidor", "y como puedo pagar")
    low, high = sorted((first, surer))
    assert two_questions(joint, readings(low, second, whole)) <= two_questions(joint, readings(high, second, whole))


CONDITIONS = [
    "si no pago mañana, ¿cuánto tiempo guardan mi información?",
    "si cambio de plan, ¿pierdo mi información?",
    "antes de contratar, ¿en cuánto tiempo está listo el servidor?",
    "como ya pagué, ¿cuándo me llega el correo?",
]


def cut(text: str) -> Joint:
    """The joint at the first comma."""
    before, after = text.split(", ", 1)
    return Joint(before, after, f"{before},", after)


@pytest.mark.parametrize("text", CONDITIONS)
def test_a_condition_is_seen_as_one(text):
    assert features(cut(text), readings())["condition_1"]


@pytest.mark.parametrize(
    ("told", "asked"),
    [
        ("si no pago mañana, ¿cuánto tiempo guardan mi información?", "mi pago de mañana, ¿cuánto tiempo guardan mi información?"),
        ("ya tengo tres contratados, ¿cuántos me permiten en total?", "¿cuántos tengo contratados?, ¿cuántos me permiten en total?"),
        ("ayer cambié la contraseña, cómo conecto a mis usuarios", "dónde cambio la contraseña, cómo conecto a mis usuarios"),
        ("¿cuándo vence mi servidor?, es que estoy cerrando el mes", "¿cuándo vence mi servidor?, ¿cómo cierro el mes?"),
    ],
)
def test_a_story_makes_a_split_less_likely(told, asked):
    assert two_questions(cut(told), readings()) < two_questions(cut(asked), readings())


def test_inside_a_sentence_what_stands_in_others_does_not_ask():
    """ "Tengo que avisarles" asks nothing, though the sentence before it does."""
    before, after = "¿Cuánto tarda? Tengo que avisarles", "cuándo empiezan."
    assert features(Joint(before, after, before, after), readings())["plain_1"]


@pytest.mark.parametrize("text", ["¿cuándo vence el 1 y el 2?", "dime cómo va la primera y la tercera"])
def test_what_only_points_is_no_question_of_its_own(text):
    assert list(joints(text)) == []


def test_the_bars_for_a_split_are_near_even():
    """Fitted on a corpus where one message in thirty holds two questions, a joint that is as likely as not counts for more than it says."""
    assert 0.4 <= SPLIT_FROM <= 0.5
    assert 0.4 <= BESIDE_FROM <= 0.5


# --- forms ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["¿Cuándo vence?", "cuando vence mi servidor", "oye y en que menu veo la factura", "no se donde la bajo", "dime cuanto debo"]
)
def test_questions_ask_with_and_without_marks(text):
    assert forms.asks(text)


@pytest.mark.parametrize(
    "text", ["Ya está pagado.", "ayer cambié la contraseña", "sé que el respaldo se hace de madrugada", "mi servidor vence mañana", ""]
)
def test_statements_do_not_ask(text):
    assert not forms.asks(text)


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("gracias, ¿y cuánto debo?", "cuánto debo?"),
        ("hola buenas tardes, cuándo vence mi servidor", "cuándo vence mi servidor"),
        ("muchas gracias", ""),
        ("cuándo vence mi servidor", "cuándo vence mi servidor"),
        ("y en general a qué hora los hacen", "y en general a qué hora los hacen"),
    ],
)
def test_greetings_and_thanks_are_taken_off(text, rest):
    assert forms.without_courtesy(text) == rest


@given(MESSAGES)
def test_any_text_has_a_form(text):
    for form in (
        forms.asks,
        forms.orders,
        forms.asks_yes_or_no,
        forms.complains,
        forms.tells,
        forms.rambles,
        forms.only_a_condition,
        forms.names_only,
    ):
        assert form(text) in {True, False}
    assert forms.without_courtesy(text) in text
    assert "".join(forms.sentences(text)).replace(" ", "") in text.replace(" ", "") or not text.isascii()


# --- through the model ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("¿Cuándo vence mi servidor? ¿Y cómo puedo pagarlo?", ["consultar_suscripcion", "faq_formas_pago"]),
        ("donde cambio la contraseña y se puede entrar en domingo", ["faq_cambiar_contrasena", "faq_horario_acceso"]),
        ("Ya tengo tres contratados y voy a abrir otra sucursal. ¿Cuántos servidores me permiten en total?", ["faq_cantidad_maxima"]),
        ("el mes empieza a contar cuando pago o cuando me entregan el servidor?", ["faq_inicio_vigencia"]),
        ("gracias, ¿y cuánto debo?", ["consultar_pago"]),
        ("hola, ¿cuándo vence?", ["consultar_suscripcion"]),
        ("gracias, ya quedó", ["agradecer"]),
        ("¿cuándo vence mi servidor y cuánto cuesta la impresora?", ["consultar_suscripcion", "tema_no_cubierto"]),
        ("¿quién ganó el mundial? ¿y ya está mi factura?", ["consultar_factura", "fuera_de_tema"]),
        ("¿qué es SAE remoto y cómo lo configuro?", ["faq_conexion_sae"]),
    ],
)
async def test_the_questions_of_a_message(desk: Desk, text, labels):
    turn = await desk.turn(text, "C-1001")
    assert [part["intent"] for part in turn["understood"]] == labels


async def test_what_is_not_ours_beside_an_answer_is_refused_after_it(desk: Desk):
    turn = await desk.turn("cuánto cuesta la impresora y cuándo vence mi servidor", "C-1001")
    assert [(part["intent"], part["decision"]) for part in turn["understood"]] == [
        ("consultar_suscripcion", "answered"),
        ("tema_no_cubierto", "refused"),
    ]
    assert [reply["actions"] for reply in turn["replies"]] == [["action_consultar_suscripcion"], ["action_tema_no_cubierto"]]


@pytest.mark.parametrize(
    "text",
    [
        "hola\ncuándo vence\ncuánto cuesta la impresora\ndónde veo mi factura\nse hizo el respaldo\nqué windows trae\ncómo cambio la contraseña",
        "buenas, ¿cuándo vence? ¿cuánto cuesta la impresora? ¿dónde veo mi factura? ¿se hizo el respaldo? ¿qué windows trae? ¿cómo cambio la contraseña? gracias",
    ],
)
async def test_no_question_of_many_is_dropped_in_silence(desk: Desk, text):
    """Four are answered, what is not ours is told so, and what is left is named in the customer's words."""
    turn = await desk.turn(text, "C-1001")
    assert [part["decision"] for part in turn["understood"]] == ["answered"] * 4 + ["refused", "asked"]
    last = turn["replies"][-1]
    assert last["actions"] == ["action_preguntar_intencion"]
    assert "De lo demás («" in last["text"]
    assert "contraseña" in last["text"]
    assert [button["intent"] for button in last["buttons"]] == ["faq_cambiar_contrasena"]
