"""Writes and trains a stock Rasa project from our data: same examples, same answers, each intent to a custom action of its own.

Pipeline and policies are what `rasa init` gives (`default_config.yml` of Rasa) without ResponseSelector, for which there is no data, and,
unless asked for, without UnexpecTEDIntentPolicy, which only makes stock slower. Few epochs: what a turn costs depends on the shapes (vocabulary,
layers, number of intents), not on how long the weights were fitted, and 100 epochs on all our examples take hours on two cores.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import time
from collections.abc import Callable, Mapping
from itertools import groupby
from pathlib import Path
from typing import Any

import yaml

from benchmarks.stock.environment import LOCK, stock_python
from bot.nlu.data import Example, read_examples
from bot.settings import ROOT, VAR

EPOCHS = 2
KEPT = VAR / "bench"
TRAINING_SECONDS = 3600
SECONDS_BETWEEN_PROGRESS = 20
NOT_UNDERSTOOD = "action_no_entendi"
SPOKEN = ("utter_vigencia_vigente", "utter_vigencia_sin_dato", "utter_sin_servidores")
QUIET = {"RASA_TELEMETRY_ENABLED": "false", "TF_CPP_MIN_LOG_LEVEL": "3", "PYTHONWARNINGS": "ignore", "SQLALCHEMY_SILENCE_UBER_WARNING": "1"}

Say = Callable[[str], None]


def project_files(epochs: int = EPOCHS, *, unexpected: bool = False) -> dict[str, str]:
    """The project: file name to text."""
    examples = sorted(read_examples(), key=lambda example: example.intent)
    intents = sorted({example.intent for example in examples})
    return {
        "config.yml": _yaml(config(epochs, unexpected=unexpected)),
        "domain.yml": _yaml(domain(intents, responses())),
        "data/nlu.yml": _yaml({"version": "3.1", "nlu": nlu_blocks(examples)}),
        "data/rules.yml": _yaml({"version": "3.1", "rules": rules(intents)}),
        "data/stories.yml": _yaml({"version": "3.1", "stories": stories(intents)}),
        "credentials.yml": "rest:\n",
    }


def config(epochs: int, *, unexpected: bool) -> dict[str, Any]:
    """Stock pipeline and policies; only the language and the epochs are set. `unexpected` adds the policy that Rasa's default has too."""
    more = [{"name": "UnexpecTEDIntentPolicy", "max_history": 5, "epochs": epochs, "random_seed": 1}] if unexpected else []
    return {
        "recipe": "default.v1",
        "assistant_id": "stock",
        "language": "es",
        "pipeline": [
            {"name": "WhitespaceTokenizer"},
            {"name": "RegexFeaturizer"},
            {"name": "LexicalSyntacticFeaturizer"},
            {"name": "CountVectorsFeaturizer"},
            {"name": "CountVectorsFeaturizer", "analyzer": "char_wb", "min_ngram": 1, "max_ngram": 4},
            {"name": "DIETClassifier", "epochs": epochs, "constrain_similarities": True, "random_seed": 1},
            {"name": "EntitySynonymMapper"},
            {"name": "FallbackClassifier", "threshold": 0.3, "ambiguity_threshold": 0.1},
        ],
        "policies": [
            {"name": "MemoizationPolicy"},
            {"name": "RulePolicy", "core_fallback_threshold": 0.3, "core_fallback_action_name": NOT_UNDERSTOOD},
            *more,
            {"name": "TEDPolicy", "max_history": 5, "epochs": epochs, "constrain_similarities": True, "random_seed": 1},
        ],
    }


def domain(intents: list[str], spoken: Mapping[str, list[dict[str, Any]]]) -> dict[str, Any]:
    """Intents, an action for each, our answers. Sessions as `rasa init` sets them."""
    return {
        "version": "3.1",
        "intents": intents,
        "actions": [*map(action_of, intents), NOT_UNDERSTOOD],
        "responses": dict(spoken),
        "session_config": {"session_expiration_time": 60, "carry_over_slots_to_new_session": True},
    }


def action_of(intent: str) -> str:
    """The custom action that answers an intent."""
    return f"action_{intent}"


def nlu_blocks(examples: list[Example]) -> list[dict[str, str]]:
    """Rasa's training format."""
    return [
        {"intent": intent, "examples": "".join(f"- {example.text}\n" for example in group)}
        for intent, group in groupby(examples, key=lambda example: example.intent)
    ]


