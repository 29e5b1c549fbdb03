"""`python -m benchmarks.nlu.fit_compound`: fit the weights of bot/dialogue/compound.py on tests/nlu/dev and the corpus, and write them.

A pair may have several joints whose halves are read right; only the likeliest is taken as its joint (found by fitting a few times), since
the others are just as right by their labels and teach a wrong form. Prints at several bars how many pairs are split right and how many
single questions needlessly: cross-validated by message, and with each writer's files left out in turn. `--dry` writes nothing.
"""

from __future__ import annotations

import bot.dialogue.rasa  # noqa: F401 - before Rasa

# isort: split
import argparse
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import yaml

# isort: split
from rasa.core.agent import Agent
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from bot.dialogue import compound
from bot.dialogue.compound import Joint, Readings
from bot.dialogue.details import details_of, read_as_details
from bot.dialogue.halves import may_be_part, read_firsts, read_halves
from bot.dialogue.models import newest_model
from bot.dialogue.reading import Reader, Understanding
from bot.dialogue.several import ours_and_not, ours_and_ours
from bot.logs import configure_logs
from bot.nlu.context import NEVER_A_TOPIC
from bot.nlu.conversations import LabelledTurn, read_corpus, read_situations
from bot.nlu.decision import NOT_OURS, TALK, same_or_pair
from bot.nlu.normalise import plain_text
from bot.protocol.frame import Frame
from bot.protocol.state import State, Topic
from bot.settings import ROOT

DEV = ROOT / "tests" / "nlu" / "dev"
PAIRS, BESIDE = ("compound_1", "compound_2", "compound_3", "compound_5", "compound_6"), ("compound_4",)
CORPUS_PAIRS, CORPUS_BESIDE, CORPUS_ONE = "corpus_two", "corpus_beside", "corpus_one"
SINGLES = ("single_1", "single_2", "single_3", "single_4", "single_5", "single_6", "writer_a", "writer_b", "typos")
BARS = (0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7)
ROUNDS, FOLDS, STRENGTH = 3, 10, 1.0


@dataclass
class Material:
    """Candidate joints of one model: a row of inputs each, whether it is right, and the message it is of."""

    pairs: tuple[str, ...]
    inputs: list[list[float]] = field(default_factory=list)
    right: list[bool] = field(default_factory=list)
    message: list[int] = field(default_factory=list)
    names: list[str] = field(default_factory=list)

    def add(self, row: Mapping[str, float], right: bool, message: int) -> None:
        self.names = list(row)
        self.inputs.append([float(value) for value in row.values()])
        self.right.append(right)
        self.message.append(message)


def rows(name: str) -> list[list[str]]:
    return [line.split("\t") for line in (DEV / f"{name}.tsv").read_text(encoding="utf-8").splitlines() if line.strip()]


def collect(reader: Reader, messages: list[tuple[str, str, list[str]]]) -> tuple[Material, Material]:
    """Candidates of the model of two questions of ours, and of the one of a question beside ours."""
    two, beside = Material((*PAIRS, CORPUS_PAIRS)), Material((*BESIDE, CORPUS_BESIDE))
    for number, (kind, text, labels) in enumerate(messages):
        for joint, halves, whole in _read(reader, plain_text(text)):
            _add(two, beside, joint, halves, whole, (kind, labels, number))
    return two, beside


def _add(
    two: Material,
    beside: Material,
    joint: Joint,
    halves: list[Understanding],
    whole: dict[str, Any],
    message: tuple[str, Sequence[str], int],
) -> None:
    kind, labels, number = message
    if (readings := ours_and_ours(halves, whole)) is not None and kind not in beside.pairs:
        two.add(compound.features(joint, readings), kind in two.pairs and _fits(readings, labels), number)
    elif (readings := ours_and_not(halves, whole)) is not None:
        beside.add(compound.features_beside(joint, readings), kind in beside.pairs and _fits(readings, labels), number)


def add_corpus(reader: Reader, two: Material, beside: Material, messages: list[tuple[str, str, list[str]]]) -> None:
    """The same of every turn of the corpus that is one message with one thing or two, each read within its talk, as it is when it is used."""
    for within, turn in _turns(reader):
        if len(turn.bubbles) > 1 or (kind := _kind(turn.frames)) is None:
            continue
        text = plain_text(turn.bubbles[0])
        whole = within.read([text])[0]
        firsts = read_firsts(within, text)
        seconds = read_halves(within, [joint.second for joint, _ in firsts])
        for (joint, first), second in zip(firsts, seconds, strict=True):
            if may_be_part(second):
                _add(two, beside, joint, [first, second], whole, (kind, [frame.intent for frame in turn.frames], len(messages)))
        messages.append((kind, text, []))


def _kind(frames: Sequence[Frame]) -> str | None:
    labels = [frame.intent for frame in frames]
    if len(labels) == 1:
        return CORPUS_ONE
    if len(labels) != 2 or not TALK.isdisjoint(labels) or same_or_pair(*labels):
        return None
    return CORPUS_PAIRS if set(NOT_OURS).isdisjoint(labels) else CORPUS_BESIDE


