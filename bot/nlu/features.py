"""Numbers for a message: word and character n-grams next to the sentence encoder's vector.

The three together beat each alone on every set measured (facts/nlu.md, table 1 and last section).
"""

from __future__ import annotations

import itertools
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bot.nlu.encoder import open_encoder

ENCODER_DIMENSIONS = 512
BATCH = 64
WORD_LENGTHS = (1, 2)
CHARACTER_LENGTHS = (3, 4)

_WORD = re.compile(r"(?u)\b\w\w+\b")
_encoder: list[Any] = []


def encode(texts: Sequence[str]) -> np.ndarray:
    """Unit sentence vectors, shape (len(texts), 512), float32."""
    if not _encoder:
        _encoder.append(open_encoder())
    rows = [np.asarray(_encoder[0].encode(list(texts[start : start + BATCH])), dtype=np.float32) for start in range(0, len(texts), BATCH)]
    vectors = np.vstack(rows)
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.where(norms > 0, norms, 1.0), dtype=np.float32)


def words(text: str) -> list[str]:
    """Words and pairs of neighbours, as scikit-learn's `word` analyser gives them."""
    found = _WORD.findall(text.lower())
    return [*found, *(f"{one} {other}" for one, other in itertools.pairwise(found))]


def characters(text: str) -> list[str]:
    """Pieces of three and four characters within words, as scikit-learn's `char_wb` analyser gives them."""
    return [piece for word in text.lower().split() for piece in _pieces(f" {word} ")]


def _pieces(word: str) -> Iterator[str]:
    for length in range(CHARACTER_LENGTHS[0], CHARACTER_LENGTHS[1] + 1):
        yield word[:length]
        if length >= len(word):
            return  # a short word counts once
        for start in range(1, len(word) - length + 1):
            yield word[start : start + length]


@dataclass(frozen=True)
class Terms:
    """Column and weight of each n-gram of one kind."""

    vocabulary: Mapping[str, int]
    idf: np.ndarray


class NGrams:
    """Fitted word and character n-gram weights as plain numbers (no pickled objects in a model)."""

    def __init__(self, by_word: Terms, by_character: Terms) -> None:
        self._words, self._characters = by_word, by_character

    @property
    def size(self) -> int:
        """Columns of both kinds."""
        return len(self._words.idf) + len(self._characters.idf)

    def row(self, text: str) -> tuple[np.ndarray, np.ndarray]:
        """Columns and weights of one text's n-grams: what the vectorisers of the training give, without their overhead."""
        first, second = _row(words(text), self._words, 0), _row(characters(text), self._characters, len(self._words.idf))
        return np.concatenate([first[0], second[0]]), np.concatenate([first[1], second[1]])

    def save(self, folder: Path) -> None:
        """Write vocabularies as JSON and weights as an array."""
        for name, terms in (("words", self._words), ("characters", self._characters)):
            (folder / f"{name}.json").write_text(json.dumps(terms.vocabulary, ensure_ascii=False), encoding="utf-8")
            np.save(folder / f"{name}_idf.npy", terms.idf)

    @classmethod
    def load(cls, folder: Path) -> NGrams:
        """Read what `save` wrote."""
        return cls(*(_load(folder, name) for name in ("words", "characters")))


def _load(folder: Path, name: str) -> Terms:
    return Terms(json.loads((folder / f"{name}.json").read_text(encoding="utf-8")), np.load(folder / f"{name}_idf.npy"))


def _row(found: Sequence[str], terms: Terms, offset: int) -> tuple[np.ndarray, np.ndarray]:
    counts = Counter(terms.vocabulary[term] for term in found if term in terms.vocabulary)
    columns = np.fromiter(counts.keys(), dtype=np.int64, count=len(counts))
    weights = (1 + np.log(np.fromiter(counts.values(), dtype=np.float64, count=len(counts)))) * terms.idf[columns]
    length = np.sqrt(weights @ weights)
    return columns + offset, weights / length if length else weights
