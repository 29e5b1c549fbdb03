"""Plots of the report on understanding. Drawn on figures of their own, without pyplot, so that no display and no global state is used."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from bot.nlu.evaluation import BINS
from bot.nlu.readings import Reading, confusions, recalls, risk_coverage

DPI = 110
CONFUSED_SHOWN = 28
WEAK_RECALL = 0.9
WRONG_ANSWERS_BAR = 0.015
RISK_SHOWN = 8  # %: beyond it no threshold would be chosen
DARKEST = 5  # one confusion is pale, five are dark
BLUE, ORANGE, RED, GREY = "#2b6cb0", "#dd6b20", "#c53030", "#718096"


def draw_all(folder: Path, readings: Sequence[Reading], answer_from: float) -> None:
    """reliability.png, risk_coverage.png, recall.png and, if anything was confused, confusions.png."""
    _reliability(folder / "reliability.png", readings)
    _risk_coverage(folder / "risk_coverage.png", readings, answer_from)
    _recall(folder / "recall.png", readings)
    (folder / "confusions.png").unlink(missing_ok=True)
    if confusions(readings):
        _confusions(folder / "confusions.png", readings)


def _canvas(width: float, height: float) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    return figure, figure.add_subplot()


def _reliability(path: Path, readings: Sequence[Reading]) -> None:
    probability = np.array([reading.outcome.ranking[0][1] for reading in readings])
    right = np.array([reading.outcome.top == reading.outcome.intent for reading in readings], dtype=float)
    bins = np.minimum((probability * BINS).astype(int), BINS - 1)
    figure, axes = _canvas(5.5, 5.2)
    axes.plot([0, 1], [0, 1], color=GREY, linestyle="--", linewidth=1, label="perfectly calibrated")
    used = np.unique(bins)
    said, was = [probability[bins == b].mean() for b in used], [right[bins == b].mean() for b in used]
    axes.plot(said, was, color=BLUE, marker="o", label="this model")
    for b, x, y in zip(used, said, was, strict=True):
        axes.annotate(f"{(bins == b).sum()}", (x, y), textcoords="offset points", xytext=(6, -12), fontsize=8, color=GREY)
    axes.set(
        xlabel="probability of the most probable label",
        ylabel="share that was right",
        xlim=(0, 1.1),
        ylim=(0, 1.02),
        title="Reliability (numbers: messages in the bin)",
    )
    axes.legend(loc="upper left")
    figure.savefig(path, dpi=DPI)


def _risk_coverage(path: Path, readings: Sequence[Reading], answer_from: float) -> None:
    coverage, of_all, of_answered = risk_coverage(readings)
    figure, axes = _canvas(6.5, 4.5)
    axes.step(100 * coverage, 100 * of_all, where="post", color=BLUE, label="wrong answers, of all messages")
    axes.step(100 * coverage, 100 * of_answered, where="post", color=BLUE, linestyle=":", label="wrong answers, of those answered")
    chosen = sum(reading.acceptance >= answer_from for reading in readings)
    if chosen:
        x, y = 100 * coverage[chosen - 1], 100 * of_all[chosen - 1]
        axes.axvline(x, color=ORANGE, linewidth=1)
        axes.plot([x], [y], color=ORANGE, marker="o", linestyle="", label=f"chosen threshold {answer_from:.3f}: {x:.1f} % answered")
    axes.axhline(100 * WRONG_ANSWERS_BAR, color=RED, linestyle="--", linewidth=1, label=f"bar: {100 * WRONG_ANSWERS_BAR:g} % of all")
    axes.set(xlabel="% of messages answered", ylabel="%", xlim=(0, 100), title="Risk and coverage, whole messages, before splitting")
    axes.set_ylim(0, RISK_SHOWN)
    axes.legend(loc="upper left", fontsize=8)
    figure.savefig(path, dpi=DPI)


def _recall(path: Path, readings: Sequence[Reading]) -> None:
    rows = recalls(readings)[::-1]
    figure, axes = _canvas(7.5, 1.2 + 0.24 * len(rows))
    axes.barh(
        [f"{label} ({number})" for label, _, number in rows],
        [100 * share for _, share, _ in rows],
        color=[BLUE if share >= WEAK_RECALL else ORANGE for _, share, _ in rows],
    )
    axes.set(
        xlim=(0, 100), xlabel="% of its messages whose most probable label is right (messages in brackets)", title="Recall of each label"
    )
    axes.tick_params(axis="y", labelsize=8)
    axes.margins(y=0.01)
    figure.savefig(path, dpi=DPI)


def _confusions(path: Path, readings: Sequence[Reading]) -> None:
    counted = confusions(readings)
    involved: dict[str, int] = {}
    for pair, number in counted.items():
        for label in pair:
            involved[label] = involved.get(label, 0) + number
    labels = sorted(sorted(involved, key=lambda label: -involved[label])[:CONFUSED_SHOWN])
    position = {label: index for index, label in enumerate(labels)}
    grid = np.zeros((len(labels), len(labels)))
    for (truth, told), number in counted.items():
        if truth in position and told in position:
            grid[position[truth], position[told]] = number
    figure, axes = _canvas(3 + 0.34 * len(labels), 2.4 + 0.34 * len(labels))
    axes.imshow(grid, cmap="Oranges", vmin=0, vmax=max(DARKEST, grid.max()))
    for row, column in np.argwhere(grid > 0):
        axes.text(column, row, f"{grid[row, column]:.0f}", ha="center", va="center", fontsize=8)
    axes.set_xticks(range(len(labels)), labels, rotation=90, fontsize=8)
    axes.set_yticks(range(len(labels)), labels, fontsize=8)
    axes.set(xlabel="understood as", ylabel="meant", title="Confused labels (right ones left out)")
    figure.savefig(path, dpi=DPI)
