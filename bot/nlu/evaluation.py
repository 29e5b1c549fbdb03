"""Figures of understanding on labelled messages, through the same model, thresholds and splitting that serve customers.

Definitions: design section 5. Of a message that was split needlessly, the right part counts as answered right and the other one as
answered wrong: such a message counts in both figures.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.metrics import f1_score

from bot.errors import AssistantError
from bot.nlu.decision import FAR, NEAR, NOT_OURS, same_or_pair

BINS = 10


class EvaluationError(AssistantError):
    """The file of messages is not what it should be; the message names the line."""


@dataclass(frozen=True)
class Labelled:
    """One line `text<TAB>intent` of a file."""

    text: str
    intent: str


@dataclass(frozen=True)
class Outcome:
    """What was understood of one message. `parts` are (decision, label answered, labels offered) of each question found in it."""

    intent: str
    ranking: list[tuple[str, float]]
    parts: list[tuple[str, str | None, list[str]]]
    milliseconds: float

    @property
    def top(self) -> str:
        """The most probable label of the whole message."""
        return self.ranking[0][0]

    @property
    def answered(self) -> list[str]:
        """Labels that were answered."""
        return [label for decision, label, _ in self.parts if decision == "answered" and label]

    @property
    def answered_right(self) -> bool:
        """The right answer was given: some answered part is the label or its pair (a needless second answer counts as wrong as well)."""
        return any(same_or_pair(label, self.intent) for label in self.answered)

    @property
    def answered_wrong(self) -> bool:
        """Some answered part is neither the label nor its pair."""
        return any(not same_or_pair(label, self.intent) for label in self.answered)

    @property
    def asked(self) -> bool:
        """Asked and nothing answered."""
        return not self.answered and any(decision == "asked" for decision, *_ in self.parts)

    @property
    def offered(self) -> list[str]:
        """Labels offered as buttons."""
        return [label for decision, _, labels in self.parts if decision == "asked" for label in labels]

    @property
    def refused(self) -> bool:
        """Neither answered nor asked."""
        return not self.answered and not self.asked


def read_labelled(path: Path, known: Iterable[str]) -> list[Labelled]:
    """Messages of a TSV file. Raises EvaluationError naming the line."""
    return [Labelled(text, intent) for text, intent in read_rows(path, known, 1, "text<TAB>intent")]


def read_rows(path: Path, known: Iterable[str], intents: int, form: str) -> list[tuple[str, ...]]:
    """Text and `intents` labels of each line of a TSV file. Raises EvaluationError naming the line; `form` is what it says is expected."""
    labels, rows = set(known), []
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise EvaluationError(f"{path}: {error}") from None
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        text, *named = line.rsplit("\t", intents)
        named = [label.strip() for label in named]
        if len(named) != intents or not text.strip():
            raise EvaluationError(f"{path}:{number}: expected {form}")
        if unknown := [label for label in named if label not in labels]:
            raise EvaluationError(f"{path}:{number}: unknown intent {unknown[0]!r}")
        rows.append((text, *named))
    if not rows:
        raise EvaluationError(f"{path}: no messages")
    return rows


def figures(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """All figures of design section 5; a figure without rows is None."""
    ours = [outcome for outcome in outcomes if outcome.intent not in NOT_OURS]
    far = [outcome for outcome in outcomes if outcome.intent == FAR]
    near = [outcome for outcome in outcomes if outcome.intent == NEAR]
    truth, top = [outcome.intent for outcome in ours], [outcome.top for outcome in ours]
    return {
        "messages": len(outcomes),
        "accuracy": _share(outcome.top == outcome.intent for outcome in ours),
        "macro_f1": round(float(f1_score(truth, top, labels=sorted(set(truth)), average="macro", zero_division=0)), 4) if ours else None,
        "top3": _share(outcome.intent in [label for label, _ in outcome.ranking[:3]] for outcome in ours),
        "answered_right": _share(outcome.answered_right for outcome in ours),
        "asked_with_right_choice": _share(
            outcome.asked and any(same_or_pair(label, outcome.intent) for label in outcome.offered) for outcome in ours
        ),
        "asked": _share(outcome.asked for outcome in ours),
        "refused_in_scope": _share(outcome.refused for outcome in ours),
        "answered_wrong": _share(outcome.answered_wrong for outcome in outcomes),
        "ece": expected_calibration_error(
            [outcome.ranking[0][1] for outcome in outcomes], [outcome.top == outcome.intent for outcome in outcomes]
        ),
        "refused_far": _share(outcome.refused for outcome in far),
        "near_not_answered": _share(not outcome.answered for outcome in near),
        "ms_p50": round(float(np.median([outcome.milliseconds for outcome in outcomes])), 3) if outcomes else None,
    }


def expected_calibration_error(probabilities: Sequence[float], right: Sequence[bool]) -> float | None:
    """Mean distance between probability and accuracy over BINS equal bins, weighted by their messages."""
    if not probabilities:
        return None
    p, r = np.array(probabilities), np.array(right, dtype=float)
    bins = np.minimum((p * BINS).astype(int), BINS - 1)
    return round(float(sum(abs(p[bins == b].mean() - r[bins == b].mean()) * (bins == b).mean() for b in np.unique(bins))), 4)


def _share(truths: Iterable[bool]) -> float | None:
    values = list(truths)
    return round(sum(values) / len(values), 4) if values else None
