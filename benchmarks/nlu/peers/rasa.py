"""Peer: a Rasa pipeline, named by the config file beside this module (or ours, the one that serves), trained and read through Rasa."""

from __future__ import annotations

import sys

if sys.argv[1:2] == ["ours"]:
    import bot.dialogue.rasa  # noqa: F401 - before Rasa; a stock pipeline needs the packages that ours does without

# isort: split
import asyncio
import functools
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml
from rasa.core.agent import Agent
from rasa.core.channels.channel import UserMessage
from rasa.model_training import train_nlu

from benchmarks.nlu.peers.protocol import run_peer
from bot.logs import configure_logs
from bot.nlu.normalise import plain_text
from bot.settings import ROOT

CONFIGS = {"ours": ROOT / "config.yml", "diet": Path(__file__).with_name("diet.yml")}
MODEL = "model"


def train(config: Path, work: Path, model: Path) -> None:
    """Train the understanding only."""
    pipeline = yaml.safe_load(config.read_text(encoding="utf-8"))
    nlu_only = {"recipe": "default.v1", "assistant_id": "benchmark", "language": "es", "pipeline": pipeline["pipeline"]}
    written = model / "config.yml"
    written.write_text(yaml.safe_dump(nlu_only, sort_keys=False), encoding="utf-8")
    if not train_nlu(config=str(written), nlu_data=str(work / "data"), output=str(model), fixed_model_name=MODEL):
        sys.exit("Rasa trained nothing")


def load(model: Path) -> Callable[[str], tuple[list[tuple[str, float]], float | None]]:
    """The parser of a trained model."""
    processor = Agent.load(str(model / f"{MODEL}.tar.gz")).processor
    assert processor is not None
    loop = asyncio.new_event_loop()

    def understand(text: str) -> tuple[list[tuple[str, float]], float | None]:
        parsed: dict[str, Any] = dict(loop.run_until_complete(processor.parse_message(UserMessage(text=plain_text(text)[:1000]))))
        return [(row["name"], row["confidence"]) for row in parsed["intent_ranking"]], parsed.get("acceptance")

    return understand


if __name__ == "__main__":
    os.environ["RASA_TELEMETRY_ENABLED"] = "false"
    configure_logs("ERROR")
    run_peer(functools.partial(train, CONFIGS[sys.argv.pop(1)]), load)
