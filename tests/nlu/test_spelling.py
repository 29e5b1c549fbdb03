"""Clear typing errors are mended, and nothing else is touched."""

from __future__ import annotations

import string

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.nlu.spelling import CLEARLY_MORE_COMMON, KNOWN_FROM, MIN_LETTERS, TARGET_FROM, Spelling, one_edit_apart

COUNTS = {
    "factura": 300,
    "facturas": 40,
    "respaldo": 200,
    "vence": 90,
    "vende": 80,
    "correo": 50,
    "pago": 400,
    "paso": 8,
    "rara": 2,
    "una": 500,
}
SPELLING = Spelling(COUNTS)
WORDS = st.text(alphabet="abcdeñ", min_size=1, max_size=7)
VOCABULARIES = st.dictionaries(WORDS, st.integers(1, 50), max_size=30)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("facutra", "factura"),  # swapped
        ("factra", "factura"),  # dropped
        ("facttura", "factura"),  # doubled
        ("fsctura", "factura"),  # changed
        ("actura", "factura"),
        ("dame mi facutra del respldo", "dame mi factura del respaldo"),
        ("pqgo", "pago"),  # "paso" is two edits away
    ],
)
def test_a_clear_error_is_mended(typed, meant):
    assert SPELLING.correct(typed) == meant


@pytest.mark.parametrize(
    "text",
    [
        "factura",  # known
        "rara",  # known, though too rare to correct to
        "venre",  # "vence" and "vende" are as near and about as common
        "zzzz",
        "fcatrua",  # two errors
        "uno",  # shorter than four letters
        "pago2",  # not a word
        "f4ctura",
        "",
    ],
)
def test_anything_else_stays(text):
    assert SPELLING.correct(text) == text


def test_the_much_more_common_word_wins():
    rival = 8
    assert Spelling({"pago": CLEARLY_MORE_COMMON * rival, "paso": rival}).correct("pazo") == "pago"
    assert Spelling({"pago": CLEARLY_MORE_COMMON * rival - 1, "paso": rival}).correct("pazo") == "pazo"


def test_counts_are_texts_and_not_occurrences():
    assert Spelling.fit(["pago pago pago", "pago"]).counts == {"pago": 2}


@given(VOCABULARIES, st.lists(WORDS, max_size=8))
def test_a_correction_is_one_edit_away_and_common(counts, words):
    spelling = Spelling(counts)
    corrected = spelling.correct(" ".join(words)).split()
    assert len(corrected) == len(words)
    for before, after in zip(words, corrected, strict=True):
        if before != after:
            assert one_edit_apart(before, after)
            assert counts[after] >= TARGET_FROM
            assert len(before) >= MIN_LETTERS
            assert len(after) >= MIN_LETTERS
            assert counts.get(before, 0) < KNOWN_FROM


@given(VOCABULARIES, st.lists(WORDS, max_size=8))
def test_correcting_twice_changes_nothing(counts, words):
    spelling = Spelling(counts)
    once = spelling.correct(" ".join(words))
    assert spelling.correct(once) == once


@given(VOCABULARIES, st.text(max_size=60))
def test_any_text_is_taken(counts, text):
    assert len(Spelling(counts).correct(text).split()) == len(text.split())


@given(st.text(alphabet=string.ascii_lowercase, min_size=2, max_size=12), st.data())
def test_one_edit_is_seen_from_both_sides(word, data):
    at = data.draw(st.integers(0, len(word) - 1))
    kind = data.draw(st.sampled_from(["drop", "add", "change", "swap"]))
    letter = data.draw(st.sampled_from(string.ascii_lowercase))
    edited = {
        "drop": word[:at] + word[at + 1 :],
        "add": word[:at] + letter + word[at:],
        "change": word[:at] + letter + word[at + 1 :],
        "swap": word[:at] + word[at : at + 2][::-1] + word[at + 2 :],
    }[kind]
    assume(edited != word)
    assert one_edit_apart(word, edited)
    assert one_edit_apart(edited, word)


@pytest.mark.parametrize(("one", "other"), [("casa", "casa"), ("casa", "caso s"), ("abcd", "badc"), ("a", "abc"), ("abc", "cba")])
def test_not_one_edit(one, other):
    assert not one_edit_apart(one, other)
    assert not one_edit_apart(other, one)