def rules(intents: list[str]) -> list[dict[str, Any]]:
    """As ours: each intent calls its custom action; what is not understood calls one too."""
    pairs = [*((intent, action_of(intent)) for intent in intents), ("nlu_fallback", NOT_UNDERSTOOD)]
    return [{"rule": intent, "steps": [{"intent": intent}, {"action": action}]} for intent, action in pairs]


def stories(intents: list[str]) -> list[dict[str, Any]]:
    """What TED learns from (it takes no rules): each intent after a greeting, and the next one after it."""
    pairs = zip(intents, [*intents[1:], intents[0]], strict=True)
    return [
        {"story": f"{first}, {second}", "steps": [step for intent in ("saludar", first, second) for step in _asked(intent)]}
        for first, second in pairs
    ]


def _asked(intent: str) -> list[dict[str, str]]:
    return [{"intent": intent}, {"action": action_of(intent)}]


def responses() -> dict[str, list[dict[str, Any]]]:
    """All our texts; a button's payload is written as Rasa's own channels take it."""
    found: dict[str, list[dict[str, Any]]] = {}
    for path in sorted((ROOT / "data" / "nlu").glob("*.yml")):
        for key, variants in (yaml.safe_load(path.read_text(encoding="utf-8")).get("responses") or {}).items():
            found[key] = [_as_stock(variant) for variant in variants]
    missing = [key for key in SPOKEN if key not in found]
    if missing:
        raise KeyError(f"the stock actions say {', '.join(missing)}, which data/nlu no longer has")
    return found


def _as_stock(variant: dict[str, Any]) -> dict[str, Any]:
    buttons = [{"title": each["title"], "payload": f"/{each['payload'].lstrip('/')}"} for each in variant.get("buttons", ())]
    return {"text": variant["text"], **({"buttons": buttons} if buttons else {})}


def trained(say: Say, epochs: int = EPOCHS, *, unexpected: bool = False) -> Path:
    """The folder of a project whose `models/stock.tar.gz` fits its files; trained if it is not there yet. RuntimeError if that fails."""
    files = project_files(epochs, unexpected=unexpected)
    folder = KEPT / f"stock-{_digest(files)}"
    if (folder / "models" / "stock.tar.gz").exists():
        say(f"stock Rasa: trained model kept in {folder.relative_to(ROOT)}")
        return folder
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    _train(folder, say)
    return folder


def _digest(files: Mapping[str, str]) -> str:
    locked = [
        line.split()[0].replace("==", " ")
        for line in LOCK.read_text(encoding="utf-8").splitlines()
        if line.startswith(("rasa==", "tensorflow=="))
    ]
    digest = hashlib.sha256(" ".join(locked).encode())
    for name, text in files.items():
        digest.update(f"\0{name}\0{text}".encode())
    return digest.hexdigest()[:16]


def _train(folder: Path, say: Say) -> None:
    # no augmentation: stories glued together teach nothing where each turn is one step
    command = [str(stock_python(say)), "-m", "rasa", "train", "--fixed-model-name", "stock", "--augmentation", "0"]
    cache = {"RASA_CACHE_DIRECTORY": str(KEPT / "cache")}  # what did not change is not trained again
    started = time.monotonic()
    say("training stock Rasa on all examples (once, then kept) …")
    with (folder / "train.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, env={**os.environ, **QUIET, **cache}, stdout=log, stderr=subprocess.STDOUT)
        try:
            while _still_runs(process):
                say(f"training stock Rasa, {time.monotonic() - started:.0f} s")
                if time.monotonic() - started > TRAINING_SECONDS:
                    raise RuntimeError(f"stock Rasa is not trained after {TRAINING_SECONDS} s; see {folder / 'train.log'}")
        finally:
            process.kill()
            process.wait()
    if process.returncode or not (folder / "models" / "stock.tar.gz").exists():
        raise RuntimeError(f"training stock Rasa failed: {(folder / 'train.log').read_text(errors='replace')[-2000:]}")
    say(f"stock Rasa trained in {time.monotonic() - started:.0f} s")


def _still_runs(process: subprocess.Popen[bytes]) -> bool:
    try:
        process.wait(SECONDS_BETWEEN_PROGRESS)
    except subprocess.TimeoutExpired:
        return True
    return False


def _yaml(document: Any) -> str:
    return yaml.safe_dump(document, allow_unicode=True, sort_keys=False, width=100_000)
