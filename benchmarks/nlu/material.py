"""The material of one run: training examples and test messages, written once in the forms that the peers read, with digests."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import yaml

from bot.nlu.data import Example, read_examples
from bot.nlu.evaluation import EvaluationError, Labelled, read_labelled
from bot.nlu.normalise import normalise


@dataclass(frozen=True)
class Material:
    """What every peer learns from and is tested on."""

    examples: list[Example]
    messages: list[Labelled]
    training_digest: str

    @property
    def also_trained(self) -> int:
        """Test messages that stand, once normalised, among the training examples."""
        trained = {normalise(example.text) for example in self.examples}
        return sum(normalise(message.text) in trained for message in self.messages)


def read_material(folder: Path, files: Sequence[Path], a_label: int | None = None) -> Material:
    """Examples of the folder (at most `a_label` of each label) and messages of the files. Raises EvaluationError or TrainingDataError."""
    examples = sorted(read_examples(folder), key=lambda example: (example.intent, example.register))
    if not examples:
        raise EvaluationError(f"{folder}: no training examples")
    labels = {example.intent for example in examples}
    if a_label:
        examples = _sample(examples, a_label)
    messages = [message for file in files for message in read_labelled(file, labels)]
    return Material(examples, messages, digest_of(f"{e.intent}\t{e.register}\t{e.text}" for e in examples))


def _sample(examples: Sequence[Example], a_label: int) -> list[Example]:
    dice = random.Random(0)
    groups = [list(group) for _, group in groupby(examples, key=lambda example: example.intent)]
    kept = {id(example) for group in groups for example in dice.sample(group, min(a_label, len(group)))}
    return [example for example in examples if id(example) in kept]


def digest_of(parts: Iterable[str]) -> str:
    """A short digest of texts."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part.encode() + b"\0")
    return digest.hexdigest()[:16]


def write_work(material: Material, work: Path) -> None:
    """`data/nlu.yml` for Rasa, `train.jsonl` and `test.jsonl` for the others.

    Shuffled: nlp.js learns one example after the other and, given the intents in a row, remembers little but the last one
    (27 % right instead of 89 %).
    """
    shuffled = random.Random(0).sample(material.examples, len(material.examples))
    (work / "data").mkdir(parents=True, exist_ok=True)
    (work / "data" / "nlu.yml").write_text(_as_rasa(material.examples), encoding="utf-8")
    _write_rows(work / "train.jsonl", ({"text": example.text, "intent": example.intent} for example in shuffled))
    _write_rows(work / "test.jsonl", ({"text": message.text} for message in material.messages))


def _as_rasa(examples: Sequence[Example]) -> str:
    blocks = [
        {"intent": intent, "metadata": {"register": register}, "examples": "".join(f"- {example.text}\n" for example in group)}
        for (intent, register), group in groupby(examples, key=lambda example: (example.intent, example.register))
    ]
    return yaml.safe_dump({"version": "3.1", "nlu": blocks}, allow_unicode=True, width=10_000, sort_keys=False)


def _write_rows(path: Path, rows: Iterable[dict[str, str]]) -> None:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
