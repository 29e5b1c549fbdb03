"""Which trained model serves: the one that `models/serving` names, else the one that fits the data, else the newest.

The file is written only by an explicit choice (`python -m bot model use`), so that training never changes what a running house serves.
Its first line names the archive, its second the one that served before.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import tarfile
from dataclasses import dataclass
from pathlib import Path

from bot.errors import DialogueError, SettingsError
from bot.settings import ROOT

MODELS = ROOT / "models"
SUFFIX = ".tar.gz"
TRAINED_BY = (
    "asked",
    "classifier",
    "context",
    "conversations",
    "data",
    "decision",
    "entities",
    "features",
    "model",
    "normalise",
    "spanish",
    "spelling",
    "training",
)
SOURCES = (
    "config.yml",
    "domain.yml",
    "data/nlu/*.yml",
    "data/stories/*.yml",
    "data/conversations/*.yml",
    "data/asked/*.tsv",
    "bot/protocol/frame.py",
    *(f"bot/nlu/{name}.py" for name in TRAINED_BY),
)
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")


class ModelRefused(DialogueError):
    """A model cannot be served; the message says why. What serves now goes on."""


@dataclass(frozen=True)
class Choice:
    """What `models/serving` says: the archive that serves, and the one that served before."""

    name: str
    before: str | None


def data_fingerprint() -> str:
    """A digest of everything a trained model depends on."""
    digest = hashlib.sha256()
    for pattern in SOURCES:
        for path in sorted(ROOT.glob(pattern)):
            digest.update(str(path.relative_to(ROOT)).encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def archives(folder: Path = MODELS) -> list[Path]:
    """Every trained model, the oldest first."""
    return sorted(folder.glob(f"*{SUFFIX}"), key=lambda path: path.stat().st_mtime)


def newest_model(folder: Path = MODELS) -> Path:
    """The newest model. Raises SettingsError when none was trained."""
    models = archives(folder)
    if not models:
        raise SettingsError("no trained model in models/: run `python -m bot train`")
    return models[-1]


def fitting_model(folder: Path = MODELS) -> Path | None:
    """The model trained from the data as it is now, if there is one."""
    path = folder / f"{data_fingerprint()}{SUFFIX}"
    return path if path.exists() else None


def archive(name: str, folder: Path = MODELS) -> Path:
    """The archive of that name (with or without its ending) inside `folder`. Raises ModelRefused for any other text."""
    if not _NAME.fullmatch(name):
        raise ModelRefused("a model is named as `python -m bot model` lists it, without a folder")
    path = folder / (name if name.endswith(SUFFIX) else f"{name}{SUFFIX}")
    if not path.is_file():
        raise ModelRefused(f"there is no model {path.name} in {folder.name}/")
    return path


def chosen(folder: Path = MODELS) -> Choice | None:
    """What `serving` in the folder says, whether or not it exists; None when nobody chose."""
    try:
        lines = (folder / "serving").read_text(encoding="utf-8").split()
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise SettingsError(f"models/serving cannot be read ({type(error).__name__}): delete it or choose again") from None
    return Choice(lines[0], lines[1] if len(lines) > 1 else None) if lines else None


def choose(path: Path, before: str | None) -> None:
    """Write down that `path` serves from now on. Choosing what is chosen already changes nothing."""
    now = chosen(path.parent)
    if now is not None and now.name == path.name:
        return
    aside = path.parent / f".serving.{os.getpid()}"
    aside.write_text(f"{path.name}\n{before or ''}\n", encoding="utf-8")
    aside.replace(path.parent / "serving")


def serving_model(folder: Path = MODELS, default: str | None = None) -> Path:
    """The model to start with; `default` names what serves when nobody chose. Raises SettingsError, saying what to do."""
    choice = chosen(folder)
    try:
        if choice is not None:
            return archive(choice.name, folder)
        if default is not None:
            return archive(default, folder)
    except ModelRefused as error:
        told = "models/serving chooses a model that cannot be served" if choice else "no such model"
        raise SettingsError(
            f"{told}: {error}. `python -m bot model` lists what there is; choose with `python -m bot model use NAME`, "
            "or delete models/serving to serve the one that fits the data"
        ) from None
    return fitting_model(folder) or newest_model(folder)


def trained_at(path: Path) -> str | None:
    """When the archive says that it was trained (UTC, to the minute); None when it is no trained model."""
    try:
        with tarfile.open(path) as packed:
            member = packed.extractfile(next(each for each in packed if Path(each.name).name == "metadata.json"))
            return None if member is None else str(json.load(member)["trained_at"])[:16].replace("T", " ")
    except (OSError, EOFError, tarfile.TarError, StopIteration, KeyError, ValueError):
        return None
