"""Trained models for tests that change them: copies of the one that fits the data, whole, different or broken."""

from __future__ import annotations

import os
import tarfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

from bot.dialogue.models import fitting_model

DOMAIN = "metadata.json"  # Rasa serves the texts of the domain that stands there
CLASSIFIER = "components/train_bot.nlu.classifier.CalibratedClassifier1/model.json"


def trained() -> Path:
    """The model that fits the data."""
    model = fitting_model()
    assert model is not None, "no model fits the data: run `python -m bot train`"
    return model


def same_model(path: Path) -> Path:
    """The trained model under another name."""
    os.link(trained(), path) if trained().stat().st_dev == path.parent.stat().st_dev else path.write_bytes(trained().read_bytes())
    return path


def changed_model(path: Path, member: str, change: Callable[[str], str]) -> Path:
    """The trained model with one of its files changed."""
    with tarfile.open(trained()) as whole, tarfile.open(path, "w:gz", compresslevel=1) as other:
        found = False
        for each in whole.getmembers():
            content = whole.extractfile(each)
            data = content.read() if content else b""
            if each.name == member:
                found, before = True, data.decode()
                data = change(before).encode()
                assert data.decode() != before, f"nothing to change in {member}"
                each.size = len(data)
            other.addfile(each, BytesIO(data))
    assert found, f"{member} is not in the archive"
    return path
