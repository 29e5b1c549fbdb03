"""Numbers that are dictated: "cuatro uno cinco dos…", "cincuenta y cinco doce treinta y cuatro…", "doble cero", digits among words.

What is said with "mil" or "cientos" is an amount, and stays.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from bot.privacy.kinds import Found
from bot.privacy.numbers import Group, Row, find_in
from bot.rules.folding import bare

_ONES: Final = ("cero", "uno", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve")
_TEENS: Final = ("diez", "once", "doce", "trece", "catorce", "quince", "dieciseis", "diecisiete", "dieciocho", "diecinueve")
_TENS: Final = {"veinte": 20, "treinta": 30, "cuarenta": 40, "cincuenta": 50, "sesenta": 60, "setenta": 70, "ochenta": 80, "noventa": 90}
_DIGITS: Final[dict[str, str]] = {
    **{word: str(n) for n, word in enumerate(_ONES)},
    **{word: str(n) for n, word in enumerate(_TEENS, 10)},
    **{f"veinti{word}": str(20 + n) for n, word in enumerate(_ONES[1:], 1)},
    **{word: str(n) for word, n in _TENS.items()},
}
_TIMES: Final = {"doble": 2, "triple": 3}
LEAST_WORDS: Final = 4
"""Fewer number words are no number that anybody dictates."""
NUMBER_WORD: Final = re.compile(
    rf"\b(?:{'|'.join(sorted((*_DIGITS, 'dieciséis', 'veintidós', 'veintitrés', 'veintiséis'), key=len, reverse=True))})\b", re.IGNORECASE
)
_TOKEN: Final = re.compile(r"[^\W\d_]+|\d+")
_GAP: Final = re.compile(r"[\s,.;:\-–—…]*")


def find_spoken(text: str, public: frozenset[str]) -> Iterator[Found]:
    """Cards, CLABEs and telephones that are dictated."""
    if len(NUMBER_WORD.findall(text)) < LEAST_WORDS:
        return
    for groups in spoken_rows(text):
        yield from find_in(Row(text, groups, spoken=True), public)


def spoken_rows(text: str) -> Iterator[list[Group]]:
    """What is dictated without anything else between, as groups of digits; at least two words of it are numbers."""
    row = _Dictation(text)
    for token in _TOKEN.finditer(text):
        if not row.takes(token):
            yield from row.said()
            row = _Dictation(text)
            row.takes(token)
    yield from row.said()


class _Dictation:
    """Numbers that are said one after the other. After a ten "y" may follow, and complete it; "doble" repeats what comes next."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._groups: list[Group] = []
        self._words, self._end = 0, -1
        self._ten: int | None = None
        self._joins = False
        self._times, self._times_from = 1, 0

    def said(self) -> Iterator[list[Group]]:
        """The groups, where it is a dictation."""
        if self._words >= 2:  # noqa: PLR2004
            yield self._groups

    def takes(self, token: re.Match[str]) -> bool:
        """Whether this word goes on with it; else it is over."""
        word = bare(token[0])
        if self._end >= 0 and not _GAP.fullmatch(self._text, self._end, token.start()):
            return False
        if word == "y" and self._ten is not None and not self._joins:
            self._joins = True
        elif word in _TIMES:
            self._times, self._times_from, self._joins = _TIMES[word], token.start(), False
        elif (digits := token[0] if token[0].isdecimal() else _DIGITS.get(word)) is not None:
            self._add(token, "".join(str(int(digit)) for digit in digits), _TENS.get(word))
        else:
            return False
        self._end = token.end()
        return True

    def _add(self, token: re.Match[str], digits: str, ten: int | None) -> None:
        self._words += not token[0].isdecimal()
        if self._joins and self._ten is not None and len(digits) == 1 and digits != "0":
            before = self._groups.pop()
            self._groups.append(Group(str(self._ten + int(digits)), before.start, token.end(), before.link))
            ten = None
        else:
            start = token.start() if self._times == 1 else self._times_from
            self._groups.append(Group(digits * self._times, start, token.end(), " " if self._groups else None))
        self._ten, self._joins, self._times = ten, False, 1
