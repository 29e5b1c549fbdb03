"""Makes the intent model: fits it, and calibrates it by cross-validation.

Folds leave whole registers and whole writers of the corpus out (all WhatsApp shorthand, all dictation …), so the probabilities are those
for ways of writing that were not trained on, and the thresholds are meant for strangers.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.sparse import csr_matrix, diags, hstack, lil_matrix
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

from bot.nlu.asked import Labels
from bot.nlu.context import SITUATION, ContextColumns, Turn, goes_on, leaning
from bot.nlu.decision import FAR, NOT_OURS, Acceptance, Evidence, Thresholds, choose_thresholds, same_or_pair
from bot.nlu.features import CHARACTER_LENGTHS, WORD_LENGTHS, NGrams, Terms, encode
from bot.nlu.model import IntentModel, evidence_of
from bot.nlu.spelling import Spelling
from bot.protocol.frame import PARTS, part_of

FOLDS = 3
ENCODED = 512  # texts a thread encodes at a time
DIRECTIONS = 384
"""Directions of the sentence vectors that are learned from: 98 % of their variance, in three quarters of the time; what is learned is written for whole vectors."""
TURN_WEIGHT = 2.0  # of a turn that goes on from others beside a message that stands alone
IN_TALK_EVERY = 4
"""One of so many messages that stand alone is learned from within a talk of the corpus: so a plain question means the same wherever it is asked."""
REGULARISATION = 0.5
TOLERANCE = 0.1  # tighter costs a third more time and changes no prediction that was measured
RARE = {"supposed": "balanced", "refers": "balanced"}  # parts that most messages lack
_WORDS: dict[str, Any] = {"ngram_range": WORD_LENGTHS, "sublinear_tf": True, "min_df": 2}
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
    turns: int
    turns_accuracy: float


class Vectorisers:
    """Word and character n-gram weights, fitted on normalised texts."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._fitted = [TfidfVectorizer(**options).fit(texts) for options in (_WORDS, _CHARACTERS)]

    def transform(self, texts: Sequence[str], *others: Any) -> csr_matrix:
        """All features of the texts: n-grams followed by the given columns (context, sentence vectors)."""
        return hstack([*(fitted.transform(texts) for fitted in self._fitted), *(csr_matrix(each) for each in others)], format="csr")

    def ngrams(self) -> NGrams:
        """The same as plain numbers, for serving."""
        return NGrams(*(Terms({term: int(at) for term, at in fitted.vocabulary_.items()}, fitted.idf_) for fitted in self._fitted))


@dataclass(frozen=True)
class Material:
    """What is learned from: normalised texts with sentence vectors, label index, weight and context of each; `groups` are left out whole.

    `directions` (512, DIRECTIONS): the vectors are learned from in these. `situated`: which columns of the context say how the account is.
    `taught`: the context that each is learned from in, `context` that in which it is judged.
    """

    texts: Sequence[str]
    vectors: np.ndarray
    directions: np.ndarray
    situated: Sequence[bool]
    owner: np.ndarray
    weight: np.ndarray
    context: csr_matrix
    taught: csr_matrix
    groups: Sequence[str]

    def features(self, vectorisers: Vectorisers, rows: np.ndarray, context: csr_matrix) -> csr_matrix:
        """All features of these rows."""
        return vectorisers.transform([self.texts[row] for row in rows], context[rows], self.vectors[rows] @ self.directions)

    def without(self, features: csr_matrix, columns: np.ndarray) -> csr_matrix:
        """The same without these columns of the context (boolean)."""
        first = features.shape[1] - DIRECTIONS - self.context.shape[1]
        known = np.ones(features.shape[1])
        known[first + np.flatnonzero(columns)] = 0
        return features @ diags(known, format="csr")

    def without_situation(self, features: csr_matrix) -> csr_matrix:
        """The same of an account of which nothing is known: how servers are meant, say, does not follow from how they are."""
        return self.without(features, np.array(self.situated))

    def margins(self, fitted: LinearSVC, vectorisers: Vectorisers, rows: np.ndarray) -> np.ndarray:
        """Margins (rows, labels) as the model serves them: words that are clear by themselves lean less on their context."""
        features = self.features(vectorisers, rows, self.context)
        alone = fitted.decision_function(self.without(features, np.ones(self.context.shape[1], dtype=bool)))
        return np.asarray(alone + leaning(alone)[:, np.newaxis] * (fitted.decision_function(features) - alone))

    def whole(self, weights: np.ndarray) -> np.ndarray:
        """Weights (k, features) that were learned in the directions, for whole vectors."""
        return np.hstack([weights[:, :-DIRECTIONS], weights[:, -DIRECTIONS:] @ self.directions.T])


