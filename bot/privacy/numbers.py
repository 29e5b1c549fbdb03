"""Numbers that are a card's, a CLABE's or a telephone's, however their digits are grouped; never dates, amounts, versions or servers' names.

A number is a row of groups of digits. Which of its groups belong together is tried: a group by itself first, then cards as they are
printed, then as many groups as make a number of some kind.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from bot.privacy.kinds import Found, Kind

INVISIBLE: Final = "\u00ad\u200b-\u200f\u2060\ufeff"
_GROUP: Final = re.compile(r"\d+")
_LINK: Final = re.compile(rf"[\s().,/_·*\-‐-―{INVISIBLE}]{{1,4}}")
DATE: Final = re.compile(
    r"(?<![\d/.\-])(?:(?:0?[1-9]|[12]\d|3[01])([-/.])(?:0?[1-9]|1[0-2])\1(?:19|20)?\d\d|(?:19|20)\d\d([-/.])(?:0?[1-9]|1[0-2])\2(?:0?[1-9]|[12]\d|3[01]))(?![/.\-]?\d)"
)
MONTHS: Final = (
    r"(?:ene|feb|mar|abr|may|jun|jul|ago|sept?|oct|nov|dic)(?:ero|rero|zo|il|o|io|osto|iembre|tiembre|ubre|viembre|embre|nio|lio)?\b"
)
_AMOUNT_BEFORE: Final = re.compile(r"\$\s*$")
_AMOUNT_AFTER: Final = re.compile(r"\s*(?:pesos|mxn|usd|d[oó]lares|varos|baros|mil\b|[kmgt]b\b|%)", re.IGNORECASE)
_CARD_WORDS: Final = re.compile(r"tarjeta|tarj\b|tdc|tdd|visa|master|amex|d[eé]bito|cr[eé]dito|pl[aá]stico", re.IGNORECASE)
_CLABE_WORDS: Final = re.compile(r"clabe|interbancaria|cuenta", re.IGNORECASE)
PHONE_NAMES: Final = r"tel[eé]?f?\w*|cel\w*|m[oó]vil|whats\w*|guats\w*|wh?ats?|wa|m[aá]rc\w*|m[aá]rqu\w*|ll[aá]m\w*"
NO_PHONE: Final = r"err(?:or)?\b|errores|fall[aoó]|problema"
"""Words between such a name and figures that are not called: "me marca error 80070005"."""
_PHONE_WORDS: Final = re.compile(rf"(?:{PHONE_NAMES}|n[uú]m\w*)\W+(?:(?!{NO_PHONE})\w+\W+){{0,3}}$", re.IGNORECASE)
_ACCOUNT: Final = re.compile(r"\bcuenta\b\W+(?:\w+\W+){0,3}$", re.IGNORECASE)
CARD_PREFIXES: Final = frozenset("23456")
_PRINTED: Final = ((4, 4, 4, 4), (4, 6, 5))
_PHONE_GROUPS: Final = frozenset(
    {(10,), (2, 8), (3, 7), (2, 4, 4), (3, 3, 4), (2, 2, 2, 2, 2), (3, 3, 2, 2), (2, 4, 2, 2), (2, 3, 3, 2), (2, 2, 3, 3), (2, 3, 5)}
    | {(5, 5), (4, 3, 3), (3, 4, 3), (4, 4, 2), (4, 6), (6, 4), (1,) * 10}
)
_FIGURES: Final = frozenset({(4, 4, 2), (4, 6), (6, 4), (4, 3, 3), (3, 4, 3)})
"""Written on lines of their own they are figures, and no telephone."""
_DOTTED_PHONES: Final = frozenset({(2, 4, 4), (3, 3, 4), (2, 2, 2, 2, 2)})
_PREFIXES: Final = ("521", "52", "0052", "044", "045", "01")
_NATIONAL: Final = 10
_WEIGHTS: Final = (3, 7, 1)
_CLABE_DIGITS, _CARD_DIGITS, _AMEX_DIGITS, _VISA_DIGITS = 18, 16, 15, 13
_CARD_LENGTHS: Final = range(13, 20)
_WORTH_A_TRY: Final = frozenset({7, 8, *range(10, 20)})
"""So many digits has a number of some kind, with what may stand before it."""
_MOST_GROUPS: Final = 19
_LOCAL_DIGITS: Final = (7, 8)
_LONG: Final = 8
"""From so many digits on a group is no part of a server's name or of a word."""


