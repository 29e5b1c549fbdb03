"""Makes the intent model: fits it, and calibrates it by cross-validation.

Folds leave whole registers out (all WhatsApp shorthand, all dictation …), so the probabilities are those for ways of writing
that were not trained on, and the thresholds are meant for strangers.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

from bot.nlu.decision import NOT_OURS, Acceptance, Evidence, Thresholds, choose_thresholds, same_or_pair
from bot.nlu.features import CHARACTER_LENGTHS, WORD_LENGTHS, NGrams, Terms, encode
from bot.nlu.model import IntentModel, evidence_of
from bot.nlu.spelling import Spelling

FOLDS = 4
REGULARISATION = 0.5
TOLERANCE = 0.01  # tighter costs time and changes no prediction that was measured
_WORDS: dict[str, Any] = {"ngram_range": WORD_LENGTHS, "sublinear_tf": True}
_CHARACTERS: dict[str, Any] = {"analyzer": "char_wb", "ngram_range": CHARACTER_LENGTHS, "sublinear_tf": True, "min_df": 2}


@dataclass(frozen=True)
class TrainingReport:
    """Cross-validated figures, printed at training."""

    examples: int
    labels: int
    accuracy: float
    wrong_answers: float
    asked: float
    temperature: float
    thresholds: Thresholds


class Vectorisers:
    """Word and character n-gram weights, fitted on normalised texts."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._fitted = [TfidfVectorizer(**options).fit(texts) for options in (_WORDS, _CHARACTERS)]

    def transform(self, texts: Sequence[str], vectors: np.ndarray) -> csr_matrix:
        """All features of the texts: n-grams followed by the given sentence vectors."""
        return hstack([*(fitted.transform(texts) for fitted in self._fitted), csr_matrix(vectors)], format="csr")

    def ngrams(self) -> NGrams:
        """The same as plain numbers, for serving."""
        return NGrams(*(Terms({term: int(at) for term, at in fitted.vocabulary_.items()}, fitted.idf_) for fitted in self._fitted))


def train(
    texts: Sequence[str], labels: Sequence[str], registers: Sequence[str], wrong_answer_rate: float, refuse: float, not_ours: float
) -> tuple[IntentModel, TrainingReport]:
    """Fit on normalised texts. `registers` groups the folds; rates and thresholds as in bot/nlu/decision.py."""
    names = sorted(set(labels))
    owner = np.array([names.index(label) for label in labels])
    ours = np.array([name not in NOT_OURS for name in names])
    vectors = encode(texts)
    margins, similarity = _cross_validate(texts, vectors, owner, _folds(registers), ours)
    scale = _fit_scale(margins, owner)
    evidence = evidence_of(margins, scale, ours, similarity)
    first = evidence.best[:, 0]
    wrong = np.array([not same_or_pair(names[told], names[truth]) for told, truth in zip(first, owner, strict=True)])
    acceptance = fit_acceptance(evidence, ~wrong)
    accepted = acceptance.probability(evidence)
    thresholds = choose_thresholds(accepted, wrong, wrong_answer_rate, refuse, not_ours)
    vectorisers = Vectorisers(texts)
    fitted = _fit(vectorisers.transform(texts, vectors), owner)
    weights = np.ascontiguousarray(fitted.coef_.T, dtype=np.float32)  # (features, k): a sparse row times this touches few cache lines
    order = np.argsort(owner, kind="stable")
    known, of = vectors[order], owner[order]
    model = IntentModel(
        names, vectorisers.ngrams(), weights, fitted.intercept_, scale, known, of, acceptance, thresholds, Spelling.fit(texts)
    )
    likeliest = [names[column] for column in margins.argmax(axis=1)]
    decisions = [thresholds.decide(float(a), float(n), label) for a, n, label in zip(accepted, evidence.not_ours, likeliest, strict=True)]
    answered = np.array([decision == "answered" for decision in decisions])
    in_scope = ours[owner]
    asked = np.array([decision == "asked" for decision in decisions])
    accuracy = float((margins.argmax(axis=1) == owner)[in_scope].mean())
    report = TrainingReport(
        len(texts), len(names), accuracy, float((answered & wrong).mean()), float(asked[in_scope].mean()), 1 / scale, thresholds
    )
    return model, report


def _fit(features: Any, owner: np.ndarray) -> LinearSVC:
    return LinearSVC(C=REGULARISATION, tol=TOLERANCE, random_state=0).fit(features, owner)


def _folds(registers: Sequence[str]) -> np.ndarray:
    """Fold number of each example: registers dealt to FOLDS folds of about equal size."""
    names, counts = np.unique(np.array(registers), return_counts=True)
    size = [0] * FOLDS
    fold_of = {}
    for index in np.argsort(-counts):
        smallest = size.index(min(size))
        fold_of[names[index]] = smallest
        size[smallest] += int(counts[index])
    return np.array([fold_of[register] for register in registers])


def _cross_validate(
    texts: Sequence[str], vectors: np.ndarray, owner: np.ndarray, folds: np.ndarray, ours: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    margins = np.zeros((len(texts), len(ours)))
    similarity = np.zeros((len(texts), 2))

    def one_fold(fold: int) -> None:
        kept, out = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        kept_texts = [texts[index] for index in kept]
        vectorisers = Vectorisers(kept_texts)
        fitted = _fit(vectorisers.transform(kept_texts, vectors[kept]), owner[kept])
        margins[np.ix_(out, fitted.classes_)] = fitted.decision_function(
            vectorisers.transform([texts[index] for index in out], vectors[out])
        )
        best = np.argsort(-np.where(ours, margins[out], -np.inf), axis=1)[:, :2]
        for column in range(len(ours)):
            known = vectors[kept][owner[kept] == column]
            for rank in (0, 1):
                asking = out[best[:, rank] == column]
                if len(asking):
                    similarity[asking, rank] = (vectors[asking] @ known.T).max(axis=1)

    with ThreadPoolExecutor(os.cpu_count()) as pool:  # liblinear lets other threads run while it fits
        list(pool.map(one_fold, np.unique(folds)))
    return margins, similarity


def fit_acceptance(evidence: Evidence, right: np.ndarray) -> Acceptance:
    """Fit on cross-validated evidence, with the not-ours examples as negatives; `right` is a boolean per row."""
    features = evidence.features()
    mean, spread = features.mean(axis=0), features.std(axis=0) + 1e-9
    model = LogisticRegression(C=1.0, max_iter=500).fit((features - mean) / spread, right)
    weights = model.coef_[0] / spread
    return Acceptance(weights, float(model.intercept_[0] - weights @ mean))


def _fit_scale(margins: np.ndarray, owner: np.ndarray) -> float:
    rows = np.arange(len(owner))

    def loss(scale: float) -> float:
        scaled = scale * margins
        peak = scaled.max(axis=1, keepdims=True)
        log_sum = np.log(np.exp(scaled - peak).sum(axis=1)) + peak[:, 0]
        return float((log_sum - scaled[rows, owner]).mean())

    return float(minimize_scalar(loss, bounds=(0.5, 30), method="bounded").x)