def train(
    texts: Sequence[str],
    labels: Sequence[str],
    registers: Sequence[str],
    wrong_answer_rate: float,
    refuse: float,
    not_ours: float,
    turns: Sequence[Turn] = (),
    labelled: Labels | None = None,
) -> tuple[IntentModel, TrainingReport]:
    """Fit on normalised texts that stand alone and on the turns of the corpus. `labelled`: what some of the texts ask. `registers` groups the folds; rates and thresholds as in bot/nlu/decision.py."""
    known = set(labels)
    turns = [turn for turn in turns if turn.frame.intent in known]
    names = sorted(known)
    columns = ContextColumns(sorted({word for turn in turns for word in turn.words}))
    alone = len(texts)
    material = _material(texts, labels, registers, turns, names, columns)
    owner = material.owner
    ours = np.array([name not in NOT_OURS for name in names])
    vectorisers, fitted, heads, margins, similarity = _fit_all(material, ours, _parts_of(texts, labels, turns, labelled or {}))
    going_on = np.array([0] * alone + [int(goes_on(turn.words)) for turn in turns])
    in_talk = going_on == 1
    scales = [_fit_scale(margins[rows], owner[rows]) if rows.any() else 1.0 for rows in (~in_talk, in_talk)]
    evidence = evidence_of(margins, scales, ours, similarity, going_on)
    first = evidence.best[:, 0]
    wrong = np.array([not same_or_pair(names[told], names[truth]) for told, truth in zip(first, owner, strict=True)])
    acceptance = fit_acceptance(evidence, ~wrong)
    accepted = acceptance.probability(evidence)
    thresholds = choose_thresholds(accepted[:alone], wrong[:alone], wrong_answer_rate, refuse, not_ours)
    # a sparse row times this touches few cache lines
    learned = np.vstack([fitted.coef_, *(head.weights for head in heads.values())])
    weights = np.ascontiguousarray(material.whole(learned).T, dtype=np.float32)
    order = np.argsort(owner, kind="stable")
    model = IntentModel(
        names,
        vectorisers.ngrams(),
        weights,
        np.concatenate([fitted.intercept_, *(head.bias for head in heads.values())]),
        scales,
        material.vectors[order],
        owner[order],
        acceptance,
        thresholds,
        Spelling.fit(material.texts),
        columns,
        {part: head.values for part, head in heads.items()},
    )
    likeliest = [names[column] for column in margins.argmax(axis=1)]
    decisions = [thresholds.decide(float(a), float(n), label) for a, n, label in zip(accepted, evidence.not_ours, likeliest, strict=True)]
    answered = np.array([decision == "answered" for decision in decisions])[:alone]
    in_scope = ours[owner][:alone]
    asked = np.array([decision == "asked" for decision in decisions])[:alone]
    right = margins.argmax(axis=1) == owner
    report = TrainingReport(
        alone,
        len(names),
        float(right[:alone][in_scope].mean()),
        float((answered & wrong[:alone]).mean()),
        float(asked[in_scope].mean()),
        1 / scales[0],
        thresholds,
        len(turns),
        float(right[alone:].mean()) if turns else 0.0,
    )
    return model, report


def _fit_all(
    material: Material, ours: np.ndarray, parts: Mapping[str, Sequence[str | None]]
) -> tuple[Vectorisers, LinearSVC, dict[str, Head], np.ndarray, np.ndarray]:
    """The vectorisers, the model of the labels and that of each part; margins (n, k) and similarity (n, 2) by cross-validation.

    Liblinear lets other threads run, so folds and parts are fitted on all processors, the longest first. The model of the labels comes
    after them, alone: threads share liblinear's random numbers, and the same data shall give the same labels.
    """
    folds = _folds(material.groups)
    left_out = [np.flatnonzero(folds == fold) for fold in np.unique(folds)]
    margins, similarity = np.zeros((len(folds), len(ours))), np.zeros((len(folds), 2))
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        validated = [pool.submit(_left_out, material, rows, ours) for rows in left_out]
        vectorisers = Vectorisers(material.texts)
        features = material.features(vectorisers, np.arange(len(folds)), material.taught)
        plain = material.without_situation(features)
        fitting = {part: pool.submit(_fit_head, part, plain, known, material.weight) for part, known in parts.items()}
        for rows, fold in zip(left_out, validated, strict=True):
            margins[rows], similarity[rows] = fold.result()
        heads = {part: head.result() for part, head in fitting.items()}
    return vectorisers, _fit(features, material.owner, material.weight), heads, margins, similarity


