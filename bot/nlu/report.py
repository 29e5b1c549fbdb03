"""The report on understanding: a folder with index.md and plots, and the same figures as a block for the documentation.

The figures are those of design section 5 against the bars agreed for them. A small file makes wide intervals, so they stand beside.
"""

from __future__ import annotations

import os
import platform
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from bot.nlu.evaluation import FAR, NEAR
from bot.nlu.noise import TITLES
from bot.nlu.readings import COMPLETE, Compound, Reading, confusions, hardest, in_scope, recalls
from bot.nlu.report_figures import BARS, COMPOUND_BAR, NOISE_BARS, NOISED, Bar, Measured, all_figures, noise_losses
from bot.nlu.report_tables import code, interval, percent, points, shown, table

HARDEST_SHOWN = 40
CONFUSIONS_SHOWN = 30
AGAIN = (
    "`python -m bot evaluate FILE.tsv … --report [--compound FILE.tsv] [--out FOLDER]`: the model, thresholds and splitting that serve "
    "customers; noise is drawn from fixed seeds, so a second run gives the same figures."
)


def summary(measured: Measured) -> str:
    """What was measured, and the figures against the bars: the block that also stands in the documentation."""
    parts = [_setting(measured), _figures_table(measured)]
    if measured.noise:
        parts.append("Loss under generated noise, in points (mean over seeds where the noise is drawn):\n\n" + _noise_table(measured))
    if measured.compound:
        parts.append(f"Two questions in one message ({code(measured.compound_file)}):\n\n" + _compound_table(measured.compound))
    return "\n\n".join(parts)


def write_report(folder: Path, measured: Measured) -> Path:
    """Write index.md and the plots; the path of index.md."""
    from bot.nlu.report_plots import draw_all  # noqa: PLC0415 - matplotlib only where a report is asked for

    folder.mkdir(parents=True, exist_ok=True)
    draw_all(folder, measured.readings, measured.model.answer_from)
    index = folder / "index.md"
    index.write_text("\n\n".join(_sections(measured)) + "\n", encoding="utf-8")
    return index


def _sections(measured: Measured) -> list[str]:
    readings = measured.readings
    split = sum(len(reading.outcome.parts) > 1 for reading in readings)
    sections = ["# Understanding: report", summary(measured)]
    sections.append(f"Messages that ask one thing but were split in two: {split} of {len(readings)}.")
    sections += ["## Confused labels", _confusion_section(readings)]
    sections += ["## Reliability", "![reliability diagram](reliability.png)"]
    sections += ["## Risk and coverage", "![risk-coverage curve with the chosen threshold](risk_coverage.png)"]
    sections += ["## Recall of each label", "![recall of each label](recall.png)", _recall_table(readings)]
    if missed := [row for row in measured.compound if row.verdict != COMPLETE]:
        rows = [(shown(r.text), " + ".join(r.wanted), r.verdict, _parts(r)) for r in missed]
        sections += ["## Two questions, not both answered", table(("message", "meant", "what happened", "parts"), rows)]
    sections += [
        "## Hardest messages",
        "Wrong answers first, then what was not served, then the least probable right labels.",
        _hardest_table(readings),
    ]
    sections += ["## Again", AGAIN]
    return sections


def _setting(measured: Measured) -> str:
    model, labels = measured.model, Counter(reading.outcome.intent for reading in measured.readings)
    number, near, far = len(measured.readings), labels[NEAR], labels[FAR]
    files = ", ".join(map(code, measured.files))
    return f"""\
- Messages: {number} from {files} ({number - near - far} in scope, {near} near, {far} far)
- Model: {code(model.name)}, trained {model.trained_at} on {model.examples} examples of {model.labels} labels; answers from {model.answer_from:.3f}
- {number - len(measured.untrained)} of the messages stand word for word (normalised) in the training files; mostly short ones such as «hola»
- {datetime.now(UTC):%Y-%m-%d %H:%M} UTC on {machine()}"""


def machine() -> str:
    """Processor, cores, load and Python, as far as the system tells."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        processor = next(line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        processor = platform.processor() or platform.machine()
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    return f"{processor}, {os.cpu_count()} cores{load}, {platform.system()}, Python {platform.python_version()}"


def _figures_table(measured: Measured) -> str:
    whole, unseen = all_figures(measured.readings), all_figures(measured.untrained)
    numbers = {
        "all": len(measured.readings),
        "ours": len(in_scope(measured.readings)),
        "far": sum(r.outcome.intent == FAR for r in measured.readings),
        "near": sum(r.outcome.intent == NEAR for r in measured.readings),
    }
    rows = []
    for bar in BARS:
        write = percent if bar.of or bar.key == "macro_f1" else "{:.3g}".format
        value, without = whole[bar.key], unseen[bar.key]
        reach = interval(value, numbers[bar.of]) if bar.of else "–"
        rows.append((bar.title, _written(write, value), reach, _written(write, without), bar.wanted(write), bar.met(value)))
    return table(("figure", "measured", "95 % interval", "without those in training", "bar", "met"), rows)


def _written(write: Callable[[float], str], value: float | None) -> str:
    return "–" if value is None else write(value)


def _noise_table(measured: Measured) -> str:
    rows = []
    for kind, losses in noise_losses(measured).items():
        bar = Bar(kind, TITLES[kind], NOISE_BARS[kind], False)
        rows.append((bar.title, *(points(losses[key]) for key in NOISED), bar.wanted(points), bar.met(losses["accuracy"])))
    return table(("noise", "accuracy lost", "right answers lost", "wrong answers gained", "bar (accuracy)", "met"), rows)


def _compound_table(compound: Sequence[Compound]) -> str:
    counted = Counter(row.verdict for row in compound)
    bar = Bar("compound", "", COMPOUND_BAR, True)
    order = [COMPLETE, *sorted(verdict for verdict in counted if verdict != COMPLETE)]
    rows = []
    for verdict in order:
        share = counted[verdict] / len(compound)
        judged = (bar.wanted(percent), bar.met(share)) if verdict == COMPLETE else ("–", "–")
        rows.append((verdict, str(counted[verdict]), percent(share), interval(share, len(compound)), *judged))
    return table(("two questions", "messages", "share", "95 % interval", "bar", "met"), rows)


def _parts(row: Compound) -> str:
    return "; ".join(f"answered {label}" if decision == "answered" else decision for decision, label, _ in row.parts)


def _confusion_section(readings: Sequence[Reading]) -> str:
    counted = confusions(readings)
    if not counted:
        return "No label was mistaken for another."
    rows = [(truth, told, str(number)) for (truth, told), number in counted.most_common(CONFUSIONS_SHOWN)]
    return "![confused labels](confusions.png)\n\n" + table(("meant", "understood as", "messages"), rows)


def _recall_table(readings: Sequence[Reading]) -> str:
    rows = [(label, percent(share), str(number)) for label, share, number in recalls(readings) if share < 1]
    return table(("label", "recall", "messages"), rows) + "\n\nLabels that are not listed: 100 %." if rows else "Every label: 100 %."


def _hardest_table(readings: Sequence[Reading]) -> str:
    rows = [
        (shown(r.text), r.outcome.intent, r.told, f"{r.outcome.ranking[0][1]:.2f}", f"{r.right_probability:.2f}")
        for r in hardest(readings, HARDEST_SHOWN)
    ]
    return table(("message", "meant", "what happened", "best label's probability", "right label's"), rows)
