"""What every peer does, in a process of its own: `train WORK MODEL` or `test WORK MODEL`, and leaves its figures beside its model.

WORK holds `data/` (the training files as Rasa reads them), `train.jsonl` and `test.jsonl` (rows with text, and intent or none); MODEL is
the peer's folder. `train` leaves `train.json`, `test` leaves `test.json` with one row a message: its ranking (best first) and
its milliseconds of CPU. `sureness` is the peer's confidence that the message is one of ours: the default is the confidence
of its best label of ours.
"""

from __future__ import annotations

import argparse
import json
import resource
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

RANKED = 10
WARM_UP = 20


@dataclass(frozen=True)
class Answer:
    """What a peer understood of one message."""

    ranking: list[tuple[str, float]]
    milliseconds: float
    sureness: float | None = None


Train = Callable[[Path, Path], None]
Load = Callable[[Path], Callable[[str], tuple[list[tuple[str, float]], float | None]]]


def rows(path: Path) -> list[dict[str, str]]:
    """Rows of a JSONL file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def peak_mb() -> int:
    """Most memory this process ever held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def run_peer(train: Train, load: Load) -> None:
    """The command line of a peer written in Python."""
    parser = argparse.ArgumentParser()
    parser.add_argument("phase", choices=("train", "test"))
    parser.add_argument("work", type=Path)
    parser.add_argument("model", type=Path)
    arguments = parser.parse_args()
    if arguments.phase == "train":
        cpu, wall = time.process_time(), time.perf_counter()
        train(arguments.work, arguments.model)
        figures = {"cpu_seconds": time.process_time() - cpu, "wall_seconds": time.perf_counter() - wall, "peak_mb": peak_mb()}
        (arguments.model / "train.json").write_text(json.dumps(figures), encoding="utf-8")
        return
    answers = answer_all(load(arguments.model), [row["text"] for row in rows(arguments.work / "test.jsonl")])
    result = {"peak_mb": peak_mb(), "answers": [asdict(answer) for answer in answers]}
    (arguments.model / "test.json").write_text(json.dumps(result, ensure_ascii=False), encoding="utf-8")


def answer_all(understand: Callable[[str], tuple[list[tuple[str, float]], float | None]], texts: list[str]) -> list[Answer]:
    """Each text through the peer, with its CPU time, after a warm-up."""
    for text in texts[:WARM_UP]:
        understand(text)
    answers = []
    for text in texts:
        started = time.process_time()
        ranking, sureness = understand(text)
        answers.append(Answer(ranking[:RANKED], 1000 * (time.process_time() - started), sureness))
    return answers
