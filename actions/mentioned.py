"""Which of a desk's servers a text names: written, spelled, dictated, misspelled by a letter, or told by the number alone.

A name counts only where it is one of this desk's own, so that no month, branch, folio or machine is ever taken for a server. What looks like one of
the desk's names and is none is a stranger: the letters of an own alias with another number, or a word in capitals of the very form of an alias.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from actions.pointed import find_numbers, find_places, find_words, is_denied
from actions.tokens import SHORTEST_TO_MISSPELL, UNITS, Found, Token, stands_apart, tokens_of
from bot.rules.folding import bare

_SPOKEN = frozenset({"guion", "bajo", "medio", "raya"})
SHORTEST_TO_SPACE = 3
MOST_DIGITS = 4
_PROGRAM = re.compile(r"(?:SAE|COI|NOI|CAJA|BANCO|PROD|ADM|FACTURE|ASPEL|WINDOWS|WIN|OFFICE|CFDI|SQL)(?![^\W\d_])", re.IGNORECASE)
"""A program with its version ("SAE-90") is no server."""


@dataclass(frozen=True)
class Mentioned:
    """`aliases` in the order of the text, each once; `stranger` looks like one of the desk's names and is none ("" where nothing does)."""

    aliases: tuple[str, ...] = ()
    stranger: str = ""


def mentioned(text: str, aliases: Sequence[str], *, loose: bool = False, told: Sequence[str] = ()) -> Mentioned:
    """What `text` names of `aliases`, in their order on the desk. `loose`: a server is known to be named, so its number or place is enough.

    `told`: those among which a place counts ("el primero"), where some of several were told just now.
    """
    folded = bare(text)
    tokens = tokens_of(folded)
    found = list(_full_names(folded, tokens, tuple(aliases), loose=loose))
    taken = {place for each in found for place in range(each.first, each.last)}
    found = sorted([*found, *find_numbers(folded, tokens, aliases, taken, loose=loose)], key=lambda each: each.first)
    if loose and not found:
        found = (find_places(tokens, told) if told else []) or find_places(tokens, aliases) or find_words(tokens, aliases)
    own = [each for each in found if each.alias]
    kept = [each for each in own if not is_denied(folded, tokens, each.first)] or own
    stranger = "" if own else next((each.stranger for each in found), "") or _in_capitals(text, aliases, loose=loose)
    return Mentioned(tuple(dict.fromkeys(each.alias for each in kept)), stranger)


@dataclass(frozen=True)
class _Name:
    """An alias as words and numbers in turn; letters that only marks part are one word."""

    alias: str
    parts: tuple[str, ...]

    @property
    def letters(self) -> int:
        return sum(len(part) for part in self.parts if not part.isdigit())

    @property
    def numbered(self) -> bool:
        return self.parts[-1].isdigit()


def _name(alias: str, pieces: Sequence[str]) -> _Name:
    parts: list[str] = []
    for piece in pieces:
        if piece.isdigit():
            parts.append(piece.lstrip("0") or "0")
        elif parts and not parts[-1].isdigit():
            parts[-1] += piece
        else:
            parts.append(piece)
    return _Name(alias, tuple(parts))


@lru_cache(maxsize=256)
def _names(aliases: tuple[str, ...]) -> tuple[_Name, ...]:
    """Whole names first, then what names one of several for short: one of its words and its last number."""
    pieces = {alias: [token.text for token in tokens_of(bare(alias))] for alias in aliases}
    whole = [_name(alias, found) for alias, found in pieces.items() if found]
    short: dict[tuple[str, ...], set[_Name]] = {}
    for alias, found in pieces.items():
        for piece in found:
            if found[-1].isdigit() and not piece.isdigit() and len(piece) >= SHORTEST_TO_SPACE:
                name = _name(alias, (piece, found[-1]))
                short.setdefault(name.parts, set()).add(name)
    known = {each.parts for each in whole}
    alone = [next(iter(names)) for parts, names in short.items() if len(names) == 1 and parts not in known]
    return (*sorted(whole, key=lambda each: -len(each.parts)), *sorted(alone, key=lambda each: each.alias))


def _full_names(folded: str, tokens: Sequence[Token], aliases: tuple[str, ...], *, loose: bool) -> Iterator[Found]:
    place, names = 0, _names(aliases)
    while place < len(tokens):
        found = next(filter(None, (_full_name(folded, tokens, place, name, exact) for exact in (True, False) for name in names)), None)
        found = found or next(filter(None, (_stranger(folded, tokens, place, name, loose=loose) for name in names)), None)
        if found:
            yield found
        place = found.last if found else place + 1


