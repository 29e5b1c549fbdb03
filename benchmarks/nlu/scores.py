"""Figures of one peer's run and the table of all of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from sklearn.metrics import f1_score, roc_auc_score

from benchmarks.nlu.runner import Run
from bot.nlu.decision import NOT_OURS
from bot.nlu.evaluation import Labelled
from bot.nlu.report_tables import table

# what is compared, how it is written, and whether a ratio to ours says something
COLUMNS = (
    ("accuracy", "in-scope accuracy", "{:.3f}", False),
    ("macro_f1", "macro-F1", "{:.3f}", False),
    ("auroc", "refusal AUROC", "{:.3f}", False),
    ("ms_p50", "ms a message", "{:.2f}", True),
    ("train_cpu_s", "training, CPU s", "{:.1f}", True),
    ("train_wall_s", "training, wall s", "{:.0f}", True),
    ("train_mb", "peak MB, training", "{:.0f}", True),
    ("serve_mb", "peak MB, serving", "{:.0f}", True),
)


def score(run: Run, messages: Sequence[Labelled]) -> dict[str, Any]:
    """Accuracy and macro-F1 of the most probable label over messages of ours; AUROC of sureness, ours against near and far; costs."""
    answers = run.testing["answers"]
    told = [answer["ranking"][0][0] if answer["ranking"] else "" for answer in answers]
    ours = np.array([message.intent not in NOT_OURS for message in messages])
    pairs = [(message.intent, label) for message, label in zip(messages, told, strict=True) if message.intent not in NOT_OURS]
    truth, top = zip(*pairs, strict=True)
    sureness = np.array([_sureness(answer) for answer in answers])
    return {
        "accuracy": round(sum(one == other for one, other in pairs) / len(pairs), 4),
        "macro_f1": round(float(f1_score(truth, top, labels=sorted(set(truth)), average="macro", zero_division=0)), 4),
        "auroc": round(float(roc_auc_score(ours, sureness)), 4) if 0 < ours.sum() < len(ours) else None,
        "ms_p50": round(float(np.median([answer["milliseconds"] for answer in answers])), 3),
        "train_cpu_s": round(run.training["cpu_seconds"], 2),
        "train_wall_s": round(run.training["wall_seconds"], 2),
        "train_mb": run.training["peak_mb"],
        "serve_mb": run.testing["peak_mb"],
        "training_kept_from": run.kept_from,
    }


def _sureness(answer: dict[str, Any]) -> float:
    """The peer's own confidence that the message is one of ours; without one, that of its best label of ours."""
    if answer["sureness"] is not None:
        return float(answer["sureness"])
    return next((float(confidence) for label, confidence in answer["ranking"] if label not in NOT_OURS), 0.0)


def peers_table(scores: dict[str, dict[str, Any]], titles: dict[str, str]) -> str:
    """Markdown: a row a peer; behind each cost, how many times ours it is."""
    ours = scores.get("ours")
    rows = []
    for name, figures in scores.items():
        cells = [_cell(figures, ours, key, form, with_ratio and name != "ours") for key, _, form, with_ratio in COLUMNS]
        kept = f" (training kept from {figures['training_kept_from']})" if figures["training_kept_from"] else ""
        rows.append((titles[name] + kept, *cells))
    return table(("peer", *(title for _, title, _, _ in COLUMNS)), rows)


def _cell(figures: dict[str, Any], ours: dict[str, Any] | None, key: str, form: str, with_ratio: bool) -> str:
    if figures[key] is None:
        return "–"
    ratio = f" ({_times(figures[key] / ours[key])})" if with_ratio and ours and ours[key] else ""
    return form.format(figures[key]) + ratio


def _times(ratio: float) -> str:
    """Two digits that say something: ×82, ×1.6, ×0.019."""
    return f"×{ratio:.0f}" if ratio >= 10 else f"×{ratio:.2g}"
