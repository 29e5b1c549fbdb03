"""Peer: what a data scientist writes in an afternoon. TF-IDF of words and characters, linear SVM; confidence is the margin."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import joblib
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import make_pipeline, make_union
from sklearn.svm import LinearSVC

from benchmarks.nlu.peers.protocol import rows, run_peer

FILE = "model.joblib"


def train(work: Path, model: Path) -> None:
    """Words 1-2 and characters 2-5 without accents: the recipe of facts/nlu.md, table 1, method 1."""
    examples = rows(work / "train.jsonl")
    words = TfidfVectorizer(ngram_range=(1, 2), strip_accents="unicode", sublinear_tf=True)
    characters = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), strip_accents="unicode", sublinear_tf=True)
    pipeline = make_pipeline(make_union(words, characters), LinearSVC(C=1.0, random_state=0))
    pipeline.fit([row["text"] for row in examples], [row["intent"] for row in examples])
    joblib.dump(pipeline, model / FILE)


def load(model: Path) -> Callable[[str], tuple[list[tuple[str, float]], float | None]]:
    """The ranking by margin."""
    pipeline = joblib.load(model / FILE)

    def understand(text: str) -> tuple[list[tuple[str, float]], float | None]:
        margins = pipeline.decision_function([text])[0]
        return sorted(zip(pipeline.classes_.tolist(), margins.tolist(), strict=True), key=lambda row: -row[1]), None

    return understand


if __name__ == "__main__":
    run_peer(train, load)
