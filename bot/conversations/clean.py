"""Nothing is stored that PostgreSQL refuses or that cannot be written as UTF-8: NUL and lone surrogates are taken out."""

from __future__ import annotations

import re
from typing import Any

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
MAX_DEPTH = 40


def clean_text(text: str) -> str:
    """The text without NUL and lone surrogates; pairs that were split in JSON escapes are joined first."""
    if not _UNSTORABLE.search(text):
        return text
    joined = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "ignore")
    return _UNSTORABLE.sub("", joined)


def clean_json(value: Any, depth: int = 0) -> Any:
    """The same for every key and text of a JSON value. Raises ValueError when it is nested deeper than 40 levels."""
    if depth > MAX_DEPTH:
        raise ValueError("nested too deeply")
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, dict):
        return {clean_text(str(key)): clean_json(inner, depth + 1) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [clean_json(inner, depth + 1) for inner in value]
    return value
