"""Words of a message by which facts of one question are told apart."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import pytest

from actions.mentions import as_said, first_mentioned, mentions, only_asks_if_sure
from actions.turn import Turn


def saying(text: str) -> Turn:
    """As much of a turn as words are looked for in."""
    return cast("Turn", SimpleNamespace(text=text))


def test_accents_case_and_short_forms_make_no_difference():
    assert as_said("  ¿Q PASÓ   con él, y k más?") == "¿que paso con el, y que mas?"
    assert as_said("Kién, síííí, ke y q1") == "quien, si, que y q1"


def test_the_first_kind_counts():
    kinds = {"data": "que datos", "hours": "hora"}
    assert first_mentioned(saying("A qué hora, y Q DATOS"), kinds) == "data"
    assert first_mentioned(saying("¿a qué hora?"), kinds) == "hours"
    assert first_mentioned(saying("ahora no"), kinds) is None


def test_in_a_story_single_words_may_not_count():
    turn = saying("el sábado " + "pasó algo " * 20)
    assert mentions(turn, "sabado")
    assert not mentions(turn, "sabado", longest=25)


@pytest.mark.parametrize(
    ("text", "sure"), [("¿Seguro?", True), ("¿es neta?", True), ("¿seguro que hoy se cobra el cargo?", False), ("gracias", False)]
)
def test_only_a_short_doubt_is_a_bare_one(text, sure):
    assert only_asks_if_sure(saying(text)) is sure
