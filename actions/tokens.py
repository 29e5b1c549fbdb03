"""A text as words and numbers in their places, whether they are typed or dictated: "cero dos" is 02, accents and case count for nothing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.rules.folding import bare

PIECE = re.compile(r"[^\W\d_]+|[0-9]+")
_NUMBERS = {
    **dict.fromkeys(("uno", "una"), "1"),
    **dict(zip(["cero", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve", "diez", "once", "doce", "trece", "catorce", "quince"], map(str, (0, *range(2, 16))), strict=True)),
    "sinco": "5",
    "cien": "100",
}  # fmt: skip
UNITS = re.compile(
    r"(?:dias?|mes(?:es)?|anos?|horas?|h(?:rs?)?|minutos?|min|semanas?|quincenas?|vez|veces|usuari[oa]s?|personas?|pesos?|mil|gb|mb|am|pm"
    r"|de la (?:tarde|manana|noche|madrugada)|de (?:ene|feb|mar|abr|may|jun|jul|ago|sep|oct|nov|dic)\w*)\b"
)
_PLURAL = re.compile(
    r"\b(?:otr[oa]s|demas|(?:l[oa]s|es[oa]s|est[oa]s)(?!\s+otr[oa]s))\s+(\w+)\b(?!\s+(?:dias?|horas?|meses|semanas?|minutos?|pesos|anos?|usuarios?)\b)"
)
_OTHER_NUMBER = re.compile(r"[/:,.]?[0-9]|\s?%")
SHORTEST_TO_MISSPELL = 4
_FEW = 3


@dataclass(frozen=True)
class Token:
    """A word, or a number with its value as digits without leading zeros; from `start` to `end` of the folded text."""

    text: str
    start: int
    end: int
    number: str | None

    @property
    def padded(self) -> bool:
        """Whether it is written with a leading zero, as servers are numbered."""
        return self.text.startswith("0") and self.text != "0"


@dataclass(frozen=True)
class Found:
    """The tokens from `first` up to `last` name `alias`, or a stranger."""

    first: int
    last: int
    alias: str = ""
    stranger: str = ""


def said_count(text: str) -> int | None:
    """How many are meant by "los otros dos", "las 3", "esos dos"; None when it is not said."""
    words = _PLURAL.findall(bare(text))
    value = next((number for word in words if (number := _NUMBERS.get(word, word)).isascii() and number.isdigit()), "")
    return int(value) if 0 < len(value) <= _FEW else None


def tokens_of(folded: str) -> list[Token]:
    """Its words and numbers; "cero dos" is one number."""
    tokens: list[Token] = []
    for match in PIECE.finditer(folded):
        piece = match.group()
        number = piece.lstrip("0") or "0" if piece.isdigit() else _NUMBERS.get(piece)
        if number and tokens and tokens[-1].text in {"cero", "0"} and match.start() - tokens[-1].end == 1:
            tokens[-1] = Token(f"0{number}", tokens[-1].start, match.end(), number)
        else:
            tokens.append(Token(piece, match.start(), match.end(), number))
    return tokens


def stands_apart(folded: str, tokens: Sequence[Token], place: int, last: int) -> bool:
    """Whether it is no part of a longer name, number or address."""
    start, end = tokens[place].start, tokens[last - 1].end
    before, after = folded[max(0, start - 2) : start], folded[end : end + 2]
    if before[-1:].isalnum() or after[:1].isalnum():
        return False
    return not (before[-1:] in {"-", "_", "@", "."} and before[:-1].isalnum()) and not (
        after[:1] in {"-", "_", "@"} and after[1:].isalnum()
    )
