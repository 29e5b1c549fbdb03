"""Cuts a reply that a channel cannot show in one piece, where a reader would pause: paragraph, line, sentence, word.

A pure function, because every channel has the same need and only another limit.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

_LIST: Final = r"[ \t]*(?:[•*–-]|\d{1,2}[.)])[ \t]"
_PLACES: Final = (
    re.compile(r"\n[ \t]*\n\s*"),  # between paragraphs
    re.compile(rf"\n(?!{_LIST})"),  # between lines, but not inside a list
    re.compile(r"\n"),
    re.compile(r"(?:(?<=[.!?…])|(?<=[.!?…][»”\")\]]))\s+(?=[¿¡«“\"(*]{0,2}[A-ZÁÉÍÓÚÑ0-9])"),  # between sentences
    re.compile(r"[ \t]+"),
)
"""Where a cut reads well, best first."""
_ANYWHERE: Final = re.compile(r"\s+")
_LOOK_AHEAD: Final = 8
_SHORTEST: Final = 4
"""A cut that leaves less than a quarter of a part is not taken while a worse place gives more."""
_ATTACHED: Final = frozenset({"Mn", "Me", "Mc", "Cf", "Sk"})
_LONGEST_CHARACTER: Final = 16


def split_reply(text: str, limit: int) -> list[str]:
    """The text in parts of at most `limit` characters, none of them blank; no word is broken that fits into one part.

    A blank text has no parts. Nothing but blanks around the cuts is lost.
    """
    if limit < 1:
        raise ValueError("a part needs room for a character")
    parts, rest = [], text.strip()
    while len(rest) > limit:
        cut = _cut(rest, limit)
        parts.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return [*parts, rest] if rest else parts


def _cut(rest: str, limit: int) -> int:
    """Where the first part ends, 1…`limit`."""
    window = rest[: limit + _LOOK_AHEAD]
    found = [_last(window, _starts(place, window, limit)) for place in _PLACES]
    good = next((cut for cut in found if cut * _SHORTEST >= limit), 0)
    return good or max(found) or max(_starts(_ANYWHERE, window, limit), default=0) or _inside_a_word(rest, limit)


def _starts(place: re.Pattern[str], window: str, limit: int) -> list[int]:
    return [match.start() for match in place.finditer(window) if 0 < match.start() <= limit]


def _last(window: str, cuts: Iterable[int]) -> int:
    """The last of these cuts that is not inside **bold** words; 0 when there is none."""
    return next((cut for cut in reversed(list(cuts)) if window.count("**", 0, cut) % 2 == 0), 0)


def _inside_a_word(rest: str, limit: int) -> int:
    """A word longer than a part: cut it, but not between a letter and its accent or inside a joined emoji, if that can be."""
    for cut in range(limit, max(0, limit - _LONGEST_CHARACTER), -1):
        if unicodedata.category(rest[cut]) not in _ATTACHED and rest[cut - 1] != "\u200d":
            return cut
    return limit
