"""Short follow-ups are read within what was just talked about: by form (pure), and through whole turns."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dialogue.context import FOLLOW_UP_WORDS, choose_reading, goes_on, leans_on_previous, read_in_context
from tests.dialogue.desk import Desk

TOPIC = {"tema": "consultar_suscripcion"}
PENDING = {"tema": "saludar", "pregunta_pendiente": {"intent": "consultar_respaldo", "servidores": ["SIERRA-01", "SIERRA-02"]}}


def parsed(intent: str = "fuera_de_tema", decision: str = "refused", acceptance: float = 0.2, server: str | None = None) -> dict[str, Any]:
    """A reading as the model gives it; `server` is the words that name one."""
    entities = [{"entity": "servidor", "value": "SIERRA-02", "text": server}] if server else []
    return {
        "text": "x",
        "intent": {"name": intent, "confidence": 0.5},
        "intent_ranking": [{"name": intent, "confidence": 0.5}, {"name": "saludar", "confidence": 0.1}],
        "entities": entities,
        "decision": decision,
        "acceptance": acceptance,
        "choices": [],
    }


# --- by form --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "¿y el otro?",
        "y el otro servidor?",
        "no, el otro",
        "el otro",
        "otro",
        "y del otro",
        "la otra",
        "¿y los otros?",
        "me refiero al otro",
        "¿y el otro equipo?",
        "Y EL OTRO??",
    ],
)
def test_the_other_one_asks_the_last_question_again(text):
    read = read_in_context(text, parsed(), TOPIC)
    assert read is not None
    assert read["intent"] == {"name": "consultar_suscripcion", "confidence": 1.0}
    assert read["decision"] == "answered"
    assert read["entities"] == [{"entity": "servidor", "value": "otro"}]


@pytest.mark.parametrize(
    ("text", "server"),
    [
        ("sierra 2", "sierra 2"),
        ("SIERRA-02", "SIERRA-02"),
        ("¿y sierra 2?", "sierra 2"),
        ("no, el de sierra-02", "sierra-02"),
        ("en el servidor sierra 2 porfa", "sierra 2"),
        ("mejor sierra 2", "sierra 2"),
    ],
)
def test_a_server_alone_asks_the_last_question_about_it(text, server):
    read = read_in_context(text, parsed(server=server), TOPIC)
    assert read is not None
    assert read["intent"]["name"] == "consultar_suscripcion"
    assert [entity["value"] for entity in read["entities"]] == ["SIERRA-02"]


def test_a_waiting_question_comes_before_the_last_topic():
    read = read_in_context("sierra 2", parsed(server="sierra 2"), PENDING)
    assert read is not None
    assert read["intent"]["name"] == "consultar_respaldo"


@pytest.mark.parametrize(
    ("text", "server"),
    [
        ("no puedo entrar a sierra 2", "sierra 2"),
        ("borra sierra 2", "sierra 2"),
        ("otro día con más calma les llamo", None),
        ("necesito otro servidor virtual más", None),
        ("hola", None),
        ("", None),
        ("el otro día no pude entrar", None),
    ],
)
def test_a_message_of_its_own_is_left_alone(text, server):
    assert read_in_context(text, parsed(server=server), TOPIC) is None


@pytest.mark.parametrize("slots", [{}, {"tema": None}, {"tema": ""}, {"pregunta_pendiente": None}, {"pregunta_pendiente": {}}])
def test_without_a_topic_there_is_no_context(slots):
    assert read_in_context("¿y el otro?", parsed(), slots) is None


@pytest.mark.parametrize(("intent", "stands"), [("consultar_pago", True), ("faq_pago_sin_correo", True), ("consultar_servidor", False)])
def test_who_says_to_have_paid_speaks_of_the_payment(intent, stands):
    claim = {"entity": "ya_pago", "value": "ya_pago", "text": "ya pagué"}
    alone, together = {**parsed(intent, "answered", 0.9), "entities": [claim]}, parsed("consultar_servidor", "answered", 0.99)
    assert (choose_reading("pero si ya pagué", alone, together) is None) == stands


@pytest.mark.parametrize(
    ("topic", "text", "label", "meant"),
    [
        ("consultar_suscripcion", "¿y la factura?", "faq_factura", "consultar_factura"),
        ("consultar_pago", "y el respaldo?", "faq_respaldo_automatico", "consultar_respaldo"),
        ("listar_servidores", "¿y la vigencia?", "faq_consultar_vigencia", "consultar_suscripcion"),
        ("faq_que_es", "¿y la factura?", "faq_factura", None),
        ("consultar_suscripcion", "la factura", "faq_factura", None),
        ("consultar_suscripcion", "¿y cómo pago?", "faq_formas_pago", None),
    ],
)
def test_a_bare_noun_after_my_account_asks_for_mine(topic, text, label, meant):
    read = read_in_context(text, parsed(label, "answered", 0.9), {"tema": topic})
    assert (read and read["intent"]["name"]) == meant


@given(st.text(max_size=60), st.sampled_from([TOPIC, PENDING, {}]), st.sampled_from([None, "x", "sierra 2", ""]))
def test_any_text_is_taken(text, slots, server):
    read = read_in_context(text, parsed(server=server), slots)
    assert read is None or read["decision"] == "answered"
    assert leans_on_previous(text) in {True, False}
    assert 0 <= goes_on(text, parsed(), parsed("consultar_pago", "answered", 0.9)) <= 1


# --- read together with the previous question -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "leans"), [("¿cuánto?", True), ("palabra " * FOLLOW_UP_WORDS, True), ("palabra " * (FOLLOW_UP_WORDS + 1), False), ("", False)]
)
def test_only_a_short_message_leans_on_the_previous_question(text, leans):
    assert leans_on_previous(text) is leans


def test_the_reading_together_keeps_the_words_and_entities_of_the_follow_up():
    alone = {**parsed(server="sierra 2"), "text": "¿y de sierra 2?"}
    together = {**parsed("consultar_respaldo", "answered", 0.99), "text": "¿se hizo mi respaldo? ¿y de sierra 2?"}
    read = choose_reading("¿y de sierra 2?", alone, together)
    assert read is not None
    assert (read["text"], read["entities"], read["intent"]["name"]) == (alone["text"], alone["entities"], "consultar_respaldo")


@pytest.mark.parametrize("decision", ["asked", "refused"])
def test_an_unsure_reading_together_is_dropped(decision):
    assert choose_reading("¿y cuánto?", parsed(), parsed("consultar_respaldo", decision, 0.99)) is None


def test_a_message_full_of_words_of_its_own_stands_alone():
    alone = {
        **parsed("faq_cambiar_contrasena", "answered", 0.99),
        "intent_ranking": [{"name": "faq_cambiar_contrasena", "confidence": 0.99}],
    }
    together = parsed("consultar_respaldo", "answered", 0.9)
    assert choose_reading("dónde cambio mi contraseña del servidor", alone, together) is None


def test_mine_after_a_general_question_asks_about_the_account():
    alone, together = parsed("consultar_suscripcion", "answered", 0.9), parsed("faq_inicio_vigencia", "answered", 0.99)
    assert choose_reading("¿y la mía cuándo?", alone, together) is None
    assert choose_reading("¿y cuándo?", alone, together) is not None


@pytest.mark.parametrize(
    ("topic", "text", "label", "meant"),
    [
        ("faq_cambiar_solucion", "y no pierdo mi info?", "faq_resguardo_sin_pago", "faq_traslado_informacion"),
        ("faq_cambiar_solucion", "¿y si no pago la pierdo?", "faq_resguardo_sin_pago", None),
        ("consultar_suscripcion", "y no pierdo mi info?", "faq_resguardo_sin_pago", None),
        ("faq_pago_sin_correo", "¿y cuánto tarda?", "faq_tiempo_creacion", "faq_pago_sin_correo"),
        ("faq_pago_sin_correo", "¿y cuánto tarda el servidor?", "faq_tiempo_creacion", None),
        ("hablar_con_asesor", "¿en qué horario?", "faq_horario_acceso", "hablar_con_asesor"),
        ("consultar_servidor", "pero ya pagué!!!", "fuera_de_tema", "consultar_pago"),
        ("consultar_suscripcion", "si ya hice el pago", "fuera_de_tema", "consultar_pago"),
        ("consultar_servidor", "ya pagué y no llega el correo", "faq_pago_sin_correo", None),
        ("faq_tiempo_creacion", "pero ya pagué!!!", "fuera_de_tema", None),
        ("consultar_respaldo", "y el de antier?", "fuera_de_tema", "consultar_respaldo"),
        ("consultar_suscripcion", "¿y el de la sucursal?", "fuera_de_tema", "consultar_suscripcion"),
        ("consultar_suscripcion", "el de soporte no me contesta", "hablar_con_asesor", None),
    ],
)
def test_some_words_belong_to_what_is_talked_about(topic, text, label, meant):
    read = read_in_context(text, parsed(label, "answered", 0.9), {"tema": topic})
    assert (read and read["intent"]["name"]) == meant


# --- whole turns ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("customer", "question", "follow_up", "intent"),
    [
        ("C-1009", "¿cuándo vence SIERRA-01?", "¿y SIERRA-02?", "consultar_suscripcion"),
        ("C-1009", "¿cuándo vence SIERRA-01?", "no, el de sierra 3", "consultar_suscripcion"),
        ("C-1009", "¿se hizo el respaldo de SIERRA-01?", "¿y el de sierra 2?", "consultar_respaldo"),
        ("C-1009", "no puedo entrar a mi servidor", "sierra 4", "consultar_servidor"),
        ("C-1002", "¿cuándo vence mi servidor?", "¿y la factura?", "consultar_factura"),
        ("C-1002", "kiero cambiarme a uno más grande", "y no pierdo mi info?", "faq_traslado_informacion"),
        ("C-1004", "no puedo entrar a mi servidor", "pero ya pague!!!", "consultar_pago"),
        ("C-1001", "¿el respaldo es automático?", "¿y a qué hora?", "faq_respaldo_automatico"),
        ("C-1001", "¿se hizo mi respaldo anoche?", "gracias", "agradecer"),
        ("C-1001", "¿se hizo mi respaldo anoche?", "¿cómo cambio mi contraseña?", "faq_cambiar_contrasena"),
        ("C-1001", "¿se hizo mi respaldo anoche?", "quiero hablar con un asesor", "hablar_con_asesor"),
        ("C-1001", "¿se hizo mi respaldo anoche?", "¿quién ganó el mundial?", "fuera_de_tema"),
    ],
)
async def test_a_follow_up_in_a_talk(desk: Desk, customer, question, follow_up, intent):
    _, second = await desk.talk(customer, question, follow_up)
    (part,) = second["understood"]
    assert part["intent"] == intent


async def test_after_a_server_was_named_it_is_remembered(desk: Desk):
    _, second = await desk.talk("C-1009", "¿cuándo vence SIERRA-02?", "¿y se hizo el respaldo?")
    assert {reading["server"] for reading in second["replies"][0]["readings"]} == {"SIERRA-02"}


async def test_a_new_episode_knows_nothing_of_the_last(desk: Desk):
    await desk.talk("C-1009", "¿cuándo vence SIERRA-02?")
    alone = await desk.turn("¿y el otro?", "C-1009")
    assert alone["understood"][0]["via"] == "text"
