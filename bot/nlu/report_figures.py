"""Figures of the report on understanding and the bars agreed for them (design section 5, issue 3)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from bot.nlu.evaluation import figures
from bot.nlu.readings import COMPLETE, Compound, ModelFacts, Reading, in_scope

NOISE_BARS = {"marks": 0.01, "errors": 0.04, "shorthand": 0.02}
COMPOUND_BAR = 0.90
NOISED = ("accuracy", "answered_right", "answered_wrong")


@dataclass(frozen=True)
class Bar:
    """One agreed figure: where it comes from, what it must reach and of which messages it is a share."""

    key: str
    title: str
    limit: float | None
    at_least: bool
    of: str = ""

    def met(self, value: float | None) -> str:
        """`yes`, `no`, or a dash where there is no bar or no figure."""
        if self.limit is None or value is None:
            return "–"
        return "yes" if (value >= self.limit if self.at_least else value <= self.limit) else "**no**"

    def wanted(self, write: Callable[[float], str]) -> str:
        """The bar in words."""
        return "–" if self.limit is None else f"{'≥' if self.at_least else '≤'} {write(self.limit)}"


BARS = (
    Bar("accuracy", "in-scope accuracy, top 1", 0.95, True, "ours"),
    Bar("macro_f1", "in-scope macro-F1", 0.94, True),
    Bar("top3", "right label among the three best, in scope", None, True, "ours"),
    Bar("served", "right answer, or right choice among the buttons", 0.985, True, "ours"),
    Bar("answered_right", "right answer at once", None, True, "ours"),
    Bar("asked", "asked instead of answered, in scope", 0.12, False, "ours"),
    Bar("refused_in_scope", "refused although in scope", None, False, "ours"),
    Bar("answered_wrong", "answered with a wrong intent, of all messages", 0.015, False, "all"),
    Bar("refused_far", "far out of scope: refused", 0.97, True, "far"),
    Bar("near_not_answered", "near out of scope: not answered as if ours", 0.92, True, "near"),
    Bar("ece", "expected calibration error", 0.03, False),
    Bar("ms_p50", "parse, ms of CPU, one thread, p50", 8.0, False),
)


@dataclass(frozen=True)
class Measured:
    """Everything one evaluation found. `noise` maps a kind to its readings, one list for every seed."""

    files: list[str]
    model: ModelFacts
    readings: list[Reading]
    trained_texts: frozenset[str]
    normalise: Callable[[str], str]
    noise: dict[str, list[list[Reading]]] = field(default_factory=dict)
    compound: list[Compound] = field(default_factory=list)
    compound_file: str = ""

    @cached_property
    def untrained(self) -> list[Reading]:
        """Messages that do not stand, once normalised, in the training files."""
        return [reading for reading in self.readings if self.normalise(reading.text) not in self.trained_texts]


def all_figures(readings: Sequence[Reading]) -> dict[str, Any]:
    """Design section 5, and `served`."""
    ours = in_scope(readings)
    return {**figures([r.outcome for r in readings]), "served": sum(r.served for r in ours) / len(ours) if ours else None}


def noise_losses(measured: Measured) -> dict[str, dict[str, float]]:
    """For every kind of noise, how much each figure of NOISED falls (a rise of wrong answers is a loss too), mean over seeds."""
    clean = all_figures(measured.readings)
    losses: dict[str, dict[str, float]] = {}
    for kind, runs in measured.noise.items():
        made = [all_figures(run) for run in runs]
        if all(clean[key] is not None for key in NOISED):
            losses[kind] = {key: loss(key, clean[key], float(np.mean([run[key] for run in made]))) for key in NOISED}
    return losses


def loss(key: str, clean: float, noisy: float) -> float:
    """Positive when noise made it worse."""
    return round(noisy - clean if key == "answered_wrong" else clean - noisy, 4)


def compound_share(compound: Sequence[Compound]) -> float | None:
    """Share of messages whose two questions were both answered, in order."""
    return round(sum(row.verdict == COMPLETE for row in compound) / len(compound), 4) if compound else None
