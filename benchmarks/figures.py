"""From what was measured to what is shown: percentiles, one row a figure, the table, the JSON object."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from bot.nlu.report_tables import table

Better = Literal["less", "more"]


@dataclass(frozen=True)
class Bar:
    """What a figure must reach: at most or at least `value`, of the ratio or of ours alone."""

    value: float
    better: Better = "less"
    of: Literal["ratio", "ours"] = "ratio"

    def reached(self, figure: Figure) -> bool | None:
        """Whether the figure does; None when it was not measured."""
        measured = figure.ratio if self.of == "ratio" else figure.ours
        if measured is None:
            return None
        return measured <= self.value if self.better == "less" else measured >= self.value

    def __str__(self) -> str:
        sign = "≤" if self.better == "less" else "≥"
        return f"{sign} {number(self.value)}{'' if self.of == 'ratio' else ' (ours)'}"


@dataclass(frozen=True)
class Figure:
    """One row: ours and stock in the same unit. A figure without a bar is for information."""

    title: str
    unit: str
    ours: float | None
    stock: float | None = None
    bar: Bar | None = None

    @property
    def ratio(self) -> float | None:
        """Ours ÷ stock, or None where one of them is missing."""
        return self.ours / self.stock if self.ours is not None and self.stock else None


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest value that `percent` of them do not exceed (nearest rank). ValueError without values."""
    if not values:
        raise ValueError("nothing was measured")
    ordered = sorted(values)
    return ordered[max(0, math.ceil(percent / 100 * len(ordered)) - 1)]


def number(value: float | None) -> str:
    """Three significant digits, or a dash."""
    if value is None:
        return "–"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def render(figures: Sequence[Figure]) -> str:
    """The Markdown table."""
    rows = [
        (
            f"{figure.title}, {figure.unit}" if figure.unit else figure.title,
            number(figure.ours),
            number(figure.stock),
            number(figure.ratio),
            _verdict(figure),
        )
        for figure in figures
    ]
    return table(("figure", "ours", "stock Rasa", "ours ÷ stock", "bar"), rows)


def _verdict(figure: Figure) -> str:
    if figure.bar is None:
        return ""
    words = {True: " reached", False: " **missed**", None: ""}
    return f"{figure.bar}{words[figure.bar.reached(figure)]}"


def rounded(value: float | None, digits: int = 3) -> float | None:
    """For the JSON object."""
    return None if value is None else round(value, digits)
