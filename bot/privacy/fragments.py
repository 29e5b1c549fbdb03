"""Identifiers that are written in pieces, one message after the other: "4152 3136", then "0000 1111"; "mi contraseña es", then the password.

Of a number the pieces may have words between them ("y los otros son"), where together they are a card or a CLABE.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bot.privacy.kinds import PLACEHOLDERS, Found
from bot.privacy.masking import Mask, replaced

BETWEEN: Final = "\n"
FEW_WORDS: Final = 4
_DIGITS: Final = re.compile(r"\d[\d \-.]*\d|\d")
_LEADS: Final = re.compile(
    r"\d|@|arroba|contra|clave|pass|pwd|psw|nip|pin|rfc|curp|c[oó]d|token|\b(?:cero|uno|dos|tres|cuatro|cinco|seis|siete|ocho|nueve)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Piece:
    """What an earlier message was, by its place among them, and says from now on: `part` of it was a piece of an identifier."""

    place: int
    text: str
    part: str
    placeholder: str


@dataclass(frozen=True, slots=True)
class Joined:
    """What the messages hold together: the earlier ones that change, and what is personal in the last one."""

    pieces: tuple[Piece, ...]
    found: tuple[Found, ...]


def may_go_on(text: str) -> bool:
    """Whether this message may be the rest of something; a longer one without digits is a message of its own."""
    return any(map(str.isdecimal, text)) or "@" in text or len(text.split()) <= FEW_WORDS or _LEADS.search(text) is not None


def may_begin(text: str) -> bool:
    """Whether this message, as it is stored, may hold the first piece of something."""
    return _LEADS.search(text) is not None or len(text.split()) == 1


def join(earlier: Sequence[str], text: str, mask: Mask) -> Joined | None:
    """What a message holds together with those before it; None where that is no more than by itself."""
    if not any(_LEADS.search(each) for each in earlier) and not text.lstrip().startswith("@"):
        return None
    begins = sum(len(each) + len(BETWEEN) for each in earlier)
    found = [each for each in mask.find(BETWEEN.join([*earlier, text])) if each.end > begins]
    across = [each for each in found if each.start < begins] or _parted(earlier, text, begins, mask)
    own = [Found(max(0, each.start - begins), each.end - begins, each.kind) for each in sorted({*found, *across})]
    if not across and own == mask.find(text):
        return None
    return Joined(tuple(_pieces(earlier, across)), tuple(_apart(own)))


def _parted(earlier: Sequence[str], text: str, begins: int, mask: Mask) -> list[Found]:
    """A card or a CLABE whose pieces have words between them."""
    first, at = _DIGITS.search(text), begins
    if first is None:
        return []
    for each in reversed(earlier):
        at -= len(each) + len(BETWEEN)
        if pieces := list(_DIGITS.finditer(each)):
            last = pieces[-1]
            together = mask.find(f"{last[0]} {first[0]}")
            whole = len(last[0]) + 1 + len(first[0])
            if [(one.start, one.end) for one in together] != [(0, whole)] or together[0].kind not in {"card", "clabe"}:
                return []
            kind = together[0].kind
            return [Found(at + last.start(), at + last.end(), kind), Found(begins + first.start(), begins + first.end(), kind)]
    return []


def _pieces(earlier: Sequence[str], across: Sequence[Found]) -> list[Piece]:
    pieces, at = [], 0
    for place, each in enumerate(earlier):
        inside = [
            Found(max(0, one.start - at), min(len(each), one.end - at), one.kind)
            for one in across
            if one.start < at + len(each) and one.end > at
        ]
        if inside:
            first = inside[0]
            pieces.append(Piece(place, replaced(each, inside), each[first.start : first.end].strip(), PLACEHOLDERS[first.kind]))
        at += len(each) + len(BETWEEN)
    return pieces


def _apart(found: Sequence[Found]) -> list[Found]:
    """Without those that another one covers, and what lies before the message."""
    kept: list[Found] = []
    for each in found:
        if each.end > 0 and not any(each.start < other.end and other.start < each.end for other in kept):
            kept.append(each)
    return kept
