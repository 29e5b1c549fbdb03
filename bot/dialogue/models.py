"""Which trained model serves, and whether it still fits the data it was trained from."""

from __future__ import annotations

import hashlib
from pathlib import Path

from bot.errors import SettingsError
from bot.settings import ROOT

MODELS = ROOT / "models"
TRAINED_BY = ("classifier", "data", "decision", "entities", "features", "model", "normalise", "spanish", "spelling")
SOURCES = ("config.yml", "domain.yml", "data/**/*.yml", *(f"bot/nlu/{name}.py" for name in TRAINED_BY))


def data_fingerprint() -> str:
    """A digest of everything a trained model depends on."""
    digest = hashlib.sha256()
    for pattern in SOURCES:
        for path in sorted(ROOT.glob(pattern)):
            digest.update(str(path.relative_to(ROOT)).encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def newest_model() -> Path:
    """The newest model. Raises SettingsError when none was trained."""
    models = sorted(MODELS.glob("*.tar.gz"), key=lambda path: path.stat().st_mtime)
    if not models:
        raise SettingsError("no trained model in models/: run `python -m bot train`")
    return models[-1]


def fitting_model() -> Path | None:
    """The model trained from the data as it is now, if there is one."""
    path = MODELS / f"{data_fingerprint()}.tar.gz"
    return path if path.exists() else None
