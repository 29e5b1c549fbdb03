"""A question with a fixed answer: the same text for everybody, and the manners of any other question."""

from __future__ import annotations

import pytest

from tests.actions.rendering import answers, ask, desk, server

TWO = desk(server("A-01"), server("B-02"))


@pytest.mark.parametrize("of", [None, TWO], ids=["visitor", "known"])
@pytest.mark.parametrize("away", [False, True])
async def test_everybody_reads_the_text_of_the_question(of, away):
    answer = await ask("faq_formas_pago", of, away=away, action="respuesta_fija")
    assert answer.text == answers()["utter_faq_formas_pago"]["text"]
    assert answer.readings == answer.effects == []
    assert answer.slots == {"tema": "faq_formas_pago"}


async def test_it_ends_failures_and_takes_up_a_waiting_question():
    waiting = {"intent": "consultar_respaldo", "servidores": ["A-01", "B-02"]}
    answer = await ask("faq_formas_pago", TWO, slots={"fallos": 1, "pregunta_pendiente": waiting}, action="respuesta_fija")
    assert answer.slots == {"tema": "faq_formas_pago", "fallos": 0, "pregunta_pendiente": None}
    assert answer.titles == ["A-01", "B-02"]