def collect_details(reader: Reader) -> tuple[Material, list[tuple[str, str, list[str]]]]:
    """Candidates of the model of two things asked about one topic, each within its talk, and the corpus's messages of one or two frames."""
    found, messages = Material(("details",)), list[tuple[str, str, list[str]]]()
    for within, turn in _turns(reader):
        pair = _asks_two_things(turn.frames)
        if len(turn.bubbles) > 1 or not (pair or len(turn.frames) == 1):
            continue
        text = plain_text(turn.bubbles[0])
        whole = Understanding(text, within.read([text])[0], "text")
        for joint, first, second in read_as_details(within, read_firsts(within, text)):
            if (details := details_of(whole, first, second)) is not None:
                right = (
                    pair
                    and details.asked == tuple(frame.asked for frame in turn.frames)
                    and same_or_pair(str(first.intent), turn.frames[0].intent)
                )
                found.add(compound.features_details(joint, details), right, len(messages))
        messages.append(("details" if pair else "one", text, []))
    return found, messages


def _turns(reader: Reader) -> Iterator[tuple[Reader, LabelledTurn]]:
    """Every turn of the corpus, and who reads it within the talk before it."""
    domain = yaml.safe_load((ROOT / "domain.yml").read_text(encoding="utf-8"))
    situations = read_situations()
    for writer in read_corpus({str(intent) for intent in domain["intents"]}):
        for conversation in writer.conversations:
            state = State(situation=situations.get(conversation.customer or "", ()))
            for turn in conversation.turns:
                yield replace(reader, state=state, visitor=conversation.customer is None, eager=True), turn
                for frame in turn.frames:
                    state = state.after(None if frame.intent in NEVER_A_TOPIC else Topic(frame.intent, frame.asked), ())


def _asks_two_things(frames: Sequence[Frame]) -> bool:
    return len(frames) == 2 and same_or_pair(frames[0].intent, frames[1].intent) and frames[0].asked != frames[1].asked


def _read(reader: Reader, text: str) -> Iterator[tuple[Joint, list[Understanding], dict[str, Any]]]:
    for joint in compound.joints(text):
        whole, *halves = reader.read([text, *(plain_text(half) for half in (joint.first, joint.second))])
        yield joint, [Understanding(half["text"], half, "text") for half in halves], whole


def _fits(readings: Readings, labels: Sequence[str]) -> bool:
    wanted = zip(readings.labels, labels, strict=True)
    return all(same_or_pair(found, label) or (found in NOT_OURS and label in NOT_OURS) for found, label in wanted)


def fit(inputs: np.ndarray, right: np.ndarray, message: np.ndarray) -> LogisticRegression:
    weight = 1 / np.sqrt(np.bincount(message)[message])
    kept = np.ones(len(right), bool)
    for _ in range(ROUNDS):
        model = LogisticRegression(C=STRENGTH, max_iter=3000).fit(inputs[kept], right[kept], sample_weight=weight[kept])
        probability = model.predict_proba(inputs)[:, 1]
        kept = np.ones(len(right), bool)
        for number in set(message[right]):
            mine = np.flatnonzero((message == number) & right)
            kept[mine] = False
            kept[mine[probability[mine].argmax()]] = True
    return model


def splits(material: Material, messages: list[tuple[str, str, list[str]]]) -> Iterator[tuple[str, list[tuple[np.ndarray, np.ndarray]]]]:
    """Ways to hold messages out: at random, and one writer after the other."""
    message = np.array(material.message)
    yield "by message", list(GroupKFold(FOLDS).split(message, groups=message))
    writer = np.array([messages[number][0].replace("compound", "single") for number in message])
    if len(material.pairs) > 1:
        yield "by writer", [(np.flatnonzero(writer != one), np.flatnonzero(writer == one)) for one in sorted(set(writer))]


def report(title: str, material: Material, messages: list[tuple[str, str, list[str]]]) -> LogisticRegression:
    inputs, right, message = np.array(material.inputs), np.array(material.right), np.array(material.message)
    for way, folds in splits(material, messages):
        held_out = np.zeros(len(right))
        for train, test in folds:
            held_out[test] = fit(inputs[train], right[train], message[train]).predict_proba(inputs[test])[:, 1]
        for bar in BARS:
            print(title, way, bar, _table(held_out, material, messages, bar))
    return fit(inputs, right, message)


def _table(probability: np.ndarray, material: Material, messages: list[tuple[str, str, list[str]]], bar: float) -> dict[str, str]:
    message, counts = np.array(material.message), dict[str, list[int]]()
    for number, (kind, *_) in enumerate(messages):
        mine = np.flatnonzero(message == number)
        best = mine[probability[mine].argmax()] if len(mine) else None
        total = counts.setdefault(kind, [0, 0])
        total[1] += 1
        if best is not None and probability[best] >= bar:
            total[0] += int(material.right[best]) if kind in material.pairs else 1
    return {kind: f"{hit}/{total}" for kind, (hit, total) in counts.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dry", action="store_true", help="write nothing")
    arguments = parser.parse_args()
    configure_logs("ERROR")
    messages = [(kind, text, labels) for kind in (*PAIRS, *BESIDE, *SINGLES) for text, *labels in rows(kind)]
    reader = Reader(Agent.load(str(newest_model())).processor)
    two, beside = collect(reader, messages)
    add_corpus(reader, two, beside, messages)
    details, corpus = collect_details(reader)
    weights = {}
    for title, material, its in (("two_questions", two, messages), ("one_beside", beside, messages), ("two_details", details, corpus)):
        model = report(title, material, its)
        named = zip(material.names, model.coef_[0], strict=True)
        weights[title] = {"bias": round(float(model.intercept_[0]), 3)} | {name: round(float(weight), 3) for name, weight in named}
    if not arguments.dry:
        path = Path(compound.__file__).with_name("compound_weights.json")
        path.write_text(json.dumps(weights, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
