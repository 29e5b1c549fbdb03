"""Which of a desk's servers a text names: written, spelled, dictated, misspelled by a letter, or told by the number alone.

A name counts only where it is one of this desk's own, so that no month, branch, folio or machine is ever taken for a server. What looks like one of
the desk's names and is none is a stranger: the letters of an own alias with another number, or a word in capitals of the very form of an alias.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

_PIECE = re.compile(r"[^\W\d_]+|[0-9]+")
_NUMBERS = {
    **dict.fromkeys(("uno", "una"), "1"),
    **dict(zip(["cero", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve", "diez", "once", "doce", "trece", "catorce", "quince"], map(str, (0, *range(2, 16))), strict=True)),
    "sinco": "5",
    "cien": "100",
}  # fmt: skip
_ORDINALS = ("primer", "segund", "tercer", "cuart", "quint", "sext", "septim", "octav", "noven", "decim")
_SPOKEN = frozenset({"guion", "bajo", "medio", "raya"})
_POINTERS = frozenset(
    {
        "el",
        "la",
        "l",
        "del",
        "al",
        "numero",
        "num",
        "nro",
        "n",
        "servidor",
        "server",
        "srv",
        "serv",
        "equipo",
        "maquina",
        "nube",
        "compu",
        "ala",
        "dela",
    }
)
_JOINTS = frozenset({"y", "e", "o", "u", "ni", "vs", "con", "contra", "a"})
_UNITS = re.compile(
    r"(?:dias?|mes(?:es)?|anos?|horas?|h(?:rs?)?|minutos?|min|semanas?|quincenas?|vez|veces|usuari[oa]s?|personas?|pesos?|mil|gb|mb|am|pm"
    r"|de (?:ene|feb|mar|abr|may|jun|jul|ago|sep|oct|nov|dic)\w*)\b"
)
_PLURAL = re.compile(r"\b(?:otr[oa]s|demas|(?:l[oa]s|es[oa]s|est[oa]s)(?!\s+otr[oa]s))\s+(\w+)")
_OTHER_NUMBER = re.compile(r"[/:,.]?[0-9]|\s?%")
SHORTEST_TO_MISSPELL = 4
SHORTEST_TO_SPACE = 3
_FEW = 3


@dataclass(frozen=True)
class Mentioned:
    """`aliases` in the order of the text, each once; `stranger` looks like one of the desk's names and is none ("" where nothing does)."""

    aliases: tuple[str, ...] = ()
    stranger: str = ""


@dataclass(frozen=True)
class _Token:
    text: str
    start: int
    end: int
    number: str | None

    @property
    def padded(self) -> bool:
        return self.text.startswith("0") and self.text != "0"


@dataclass(frozen=True)
class _Found:
    first: int
    last: int
    alias: str = ""
    stranger: str = ""


def mentioned(text: str, aliases: Sequence[str], *, loose: bool = False) -> Mentioned:
    """What `text` names of `aliases`, in their order on the desk. `loose`: a server is known to be named, so its number or place is enough."""
    folded = _fold(text)
    tokens = _tokens(folded)
    found = list(_full_names(folded, tokens, tuple(aliases), loose=loose))
    taken = {place for each in found for place in range(each.first, each.last)}
    found = sorted([*found, *_numbers(folded, tokens, aliases, taken, loose=loose)], key=lambda each: each.first)
    if loose and not found:
        found = _places(tokens, aliases) or _words(tokens, aliases)
    own = [each for each in found if each.alias]
    kept = [each for each in own if not _denied(folded, tokens, each.first)] or own
    stranger = "" if own else next((each.stranger for each in found), "") or _in_capitals(text, aliases, loose=loose)
    return Mentioned(tuple(dict.fromkeys(each.alias for each in kept)), stranger)


def said_count(text: str) -> int | None:
    """How many are meant by "los otros dos", "las 3", "esos dos"; None when it is not said."""
    words = _PLURAL.findall(_fold(text))
    value = next((number for word in words if (number := _NUMBERS.get(word, word)).isascii() and number.isdigit()), "")
    return int(value) if 0 < len(value) <= _FEW else None


def _fold(text: str) -> str:
    return "".join(each for each in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(each))


