"""The words that a talk gives to a message."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from bot.commands.train import known_intents
from bot.nlu.context import EARLIER_WEIGHT, WEIGHT, ContextColumns, context_words, goes_on, turns_of
from bot.nlu.conversations import read_corpus, read_situations
from bot.protocol.state import State, Topic

PAYMENT = State().after(Topic("faq_factura", "when"), ()).after(Topic("consultar_pago", "amount", ("A-01", "B-01")), ())


@pytest.mark.parametrize("visitor", [True, False])
def test_where_a_talk_begins_there_are_none(visitor):
    assert context_words(State(), visitor=visitor) == ()


def test_they_say_who_asks_what_was_asked_and_what_before():
    assert context_words(PAYMENT, visitor=False) == (
        "customer",
        "topic=consultar_pago",
        "asked=amount",
        "topic=consultar_pago asked=amount",
        "several",
        "earlier=faq_factura",
    )
    assert context_words(PAYMENT, visitor=True)[0] == "visitor"


def test_an_account_is_known_before_anything_is_said():
    assert context_words(State(situation=("down", "unpaid")), visitor=False) == ("so=down", "so=unpaid")
    assert not goes_on(("so=down", "so=unpaid"))
    assert goes_on(context_words(replace(PAYMENT, situation=("down",)), visitor=False))


def test_a_word_that_was_never_seen_counts_for_nothing():
    columns, weights = ContextColumns(["customer", "earlier=faq_factura"]).row(["customer", "topic=unheard_of", "earlier=faq_factura"])
    assert columns.tolist() == [0, 1]
    assert weights.tolist() == [WEIGHT, EARLIER_WEIGHT]


def test_the_first_turn_of_every_conversation_stands_alone():
    writers = list(read_corpus(known_intents()))
    conversations = sum(len(writer.conversations) for writer in writers)
    turns = list(turns_of(writers, read_situations()))
    without = [turn for turn in turns if not goes_on(turn.words)]
    assert len(turns) > 4000
    assert 0.5 * conversations < len(without) < 1.7 * conversations  # some begin with talk, which is no topic
