"""`python -m benchmarks.nlu.fit_compound`: fit the weights of bot/dialogue/compound.py on tests/nlu/dev and write them.

Prints, cross-validated by message, how many pairs are split right and how many single questions are split needlessly at each bar.
"""

from __future__ import annotations

import bot.dialogue.quiet  # noqa: F401 - before Rasa

# isort: split
import asyncio
import json
from pathlib import Path

import numpy as np
from rasa.core.agent import Agent
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from bot.dialogue import compound
from bot.dialogue.models import newest_model
from bot.dialogue.understanding import Understanding, _readings, parse
from bot.logs import configure_logs
from bot.nlu.decision import same_or_pair
from bot.nlu.normalise import plain_text
from bot.settings import ROOT

DEV = ROOT / "tests" / "nlu" / "dev"
PAIRS, SINGLES = ("compound_1", "compound_2", "compound_3"), ("single_1", "single_2", "single_3", "writer_a", "writer_b")
BARS = (0.4, 0.5, 0.6, 0.65, 0.7, 0.8, 0.9)


def rows(name: str) -> list[list[str]]:
    return [line.split("\t") for line in (DEV / f"{name}.tsv").read_text(encoding="utf-8").splitlines() if line.strip()]


async def collect() -> tuple[np.ndarray, np.ndarray, np.ndarray, list[tuple[str, str]], list[str]]:
    processor = Agent.load(str(newest_model())).processor
    inputs, right, group, messages, names = [], [], [], [], []
    for kind in (*PAIRS, *SINGLES):
        for text, *labels in rows(kind):
            messages.append((kind, text))
            clean = plain_text(text)
            whole = await parse(processor, clean)
            for joint in compound.joints(clean):
                halves = [Understanding(half, await parse(processor, half), "text") for half in (joint.first, joint.second)]
                readings = _readings(halves, whole)
                if readings is None:
                    continue
                row = compound.features(joint, readings)
                names = list(row)
                found = [half.parse_data["intent"]["name"] for half in halves]
                inputs.append([float(value) for value in row.values()])
                right.append(kind in PAIRS and all(same_or_pair(a, b) for a, b in zip(found, labels, strict=True)))
                group.append(len(messages) - 1)
    return np.array(inputs), np.array(right), np.array(group), messages, names


def main() -> None:
    configure_logs("ERROR")
    inputs, right, group, messages, names = asyncio.run(collect())
    weight = 1 / np.sqrt(np.bincount(group, minlength=len(messages))[group])
    held_out = np.zeros(len(right))
    for train, test in GroupKFold(8).split(inputs, right, group):
        held_out[test] = _fit(inputs[train], right[train], weight[train]).predict_proba(inputs[test])[:, 1]
    for bar in BARS:
        print(bar, _table(held_out, right, group, messages, bar))
    model = _fit(inputs, right, weight)
    weights = {"bias": round(float(model.intercept_[0]), 3)} | {
        name: round(float(w), 3) for name, w in zip(names, model.coef_[0], strict=True)
    }
    Path(compound.__file__).with_name("compound_weights.json").write_text(json.dumps(weights, indent=1) + "\n", encoding="utf-8")


def _fit(inputs: np.ndarray, right: np.ndarray, weight: np.ndarray) -> LogisticRegression:
    return LogisticRegression(C=0.3, max_iter=500).fit(inputs, right, sample_weight=weight)


def _table(probability: np.ndarray, right: np.ndarray, group: np.ndarray, messages: list[tuple[str, str]], bar: float) -> dict[str, str]:
    counts: dict[str, list[int]] = {}
    for number, (kind, _) in enumerate(messages):
        total = counts.setdefault(kind, [0, 0])
        mine = np.flatnonzero(group == number)
        best = mine[probability[mine].argmax()] if len(mine) else None
        total[1] += 1
        if best is not None and probability[best] >= bar:
            total[0] += int(right[best]) if kind in PAIRS else 1
    return {kind: f"{hit}/{total} {'split right' if kind in PAIRS else 'split needlessly'}" for kind, (hit, total) in counts.items()}


if __name__ == "__main__":
    main()