def _tokens(folded: str) -> list[_Token]:
    tokens: list[_Token] = []
    for match in _PIECE.finditer(folded):
        piece = match.group()
        number = piece.lstrip("0") or "0" if piece.isdigit() else _NUMBERS.get(piece)
        if number and tokens and tokens[-1].text in {"cero", "0"} and match.start() - tokens[-1].end == 1:
            tokens[-1] = _Token(f"0{number}", tokens[-1].start, match.end(), number)
        else:
            tokens.append(_Token(piece, match.start(), match.end(), number))
    return tokens


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
    pieces = {alias: [token.text for token in _tokens(_fold(alias))] for alias in aliases}
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


def _full_names(folded: str, tokens: Sequence[_Token], aliases: tuple[str, ...], *, loose: bool) -> Iterator[_Found]:
    place, names = 0, _names(aliases)
    while place < len(tokens):
        found = next(filter(None, (_full_name(folded, tokens, place, name, exact) for exact in (True, False) for name in names)), None)
        found = found or next(filter(None, (_stranger(folded, tokens, place, name, loose=loose) for name in names)), None)
        if found:
            yield found
        place = found.last if found else place + 1


def _full_name(folded: str, tokens: Sequence[_Token], place: int, name: _Name, exact: bool) -> _Found | None:
    if not (exact or name.numbered):
        return None
    last = _match(tokens, place, name.parts, exact)
    if last is None or not _stands_apart(folded, tokens, place, last):
        return None
    return _Found(place, last, name.alias) if _is_meant(folded, tokens, place, last, name, exact) else None


def _is_meant(folded: str, tokens: Sequence[_Token], place: int, last: int, name: _Name, exact: bool) -> bool:
    """Whether it is no accident: letters and a number written apart may be anything else ("cierra 3 veces")."""
    joined = not any(each.isspace() for each in folded[tokens[place].start : tokens[last - 1].end])
    if not name.numbered or name.letters == 0:
        return name.letters >= SHORTEST_TO_SPACE or last - place == len(tokens)
    if joined or tokens[last - 1].padded:
        return True
    if name.letters < SHORTEST_TO_SPACE or _UNITS.match(folded[tokens[last - 1].end :].lstrip()):
        return False
    return exact or tokens[place].text[0] == name.parts[0][0]


def _match(tokens: Sequence[_Token], place: int, parts: Sequence[str], exact: bool) -> int | None:
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


def _stands_apart(folded: str, tokens: Sequence[_Token], place: int, last: int) -> bool:
    """Whether it is no part of a longer name, number or address."""
    start, end = tokens[place].start, tokens[last - 1].end
    before, after = folded[max(0, start - 2) : start], folded[end : end + 2]
    if before[-1:].isalnum() or after[:1].isalnum():
        return False
    return not (before[-1:] in {"-", "_", "@", "."} and before[:-1].isalnum()) and not (
        after[:1] in {"-", "_", "@"} and after[1:].isalnum()
    )


def _stranger(folded: str, tokens: Sequence[_Token], place: int, name: _Name, *, loose: bool) -> _Found | None:
    """The letters of an own alias with a number that no server of this desk has."""
    if not name.numbered or name.letters < SHORTEST_TO_SPACE:
        return None
    last = _match(tokens, place, name.parts[:-1], exact=True)
    if last is None or last >= len(tokens) or not tokens[last].text.isdigit() or not _stands_apart(folded, tokens, place, last + 1):
        return None
    written = folded[tokens[place].start : tokens[last].end]
    told = not any(each.isspace() for each in written) or tokens[last].padded
    if not told and (not loose or _UNITS.match(folded[tokens[last].end :].lstrip())):
        return None
    letters, digits = re.fullmatch(r"(.*?)(\d+)\D*", name.alias, re.DOTALL).groups()  # type: ignore[union-attr]
    return _Found(place, last + 1, stranger=f"{letters}{tokens[last].text[: _FEW * 2].zfill(len(digits))}")


