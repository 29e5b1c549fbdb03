"""Messages as they were read in one evaluation, and what the report counts on them beyond the figures of design section 5."""

from __future__ import annotations

import json
import tarfile
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import IO, Any

import numpy as np

from bot.nlu.decision import NOT_OURS, same_or_pair
from bot.nlu.evaluation import EvaluationError, Labelled, Outcome, read_rows

COMPLETE = "both answered, in order"
QUESTIONS = 2


@dataclass(frozen=True)
class Reading:
    """One message, what was understood, and the estimate that answering with the best label of ours is right."""

    text: str
    outcome: Outcome
    acceptance: float

    @property
    def best_of_ours(self) -> str | None:
        """The label that would be answered if everything were answered."""
        return next((label for label, _ in self.outcome.ranking if label not in NOT_OURS), None)

    @property
    def would_be_wrong(self) -> bool:
        """Whether that answer would be neither the label nor its pair."""
        return self.best_of_ours is None or not same_or_pair(self.best_of_ours, self.outcome.intent)

    @property
    def right_probability(self) -> float:
        """Probability given to the right label."""
        return dict(self.outcome.ranking).get(self.outcome.intent, 0.0)

    @property
    def served(self) -> bool:
        """In scope: answered right or offered the right choice. Not ours: not answered."""
        if self.outcome.intent in NOT_OURS:
            return not self.outcome.answered
        return self.outcome.answered_right or (
            self.outcome.asked and any(same_or_pair(x, self.outcome.intent) for x in self.outcome.offered)
        )

    @property
    def told(self) -> str:
        """What the customer got."""
        if self.outcome.answered:
            return "answered " + " + ".join(self.outcome.answered)
        return "asked " + " / ".join(self.outcome.offered) if self.outcome.asked else "refused"


def in_scope(readings: Iterable[Reading]) -> list[Reading]:
    """Those of ours."""
    return [reading for reading in readings if reading.outcome.intent not in NOT_OURS]


def confusions(readings: Iterable[Reading]) -> Counter[tuple[str, str]]:
    """How often each (label, other label) was mistaken, by the most probable label."""
    return Counter((r.outcome.intent, r.outcome.top) for r in readings if r.outcome.top != r.outcome.intent)


def recalls(readings: Iterable[Reading]) -> list[tuple[str, float, int]]:
    """(label, share of its messages whose most probable label is it or of its pair, messages), the weakest first."""
    right: Counter[str] = Counter()
    total: Counter[str] = Counter()
    for reading in readings:
        total[reading.outcome.intent] += 1
        right[reading.outcome.intent] += same_or_pair(reading.outcome.intent, str(reading.outcome.top))
    return sorted(((label, right[label] / number, number) for label, number in total.items()), key=lambda row: (row[1], row[0]))


def risk_coverage(readings: Sequence[Reading]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Coverage, wrong answers as a share of all messages, and of those answered, for every possible threshold from strict to lax."""
    ordered = sorted(readings, key=lambda reading: -reading.acceptance)
    wrong = np.cumsum([reading.would_be_wrong for reading in ordered])
    answered = np.arange(1, len(ordered) + 1)
    return answered / len(ordered), wrong / len(ordered), wrong / answered


def hardest(readings: Iterable[Reading], number: int) -> list[Reading]:
    """Wrong answers first, then what was not served, then the least probable right labels."""
    return sorted(readings, key=lambda r: (not r.outcome.answered_wrong, r.served, r.right_probability))[:number]


@dataclass(frozen=True)
class Compound:
    """A message that asks two things, and the parts that were found in it: (decision, label, labels offered)."""

    text: str
    wanted: tuple[str, str]
    parts: list[tuple[str, str | None, list[str]]]

    @property
    def verdict(self) -> str:
        """What became of the two questions."""
        answered = [label for decision, label, _ in self.parts if decision == "answered" and label]
        asked = any(decision == "asked" for decision, *_ in self.parts)
        if any(not any(same_or_pair(label, wanted) for wanted in self.wanted) for label in answered):
            return "a wrong answer"
        if len(answered) == len(self.wanted):
            fits = [same_or_pair(label, wanted) for label, wanted in zip(answered, self.wanted, strict=True)]
            return COMPLETE if all(fits) else "both answered, not each once in order"
        if answered:
            return "one answered, asked about the rest" if asked else "only one answered"
        return "only asked" if asked else "refused"


def read_compound(path: Path, known: Iterable[str]) -> list[tuple[str, str, str]]:
    """Rows `text<TAB>intent1<TAB>intent2`. Raises EvaluationError naming the line."""
    rows = read_rows(path, known, QUESTIONS, "text<TAB>intent1<TAB>intent2")
    return [(text.strip(), first, second) for text, first, second in rows]


@dataclass(frozen=True)
class ModelFacts:
    """What a trained archive says of itself."""

    name: str
    trained_at: str
    examples: int
    labels: int
    answer_from: float


def read_model(path: Path) -> ModelFacts:
    """Facts of an archive that holds our intent model. Raises EvaluationError when it is no such archive."""
    try:
        with tarfile.open(path) as archive:
            members = {Path(member.name).name: member for member in archive.getmembers()}
            metadata, model = (json.load(_open(archive, members[name])) for name in ("metadata.json", "model.json"))
            with np.load(BytesIO(_open(archive, members["model.npz"]).read()), allow_pickle=False) as arrays:
                examples = len(arrays["owner"])
    except (OSError, tarfile.TarError, KeyError, ValueError) as error:
        raise EvaluationError(f"{path}: not a trained model of this assistant ({error})") from None
    return ModelFacts(path.name, str(metadata["trained_at"])[:16], examples, len(model["labels"]), model["thresholds"]["answer"])


def _open(archive: tarfile.TarFile, member: tarfile.TarInfo) -> IO[bytes]:
    opened = archive.extractfile(member)
    if opened is None:
        raise KeyError(member.name)
    return opened


def noisy(rows: Sequence[Labelled], make: Any, seed: int) -> list[Labelled]:
    """The same messages with noise."""
    return [Labelled(make(row.text, seed), row.intent) for row in rows]
