"""The noise of the bars: what it changes, what it leaves, and that it is always the same."""

from __future__ import annotations

import random
import re
import unicodedata

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.nlu.noise import NEIGHBOURS, NOISES, mistype, with_shorthand, with_typing_errors, without_marks

WORDS = st.text(alphabet="abcdefghijklmnñopqrstuvwxyzáéíóúüABCÑÁÉ", min_size=1, max_size=12)
MESSAGES = st.lists(WORDS, min_size=0, max_size=12).map(" ".join)
ANYTHING = st.text(max_size=80)
SEEDS = st.integers(0, 1000)
LONG_WORD = re.compile(r"[^\W\d_]{4,}")


def damerau(one: str, other: str) -> int:
    """Edits between two words: insert, delete, replace, swap neighbours."""
    rows = [list(range(len(other) + 1))]
    for i, a in enumerate(one, 1):
        row = [i]
        for j, b in enumerate(other, 1):
            best = min(rows[i - 1][j] + 1, row[j - 1] + 1, rows[i - 1][j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                best = min(best, rows[i - 2][j - 2] + 1)
            row.append(best)
        rows.append(row)
    return rows[-1][-1]


@given(ANYTHING, SEEDS)
@pytest.mark.parametrize("kind", NOISES)
def test_the_same_text_and_seed_give_the_same_noise(kind, text, seed):
    make = NOISES[kind]
    expected = make(text, seed)
    random.seed(seed + 1)
    make("otra cosa distinta", seed)
    assert make(text, seed) == expected


@given(ANYTHING)
@pytest.mark.parametrize("kind", NOISES)
def test_noise_never_empties_a_message(kind, text):
    assume(text.strip())
    assert NOISES[kind](text, 1).strip()


@given(ANYTHING)
def test_no_accents_and_no_loose_marks_are_left(text):
    assume(any(character.isalnum() for character in text))
    bare = without_marks(text)
    assert not re.search(r"[¿¡]", re.sub(r"(?<=[^\W_])[¿¡](?=[^\W_])", "", bare))
    assert not re.search(r"[?!.,;:](?:\s|$)", bare)
    assert all(character in "ñÑ" or "\u0301" not in unicodedata.normalize("NFD", character) for character in bare)


@given(ANYTHING)
def test_taking_marks_away_twice_is_taking_them_away_once(text):
    once = without_marks(text)
    assert without_marks(once) == once


@given(MESSAGES)
def test_case_and_letters_are_kept_when_marks_go(text):
    def letters(words: str) -> list[bool]:
        return [character.isupper() for character in words if character.isalpha()]

    assert letters(without_marks(f"¿{text}?")) == letters(text)


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("¿Cuándo vence mi SIERRA-02, por favor?", "Cuando vence mi SIERRA-02 por favor"),
        ("Pagué $1,500.00 (ayer)... ¡y nada!", "Pague $1,500.00 ayer y nada"),
        ("el señor año", "el señor año"),
        ("escríbeme a ana@correo.mx.", "escribeme a ana@correo.mx"),
        ("???", "???"),
    ],
)
def test_marks_go_and_what_they_join_stays(text, bare):
    assert without_marks(text) == bare


@given(WORDS.filter(lambda word: len(word) > 1), SEEDS)
def test_an_error_is_exactly_one_edit(word, seed):
    assert damerau(word, mistype(word, random.Random(seed))) == 1


@given(MESSAGES, SEEDS)
def test_a_quarter_of_the_long_words_get_one_error_and_the_rest_none(text, seed):
    noisy = with_typing_errors(text, seed)
    before, after = text.split(), noisy.split()
    assert len(before) == len(after)
    changed = [(one, other) for one, other in zip(before, after, strict=True) if one != other]
    number = len(LONG_WORD.findall(text))
    assert number // 4 <= len(changed) <= -(-number // 4)
    assert all(len(one) >= 4 and damerau(one, other) == 1 for one, other in changed)


def test_over_many_messages_it_is_a_quarter():
    text = "cuando vence servidor pronto quiero"  # five long words: one, sometimes two
    changed = sum(a != b for seed in range(2000) for a, b in zip(text.split(), with_typing_errors(text, seed).split(), strict=True))
    assert 0.23 < changed / 10_000 < 0.27


def test_all_four_errors_happen():
    lengths = {len(mistype("servidor", random.Random(seed))) for seed in range(200)}
    swapped = any(sorted(mistype("servidor", random.Random(seed))) == sorted("servidor") for seed in range(200))
    assert lengths == {7, 8, 9}
    assert swapped


def test_neighbours_are_mutual_and_on_this_keyboard():
    assert set(NEIGHBOURS["l"]) >= {"k", "ñ", "o"}
    assert set(NEIGHBOURS["ñ"]) >= {"l", "p"}
    assert all(key in NEIGHBOURS[other] for key, others in NEIGHBOURS.items() for other in others)


@given(MESSAGES, SEEDS)
def test_nothing_is_left_that_has_a_shorthand(text, seed):
    noisy = with_shorthand(f"que {text} porque también", seed)
    assert not re.search(r"\b(?:que|qué|porque|por|para|de|también)\b", noisy, re.IGNORECASE)
    assert {"q", "xq", "tmb"} <= set(noisy.lower().split())


@pytest.mark.parametrize(
    ("text", "noisy"),
    [
        ("¿Por qué no me llega? Porque ya pagué", "¿Xq no me llega? Xq ya pagué"),
        ("los datos de mi server, por favor", "los datos d mi server, xfa"),
        ("pago por banco para el lunes", "pago x banco pa el lunes"),
        ("depende de lo que digas", "depende d lo q digas"),
    ],
)
def test_shorthand_of_words(text, noisy, monkeypatch):
    monkeypatch.setattr("bot.nlu.noise.SHARE_WITH_K", 0)
    assert with_shorthand(text) == noisy


def test_k_stands_for_hard_c_and_qu_in_some_words_only():
    seen = {with_shorthand("quiero cambiar cinco cuentas aquí", seed) for seed in range(300)}
    assert "kiero kambiar cinco kuentas akí" in seen
    assert "quiero cambiar cinco cuentas aquí" in seen