def _numbers(folded: str, tokens: Sequence[_Token], aliases: Sequence[str], taken: set[int], *, loose: bool) -> Iterator[_Found]:
    """Bare numbers, "el 3", "la 02", "#3", "la uno y la dos": by the last number of one alias only. Not `loose`: only "la 02"."""
    by_number: dict[str, list[str]] = {}
    for alias in aliases:
        number = re.search(r"(\d+)\D*$", alias)
        if number:
            by_number.setdefault(number.group(1).lstrip("0") or "0", []).append(alias)
    going_on = False
    for place, token in enumerate(tokens):
        own = by_number.get(token.number or "", [])
        if place in taken:
            going_on = True
        elif len(own) == 1 and (loose or token.padded) and _points_at(folded, tokens, place, going_on=going_on and loose, loose=loose):
            going_on = True
            yield _Found(place, place + 1, own[0])
        elif token.text not in _JOINTS | _POINTERS:
            going_on = False


def _points_at(folded: str, tokens: Sequence[_Token], place: int, *, going_on: bool, loose: bool) -> bool:
    token = tokens[place]
    rest, before_it = folded[token.end :], folded[max(0, token.start - 2) : token.start]
    slashed = rest[:1] == "/" or before_it[-1:] == "/"
    in_a_number = before_it[-1:] == "$" or (before_it[-1:] in {"/", ":"} and before_it[:1].isdigit()) or _OTHER_NUMBER.match(rest)
    if (in_a_number and not (slashed and token.padded)) or _UNITS.match(rest.lstrip()):
        return False
    before = tokens[place - 1].text if place else ""
    glued = before in _POINTERS and tokens[place - 1].end == token.start
    if not (slashed or glued or _stands_apart(folded, tokens, place, place + 1)):
        return False
    pointed = before in _POINTERS or folded[token.start - 1 : token.start] == "#"
    return pointed or going_on or (loose and (token.padded or (len(tokens) <= _FEW and token.text.isdigit())))


def _places(tokens: Sequence[_Token], aliases: Sequence[str]) -> list[_Found]:
    """Places, "el tercero", "el último", "los primeros dos", "el de enmedio": by the order of the desk."""
    for place, token in enumerate(tokens):
        if place + 1 < len(tokens) and tokens[place + 1].text in {"que", "q", "k", "ke"}:
            continue  # "el primero que te pregunté"
        near = [each.number for each in (*tokens[max(0, place - 1) : place], *tokens[place + 1 : place + 2]) if each.number]
        count = min(int(near[0][:_FEW]), len(aliases)) if near else 1
        if token.text.startswith("primer"):
            return [_Found(place, place + 1, alias) for alias in aliases[:count]]
        if token.text.startswith("ultim"):
            return [_Found(place, place + 1, alias) for alias in aliases[len(aliases) - count :]]
        if token.text in {"enmedio", "medio"} and len(aliases) % 2:
            return [_Found(place, place + 1, aliases[len(aliases) // 2])]
        ordinal = next((n for n, word in enumerate(_ORDINALS) if token.text.startswith(word)), len(aliases))
        if ordinal < len(aliases):
            return [_Found(place, place + 1, aliases[ordinal])]
    return []


def _words(tokens: Sequence[_Token], aliases: Sequence[str]) -> list[_Found]:
    """A word of one alias that no other of the desk has: "la central"."""
    having = {alias: {piece for piece in _PIECE.findall(_fold(alias)) if len(piece) >= SHORTEST_TO_MISSPELL} for alias in aliases}
    found = []
    for place, token in enumerate(tokens):
        own = [alias for alias, words in having.items() if token.text in words]
        if len(own) == 1:
            found.append(_Found(place, place + 1, own[0]))
    return found


def _denied(folded: str, tokens: Sequence[_Token], place: int) -> bool:
    """Whether "no" stands before it in its line, as in "no la 04, la 02"."""
    before = place - 1
    while before >= 0 and tokens[before].text in _POINTERS | {"de", "lo"}:
        before -= 1
    return before >= 0 and tokens[before].text == "no" and "\n" not in folded[tokens[before].end : tokens[place].start]


def _in_capitals(text: str, aliases: Sequence[str], *, loose: bool) -> str:
    """A word in capitals of the form of an alias ("RUIZ-01" where there is SIERRA-01), in a text that is not all in capitals."""
    if not loose and not any(each.islower() for each in text):
        return ""
    words = (word for form in filter(None, map(_form, aliases)) for word in re.findall(form, text) if word.isupper())
    return next(words, "")


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
