"""What is asked of one server's subscription, in every state that its rows allow: true, short, with the value in the first sentence."""

from __future__ import annotations

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from actions.base import ServerAction
from bot.accounts.port import Server
from tests.accounts.desks import NOW as DEMO_NOW
from tests.accounts.desks import demo_desk
from tests.actions.in_between import untrue
from tests.actions.rendering import ask, desk, executor
from tests.actions.situations import SITUATIONS
from tests.actions.test_in_between import servers

LEAD, ANSWER = 160, 500
SENTENCE = re.compile(r".*?[.:](?=\s|$)", re.DOTALL)
CUSTOMERS = [f"C-{number}" for number in range(1001, 1013) if number != 1009]  # 1009 has five servers
INTENTS = (
    "consultar_suscripcion",
    "faq_periodo_gracia",
    "faq_resguardo_sin_pago",
    "faq_consultar_vigencia",
    "faq_inicio_vigencia",
    "faq_cambiar_solucion",
    "faq_traslado_informacion",
    "cancelar_servicio",
    "reactivar_servicio",
)


def facts() -> list[tuple[str, str]]:
    """Every question that has an answer of its own: intent and what is asked."""
    actions = {name.removeprefix("action_"): run.__self__ for name, run in executor().actions.items()}
    found = [(intent, actions[intent]) for intent in INTENTS]
    assert all(isinstance(action, ServerAction) for _, action in found)
    return [(intent, str(asked)) for intent, action in found for asked in action.facts]


FACTS = facts()
WORDS = ("", "¿seguro?", "¿cuentan sábados y domingos?", "¿es la misma que la del SAE?", "¿avisaron?")


async def _checked(intent: str, asked: str, of: Server, text: str = "") -> None:
    answer = await ask(intent, desk(of), frame=asked, text=text)
    assert untrue(answer.text, of) == [], (intent, asked, answer.text)
    assert "{" not in answer.text
    assert len(answer.text) <= ANSWER, answer.text


@pytest.mark.parametrize(("intent", "asked"), FACTS)
async def test_each_situation_has_a_true_answer_to_each_question(intent, asked):
    for situation in SITUATIONS.values():
        for text in WORDS:
            await _checked(intent, asked, situation(), text)


@pytest.mark.parametrize(("intent", "asked"), FACTS)
@pytest.mark.parametrize("customer", CUSTOMERS)
async def test_demo_customers_read_the_value_in_a_short_first_sentence(intent, asked, customer):
    answer = await ask(intent, demo_desk(customer, DEMO_NOW), now=DEMO_NOW, frame=asked)
    first = SENTENCE.match(answer.text)
    assert first is not None
    assert len(first[0]) <= LEAD, first[0]
    assert len(answer.text) <= ANSWER


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(of=servers(), text=st.sampled_from(WORDS))
async def test_no_answer_promises_what_the_state_denies(of, text):
    for intent, asked in FACTS:
        await _checked(intent, asked, of, text)
