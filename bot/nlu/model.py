"""The intent model: a linear classifier over n-grams and sentence vectors, with calibrated probabilities. No Rasa here.

It is made in bot/nlu/training.py, whose libraries a server never loads.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bot.nlu.context import ContextColumns, goes_on, leaning
from bot.nlu.decision import (
    ASKS_NOTHING,
    CHOICES,
    DEEDS,
    IDLE,
    INSTEAD_OF_DEED,
    NOT_OURS,
    TALK,
    Acceptance,
    Decision,
    Evidence,
    Thresholds,
    same_or_pair,
    worth_offering,
)
from bot.nlu.features import ENCODER_DIMENSIONS, NGrams, encode
from bot.nlu.spelling import Spelling
from bot.protocol.frame import NOTHING, Asked

LIKELIER, LIKELY = 3.0, 0.5
"""How many times likelier than the likeliest question talk must be to be taken for no more than that; how probable where no question is likely."""
ACT_OF_WHAT_IF = 1.0
"""How much less likely "nothing is supposed" is, as a margin, of a message that asks what if."""


@dataclass(frozen=True)
class Prediction:
    """What one message was understood as.

    `ranking` is (label, probability), best first, all labels; `best` the likeliest label of ours; `choices` what to ask about;
    `parts` the likeliest value of each other part of a frame (asked, servers, supposed, move, refers).
    """

    ranking: list[tuple[str, float]]
    decision: Decision
    acceptance: float
    best: str
    choices: list[str]
    parts: dict[str, str]


Heads = Mapping[str, list[str]]
"""The values of each other part of a frame, in the order of their columns."""


class IntentModel:
    """Predicts labels; every attribute is plain numbers and text.

    The features of a message: its n-grams, the words of its context, its sentence vector.
    """

    def __init__(
        self,
        labels: list[str],
        ngrams: NGrams,
        weights: np.ndarray,
        bias: np.ndarray,
        scales: Sequence[float],
        examples: np.ndarray,
        owner: np.ndarray,
        acceptance: Acceptance,
        thresholds: Thresholds,
        spelling: Spelling,
        context: ContextColumns,
        heads: Heads,
    ) -> None:
        self.labels = labels
        self.ngrams = ngrams
        self.weights, self.bias = weights, bias  # (features, labels + heads) float32, (…,)
        self.scales = list(scales)  # softmax temperature⁻¹ of messages that stand alone, and of those that go on from others
        self.examples, self.owner = examples, owner  # (n, 512) vectors and (n,) label index of each, in the order of the labels
        self.acceptance = acceptance
        self.thresholds = thresholds
        self.spelling = spelling
        self.context, self.heads = context, heads
        self._ours = np.array([label not in NOT_OURS for label in labels])
        self._vector_weights = weights[-ENCODER_DIMENSIONS:].astype(np.float64)  # so that the sum is one of 64 bits
        self._by_label = np.split(examples, np.searchsorted(owner, range(1, len(labels))))  # views: nothing is copied

    def predict(self, text: str) -> Prediction:
        """Understand one normalised text."""
        return self.predict_all([text])[0]

    def predict_all(self, texts: Sequence[str], contexts: Sequence[Sequence[str]] = (), eager: Sequence[bool] = ()) -> list[Prediction]:
        """Understand several normalised texts: the encoder reads its weights once for all, which is most of what one costs.

        `contexts`: the words of each text's context (bot/nlu/context.py); none at all for texts that stand alone. `eager`: those that are
        answered from the lower threshold on.
        """
        corrected = [self.spelling.correct(text) for text in texts]
        rows = zip(corrected, contexts or [()] * len(corrected), eager or [False] * len(corrected), encode(corrected), strict=True)
        return [self._predict(*row) for row in rows]

    def _predict(self, text: str, words: Sequence[str], eager: bool, vector: np.ndarray) -> Prediction:
        columns, weights = self.ngrams.row(text)
        every = weights @ self.weights[columns] + vector @ self._vector_weights + self.bias
        if words:
            context_columns, context_weights = self.context.row(words)
            of_context = context_weights @ self.weights[context_columns + self.ngrams.size]
            of_context[: len(self.labels)] *= leaning(
                every[np.newaxis, : len(self.labels)]
            )  # how it is asked follows from the talk all the same
            every = every + of_context
        margins = every[np.newaxis, : len(self.labels)]
        going_on = np.array([goes_on(words)], dtype=int)
        evidence = evidence_of(margins, self.scales, self._ours, self._similarity(vector, margins[0]), going_on)
        acceptance = float(self.acceptance.probability(evidence)[0])
        probabilities = evidence.probabilities[0]
        order = np.argsort(-probabilities)
        decision = self.thresholds.decide(acceptance, float(evidence.not_ours[0]), self.labels[order[0]], in_talk=eager)
        ours = evidence.best[0]
        best = self.labels[ours[0]]
        choices = worth_offering([self.labels[column] for column in ours], [float(probabilities[column]) for column in ours])
        likely = {INSTEAD_OF_DEED.get(label, label) for label in choices}
        if decision == "asked" and best in TALK:  # it is answered or not understood, not asked about
            alone = choices == [best]
            meant = sum(float(probabilities[column]) for column in ours if same_or_pair(best, self.labels[column]))
            question = max(float(probabilities[column]) for column in np.flatnonzero(self._ours) if self.labels[column] not in TALK)
            needed = LIKELIER * question if not alone else LIKELY if best in ASKS_NOTHING else 0.0
            if meant >= needed and (eager or best not in IDLE):
                decision = "answered"
            elif alone and (eager or best in IDLE):
                decision = "refused"
        if eager and decision == "asked" and len(likely) == 1 and not likely & (ASKS_NOTHING | DEEDS):
            decision, best = "answered", likely.pop()  # a question with one choice is needless
        return Prediction(
            ranking=[(self.labels[column], float(probabilities[column])) for column in order],
            decision=decision,
            acceptance=acceptance,
            best=best,
            choices=choices,
            parts=_likeliest(self.heads, every[len(self.labels) :]),
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
            "scales": self.scales,
            "acceptance_bias": self.acceptance.bias,
            "thresholds": self.thresholds.to_json(),
            "words": self.spelling.counts,
            "context": self.context.words,
            "heads": self.heads,
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
                meta["scales"],
                arrays["examples"],
                arrays["owner"],
                acceptance,
                Thresholds(**meta["thresholds"]),
                Spelling(meta["words"]),
                ContextColumns(meta["context"]),
                meta["heads"],
            )


def evidence_of(margins: np.ndarray, scales: Sequence[float], ours: np.ndarray, similarity: np.ndarray, going_on: np.ndarray) -> Evidence:
    """What the decision looks at: margins (n, k), `ours` (k,) boolean, similarity (n, 2), which go on from others (n,), 0 or 1."""
    scaled = np.array(scales)[going_on, np.newaxis] * (margins - margins.max(axis=1, keepdims=True))
    exponentials = np.exp(scaled)
    probabilities = exponentials / exponentials.sum(axis=1, keepdims=True)
    best = np.argsort(-np.where(ours, margins, -np.inf), axis=1)[:, :CHOICES]
    return Evidence(probabilities, margins, similarity, best, probabilities[:, ~ours].sum(axis=1), going_on)


def _likeliest(heads: Heads, margins: np.ndarray) -> dict[str, str]:
    """The likeliest value of each part; what is asked as "what if" supposes something, where any act is near to likely."""
    found: dict[str, str] = {}
    start = 0
    for part, values in heads.items():
        own = margins[start : start + len(values)].copy()
        if part == "supposed" and found.get("asked") == Asked.WHAT_IF and NOTHING in values:
            own[values.index(NOTHING)] -= ACT_OF_WHAT_IF
        found[part] = values[int(own.argmax())]
        start += len(values)
    return found
