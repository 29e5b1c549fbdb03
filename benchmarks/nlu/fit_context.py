"""`python -m benchmarks.nlu.fit_context`: fit the weights of bot/dialogue/context.py on tests/nlu/dev and write them.

Follow-ups teach when a short message goes on with the question before it; short messages of the other files, each put after a question
drawn at random, teach when it does not. Only where one of the two readings is right and the other wrong is there something to learn.
Prints, with each file left out in turn, how many are right at several bars. `--dry` writes nothing.
"""

from __future__ import annotations

import bot.dialogue.rasa  # noqa: F401 - before Rasa

# isort: split
import argparse
import asyncio
import json
import random
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rasa.core.agent import Agent
from sklearn.linear_model import LogisticRegression

from benchmarks.nlu.fit_compound import rows
from bot.dialogue import context
from bot.dialogue.models import newest_model
from bot.dialogue.understanding import parse
from bot.logs import configure_logs
from bot.nlu.decision import NOT_OURS, same_or_pair
from bot.nlu.normalise import plain_text

FOLLOW_UPS = ("followups_1", "followups_2", "followups_3")
OTHERS = ("writer_a", "writer_b", "typos", "single_2")
SEED, STRENGTH = 7, 0.3
BARS = (0.4, 0.5, 0.6, 0.7)


@dataclass(frozen=True)
class Row:
    """A short message after a question: its inputs, and whether each of the two readings is right."""

    kind: str
    inputs: dict[str, float]
    alone_right: bool
    together_right: bool


def material() -> list[tuple[str, str, str, str]]:
    """(file, question before, message, label)."""
    follow_ups = [(kind, question, text, label) for kind in FOLLOW_UPS for question, text, label in rows(kind)]
    draw = random.Random(SEED)
    others = [(kind, draw.choice(follow_ups)[1], text, label) for kind in OTHERS for text, label in rows(kind)]
    return [row for row in (*follow_ups, *others) if context.leans_on_previous(row[2])]


async def read() -> list[Row]:
    processor = Agent.load(str(newest_model())).processor
    found = []
    for kind, question, text, label in material():
        before, clean = await parse(processor, plain_text(question)), plain_text(text)
        alone, together = await parse(processor, clean), await parse(processor, plain_text(f"{question} {text}"))
        if before["decision"] != "answered" or together["decision"] != "answered":
            continue
        answered = alone["decision"] == "answered"
        alone_right = not answered if label in NOT_OURS else answered and same_or_pair(alone["intent"]["name"], label)
        inputs = {name: float(value) for name, value in context.features(clean, alone, together).items()}
        found.append(Row(kind, inputs, alone_right, same_or_pair(together["intent"]["name"], label)))
    return found


def fit(found: list[Row]) -> LogisticRegression:
    telling = [row for row in found if row.alone_right != row.together_right]
    goes_on = [row.kind in FOLLOW_UPS for row in telling]
    weight = np.where(goes_on, 1.0, sum(goes_on) / max(1, len(goes_on) - sum(goes_on)))
    inputs = np.array([list(row.inputs.values()) for row in telling])
    return LogisticRegression(C=STRENGTH, max_iter=3000).fit(inputs, [row.together_right for row in telling], sample_weight=weight)


def report(found: list[Row]) -> None:
    probability = np.zeros(len(found))
    for kind in {row.kind for row in found}:
        held_out = [number for number, row in enumerate(found) if row.kind == kind]
        model = fit([row for row in found if row.kind != kind])
        probability[held_out] = model.predict_proba(np.array([list(found[number].inputs.values()) for number in held_out]))[:, 1]
    for bar in BARS:
        right = {True: [0, 0], False: [0, 0]}
        for row, sure in zip(found, probability, strict=True):
            counts = right[row.kind in FOLLOW_UPS]
            counts[0] += row.together_right if sure >= bar else row.alone_right
            counts[1] += 1
        print(bar, "follow-ups right {}/{}, other messages right {}/{}".format(*right[True], *right[False]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dry", action="store_true", help="write nothing")
    arguments = parser.parse_args()
    configure_logs("ERROR")
    found = asyncio.run(read())
    report(found)
    model = fit(found)
    named = zip(found[0].inputs, model.coef_[0], strict=True)
    weights = {"bias": round(float(model.intercept_[0]), 3)} | {name: round(float(weight), 3) for name, weight in named}
    if not arguments.dry:
        path = Path(context.__file__).with_name("context_weights.json")
        path.write_text(json.dumps(weights, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
