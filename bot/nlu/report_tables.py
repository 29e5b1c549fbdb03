"""Text of the report on understanding: Markdown tables, customers' words made harmless, blocks between markers."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable, Sequence
from pathlib import Path

from bot.errors import AssistantError
from bot.nlu.normalise import plain_text

SHOWN_CHARACTERS = 160
_HARMLESS = frozenset(" ,.?¿¡!;()-$%\"'…")
_LINK = re.compile(r"\bwww(?=\.)", re.IGNORECASE)
Z95 = 1.96


class MarkersMissing(AssistantError):
    """The document has no place for the block."""


def shown(text: str) -> str:
    """What a customer wrote, for a Markdown cell or line: one line, cut, and nothing in it is markup, HTML or a link."""
    flat = plain_text(text)
    cut = flat if len(flat) <= SHOWN_CHARACTERS else flat[: SHOWN_CHARACTERS - 1] + "…"
    return _LINK.sub(lambda www: f"{www.group()[:-1]}&#{ord(www.group()[-1])};", "".join(_harmless(character) for character in cut))


def _harmless(character: str) -> str:
    if character.isalnum() or character in _HARMLESS or (not character.isascii() and unicodedata.category(character) in {"So", "Mn", "Sk"}):
        return character
    return f"&#{ord(character)};"


def code(name: str) -> str:
    """A file's name as Markdown code."""
    return f"`{plain_text(name).replace('`', '').replace('|', '')}`"


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; cells are taken as they are."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def percent(share: float | None) -> str:
    """`97.4 %`, or a dash."""
    return "–" if share is None else f"{100 * share:.1f} %"


def points(loss: float | None) -> str:
    """A loss in percentage points."""
    return "–" if loss is None else f"{100 * loss:.1f}"


def interval(share: float | None, number: int) -> str:
    """Wilson's 95 % interval of a share of `number` messages."""
    if share is None or not number:
        return "–"
    square = Z95 * Z95
    centre = share + square / (2 * number)
    reach = Z95 * math.sqrt(share * (1 - share) / number + square / (4 * number * number))
    low, high = (max(0.0, min(1.0, (centre + sign * reach) / (1 + square / number))) for sign in (-1, 1))
    return f"{100 * low:.1f}-{100 * high:.1f}"


def write_between(path: Path, name: str, content: str) -> None:
    """Replace what stands between `<!-- name -->` and `<!-- /name -->`. Raises MarkersMissing."""
    begin, end = f"<!-- {name} -->", f"<!-- /{name} -->"
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    before, found, rest = text.partition(begin)
    _, closed, after = rest.partition(end)
    if not found or not closed:
        raise MarkersMissing(f"{path}: no {begin} … {end}")
    path.write_text(f"{before}{begin}\n{content.strip()}\n{end}{after}", encoding="utf-8")
