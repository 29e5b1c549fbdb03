"""Which of several facts a message asks for, where what is asked alone does not tell: by few words, without accents and case."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import TypeVar

Fact = TypeVar("Fact")


_QUE = re.compile(r"\b(?:q|k|ke)\b")


def plain(text: str) -> str:
    """Lower-case letters without accents, "que" written out, each run of blanks as one: "¿Q  pasó?" → "¿que paso?"."""
    bare = "".join(mark for mark in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(mark))
    return " ".join(_QUE.sub("que", bare).split())


def first_that_fits(text: str, patterns: Mapping[Fact, re.Pattern[str]]) -> Fact | None:
    """The first fact whose pattern, written for plain text, stands in `text`; None where none does."""
    said = plain(text)
    return next((fact for fact, pattern in patterns.items() if pattern.search(said)), None)