def _material(
    texts: Sequence[str], labels: Sequence[str], registers: Sequence[str], turns: Sequence[Turn], names: list[str], columns: ContextColumns
) -> Material:
    every = [*texts, *(turn.text for turn in turns)]
    index = {name: column for column, name in enumerate(names)}
    context = lil_matrix((len(every), len(columns)))
    for row, turn in enumerate(turns, start=len(texts)):
        at, weights = columns.row(turn.words)
        context[row, at] = weights
    taught = context.copy()
    for row, words in _in_talk([row for row, label in enumerate(labels) if label != FAR], turns):
        at, weights = columns.row(words)
        taught[row, at] = weights
    vectors = _encoded(every)
    return Material(
        every,
        vectors,
        np.linalg.eigh(vectors.T @ vectors)[1][:, -DIRECTIONS:],
        [word.startswith(SITUATION) for word in columns.words],
        np.array([index[label] for label in [*labels, *(turn.frame.intent for turn in turns)]]),
        np.concatenate([np.ones(len(texts)), np.array([TURN_WEIGHT if goes_on(turn.words) else 1.0 for turn in turns])]),
        context.tocsr(),
        taught.tocsr(),
        [*registers, *(turn.writer for turn in turns)],
    )


def _in_talk(alone: Sequence[int], turns: Sequence[Turn]) -> Iterator[tuple[int, list[str]]]:
    """One of IN_TALK_EVERY of these messages, with the words of some talk of the corpus; the same ones at each training."""
    talks = [words for turn in turns if (words := [word for word in turn.words if not word.startswith(SITUATION)])]
    chance = np.random.default_rng(0)
    if talks:
        chosen = chance.permutation(alone)[: len(alone) // IN_TALK_EVERY]
        yield from ((int(row), talks[talk]) for row, talk in zip(chosen, chance.integers(len(talks), size=len(chosen)), strict=True))


def _encoded(texts: Sequence[str]) -> np.ndarray:
    """Sentence vectors, made on all processors: NumPy lets other threads run while it multiplies."""
    encode(texts[:1])  # opens the encoder, before several threads want it
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return np.vstack(list(pool.map(encode, (texts[start : start + ENCODED] for start in range(0, len(texts), ENCODED)))))


def _parts_of(texts: Sequence[str], labels: Sequence[str], turns: Sequence[Turn], asked: Labels) -> dict[str, list[str | None]]:
    """The value of each part of a frame in each text and turn; None where nobody said."""
    known = [asked.get((label, text), {}) for label, text in zip(labels, texts, strict=True)]
    return {part: [*(each.get(part) for each in known), *(part_of(turn.frame, part) for turn in turns)] for part in PARTS} if turns else {}


@dataclass(frozen=True)
class Head:
    """One part of a frame: its values in the order of the rows of weights."""

    values: list[str]
    weights: np.ndarray
    bias: np.ndarray


def _fit_head(part: str, features: csr_matrix, known: Sequence[str | None], weight: np.ndarray) -> Head:
    """Fitted on the texts of which the part is known."""
    rows = np.array([row for row, value in enumerate(known) if value is not None])
    model = LinearSVC(C=REGULARISATION, tol=TOLERANCE, random_state=0, class_weight=RARE.get(part))
    fitted = model.fit(features[rows], np.array([known[row] for row in rows]), sample_weight=weight[rows])
    weights, bias = fitted.coef_, fitted.intercept_
    if len(fitted.classes_) == 2:  # noqa: PLR2004 - liblinear tells two apart by one row
        weights, bias = np.vstack([-weights, weights]), np.concatenate([-bias, bias])
    return Head([str(each) for each in fitted.classes_], weights, bias)


def _fit(features: Any, owner: np.ndarray, weight: np.ndarray | None = None) -> LinearSVC:
    return LinearSVC(C=REGULARISATION, tol=TOLERANCE, random_state=0).fit(features, owner, sample_weight=weight)


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


def _left_out(material: Material, out: np.ndarray, ours: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Margins and similarity of these rows, by a model that was fitted on all others."""
    owner, vectors = material.owner, material.vectors
    kept = np.setdiff1d(np.arange(len(owner)), out)
    vectorisers = Vectorisers([material.texts[index] for index in kept])
    fitted = _fit(material.features(vectorisers, kept, material.taught), owner[kept], material.weight[kept])
    margins, similarity = np.zeros((len(out), len(ours))), np.zeros((len(out), 2))
    margins[:, fitted.classes_] = material.margins(fitted, vectorisers, out)
    best = np.argsort(-np.where(ours, margins, -np.inf), axis=1)[:, :2]
    for column in range(len(ours)):
        known = vectors[kept][owner[kept] == column]
        for rank in (0, 1):
            asking = np.flatnonzero(best[:, rank] == column)
            if len(asking):
                similarity[asking, rank] = (vectors[out[asking]] @ known.T).max(axis=1)
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
