"""Dates, times, money and sizes in the words a customer in Mexico reads.

Own tables instead of a locale library: twelve months and seven days do not change, and every reply needs several of them.
Moments must already be local (`calendar.local(moment)`): one in UTC is refused with ValueError instead of being told six hours off.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal

WEEKDAYS = ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo")
MONTHS = ("enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre")

COUNTS = ("ninguno", "uno", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve", "diez")

_NEAR = {-1: "ayer", 0: "hoy", 1: "mañana"}
_SOUNDS_LIKE_I = re.compile(r"(?:h?[ií])(?![aeoáéó])", re.IGNORECASE)
_SHORT_NAME = 4
_UNITS = (("TB", 1e12, 1), ("GB", 1e9, 1), ("MB", 1e6, 0), ("KB", 1e3, 0))


def long_date(day: date, today: date | None = None) -> str:
    """As "martes 24 de noviembre"; with "de 2027" when `today` is given and its year is another."""
    words = f"{WEEKDAYS[day.weekday()]} {day.day} de {MONTHS[day.month - 1]}"
    return words if today is None or today.year == day.year else f"{words} de {day.year}"


def near_date(day: date, today: date) -> str:
    """As "mañana, martes 24 de noviembre" ("hoy, …", "ayer, …"), or the long date alone when it is not near."""
    near = _NEAR.get((day - today).days)
    return f"{near}, {long_date(day, today)}" if near else long_date(day, today)


def on_date(day: date, today: date) -> str:
    """The near date with its article, to follow a preposition: "hasta el martes 24 de noviembre", "hasta mañana, martes …"."""
    return near_date(day, today) if (day - today).days in _NEAR else f"el {long_date(day, today)}"


def between(first: date, last: date, today: date) -> str:
    """As "entre el martes 1 y el miércoles 2 de diciembre"; the day alone with its article when both are one."""
    if first == last:
        return on_date(first, today)
    one = on_date(first, today)
    if (first.year, first.month) == (last.year, last.month) and (first - today).days not in _NEAR:
        one = f"el {WEEKDAYS[first.weekday()]} {first.day}"
    return f"entre {one} y {on_date(last, today)}"


def clock_time(moment: datetime) -> str:
    """As "14:05" or "9:05", of a local moment. Raises ValueError for a naive moment or one in UTC."""
    if moment.tzinfo is None or moment.tzinfo is UTC:
        raise ValueError("times are told in local time: pass calendar.local(moment)")
    return f"{moment.hour}:{moment.minute:02}"


def moment(when: datetime, now: datetime) -> str:
    """As "hoy a las 14:05", "ayer, lunes 23 de noviembre, a las 14:05", "martes 24 de noviembre a la 1:05"; both moments local."""
    return _moment(when, now, near_date)


def on_moment(when: datetime, now: datetime) -> str:
    """The moment with its article: "el martes 24 de noviembre a las 14:05"; "hoy a las 14:05" stays."""
    return _moment(when, now, on_date)


def money(amount: Decimal, currency: str = "MXN") -> str:
    """As "$1,250.00 MXN"."""
    rounded = amount.quantize(Decimal("0.01"), ROUND_HALF_UP)
    return f"{'-' if rounded < 0 else ''}${abs(rounded):,.2f} {currency}"


def size(number_of_bytes: int) -> str:
    """As "12.4 GB", "820 MB" or "3 KB" (thousands, as disks are sold); one decimal from GB on."""
    for unit, one, decimals in _UNITS:
        if round(number_of_bytes / one, decimals) >= 1:
            return f"{number_of_bytes / one:.{decimals}f} {unit}"
    return f"{number_of_bytes} bytes"


def excerpt(text: str, most: int = 160) -> str:
    """Text that others wrote, on one line and without its last full stop; longer than `most` characters it is cut between words: "…"."""
    line = " ".join(text.split()).rstrip(" .")
    if len(line) <= most:
        return line
    head, blank, _ = line[:most].rpartition(" ")
    return f"{(head if blank else line[: most - 1]).rstrip(' .,;:')}…"


def mask_email(address: str) -> str:
    """As "co*****o@optica.mx": enough to recognise one's own address. Always five stars; a short name shows its first letter only."""
    local, at, domain = address.strip().rpartition("@")
    if not (at and local):
        return "*****"
    if len(local) > _SHORT_NAME:
        return f"{local[:2]}*****{local[-1]}@{domain}"
    return f"{local[0] if len(local) > 1 else ''}*****@{domain}"


def days(n: int) -> str:
    """As "1 día", "3 días", "0 días"."""
    return f"{n} día" if n == 1 else f"{n} días"


def minutes(n: int) -> str:
    """As "1 minuto", "9 minutos"."""
    return f"{n} minuto" if n == 1 else f"{n} minutos"


def business_days(n: int) -> str:
    """As "1 día hábil", "3 días hábiles"; of none that is over "menos de un día hábil"."""
    return f"{days(n)} {'hábil' if n == 1 else 'hábiles'}" if n else "menos de un día hábil"


def count(n: int) -> str:
    """As "uno", "dos"; "11" from eleven on."""
    return COUNTS[n] if n < len(COUNTS) else str(n)


def join_names(names: Sequence[str]) -> str:
    """As "A, B y C"; "e" before the sound of i, as in "B e Ingenio"; empty for none."""
    if len(names) <= 1:
        return "".join(names)
    conjunction = "e" if _SOUNDS_LIKE_I.match(names[-1]) else "y"
    return f"{', '.join(names[:-1])} {conjunction} {names[-1]}"


def _moment(when: datetime, now: datetime, words: Callable[[date, date], str]) -> str:
    article = "la" if when.hour == 1 else "las"
    clock = f"a {article} {clock_time(when)}"
    day, today = when.date(), now.astimezone(when.tzinfo).date()
    if day == today:
        return f"hoy {clock}"
    comma = "," if (day - today).days in _NEAR else ""
    return f"{words(day, today)}{comma} {clock}"
