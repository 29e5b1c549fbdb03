"""The intent model: a linear classifier over n-grams and sentence vectors, calibrated by cross-validation. No Rasa here.

Folds leave whole registers out (all WhatsApp shorthand, all dictation …), so the probabilities are those for ways of writing
that were not trained on, and the thresholds are meant for strangers.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import minimize_scalar
from sklearn.svm import LinearSVC

from bot.nlu.decision import (
    CHOICES,
    NOT_OURS,
    Acceptance,
    Decision,
    Evidence,
    Thresholds,
    choose_thresholds,
    same_or_pair,
    worth_offering,
)
from bot.nlu.features import ENCODER_DIMENSIONS, NGrams, encode
from bot.nlu.spelling import Spelling

FOLDS = 4
REGULARISATION = 0.5
TOLERANCE = 0.01  # tighter costs time and changes no prediction that was measured


@dataclass(frozen=True)
class Prediction:
    """What one message was understood as.

    `ranking` is (label, probability), best first, all labels; `best` the likeliest label of ours; `choices` what to ask about.
    """

    ranking: list[tuple[str, float]]
    decision: Decision
    acceptance: float
    best: str
    choices: list[str]


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


class IntentModel:
    """Predicts labels; every attribute is plain numbers and text."""

    def __init__(
        self,
        labels: list[str],
        ngrams: NGrams,
        weights: np.ndarray,
        bias: np.ndarray,
        scale: float,
        examples: np.ndarray,
        owner: np.ndarray,
        acceptance: Acceptance,
        thresholds: Thresholds,
        spelling: Spelling,
    ) -> None:
        self.labels = labels
        self.ngrams = ngrams
        self.weights, self.bias, self.scale = weights, bias, scale  # (features, k), (k,), softmax temperature⁻¹
        self.examples, self.owner = examples, owner  # (n, 512) vectors and (n,) label index of each
        self.acceptance = acceptance
        self.thresholds = thresholds
        self.spelling = spelling
        self._ours = np.array([label not in NOT_OURS for label in labels])
        self._vector_weights = np.ascontiguousarray(weights[-ENCODER_DIMENSIONS:])
        self._by_label = [examples[owner == index] for index in range(len(labels))]

    def predict(self, text: str) -> Prediction:
        """Understand one normalised text."""
        return self.predict_all([text])[0]

    def predict_all(self, texts: Sequence[str]) -> list[Prediction]:
        """Understand several normalised texts: the encoder reads its weights once for all, which is most of what one costs."""
        corrected = [self.spelling.correct(text) for text in texts]
        return [self._predict(text, vector) for text, vector in zip(corrected, encode(corrected), strict=True)]

    def _predict(self, text: str, vector: np.ndarray) -> Prediction:
        columns, weights = self.ngrams.row(text)
        margins = (weights @ self.weights[columns] + vector @ self._vector_weights + self.bias)[np.newaxis]
        evidence = _evidence(margins, self.scale, self._ours, self._similarity(vector, margins[0]))
        acceptance = float(self.acceptance.probability(evidence)[0])
        probabilities = evidence.probabilities[0]
        order = np.argsort(-probabilities)
        decision = self.thresholds.decide(acceptance, float(evidence.not_ours[0]), self.labels[order[0]])
        best = evidence.best[0]
        return Prediction(
            ranking=[(self.labels[column], float(probabilities[column])) for column in order],
            decision=decision,
            acceptance=acceptance,
            best=self.labels[best[0]],
            choices=worth_offering([self.labels[column] for column in best], [float(probabilities[column]) for column in best]),
        )

    def _similarity(self, vector: np.ndarray, margins: np.ndarray) -> np.ndarray:
        best = np.argsort(-np.where(self._ours, margins, -np.inf))[:2]
        return np.array([[float((self._by_label[column] @ vector).max()) for column in best]])

    def save(self, folder: Path) -> None:
        """Write everything to a folder as JSON and arrays."""
        folder.mkdir(parents=True, exist_ok=True)
        self.ngrams.save(folder)
        np.savez(
            folder / "model.npz",
            weights=self.weights,
            bias=self.bias,
            examples=self.examples,
            owner=self.owner,
            acceptance=self.acceptance.weights,
        )
        meta = {
            "labels": self.labels,
            "scale": self.scale,
            "acceptance_bias": self.acceptance.bias,
            "thresholds": self.thresholds.to_json(),
            "words": self.spelling.counts,
        }
        (folder / "model.json").write_text(json.dumps(meta, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> IntentModel:
        """Read what `save` wrote."""
        meta: dict[str, Any] = json.loads((folder / "model.json").read_text(encoding="utf-8"))
        with np.load(folder / "model.npz", allow_pickle=False) as arrays:
            acceptance = Acceptance(arrays["acceptance"], meta["acceptance_bias"])
            return cls(
                meta["labels"],
                NGrams.load(folder),
                arrays["weights"],
                arrays["bias"],
                meta["scale"],
                arrays["examples"],
                arrays["owner"],
                acceptance,
                Thresholds(**meta["thresholds"]),
                Spelling(meta["words"]),
            )


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
    evidence = _evidence(margins, scale, ours, similarity)
    first = evidence.best[:, 0]
    wrong = np.array([not same_or_pair(names[told], names[truth]) for told, truth in zip(first, owner, strict=True)])
    acceptance = Acceptance.fit(evidence, ~wrong)
    accepted = acceptance.probability(evidence)
    thresholds = choose_thresholds(accepted, wrong, wrong_answer_rate, refuse, not_ours)
    ngrams = NGrams.fit(texts)
    fitted = _fit(ngrams.transform(texts, vectors), owner)
    weights = np.ascontiguousarray(fitted.coef_.T)  # (features, k): a sparse row times this touches few cache lines
    model = IntentModel(names, ngrams, weights, fitted.intercept_, scale, vectors, owner, acceptance, thresholds, Spelling.fit(texts))
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
        ngrams = NGrams.fit(kept_texts)
        fitted = _fit(ngrams.transform(kept_texts, vectors[kept]), owner[kept])
        margins[np.ix_(out, fitted.classes_)] = fitted.decision_function(ngrams.transform([texts[index] for index in out], vectors[out]))
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


def _evidence(margins: np.ndarray, scale: float, ours: np.ndarray, similarity: np.ndarray) -> Evidence:
    scaled = scale * (margins - margins.max(axis=1, keepdims=True))
    exponentials = np.exp(scaled)
    probabilities = exponentials / exponentials.sum(axis=1, keepdims=True)
    best = np.argsort(-np.where(ours, margins, -np.inf), axis=1)[:, :CHOICES]
    return Evidence(probabilities, margins, similarity, best, probabilities[:, ~ours].sum(axis=1))


def _fit_scale(margins: np.ndarray, owner: np.ndarray) -> float:
    rows = np.arange(len(owner))

    def loss(scale: float) -> float:
        scaled = scale * margins
        peak = scaled.max(axis=1, keepdims=True)
        log_sum = np.log(np.exp(scaled - peak).sum(axis=1)) + peak[:, 0]
        return float((log_sum - scaled[rows, owner]).mean())

    return float(minimize_scalar(loss, bounds=(0.5, 30), method="bounded").x)