def _full_name(folded: str, tokens: Sequence[Token], place: int, name: _Name, exact: bool) -> Found | None:
    if not (exact or name.numbered):
        return None
    last = _match(tokens, place, name.parts, exact)
    if last is None or not stands_apart(folded, tokens, place, last):
        return None
    return Found(place, last, name.alias) if _is_meant(folded, tokens, place, last, name, exact) else None


def _is_meant(folded: str, tokens: Sequence[Token], place: int, last: int, name: _Name, exact: bool) -> bool:
    """Whether it is no accident: letters and a number written apart may be anything else ("cierra 3 veces")."""
    joined = not any(each.isspace() for each in folded[tokens[place].start : tokens[last - 1].end])
    if not name.numbered or name.letters == 0:
        return name.letters >= SHORTEST_TO_SPACE or last - place == len(tokens)
    if joined or tokens[last - 1].padded:
        return True
    if name.letters < SHORTEST_TO_SPACE or UNITS.match(folded[tokens[last - 1].end :].lstrip()):
        return False
    return exact or tokens[place].text[0] == name.parts[0][0]


def _match(tokens: Sequence[Token], place: int, parts: Sequence[str], exact: bool) -> int | None:
    """The place after the tokens that say `parts`; None when they do not."""
    for part in parts:
        while place < len(tokens) and tokens[place].text in _SPOKEN and tokens[place].text != part:
            place += 1
        if place >= len(tokens):
            return None
        if part.isdigit():
            if tokens[place].number != part:
                return None
            place += 1
        else:
            length = next((n for n in range(1, 5) if _is_word("".join(each.text for each in tokens[place : place + n]), part, exact)), None)
            if length is None:
                return None
            place = min(place + length, len(tokens))
    return place


def _is_word(said: str, word: str, exact: bool) -> bool:
    return said == word if exact else len(word) >= SHORTEST_TO_MISSPELL and _one_letter_apart(said, word)


def _one_letter_apart(said: str, word: str) -> bool:
    """A letter more, less or other, or two that changed places."""
    if abs(len(said) - len(word)) > 1:
        return False
    start = next((n for n, (one, other) in enumerate(zip(said, word, strict=False)) if one != other), min(len(said), len(word)))
    one, other = said[start:], word[start:]
    return one[1:] == other[1:] or one[1:] == other or one == other[1:] or (one[:2] == other[:2][::-1] and one[2:] == other[2:])


def _stranger(folded: str, tokens: Sequence[Token], place: int, name: _Name, *, loose: bool) -> Found | None:
    """The letters of an own alias with a number that no server of this desk has."""
    if not name.numbered or name.letters < SHORTEST_TO_SPACE:
        return None
    last = _match(tokens, place, name.parts[:-1], exact=True)
    if (
        last is None
        or last >= len(tokens)
        or not (tokens[last].text.isdigit() and len(tokens[last].text) <= MOST_DIGITS)
        or not stands_apart(folded, tokens, place, last + 1)
    ):
        return None
    written = folded[tokens[place].start : tokens[last].end]
    told = not any(each.isspace() for each in written) or tokens[last].padded
    if not told and (not loose or UNITS.match(folded[tokens[last].end :].lstrip())):
        return None
    letters, digits = re.fullmatch(r"(.*?)(\d+)\D*", name.alias, re.DOTALL).groups()  # type: ignore[union-attr]
    return Found(place, last + 1, stranger=f"{letters}{tokens[last].text.zfill(len(digits))}")


def _in_capitals(text: str, aliases: Sequence[str], *, loose: bool) -> str:
    """A word in capitals of the form of an alias ("RUIZ-01" where there is SIERRA-01), in a text that is not all in capitals."""
    if not loose and not any(each.islower() for each in text):
        return ""
    words = (word for form in filter(None, map(_form, aliases)) for word in re.findall(form, text) if word.isupper())
    return next((word for word in words if not _PROGRAM.match(word)), "")


@lru_cache(maxsize=256)
def _form(alias: str) -> str:
    """The pattern of the words that look like it; "" for an alias without letters or digits."""
    pieces = re.findall(r"[^\W\d_]+|[0-9]+|(?:[\W_]|[^\W0-9_])", alias)
    if (
        not any(piece.isdecimal() for piece in pieces)
        or not any(piece.isalpha() for piece in pieces)
        or any(piece.isspace() for piece in pieces)
    ):
        return ""
    pattern = "".join(_alike(piece) for piece in pieces)
    return rf"(?<![\w-]){pattern}(?![\w-])"


def _alike(piece: str) -> str:
    if piece.isalpha():
        return r"[^\W\d_]{3,20}"
    return rf"[0-9]{{{len(piece)}}}" if piece.isascii() and piece.isdigit() else re.escape(piece)