Tried = Kind | Literal["public"]


@dataclass(frozen=True, slots=True)
class Group:
    """Digits that stand together: their values as ASCII, their place, and what parts them from the group before (None: nothing links them)."""

    digits: str
    start: int
    end: int
    link: str | None


@dataclass(frozen=True, slots=True)
class Row:
    """Groups that may be one number."""

    text: str
    groups: Sequence[Group]
    spoken: bool = False
    lengths: tuple[int, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "lengths", tuple(len(group.digits) for group in self.groups))

    @property
    def of_cards(self) -> bool:
        """Whether cards are spoken of, or it is dictated."""
        return self.spoken or _CARD_WORDS.search(self.text) is not None

    @property
    def of_accounts(self) -> bool:
        """Whether accounts of banks are spoken of."""
        return _CLABE_WORDS.search(self.text) is not None


def find_numbers(text: str, public: frozenset[str]) -> Iterator[Found]:
    """Cards, CLABEs and telephones that are written in digits. `public`: telephones (ten digits) that everybody may know."""
    for row in _rows(text):
        yield from find_in(row, public)


def find_in(row: Row, public: frozenset[str]) -> Iterator[Found]:
    """Those of one row."""
    first = 0
    while first < len(row.groups):
        last = first
        for last, kind in _tries(row, first, public):
            start, end = row.groups[first].start, row.groups[last].end
            if kind != "public":
                yield Found(_with_plus(row.text, start), end, kind)
            break
        else:
            last = first
        first = last + 1


def _tries(row: Row, first: int, public: frozenset[str]) -> Iterator[tuple[int, Tried]]:
    """The numbers that begin with this group: the last group of each, what is likeliest first."""
    if kind := _kind(row, first, first, public):
        yield first, kind
    for printed in _PRINTED:
        last = first + len(printed) - 1
        if row.lengths[first : last + 1] == printed and (kind := _kind(row, first, last, public)):
            yield last, kind
    ends, digits = [], 0
    for last in range(first, min(len(row.groups), first + _MOST_GROUPS)):
        digits += row.lengths[last]
        if digits in _WORTH_A_TRY and last > first:
            ends.append(last)
    for last in reversed(ends):
        if kind := _kind(row, first, last, public):
            yield last, kind


def _kind(row: Row, first: int, last: int, public: frozenset[str]) -> Tried | None:
    groups, lengths = row.groups[first : last + 1], row.lengths[first : last + 1]
    digits = "".join(group.digits for group in groups)
    if len(digits) not in _WORTH_A_TRY:
        return None
    links = {character for group in groups[1:] for character in group.link or ""}
    if links & set(",/") and lengths not in {(4, 4, 4, 4), (2, 4, 4)}:
        return None
    start, end = groups[0].start, groups[-1].end
    if is_clabe(digits) or (len(digits) == _CLABE_DIGITS and row.of_accounts):
        return "clabe"
    if _is_card(digits, lengths, row):
        return "card"
    if _AMOUNT_BEFORE.search(row.text[max(0, start - 3) : start]) or _AMOUNT_AFTER.match(row.text, end):
        return None
    return _phone(row, digits, lengths, start, links, public)


def is_clabe(digits: str) -> bool:
    """Eighteen digits of which the last checks the others."""
    if len(digits) != _CLABE_DIGITS:
        return False
    total = sum(int(digit) * _WEIGHTS[place % 3] % 10 for place, digit in enumerate(digits[:-1]))
    return (10 - total % 10) % 10 == int(digits[-1])


def _is_card(digits: str, lengths: tuple[int, ...], row: Row) -> bool:
    if digits[0] not in CARD_PREFIXES or len(digits) not in _CARD_LENGTHS or (len(digits) == _VISA_DIGITS and digits[0] != "4"):
        return False
    if lengths in _PRINTED or lengths == (_CARD_DIGITS,) or is_luhn(digits):
        return True  # written as cards are: one with a slip of the finger is a card's all the same
    return len(digits) in {_CARD_DIGITS, _AMEX_DIGITS} and row.of_cards


