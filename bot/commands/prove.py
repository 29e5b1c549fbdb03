"""`python -m bot prove FOLDER`: learn what agents corrected, and find out what that changes before anybody is answered by it.

FOLDER/inputs.jsonl holds a JSON object a line: {"key", "text", "right": intent or null, "learn": bool}. A model is trained from our data and the
lines to learn; then it and the one that serves read every line, one after the other. FOLDER/result.json says what came of it:
{"model", "serving", "read", "left_out": [key], "items": [{"key", "before", "after", "was_right", "is_right"}]}, items being the lines that are
read otherwise now. `before` and `after` are {"decision", "labels"}. Nothing is sent to anybody, and what serves goes on.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

INPUTS: Final = "inputs.jsonl"
RESULT: Final = "result.json"
LEARNED: Final = "learned.yml"


@dataclass(frozen=True)
class Line:
    """A text to read; `right` is what it means, where somebody has said so; `learn` it or only read it."""

    key: str
    text: str
    right: str | None
    learn: bool


@dataclass(frozen=True)
class Read:
    """What a model makes of a text: what it would do, and with which labels."""

    decision: str
    labels: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """For the result."""
        return {"decision": self.decision, "labels": list(self.labels)}


def add_parser(subparsers: Any) -> None:
    """Declare the subcommand."""
    parser = subparsers.add_parser("prove", help="train on corrections and compare with the model that serves")
    parser.add_argument("folder", type=Path, help="with inputs.jsonl; gets result.json")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """0; 1 when the training failed or the inputs cannot be read."""
    import bot.dialogue.rasa  # noqa: F401, PLC0415 - before Rasa
    from bot.commands.train import learn  # noqa: PLC0415
    from bot.dialogue.models import data_fingerprint, serving_model  # noqa: PLC0415
    from bot.errors import AssistantError  # noqa: PLC0415
    from bot.logs import configure_logs  # noqa: PLC0415

    configure_logs("ERROR")
    folder: Path = arguments.folder
    try:
        lines = lines_of((folder / INPUTS).read_text(encoding="utf-8"))
        serving = serving_model()
        learned, left_out = to_learn(lines, _known_examples())
        (folder / LEARNED).write_text(examples_file(learned), encoding="utf-8")
        print(f"learning {len(learned)} corrections …", flush=True)
        digest = hashlib.sha256((folder / LEARNED).read_bytes()).hexdigest()[:8]
        trained = learn(f"{data_fingerprint()}-{digest}", [folder / LEARNED] if learned else [])
        if trained is None:
            print("prove: training failed", file=sys.stderr)
            return 1
        print(f"reading {len(lines)} messages with both models …", flush=True)
        before, after = (asyncio.run(_read_all(model, lines)) for model in (serving, trained))
    except (OSError, ValueError, KeyError, AssistantError) as error:
        print(f"prove: {type(error).__name__}: {error}", file=sys.stderr)
        return 1
    items = changes(lines, before, after)
    found = {"model": trained.name, "serving": serving.name, "read": len(lines), "left_out": left_out, "items": items}
    (folder / RESULT).write_text(json.dumps(found), encoding="utf-8")
    print(f"{len(items)} of {len(lines)} are read otherwise; {RESULT} says which")
    return 0


def lines_of(written: str) -> list[Line]:
    """The inputs. Raises ValueError, KeyError."""
    rows = [json.loads(line) for line in written.splitlines() if line.strip()]
    return [Line(row["key"], " ".join(row["text"].split()), row["right"], row["learn"]) for row in rows]


def to_learn(lines: Sequence[Line], known: Mapping[str, str]) -> tuple[list[tuple[str, str]], list[str]]:
    """(text, intent) of what can be learned, each text once with its latest word, and the keys of what contradicts our data.

    `known`: the intent of each example of ours, by its text as the reader compares it. The last line counts where two disagree.
    """
    from bot.nlu.normalise import normalise  # noqa: PLC0415

    wanted: dict[str, Line] = {normalise(line.text): line for line in lines if line.learn and line.right and line.text}
    left_out = [line.key for plain, line in wanted.items() if known.get(plain, line.right) != line.right]
    learned = [(_as_example(line.text), str(line.right)) for plain, line in wanted.items() if plain not in known]
    return learned, left_out


def _as_example(text: str) -> str:
    """Brackets mark entities in a file of examples; in what a customer wrote they are only brackets."""
    return text.translate(str.maketrans("[]{}()", "      ")).strip(" -")


def examples_file(learned: Sequence[tuple[str, str]]) -> str:
    """A file of training data."""
    blocks: dict[str, list[str]] = {}
    for text, intent in learned:
        blocks.setdefault(intent, []).append(f"- {text}\n")
    content = {"version": "3.1", "nlu": [{"intent": intent, "examples": "".join(examples)} for intent, examples in blocks.items()]}
    return yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=10_000)


def changes(lines: Sequence[Line], before: Sequence[Read], after: Sequence[Read]) -> list[dict[str, Any]]:
    """The lines that are read otherwise now; `was_right` and `is_right` are null where nobody has said what is right."""
    return [
        {
            "key": line.key,
            "before": old.as_json(),
            "after": new.as_json(),
            "was_right": _is_right(old, line.right),
            "is_right": _is_right(new, line.right),
        }
        for line, old, new in zip(lines, before, after, strict=True)
        if old != new
    ]


def _is_right(read: Read, right: str | None) -> bool | None:
    """What is not ours is right when it is not answered as something that is."""
    from bot.nlu.decision import NOT_OURS, same_or_pair  # noqa: PLC0415

    if right is None:
        return None
    if right in NOT_OURS:
        return read.decision != "answered" or all(label in NOT_OURS for label in read.labels)
    return read.decision == "answered" and any(same_or_pair(label, right) for label in read.labels)


def _known_examples() -> dict[str, str]:
    from bot.nlu.data import read_examples  # noqa: PLC0415
    from bot.nlu.normalise import normalise  # noqa: PLC0415

    return {normalise(example.text): example.intent for example in read_examples()}


async def _read_all(model: Path, lines: Sequence[Line]) -> list[Read]:
    """What this model makes of each, as the first message of a visit."""
    from rasa.core.agent import Agent  # noqa: PLC0415

    from bot.dialogue.understanding import understand  # noqa: PLC0415
    from bot.protocol.state import State  # noqa: PLC0415

    processor = Agent.load(str(model)).processor
    assert processor is not None
    return [_read(await understand(processor, line.text, None, State())) for line in lines]


def _read(parts: Sequence[Any]) -> Read:
    """Of several questions in one message the best that was done."""
    decisions = {part.decision for part in parts}
    decision = next((each for each in ("answered", "asked", "refused") if each in decisions), "refused")
    told = [part for part in parts if part.decision == decision]
    labels = [name for part in told for name in _labels(part)]
    return Read(decision, tuple(dict.fromkeys(labels)))


def _labels(part: Any) -> list[str]:
    if part.decision == "asked":
        return [choice["intent"] for choice in part.parse_data["choices"]]
    name = part.parse_data["intent"]["name"]
    return [name] if part.decision == "answered" and name else []
