"""Frames as they are written: read, written again, and what is refused."""

from __future__ import annotations

import pytest

from bot.commands.train import known_intents
from bot.nlu.conversations import read_corpus
from bot.protocol.frame import (
    PARTS,
    Act,
    Asked,
    Filter,
    Frame,
    Move,
    Refers,
    Servers,
    Supposed,
    Which,
    frame_of,
    parse_frame,
    part_of,
)


def test_a_frame_with_everything_is_read():
    written = "consultar_suscripcion what_if servers=named:SIERRA-01,named:SIERRA-02 supposed=pay:lunes move=corrects refers=returns"
    assert parse_frame(written) == Frame(
        "consultar_suscripcion",
        Asked.WHAT_IF,
        (Servers(Which.NAMED, "SIERRA-01"), Servers(Which.NAMED, "SIERRA-02")),
        Supposed(Act.PAY, "lunes"),
        Move.CORRECTS,
        Refers.RETURNS,
    )


def test_what_is_left_out_is_asked_anew_of_no_server():
    assert parse_frame("faq_que_es general") == Frame("faq_que_es", Asked.GENERAL, (), None, Move.ASKS, Refers.NEW)


@pytest.mark.parametrize(
    "written",
    [
        "faq_que_es general",
        "consultar_pago which servers=first,filter:owing refers=goes_on",
        "consultar_suscripcion what_if supposed=nopay move=fragment",
        "consultar_servidor state servers=unknown:nóminas",
    ],
)
def test_a_frame_is_written_as_it_was_read(written):
    assert str(parse_frame(written)) == written


def test_a_filter_is_one_of_the_states():
    assert parse_frame("listar_servidores which servers=filter:grace").servers == (Servers(Which.FILTER, Filter.GRACE),)


@pytest.mark.parametrize(
    "written",
    [
        "",
        "faq_que_es",
        "faq_que_es what",
        "faq_que_es general servers=",
        "faq_que_es general servers=named",
        "faq_que_es general servers=all:SIERRA-01",
        "faq_que_es general servers=filter:red",
        "faq_que_es general servers=SIERRA-01",
        "faq_que_es general servers=all servers=rest",
        "faq_que_es general supposed=pay:",
        "faq_que_es general supposed=sell:hoy",
        "faq_que_es general move=laughs",
        "faq_que_es general refers=old",
        "faq_que_es general moves=asks",
        "faq_que_es general asks",
    ],
)
def test_what_is_no_frame_is_refused(written):
    with pytest.raises(ValueError):
        parse_frame(written)


def test_every_frame_of_the_corpus_comes_back_from_its_parts_but_for_names_and_days():
    frames = {
        frame
        for writer in read_corpus(known_intents())
        for conversation in writer.conversations
        for turn in conversation.turns
        for frame in turn.frames
    }
    assert len(frames) > 500
    for frame in frames:
        parts = {part: part_of(frame, part) for part in PARTS}
        again = frame_of(frame.intent, parts)
        assert {part: part_of(again, part) for part in PARTS} == parts
        assert parse_frame(str(again)) == again
