"""YAML files of whole conversations, to play or to learn from: read into typed shapes, a mistake named by file, conversation and turn."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import yaml

from bot.errors import AssistantError

Shape = TypeVar("Shape")


class BadConversation(AssistantError):
    """A file of conversations cannot be used; the message names file, conversation and turn."""


def load(path: Path) -> Any:
    """What the file holds. Raises BadConversation."""
    try:
        return yaml.load(path.read_text(encoding="utf-8"), getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - a safe one
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise BadConversation(f"{path.name}: {error}") from None


def shaped(path: Path, number: int, written: Any, shape: type[Shape]) -> Shape:
    """The `number`-th conversation of a file (from 1) as this shape. Raises BadConversation."""
    name = written.get("id", f"number {number}") if isinstance(written, dict) else f"number {number}"
    try:
        return msgspec.convert(written, shape)
    except msgspec.ValidationError as error:
        raise BadConversation(f"{path.name}: {name}: {_with_turn(str(error))}") from None


def _with_turn(complaint: str) -> str:
    """In msgspec's words turns are counted from 0, as `$.turns[0].has`; people count from 1."""
    return re.sub(r"`\$\.turns\[(\d+)\]\.?([^`]*)`", lambda at: f"turn {int(at[1]) + 1}" + (f", {at[2]}" if at[2] else ""), complaint)