def is_luhn(digits: str) -> bool:
    """Whether the last digit checks the others as a card's does."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value  # noqa: PLR2004
    return total % 10 == 0


def _phone(row: Row, digits: str, lengths: tuple[int, ...], start: int, links: set[str], public: frozenset[str]) -> Tried | None:
    dotted = "." in links
    plus = row.text[max(0, start - 2) : start].rstrip("(").endswith("+")
    national, groups = national_of(digits, lengths)
    if national in public:
        return "public"
    grouped = (_DOTTED_PHONES if dotted else _PHONE_GROUPS) - (_FIGURES if "\n" in links else set())
    if national is not None and (row.spoken or (groups in grouped and not _of_years(groups, national))):
        return "phone"
    if national is None and _ACCOUNT.search(row.text[max(0, start - 40) : start]) and len(lengths) <= 3 and len(digits) in {10, 11}:  # noqa: PLR2004
        return "clabe"
    if plus and not dotted and _LONG <= len(digits) <= 15:  # noqa: PLR2004 - of E.164
        return "phone"
    local = len(digits) in _LOCAL_DIGITS and len(lengths) <= 3  # noqa: PLR2004
    if local and not dotted and (_PHONE_WORDS.search(row.text[max(0, start - 60) : start]) is not None or row.spoken):
        return "phone"
    return None


def national_of(digits: str, lengths: tuple[int, ...]) -> tuple[str | None, tuple[int, ...]]:
    """The ten digits of a Mexican number and their groups, without what stands before them."""
    if len(digits) == _NATIONAL:
        return (digits, lengths) if digits[0] != "0" else (None, ())
    for prefix in _PREFIXES:
        if len(digits) == _NATIONAL + len(prefix) and digits.startswith(prefix) and digits[len(prefix)] != "0":
            return digits[len(prefix) :], _behind(lengths, len(prefix))
    return None, ()


def _behind(lengths: tuple[int, ...], prefix: int) -> tuple[int, ...]:
    """The groups behind a prefix of so many digits."""
    rest = list(lengths)
    while prefix and rest:
        taken = min(prefix, rest[0])
        prefix, rest[0] = prefix - taken, rest[0] - taken
        if not rest[0]:
            del rest[0]
    return tuple(rest)


def _of_years(groups: tuple[int, ...], national: str) -> bool:
    return groups[0] == 4 and national[:2] in {"19", "20"}  # noqa: PLR2004 - digits of a year


def _with_plus(text: str, start: int) -> int:
    """Where a number begins, with the marks before it that belong to it."""
    while start and text[start - 1] in "+(":
        start -= 1
    return start


def _rows(text: str) -> Iterator[Row]:
    """The rows of groups of a text; what is part of a date, of an amount or of a word is in none."""
    dates = [found.span() for found in DATE.finditer(text)]
    row: list[Group] = []
    before = -1
    for found in _GROUP.finditer(text):
        start, end = found.span()
        if _is_apart(text, start, end) or any(begin <= start < close for begin, close in dates):
            yield from _ended(text, row)
            row, before = [], -1
            continue
        gap = text[before:start] if before >= 0 else None
        linked = gap is not None and _LINK.fullmatch(gap) is not None
        if row and not linked:
            yield from _ended(text, row)
            row = []
        row.append(Group(ascii_digits(found[0]), start, end, gap if row else None))
        before = end
    yield from _ended(text, row)


def _ended(text: str, row: list[Group]) -> Iterator[Row]:
    if sum(len(group.digits) for group in row) >= _LOCAL_DIGITS[0]:
        yield Row(text, row)


def _is_apart(text: str, start: int, end: int) -> bool:
    """Whether a short group is part of a word or of a name: "SIERRA-02", "sae9", "24hrs"."""
    if end - start >= _LONG:
        return False
    before, after = text[max(0, start - 2) : start], text[end : end + 1]
    named = before[-1:].isalpha() or (before[-1:] in {"-", "_"} and before[:-1].isalpha())
    return named or after.isalpha()


def ascii_digits(digits: str) -> str:
    """Digits of any script as ASCII."""
    return digits if digits.isascii() else "".join(str(int(digit)) for digit in digits)
