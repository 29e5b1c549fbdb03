"""Identifiers that are written in pieces, one message after the other: "4152 3136", then "0000 1111"; "mi contraseña es", then the password.

Numbers have rules of their own (`pieces.py`); of everything else the messages are read as lines of one text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, chain
from typing import Final

from bot.privacy.kinds import PLACEHOLDERS, Found, Kind
from bot.privacy.masking import Mask, replaced
from bot.privacy.names import find_broken
from bot.privacy.pieces import follows_cue, in_pieces, says_what_it_is

BETWEEN: Final = "\n"
FEW_WORDS: Final = 4
_NUMBERS: Final[frozenset[Kind]] = frozenset({"card", "clabe", "phone"})
_NAMED: Final = re.compile(
    r"\W*(?:(?:y|ok|bueno|mira|pues)\W+)*(?:mi|la|nuestra)\s+(?:contra\w*|password|passwd|pasword|pass|pwd|psw)\W*", re.IGNORECASE
)
_HAS_CODE: Final = re.compile(r"\W*(?:(?:ya|s[ií]|ahora|aqu[ií]|ok)\W+)*tengo\W+(?:el|este|ese)\W+", re.IGNORECASE)
_ONE_TIME: Final = re.compile(r"\d(?:[ \-]?\d){5}")
_LEADS: Final = re.compile(
    r"\d|@|arroba|contra|clave|pass|pwd|psw|nip|pin|rfc|curp|c[oó]d|token|tarj|clabe|cuenta|tel|cel|m[oó]vil|whats|\b(?:cero|uno|dos|tres|cuatro|cinco|seis|siete|ocho|nueve)\b",
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


def join(earlier: Sequence[str], text: str, mask: Mask, by_itself: Sequence[Found] | None = None) -> Joined | None:
    """What a message holds together with those before it; None where that is no more than `by_itself` (None: not known yet)."""
    if not any(may_begin(each) for each in earlier) and not text.lstrip().startswith("@"):
        return None
    messages = [*earlier, text]
    begins = [0, *accumulate(len(each) + len(BETWEEN) for each in earlier)]
    across = _apart([*in_pieces(messages, begins, mask.public), *_confided(BETWEEN.join(messages), begins[-1], mask)])
    by_itself = mask.find(text) if by_itself is None else list(by_itself)
    found = [*across, *(Found(begins[-1] + each.start, begins[-1] + each.end, each.kind) for each in by_itself)]
    own = _apart([Found(max(0, each.start - begins[-1]), each.end - begins[-1], each.kind) for each in found])
    if own == by_itself and not any(each.start < begins[-1] for each in across):
        return None
    return Joined(tuple(_pieces(earlier, across)), tuple(own))


def _confided(joined: str, last: int, mask: Mask) -> list[Found]:
    """What only the messages before it tell of the last one, or that begins in them: a password after "mi contraseña es", an RFC in two."""
    found = _apart([each for each in chain(mask.find(joined), find_broken(joined)) if each.end > last])
    return [each for each in found if _holds(each, joined, last)]


def _holds(found: Found, joined: str, last: int) -> bool:
    """Whether what is found in the lines of one text is so of messages too: numbers have rules of their own, and "es urgente" may be said of anything."""
    if found.kind in _NUMBERS:
        return found.start >= last and follows_cue(joined, found.start, last)
    if found.kind == "code":
        if found.start >= last and _HAS_CODE.fullmatch(joined, last, found.start) and _ONE_TIME.fullmatch(joined, found.start, found.end):
            return True
        return found.start >= last and not says_what_it_is(joined, found.start, last)
    if found.kind == "password" and joined[found.start : found.end].isalpha() and joined[last : found.start].strip():
        return _NAMED.fullmatch(joined[:last].rsplit(BETWEEN, 2)[-2]) is not None
    return True


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
    """Without those that an earlier one covers, and what lies before the message, in their order."""
    kept: list[Found] = []
    for each in found:
        if each.end > 0 and not any(each.start < other.end and other.start < each.end for other in kept):
            kept.append(each)
    return sorted(kept)
