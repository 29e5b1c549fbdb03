"""Numbers that are written in pieces over several messages: which figures of which messages belong together, and what they are then.

A message is a sentence, several are not: figures that follow each other may be a card in four pieces, or a price, a day and a server. So a
piece is a whole run of digits (or of dictated ones) that says nothing else of itself, none of its digits is left over, and together the
pieces need more than a length: right check digits, or a word just before them that says what comes.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from bot.privacy.confided import SO_IT_IS, leads_to_code
from bot.privacy.kinds import Found, Kind
from bot.privacy.numbers import (
    CARD_PREFIXES,
    DATE,
    INVISIBLE,
    MONTHS,
    NO_PHONE,
    PHONE_NAMES,
    Group,
    ascii_digits,
    is_clabe,
    is_luhn,
    national_of,
)
from bot.privacy.spoken import NUMBER_WORD, spoken_rows

_GROUP: Final = re.compile(r"\d+")
_RUN: Final = re.compile(rf"\d+(?:[\s().·*\-‐-―{INVISIBLE}]{{1,3}}\d+)*")
_WORD: Final = re.compile(r"[^\W\d_]")
_OTHER: Final = re.compile(
    rf"{DATE.pattern}"
    r"|(?<!\d)\d{1,2} \d{1,2} (?:19|20)\d\d(?!\d)|\d{1,4}/\d{1,2}(?!\d)|\d{1,2}:\d\d|\$\s*\d[\d.,]*"
    r"|\d{1,3}(?:[,']\d{3})+(?!\d)|\d[.,]\d{1,2}(?!\d)|(?<![\d.])\d{1,3}(?:\.\d+)+"
    r"|\b(?=\w*\d)\d*[^\W\d]\w*(?:-\d+)?|[^\W\d]-\d+"
    r"|(?<!\d)\d+(?=\s*(?:%|pesos|peso|mxn|mn|usd|d[oó]lares|[vb]aros|mil\b|[kmgt]b\b|usuari|servidor|d[ií]as?\b|horas?\b|hrs?\b|h\b|min|mes|a[ñn]o|seman"
    rf"|licencia|vec(?:es)?\b|equipo|persona|factura|pagos?\b|[ap]\.?m\b|(?:de )?{MONTHS}))",
    re.IGNORECASE,
)
"""Figures that say what they are: days, times, amounts, versions, addresses of machines, counts, and what is part of a name."""
_OTHER_BEFORE: Final = re.compile(
    r"(?:pag\w*|abon\w*|deposit\w*|transf\w*|cobr\w*|carg[oóu]\w*|deb[eoí]\w*|adeud\w*|cuest\w*|vale\w*|total|monto|importe|precio|costo|renta|factura\w*|folio\w*|ticket|pedido"
    r"|orden|referencia|error\w*|puerto|cp|c\.p|postal|versi[oó]n|windows|win|server|servidor\w*|office|sae|noi|coi|caja|banco|ip|a[ñn]o|desde|hasta|las|d[ií]as?|cliente|tengo"
    r"|por|solo|s[oó]lo|hace)\W{1,3}(?:(?:de|del|el|la|los|las|n[uú]mero|num|no|es|son|fue|fueron|era|eran|con|por|como)\W{1,2}){0,3}$",
    re.IGNORECASE,
)
_LEAD: Final = rf"(?:[^\w\n]+[^\W\d]+){{0,3}}[^\w\n]*{SO_IT_IS}$"
_LEAD_TO_PHONE: Final = rf"(?:[^\w\n]+(?!{NO_PHONE})[^\W\d]+){{0,3}}[^\w\n]*{SO_IT_IS}$"
_CARD_CUE: Final = re.compile(rf"(?:tarjeta|tarj|tdc|tdd|visa|master\w*|amex|pl[aá]stico|d[eé]bito|cr[eé]dito){_LEAD}", re.IGNORECASE)
_CLABE_CUE: Final = re.compile(rf"(?:clabe|interbancaria|cuenta){_LEAD}", re.IGNORECASE)
_PHONE_CUE: Final = re.compile(rf"(?:{PHONE_NAMES}|mi n[uú]m\w*){_LEAD_TO_PHONE}", re.IGNORECASE)
_CARDS: Final = re.compile(r"4|5[0-8]|2(?:22[1-9]|2[3-9]|[3-6]|7[01]|720)|6[0-9]")
_AMEX: Final = re.compile(r"3[47]")
_AREAS: Final = ("55", "56", "33", "81")
_BARE_PHONES: Final = frozenset({(2, 4, 4), (2, 8), (3, 7), (3, 3, 4), (2, 2, 2, 2, 2), (2, 4, 2, 2)})
_SHORTEST: Final = 3
"""So many digits has a piece that stands among words: what is shorter is the number of a server, or a day."""
_NEAR: Final = 80
"""So many characters before figures say what they are: looked for over a whole letter for each of its figures it would take minutes."""
_NO_AMOUNT: Final = 8
"""Digits of one run that is hardly an amount or a folio, whatever stands before it."""
_PAYS_WITH: Final = re.compile(
    r"(?:\bcon|\b(?:tarj\w*|tdc|tdd|pl[aá]stico|d[eé]bito|cr[eé]dito)\W{1,3}(?:(?:de|del|mi|el)\W{1,2}){0,2}banco)\W{1,3}(?:(?:la|mi|n[uú]mero|num)\W{1,2}){0,2}$",
    re.IGNORECASE,
)
"""Words of payments before figures that are what is paid with: "pago con 4242 4242"."""
_LOCAL: Final = (7, 8)
_CARD, _AMEX_LENGTH, _CLABE = 16, 15, 18
_CARD_LENGTHS: Final = range(13, 20)
_MOST_DIGITS: Final = 19
_PRINTED: Final = frozenset({(4, 4, 4, 4), (8, 8), (4, 12), (12, 4), (4, 6, 5)})
_CODES: Final = range(4, 9)
_UNCHECKED: Final = range(4, 15)
"""Digits of codes and telephones, the longest with all that may stand before it."""


@dataclass(frozen=True, slots=True)
class _Run:
    """Figures of one message that may be a piece.

    `alone`: the message has no letter besides; `before`: what was said before them; `another`: by which they are another thing's, unless their
    digits check each other.
    """

    start: int
    end: int
    digits: str
    lengths: tuple[int, ...]
    alone: bool
    spoken: bool
    before: str
    another: bool


def in_pieces(messages: Sequence[str], begins: Sequence[int], public: frozenset[str]) -> list[Found]:
    """The pieces of a number of which the last message holds the last; places count from the first message on (`begins`: where each does).

    `public`: telephones (ten digits) that everybody may know.
    """
    last = _runs(messages, len(messages) - 1, begins)
    if not last:
        return []
    chain, together, likely = [next((run for run in last if not run.another), last[0])], True, list[Found]()
    for place in range(len(messages) - 2, -1, -1):
        all_of_it = _runs(messages, place, begins)
        if all_of_it and all_of_it[-1].another and (kind := _checked([all_of_it[-1], *chain])):
            return [Found(run.start, run.end, kind) for run in (all_of_it[-1], *chain)]
        earlier = [run for run in all_of_it if not run.another]
        if not earlier:
            together = False  # words between
            continue
        chain = [earlier[-1], *chain]
        if sum(len(run.digits) for run in chain) > _MOST_DIGITS:
            break
        if kind := _checked(chain):
            return [Found(run.start, run.end, kind) for run in chain]
        if not likely and together and (unchecked := _unchecked(chain, public)):
            likely = [Found(run.start, run.end, unchecked) for run in chain]
        if len(earlier) > 1:
            break  # it began within that message, or not at all
    return likely


def follows_cue(joined: str, start: int, last: int) -> bool:
    """Whether the figures at `start` of the last message, which begins at `last`, are what the message before it ends with the name of."""
    return _cued(joined[:start]) and not says_what_it_is(joined, start, last)


def says_what_it_is(joined: str, start: int, last: int) -> bool:
    """Whether the figures at `start` of a message that begins at `last` are a day, an amount, a folio or the like by their own words."""
    return _OTHER.match(joined, start) is not None or _OTHER_BEFORE.search(joined, max(last, start - _NEAR), start) is not None


def _runs(messages: Sequence[str], place: int, begins: Sequence[int]) -> list[_Run]:
    """The runs of a message that say nothing else of themselves, or may be a card or a CLABE all the same."""
    text = messages[place]
    rows = list(_rows(text))
    if not rows:
        return []
    others = [found.span() for found in _OTHER.finditer(text)]
    letters = [found.start() for found in _WORD.finditer(text)]
    found = []
    for groups, spoken in rows:
        start, end = groups[0].start, groups[-1].end
        if _overlaps(others, start, end):
            continue
        digits = "".join(group.digits for group in groups)
        before = text[max(0, start - _NEAR) : start]
        another = _OTHER_BEFORE.search(before) is not None
        if another and len(digits) < _NO_AMOUNT and not _PAYS_WITH.search(before):
            continue
        alone = not letters or (start <= letters[0] and letters[-1] < end)
        said = f"{messages[place - 1][-_NEAR:] if place else ''}\n{before}"[-_NEAR:]
        lengths = tuple(len(group.digits) for group in groups)
        if alone or len(digits) >= _SHORTEST or _cued(before):
            found.append(_Run(begins[place] + start, begins[place] + end, digits, lengths, alone, spoken, said, another))
    return found


def _overlaps(spans: Sequence[tuple[int, int]], start: int, end: int) -> bool:
    """Whether any of these, which are in their order, has a character of this place."""
    after = bisect_right(spans, start, key=lambda span: span[1])
    return after < len(spans) and spans[after][0] < end


def _rows(text: str) -> Iterator[tuple[Sequence[Group], bool]]:
    """Runs of digits, and what is dictated, in their order."""
    spoken = [row for row in (spoken_rows(text) if NUMBER_WORD.search(text) else ()) if _WORD.search(text[row[0].start : row[-1].end])]
    dictated = [(row[0].start, row[-1].end) for row in spoken]
    written = (
        [Group(ascii_digits(each[0]), run.start() + each.start(), run.start() + each.end(), None) for each in _GROUP.finditer(run[0])]
        for run in _RUN.finditer(text)
        if not _overlaps(dictated, run.start(), run.start() + 1)
    )
    yield from sorted([*((row, True) for row in spoken), *((row, False) for row in written)], key=lambda found: found[0][0].start)


def _cued(said: str) -> bool:
    near = said[-_NEAR:]
    return any(cue.search(near) for cue in (_CARD_CUE, _CLABE_CUE, _PHONE_CUE)) or leads_to_code(near)


def _checked(chain: Sequence[_Run]) -> Kind | None:
    """What these are together by their check digits, or by the word before them and their form."""
    digits, before = "".join(run.digits for run in chain), chain[0].before
    if len(digits) not in _CARD_LENGTHS:  # a CLABE's is one of them
        return None
    if any(run.another for run in chain):
        return "clabe" if is_clabe(digits) else "card" if _is_card(chain, digits, cued=False) else None
    if is_clabe(digits) or (len(digits) == _CLABE and _CLABE_CUE.search(before)):
        return "clabe"
    return "card" if _is_card(chain, digits, cued=_CARD_CUE.search(before) is not None) else None


def _unchecked(chain: Sequence[_Run], public: frozenset[str]) -> Kind | None:
    """What messages of which nothing stands between are together by what was said before them, or by their form alone."""
    digits, before = "".join(run.digits for run in chain), chain[0].before
    if len(digits) not in _UNCHECKED or any(run.another for run in chain):
        return None
    if len(digits) in _CODES and leads_to_code(before) and all(run.alone for run in chain[1:]):
        return "code"
    return "phone" if _is_phone(chain, digits, public) else None


def _is_card(chain: Sequence[_Run], digits: str, *, cued: bool) -> bool:
    right = is_luhn(digits)
    if cued and digits[0] in CARD_PREFIXES and len(digits) in _CARD_LENGTHS:
        written = _lengths(chain), tuple(len(run.digits) for run in chain)
        return right or not _PRINTED.isdisjoint(written)  # one with a slip of the finger is a card's all the same
    return right and (
        (len(digits) == _CARD and _CARDS.match(digits) is not None) or (len(digits) == _AMEX_LENGTH and _AMEX.match(digits) is not None)
    )


def _is_phone(chain: Sequence[_Run], digits: str, public: frozenset[str]) -> bool:
    national, groups = national_of(digits, _lengths(chain))
    if national is None:
        return len(digits) in _LOCAL and _PHONE_CUE.search(chain[0].before) is not None
    if national in public:
        return False
    if _PHONE_CUE.search(chain[0].before) is not None or all(run.spoken and run.alone for run in chain):
        return True
    known = national.startswith(_AREAS) or (groups[0] == 3 and len(chain) == 2)  # noqa: PLR2004 - there are hundreds of areas with three digits
    return known and len(digits) == len(national) and groups in _BARE_PHONES and all(run.alone for run in chain)


def _lengths(chain: Sequence[_Run]) -> tuple[int, ...]:
    return tuple(length for run in chain for length in run.lengths)
