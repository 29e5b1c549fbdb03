"""Titles of buttons and list rows, cut where a reader would and told apart, because the platform refuses long and equal ones."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Final

_ATTACHED: Final = frozenset({"Mn", "Me", "Mc", "Cf", "Sk"})
_JOINER: Final = "\u200d"


def units(text: str) -> int:
    """Its length as the platform may count it: in UTF-16 units, so that most emoji are two."""
    return len(text) + sum(character > "\uffff" for character in text)


def one_line(title: str) -> str:
    """The title without line breaks and doubled blanks."""
    return " ".join(title.split())


def blank(title: str) -> bool:
    """Whether nobody sees anything of it."""
    return not any(unicodedata.category(character)[0] in "LNPS" for character in title)


def fitted(titles: Sequence[str], limit: int) -> list[str]:
    """These titles in at most `limit` units each, all different: where a cut, or who wrote them, made two alike all of them get numbers."""
    cuts = [cut(one_line(title), limit) for title in titles]
    if len({title.casefold() for title in cuts}) == len(cuts):
        return cuts
    return [cut(f"{number}. {one_line(title)}", limit) for number, title in enumerate(titles, start=1)]


def cut(text: str, limit: int) -> str:
    """The text, or its beginning with an ellipsis, in at most `limit` units: whole words if they fill half of it."""
    if units(text) <= limit:
        return text
    kept = _beginning(text, limit - 1)
    words = re.sub(r"\S+\Z", "", kept) if not text[len(kept)].isspace() else kept
    if units(words.rstrip()) * 2 >= limit:
        kept = words
    return f"{kept.rstrip(' ,;:.·–-(¿¡«')}…"


def _beginning(text: str, limit: int) -> str:
    """As many characters as fit; none is parted from its accent or from what it is joined with, if that can be."""
    end = size = 0
    for character in text:
        size += units(character)
        if size > limit:
            break
        end += 1
    whole = end
    while whole > 0 and (unicodedata.category(text[whole]) in _ATTACHED or text[whole - 1] == _JOINER):
        whole -= 1
    return text[: whole or end]
