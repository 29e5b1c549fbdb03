"""Identifiers that belong to nobody, made with right check digits, in the ways in which people write them."""

from __future__ import annotations

from datetime import date

from hypothesis import strategies as st
from stdnum import luhn
from stdnum.mx import curp, rfc

ONES = ("cero", "uno", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve")
_CONSONANTS, _VOWELS = "BCDFGLMNPRSTVZ", "AEIOU"


def digits(number: int) -> st.SearchStrategy[str]:
    return st.text("0123456789", min_size=number, max_size=number)


def letters(number: int, alphabet: str = _CONSONANTS) -> st.SearchStrategy[str]:
    return st.text(alphabet, min_size=number, max_size=number)


births = st.dates(date(1940, 1, 1), date(2007, 12, 31)).map(lambda day: day.strftime("%y%m%d"))


@st.composite
def cards(draw: st.DrawFn) -> str:
    prefix, length = draw(st.sampled_from([("4", 16), ("51", 16), ("55", 16), ("2221", 16), ("37", 15), ("34", 15)]))
    body = prefix + draw(digits(length - len(prefix) - 1))
    return body + luhn.calc_check_digit(body)


@st.composite
def clabes(draw: st.DrawFn) -> str:
    body = draw(st.sampled_from(["002", "012", "021", "032", "044", "072"])) + draw(digits(14))
    total = sum(int(digit) * (3, 7, 1)[place % 3] % 10 for place, digit in enumerate(body))
    return body + str(-total % 10)


@st.composite
def phones(draw: st.DrawFn) -> str:
    area = draw(st.sampled_from(["55", "33", "81", "222", "477", "664", "998"]))
    return area + draw(st.sampled_from("123456789")) + draw(digits(9 - len(area)))


@st.composite
def rfcs(draw: st.DrawFn) -> str:
    initials = draw(letters(1)) + draw(letters(1, _VOWELS)) + draw(letters(2)) if draw(st.booleans()) else draw(letters(3))
    body = initials + draw(births) + draw(st.sampled_from("123456789ABCDEF")) + draw(st.sampled_from("123456789ABCDEF"))
    return body + rfc.calc_check_digit(body)


@st.composite
def curps(draw: st.DrawFn) -> str:
    body = draw(letters(1)) + draw(letters(1, _VOWELS)) + draw(letters(2)) + draw(births) + draw(st.sampled_from("HM"))
    body += draw(st.sampled_from(["AS", "BC", "DF", "JC", "NL", "MC", "YN"])) + draw(letters(3)) + draw(digits(1))
    return body + curp.calc_check_digit(body)


@st.composite
def mails(draw: st.DrawFn) -> str:
    name = draw(st.from_regex(r"[a-z]{2,8}([._]?[a-z0-9]{1,6})?", fullmatch=True))
    return f"{name}@{draw(st.sampled_from(['gmail.com', 'hotmail.com', 'despacho-ruiz.com.mx', 'papeleria.mx', 'yahoo.com.mx']))}"


@st.composite
def passwords(draw: st.DrawFn) -> str:
    return draw(st.from_regex(r"[A-Z][a-z]{3,8}[0-9]{2,4}[.!#*$]?[a-z]", fullmatch=True))


def grouped(number: str, groups: tuple[int, ...], mark: str) -> str:
    parts, at = [], 0
    for length in groups:
        parts.append(number[at : at + length])
        at += length
    return mark.join(parts)


def dictated(number: str, mark: str = " ") -> str:
    return mark.join(ONES[int(digit)] for digit in number)


_CARD_GROUPS = {16: (4, 4, 4, 4), 15: (4, 6, 5)}
_MARKS = [" ", "-", ".", "  ", " - ", "\u00a0", "\u200b"]


@st.composite
def written_cards(draw: st.DrawFn) -> str:
    number = draw(cards())
    ways = [
        number,
        grouped(number, _CARD_GROUPS[len(number)], draw(st.sampled_from(_MARKS))),
        " ".join(number),
        dictated(number),
        dictated(number, ", "),
    ]
    return draw(st.sampled_from(ways))


@st.composite
def written_clabes(draw: st.DrawFn) -> str:
    number = draw(clabes())
    ways = [number, grouped(number, (3, 3, 11, 1), draw(st.sampled_from([" ", "-"]))), grouped(number, (6, 6, 6), " "), dictated(number)]
    return draw(st.sampled_from(ways))


@st.composite
def written_phones(draw: st.DrawFn) -> str:
    number = draw(phones())
    groups = draw(st.sampled_from([(2, 4, 4), (3, 3, 4), (2, 2, 2, 2, 2), (2, 8)]))
    mark = draw(st.sampled_from([" ", "-", "  "]))
    ways = [number, grouped(number, groups, mark), f"+52 {grouped(number, (2, 4, 4), ' ')}", f"+521{number}", f"044{number}"]
    ways += [f"({number[:2]}) {number[2:6]}-{number[6:]}", " ".join(number), dictated(number), grouped(number, (2, 4, 4), ".")]
    return draw(st.sampled_from(ways))


@st.composite
def written_names(draw: st.DrawFn) -> str:
    if draw(st.booleans()):
        number = draw(rfcs())
        first = len(number) - 9
        ways = [
            number,
            number.lower(),
            f"{number[:first]} {number[first:-3]} {number[-3:]}",
            f"{number[:first]}-{number[first:-3]}-{number[-3:]}",
        ]
    else:
        number = draw(curps())
        ways = [number, number.lower(), f"{number[:4]} {number[4:10]} {number[10:]}"]
    return draw(st.sampled_from(ways))


@st.composite
def written_mails(draw: st.DrawFn) -> str:
    address = draw(mails())
    name, _, domain = address.partition("@")
    spoken = f"{name.replace('.', ' punto ').replace('_', ' guion bajo ')} arroba {domain.replace('.', ' punto ')}"
    return draw(st.sampled_from([address, address.upper(), f"{name} @ {domain}", f"{name}@ {domain}", spoken, f"{name} (arroba) {domain}"]))
