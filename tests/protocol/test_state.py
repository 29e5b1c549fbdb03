"""What an episode remembers: bounded, and readable or none."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from bot.protocol.state import MOST_TOLD, ONCE, RECENT, TOPICS, State, Topic, as_slot, read_state

INTENTS = st.sampled_from(
    ["consultar_pago", "consultar_suscripcion", "faq_factura", "consultar_respaldo", "faq_que_es", "consultar_factura"]
)
TURNS = st.lists(st.tuples(st.none() | INTENTS, st.lists(st.text(max_size=12), max_size=8)), max_size=60)


@given(TURNS)
def test_it_stays_small_and_comes_back_as_it_was(turns):
    state = State()
    for intent, told in turns:
        state = state.after(None if intent is None else Topic(intent, "state", ("A-01",)), told)
        assert len(state.topics) <= TOPICS
        assert len(state.told) <= MOST_TOLD
        assert len({topic.intent for topic in state.topics}) == len(state.topics)
    assert state.turn == len(turns)
    assert read_state(json.loads(json.dumps(as_slot(state)))) == state


@given(st.none() | st.text() | st.integers() | st.dictionaries(st.text(), st.integers() | st.text() | st.lists(st.integers())))
def test_what_cannot_be_read_is_no_memory(value):
    assert isinstance(read_state(value), State)


def test_another_version_is_no_memory():
    written = as_slot(State().after(Topic("consultar_pago"), ["a"]))
    assert read_state({**written, "version": 2}) == State()


def test_what_was_told_is_forgotten_after_some_answers_but_for_what_is_said_once():
    state = State().after(Topic("consultar_pago"), ["a", f"{ONCE}b"])
    for _ in range(RECENT):
        assert state.knows("a")
        state = state.after(None, [])
    assert not state.knows("a")
    assert state.knows(f"{ONCE}b")


def test_the_newest_topic_comes_first_and_small_talk_is_none():
    state = State().after(Topic("consultar_pago"), []).after(Topic("faq_factura"), []).after(None, []).after(Topic("consultar_pago"), [])
    assert [topic.intent for topic in state.topics] == ["consultar_pago", "faq_factura"]
