"""Refuses training data that would teach something wrong, naming file, line and reason (Rasa itself accepts all of it)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml
from rasa.shared.exceptions import RasaException
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.normalise import normalise
from bot.settings import ROOT

NLU_FOLDER = ROOT / "data" / "nlu"
MIN_EXAMPLES = 10


class TrainingDataError(RasaException):
    """The training data contradicts itself; the message lists every place."""


@dataclass(frozen=True)
class Example:
    """One line of a training file."""

    path: Path
    line: int
    intent: str
    text: str
    register: str

    def __str__(self) -> str:
        return f"{self.path.name}:{self.line}"


def read_examples(folder: Path = NLU_FOLDER) -> Iterator[Example]:
    """All examples with the line they stand in."""
    for path in sorted(folder.glob("*.yml")):
        try:
            document = yaml.compose(path.read_text(encoding="utf-8"))
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            raise TrainingDataError(f"{path.name}:{line}: is no YAML: {error.problem}") from None
        if document is None:
            continue
        for key, node in document.value:
            if key.value == "nlu":
                for block in node.value:
                    yield from _examples_of(path, block)


def _examples_of(path: Path, block: yaml.MappingNode) -> Iterator[Example]:
    fields = {key.value: value for key, value in block.value}
    metadata = {key.value: value.value for key, value in fields["metadata"].value} if "metadata" in fields else {}
    lines = fields["examples"].value.split("\n") if "examples" in fields else []
    texts = [(offset, line.strip().removeprefix("-").strip()) for offset, line in enumerate(lines) if line.strip(" -")]
    if not texts:
        raise TrainingDataError(f"{path.name}:{block.start_mark.line + 1}: intent {fields['intent'].value!r} has no examples")
    first = fields["examples"].start_mark.line + 2
    for offset, text in texts:
        yield Example(path, first + offset, fields["intent"].value, text, metadata.get("register", "neutral"))


def problems(examples: list[Example], known_intents: set[str]) -> list[str]:
    """Unknown intents, a phrase under two intents, intents with too few examples."""
    found = []
    first_seen: dict[str, Example] = {}
    count: dict[str, int] = {}
    for example in examples:
        count[example.intent] = count.get(example.intent, 0) + 1
        if example.intent not in known_intents:
            found.append(f"{example}: intent {example.intent!r} is not in domain.yml")
        earlier = first_seen.setdefault(normalise(example.text), example)
        if earlier.intent != example.intent:
            found.append(f"{example}: {example.text!r} is under {example.intent!r}, and under {earlier.intent!r} at {earlier}")
    found += [
        f"intent {intent!r} has {number} examples, fewer than {MIN_EXAMPLES}" for intent, number in count.items() if number < MIN_EXAMPLES
    ]
    return found


def check_training_data(training_data: TrainingData) -> None:
    """Last guard inside training, whatever files were given. Raises TrainingDataError."""
    seen: dict[str, str] = {}
    for message in training_data.intent_examples:
        text, intent = normalise(message.get(TEXT) or ""), message.get(INTENT)
        if seen.setdefault(text, intent) != intent:
            raise TrainingDataError(f"{message.get(TEXT)!r} is under two intents: {seen[text]} and {intent}")
