"""`python -m bot train [--force]`: check the data and train, unless a model that fits the data is there."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any


def add_parser(subparsers: Any) -> None:
    """Declare the subcommand."""
    parser = subparsers.add_parser("train", help="train the assistant if its data changed")
    parser.add_argument("--force", action="store_true", help="train even when a fitting model is there, and learn everything again")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """0 when a fitting model exists afterwards, 1 when the data is wrong."""
    from bot.dialogue.models import data_fingerprint, fitting_model  # noqa: PLC0415 - light imports first

    present = fitting_model()
    if present and not arguments.force:
        print(f"model {present.name} fits the data: nothing to train")
        _tell_choice(present)
        return 0
    started = time.monotonic()
    print("training: loading Rasa …", flush=True)
    import bot.dialogue.rasa  # noqa: F401, PLC0415 - before Rasa
    from bot.logs import configure_logs  # noqa: PLC0415

    configure_logs("WARNING")
    from bot.nlu.data import TrainingDataError, problems, read_examples  # noqa: PLC0415
    from bot.nlu.kept import forget  # noqa: PLC0415

    try:
        found = problems(list(read_examples()), known_intents())
    except TrainingDataError as error:
        found = [str(error)]
    if found:
        print("the training data is wrong:\n" + "\n".join(found), file=sys.stderr)
        return 1
    if arguments.force:
        forget()
    print("training: understanding (some two minutes, half a minute where only texts changed) and rules …", flush=True)
    trained = learn(data_fingerprint())
    if trained is None:
        print("training failed", file=sys.stderr)
        return 1
    print(f"trained models/{trained.name} in {time.monotonic() - started:.0f} s")
    _tell_choice(trained)
    return 0


def learn(name: str, more: Sequence[Path] = ()) -> Path | None:
    """Train the model of this name from our data and `more` files of it; its archive, None where that failed. Rasa must be patched before."""
    from rasa.model_training import train  # noqa: PLC0415

    from bot.dialogue.models import MODELS  # noqa: PLC0415
    from bot.nlu.encoder import unpack  # noqa: PLC0415
    from bot.settings import ROOT  # noqa: PLC0415

    MODELS.mkdir(exist_ok=True)
    with TemporaryDirectory(dir=MODELS, prefix=".training-") as aside:  # nobody may find half an archive under its name
        result = train(
            domain=str(ROOT / "domain.yml"),
            config=str(ROOT / "config.yml"),
            training_files=[str(ROOT / "data" / "nlu"), str(ROOT / "data" / "stories"), *map(str, more)],
            output=aside,
            fixed_model_name=name,
            force_training=True,
        )
        if result.code or not result.model:
            return None
        unpack()
        return Path(result.model).replace(MODELS / f"{name}.tar.gz")


def _tell_choice(trained: Path) -> None:
    """Training changes nothing that runs: say so where another model was chosen."""
    from bot.dialogue.models import chosen  # noqa: PLC0415

    choice = chosen()
    if choice is not None and choice.name != trained.name:
        print(f"note: models/serving chooses {choice.name}, which goes on; to change: `python -m bot model use {trained.name}`")


def known_intents() -> set[str]:
    """Intents of domain.yml."""
    import yaml  # noqa: PLC0415

    from bot.settings import ROOT  # noqa: PLC0415

    return set(yaml.safe_load((ROOT / "domain.yml").read_text(encoding="utf-8"))["intents"])
