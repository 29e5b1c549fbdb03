"""Answer, ask or refuse: how sure is sure enough.

`Acceptance` estimates the probability that answering with the best label of ours is right, from the probabilities and the similarity
to the nearest examples.
`choose_thresholds` reads the risk-coverage curve for a stated wrong-answer rate.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np

Decision = Literal["answered", "asked", "refused"]
NEAR, FAR = NOT_OURS = ("tema_no_cubierto", "fuera_de_tema")
TALK = frozenset(
    {
        "saludar",
        "despedirse",
        "agradecer",
        "preguntar_si_es_bot",
        "preguntar_quien_eres",
        "pedir_ayuda",
        "afirmar",
        "negar",
        "charla",
        "contar",
    }
)
ASKS_NOTHING = TALK - {"preguntar_si_es_bot", "preguntar_quien_eres", "pedir_ayuda"}
DEEDS = frozenset({"reenviar_datos_conexion", "hablar_con_asesor", "datos_personales"})
"""Their answers may do something, send a mail or open a case: never from a likely guess."""
INSTEAD_OF_DEED = {"reenviar_datos_conexion": "faq_datos_conexion"}
"""The question whose answer says what there is and offers the deed: so much may be guessed."""
# answering one of a pair for the other is not harmful: both answers say the general rule and the customer's own state, or that this is no person
PAIRS = (
    frozenset({"faq_factura", "consultar_factura"}),
    frozenset({"faq_consultar_vigencia", "consultar_suscripcion"}),
    frozenset({"preguntar_si_es_bot", "preguntar_quien_eres"}),
    frozenset({"saludar", "charla"}),
)
CHOICES = 3
MIN_CHOICE_PROBABILITY = 0.03
NEVER = 1.1  # above any probability
IDLE = frozenset({"charla", "contar"})
IDLE_FROM = 0.65
"""To ask what small talk is meant as would be odder than to answer it: from this acceptance on it is answered."""


def same_or_pair(one: str, other: str) -> bool:
    """Whether an answer to `one` also answers `other`."""
    return one == other or frozenset({one, other}) in PAIRS


def worth_offering(labels: Sequence[str], probabilities: Sequence[float]) -> list[str]:
    """Which of the best labels to ask about: questions that are probable enough, never both of a pair; small talk only when alone."""
    offered: list[str] = []
    for label, probability in zip(labels, probabilities, strict=True):
        probable = probability >= MIN_CHOICE_PROBABILITY or label == labels[0]
        if probable and label not in TALK and not any(same_or_pair(label, other) for other in offered):
            offered.append(label)
    return offered or [labels[0]]


@dataclass(frozen=True)
class Evidence:
    """What the decision looks at, one row per message: probabilities (n, k), margins (n, k), similarity of the two best labels of ours (n, 2)."""

    probabilities: np.ndarray
    margins: np.ndarray
    similarity: np.ndarray
    best: np.ndarray  # (n, 3) columns of the three best labels of ours
    not_ours: np.ndarray  # (n,) probability of the two not-ours labels together
    goes_on: np.ndarray  # (n,) 1 where the message goes on from others, which are read less surely; else 0

    def features(self) -> np.ndarray:
        """Inputs of the acceptance model, shape (n, 8)."""
        rows = np.arange(len(self.best))
        first, second = self.best[:, 0], self.best[:, 1]
        return np.column_stack(
            [
                _logit(self.probabilities[rows, first]),
                _logit(self.probabilities[rows, second]),
                _logit(self.not_ours),
                self.similarity[:, 0],
                self.similarity[:, 1],
                self.margins[rows, first],
                self.margins[rows, second],
                self.goes_on,
            ]
        )


def _logit(probability: np.ndarray) -> np.ndarray:
    floor = 1e-4
    return np.asarray(np.log((probability + floor) / (1 - probability + floor)))


class Acceptance:
    """Probability that the best label of ours is the right answer."""

    def __init__(self, weights: np.ndarray, bias: float) -> None:
        self.weights, self.bias = weights, bias

    def probability(self, evidence: Evidence) -> np.ndarray:
        """Shape (n,)."""
        return np.asarray(1 / (1 + np.exp(-(evidence.features() @ self.weights + self.bias))))


@dataclass(frozen=True)
class Thresholds:
    """Answer from `answer` on; refuse below `refuse`, when not-ours is more probable than `not_ours`, or when far away is likeliest; ask between.

    Within a conversation a question is answered from `in_talk` on: but for talk that asks nothing, and for what does something.
    """

    answer: float
    refuse: float
    not_ours: float
    in_talk: float = NEVER

    def decide(self, acceptance: float, not_ours: float, likeliest: str, *, in_talk: bool = False) -> Decision:
        """The decision for one message, whose likeliest label of all is `likeliest`."""
        surely_not = in_talk and likeliest in NOT_OURS
        lenient = in_talk and likeliest not in ASKS_NOTHING | DEEDS and not surely_not
        if acceptance >= (min(self.answer, self.in_talk) if lenient else self.answer) or (likeliest in IDLE and acceptance >= IDLE_FROM):
            return "answered"
        if acceptance < self.refuse or not_ours > self.not_ours or likeliest == FAR or surely_not:
            return "refused"
        return "asked"

    def to_json(self) -> dict[str, Any]:
        """For the model's metadata."""
        return asdict(self)


def choose_thresholds(acceptance: np.ndarray, wrong: np.ndarray, wrong_answer_rate: float, refuse: float, not_ours: float) -> Thresholds:
    """The lowest answering threshold whose wrong answers, of all messages, stay within `wrong_answer_rate`."""
    order = np.argsort(-acceptance)
    rate = np.cumsum(wrong[order]) / len(wrong)
    allowed = np.flatnonzero(rate <= wrong_answer_rate)
    lowest = float(acceptance[order][allowed[-1]]) if len(allowed) else NEVER
    return Thresholds(answer=max(refuse, lowest), refuse=refuse, not_ours=not_ours)
