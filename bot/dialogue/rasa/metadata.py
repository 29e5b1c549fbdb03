"""Reads of a model only what predicting needs.

Beside the graph that predicts, a model's metadata name the graph that trained it, and reading them imports every class of it: Rasa's
validators, and through them each classifier and policy that Rasa has, its reports and matplotlib. A server trains nothing.
"""

from __future__ import annotations

from typing import Any

from rasa.engine.storage.storage import ModelMetadata

_stock = ModelMetadata.from_dict.__func__  # what the class method runs


def read_without_training_graph() -> None:
    """From now on `train_schema` of a model that is read is empty; all else is as Rasa reads it."""
    ModelMetadata.from_dict = classmethod(_from_dict)


def _from_dict(cls: type[ModelMetadata], serialized: dict[str, Any]) -> ModelMetadata:
    return _stock(cls, {**serialized, "train_schema": {"nodes": {}}})
