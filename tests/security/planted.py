"""Identifiers of every kind in every way in which people write them, the same at each run. They belong to nobody."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass

from stdnum import luhn
from stdnum.mx import curp, rfc

ONES = ("cero", "uno", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve")
AROUND = ("{}", "hola, es {}", "¿ya quedó? {}", "anota: {} gracias", "{} y no puedo entrar", "pues {}, ¿cuándo vence?")


@dataclass(frozen=True)
class Planted:
    """An identifier: what it is, the messages that hold it, and what may be found of it nowhere."""

    kind: str
    messages: tuple[str, ...]
    clear: tuple[str, ...]


def plant(number: int, seed: int = 20261127) -> list[Planted]:
    """So many, all kinds in turn."""
    dice = random.Random(seed)
    makers = (_card, _clabe, _phone, _rfc, _curp, _mail, _password, _code, _split_card, _split_password, _split_clabe, _split_name)
    return [makers[n % len(makers)](dice) for n in range(number)]


def _digits(dice: random.Random, number: int) -> str:
    return "".join(dice.choice("0123456789") for _ in range(number))


def _grouped(number: str, groups: tuple[int, ...], mark: str) -> str:
    parts, at = [], 0
    for length in groups:
        parts.append(number[at : at + length])
        at += length
    return mark.join(parts)


def _spoken(number: str) -> str:
    return " ".join(ONES[int(digit)] for digit in number)


def _told(dice: random.Random, kind: str, written: str, plain: str, around: str | None = None) -> Planted:
    return Planted(kind, ((around or dice.choice(AROUND)).format(written),), tuple({written, plain}))


def _card_number(dice: random.Random) -> str:
    body = dice.choice(["4", "51", "55", "2221"])
    body += _digits(dice, 15 - len(body))
    return body + luhn.calc_check_digit(body)


def _card(dice: random.Random) -> Planted:
    number = _card_number(dice)
    ways = [number, *(_grouped(number, (4, 4, 4, 4), mark) for mark in (" ", "-", ".", "  ")), " ".join(number), _spoken(number)]
    return _told(dice, "card", dice.choice(ways), number)


def _clabe(dice: random.Random) -> Planted:
    number = _clabe_number(dice)
    ways = [number, _grouped(number, (3, 3, 11, 1), " "), _grouped(number, (6, 6, 6), "-"), _spoken(number)]
    return _told(dice, "clabe", dice.choice(ways), number)


def _phone(dice: random.Random) -> Planted:
    number = dice.choice(["55", "33", "81", "222"]) + dice.choice("123456789")
    number += _digits(dice, 10 - len(number))
    ways = [
        number,
        _grouped(number, (2, 4, 4), " "),
        _grouped(number, (3, 3, 4), "-"),
        _grouped(number, (2,) * 5, " "),
        f"+52 1 {number}",
        f"044{number}",
        _spoken(number),
    ]
    return _told(dice, "phone", dice.choice(ways), number)


def _initials(dice: random.Random, number: int) -> str:
    return "".join(dice.choice("BCDFGLMNPRSTVZ") for _ in range(number))


def _birth(dice: random.Random) -> str:
    return f"{dice.randint(40, 99)}{dice.randint(1, 12):02}{dice.randint(1, 28):02}"


def _rfc_number(dice: random.Random) -> str:
    first = _initials(dice, 1) + dice.choice("AEIOU") + _initials(dice, 2) if dice.random() < 0.5 else _initials(dice, 3)
    body = first + _birth(dice) + dice.choice("123456789ABCDEF") + dice.choice("123456789ABCDEF")
    return body + rfc.calc_check_digit(body)


def _rfc(dice: random.Random) -> Planted:
    number = _rfc_number(dice)
    at = len(number) - 9
    ways = [number, number.lower(), f"{number[:at]} {number[at:-3]} {number[-3:]}", f"{number[:at]}-{number[at:-3]}-{number[-3:]}"]
    return _told(dice, "rfc", dice.choice(ways), number)


def _curp_number(dice: random.Random) -> str:
    body = _initials(dice, 1) + dice.choice("AEIOU") + _initials(dice, 2) + _birth(dice) + dice.choice("HM")
    body += dice.choice(["AS", "DF", "JC", "NL"]) + _initials(dice, 3) + dice.choice("0123456789")
    return body + curp.calc_check_digit(body)


def _curp(dice: random.Random) -> Planted:
    number = _curp_number(dice)
    return _told(dice, "curp", dice.choice([number, number.lower(), f"{number[:4]} {number[4:10]} {number[10:]}"]), number)


def _mail(dice: random.Random) -> Planted:
    name = f"{_initials(dice, 4).lower()}{dice.choice(['.', '_', ''])}{_initials(dice, 5).lower()}{dice.randint(1, 99)}"
    domain = dice.choice(["gmail.com", "hotmail.com", "despacho-ruiz.com.mx"])
    spoken = f"{name.replace('.', ' punto ').replace('_', ' guion bajo ')} arroba {domain.replace('.', ' punto ')}"
    return _told(dice, "mail", dice.choice([f"{name}@{domain}", f"{name} @ {domain}", spoken]), f"{name}@{domain}")


def _secret(dice: random.Random) -> str:
    return f"{_initials(dice, 1)}{_initials(dice, 5).lower()}{dice.choice(['.', '#', '!'])}{_digits(dice, 3)}x"


def _password(dice: random.Random) -> Planted:
    secret = _secret(dice)
    return _told(
        dice,
        "password",
        secret,
        secret,
        dice.choice(["mi contraseña es {}", "contraseña: {} y no entra", "pass {}", "{} es mi contraseña"]),
    )


def _code(dice: random.Random) -> Planted:
    code = dice.choice("0158") + _digits(dice, 5)
    return _told(dice, "code", code, code, dice.choice(["mi código es {}", "{}", "el código que me llegó: {}", "es el {}, gracias"]))


def _split_card(dice: random.Random) -> Planted:
    number = _card_number(dice)
    first, second = _grouped(number[:8], (4, 4), " "), _grouped(number[8:], (4, 4), " ")
    return Planted(
        "card in pieces",
        (f"mi tarjeta es {first}", dice.choice(["{}", "y luego {}", "{} ¿listo?"]).format(second)),
        (first, second, number),
    )


def _clabe_number(dice: random.Random) -> str:
    body = dice.choice(["002", "012", "072"]) + _digits(dice, 14)
    return body + str(-sum(int(digit) * (3, 7, 1)[place % 3] % 10 for place, digit in enumerate(body)) % 10)


def _split_clabe(dice: random.Random) -> Planted:
    number = _clabe_number(dice)
    first, second, third = number[:7], number[7:11] + " " + number[11:14], number[14:]
    between = dice.choice(["espera", "son 1500 pesos", "es de RUIZ-01"])
    return Planted(
        "CLABE in pieces", (f"la clabe es {first}", between, f"luego {second}", f"y termina en {third}"), (first, second, number)
    )


def _split_name(dice: random.Random) -> Planted:
    number = dice.choice([_rfc_number, _curp_number])(dice)
    at = dice.randrange(6, 9)
    return Planted("RFC or CURP in pieces", (f"{'rfc' if len(number) < 18 else 'curp'} {number[:at]}", number[at:]), (number[:at], number))


def _split_password(dice: random.Random) -> Planted:
    secret = _secret(dice)
    return Planted("password in pieces", ("mi contraseña es", secret), (secret,))


def found_in(text: str, planted: list[Planted]) -> list[str]:
    """Which of them can be read in a text, whatever its case. A code is one by itself only: ids and decimals of seconds hold any six digits."""
    folded = text.casefold()
    alone = set(re.findall(r"(?<![\w.])\d{6}(?!\w)", folded))
    return [
        f"{each.kind}: {clear}"
        for each in planted
        for clear in each.clear
        if (clear in alone if each.kind == "code" else clear.casefold() in folded)
    ]
