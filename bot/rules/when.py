"""The day that a customer names in passing: "hasta el lunes", "de aquí a 20 días", "la quincena", "al décimo día de vencido".

Own patterns instead of dateparser: that reads well-formed dates, and hardly any of the words in which customers say when they will pay
(docs/decisions/0021-days-that-customers-name.md has the figures). What may mean several days keeps them all; it is for the answer to see
whether they differ. What names no day ("unos días", "un mes no pago") is None.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta

from bot.rules.calendar import BusinessCalendar
from bot.rules.folding import folded
from bot.rules.format import MONTHS, WEEKDAYS
from bot.rules.subscription import add_months

MOST_DAYS = 1000
_DAY = timedelta(days=1)
_RECENT = timedelta(days=60)
_PAYDAY = 15
_SATURDAY = 5
_LEAST_BARE = 7
_COUNTED_FROM_THE_END = 29  # nobody counts so many days by their number but those of the retention


@dataclass(frozen=True)
class When:
    """`days`: the days that may be meant, the first and the last of a span or of several readings; ascending, one when it is clear.

    `after_end`: the same counted in natural days from the end of the customer's period (negative before it). `past`: it is over.
    `length`: how many natural days were named ("15 días"), for rules that count from somewhere else than today.
    """

    days: tuple[date, ...] = ()
    after_end: tuple[int, ...] = ()
    past: bool = False
    length: int | None = None

    def possible(self, ends_on: date | None, today: date) -> tuple[date, ...]:
        """Every day that may be meant for a period that ends on `ends_on`, ascending; only those to come unless it is `past`."""
        counted = (ends_on + each * _DAY for each in self.after_end) if ends_on else ()
        return tuple(sorted({day for day in (*self.days, *counted) if self.past or day >= today}))


def find_when(text: str, today: date, calendar: BusinessCalendar, *, last: bool = False) -> When | None:
    """The day that `text` names, or None. Of several the first after a "si"; with `last` the last after today: one asks how things stand then."""
    found = sorted(_mentions(folded(text), today, calendar), key=lambda each: (each[0], each[1]))
    clear = [each for each in found if not each[0]] or found
    if not clear:
        return None
    if last:
        ahead = [when for _, _, when in clear if when.days != (today,)]
        return ahead[-1] if ahead else None
    supposed = _SUPPOSES.search(folded(text))
    after = [each for each in clear if supposed and each[1] >= supposed.start()]
    return (after or clear)[0][2]


Found = When | None
Read = Callable[["re.Match[str]", date, BusinessCalendar], Found]

_ORDINALS = ("primer", "segundo", "tercer", "cuarto", "quinto", "sexto", "septimo", "octavo", "noveno", "decimo")
_SUPPOSES = re.compile(r"\b(?:si|supon\w*|suponga\w*|digamos|imagin\w*|planteo|de no)\b")

_WEEKDAY = {folded(day): n for n, day in enumerate(WEEKDAYS)}
_MONTH = {short: n for n, name in enumerate(MONTHS, 1) for short in (name, name[:3])} | {"setiembre": 9, "sept": 9}
_DAYS = "|".join(_WEEKDAY)
_MONTHS = "|".join(sorted(_MONTH, key=len, reverse=True))
_PAYS = r"pago|pague|paga|pagar|pagara|contrato|contrata|compro|deposito|cubro|cancelo|meto|aviento|hago|hace|hicieramos|lo paga"
_WAITS = r"en|de aqui a|dentro de|al|a|espero|esperar|espera|esperara|aguanto|tardo|tarda|hasta|como|digamos"
_NEXT = r"(?:que (?:viene|entra|sigue)|proxim[oa]|siguiente)"
_END = r"(?:de (?:vencid[oa]|atraso|retraso)|(?:despues )?de(?: que)? (?:se )?(?:vence\w*|venz\w*|venci\w*)|despues del? (?:vencimiento|corte|fin)|vencid[oa])"


def _mentions(text: str, today: date, calendar: BusinessCalendar) -> Iterator[tuple[bool, int, When]]:
    """(whether it is a weak sign, position, what it names); what one pattern has read is not read by those after it."""
    for pattern, weak, read in _PATTERNS:
        for found in pattern.finditer(text):
            when = None
            with suppress(ValueError, OverflowError):  # the 31 of a month that has none, or beyond the calendar
                when = read(found, today, calendar)
            if when is not None:
                yield weak, found.start(), when
        text = pattern.sub(lambda found: "#" * len(found[0]), text)


def _count(found: re.Match[str]) -> int:
    n = int(found["n"]) if found["n"].isdigit() else 1
    if n > MOST_DAYS:
        raise OverflowError(f"{n} is beyond what anybody plans for")
    return n


def _length(found: re.Match[str], today: date) -> date:
    """The day so many days, weeks, fortnights or months from `today`."""
    n, unit, half = _count(found), found["unit"], found["half"]
    if unit.startswith("mes"):
        return today + 45 * _DAY if half and n == 1 else add_months(today, n) + (15 * _DAY if half else 0 * _DAY)
    size = {"d": 1, "s": 7, "q": 15}[unit[0]]
    return today + (n * size + (size // 2 + 1 if half else 0)) * _DAY


def _so_long(found: re.Match[str], today: date, calendar: BusinessCalendar) -> Found:
    if found["business"]:
        return When((calendar.add_business_days(today, _count(found)),))
    day = _length(found, today)
    return When((day,), length=(day - today).days)


def _either(n: int, today: date) -> When:
    """A day that is counted, from now or from the end."""
    return When((today + n * _DAY,), (n,))


def _day_number(found: re.Match[str], today: date, _: BusinessCalendar) -> Found:
    """As "el día 17": of the month, or counted."""
    n = _count(found)
    days = {today + n * _DAY} if n < _COUNTED_FROM_THE_END else set()
    with suppress(ValueError):
        days.add(_of_month(n, today))
    return When(tuple(sorted(days)), (n,))


def _of_month(n: int, today: date) -> date:
    """The next day of this number, today included, in a month that has it."""
    first = today.replace(day=1)
    for months in range(4):
        month = add_months(first, months)
        with suppress(ValueError):
            day = month.replace(day=n)
            if day >= today:
                return day
    raise ValueError(f"no month has a day {n}")


def _in_month(n: int, month: int, year: str | None, today: date) -> When:
    """A date with its month: of the given year, else this year's unless that is long over."""
    if year:
        day = date(int(year) + (2000 if len(year) < 4 else 0), month, n)  # noqa: PLR2004
        return When((day,), past=day < today)
    day = date(today.year, month, n)
    if day < today - _RECENT:
        day = date(today.year + 1, month, n)
    return When((day,), past=day < today)


def _weekday(found: re.Match[str], today: date, _: BusinessCalendar) -> Found:
    ahead = (_WEEKDAY[found["day"]] - today.weekday() - 1) % 7 + 1
    if found["past"]:
        return When((today + (ahead - 7 or -7) * _DAY,), past=True)
    if found["other"]:  # of the week after this one
        ahead = 7 - today.weekday() + _WEEKDAY[found["day"]]
    return When((today + ahead * _DAY,))


def _weekday_and_number(found: re.Match[str], today: date, _: BusinessCalendar) -> Found:
    """As "el lunes 7"; where that day is another weekday, either may be meant."""
    day = _of_month(int(found["n"]), today)
    weekday = today + ((_WEEKDAY[found["day"]] - today.weekday() - 1) % 7 + 1) * _DAY
    return When((day,) if day.weekday() == weekday.weekday() else tuple(sorted({day, weekday})))


def _next_week(_: re.Match[str], today: date, __: BusinessCalendar) -> Found:
    monday = today + (7 - today.weekday()) * _DAY
    return When((monday, monday + 6 * _DAY))


def _weekend(found: re.Match[str], today: date, _: BusinessCalendar) -> Found:
    saturday = today + (_SATURDAY - today.weekday() + (7 if found["other"] else 0)) * _DAY
    return When((max(saturday, today), saturday + _DAY))


def _payday(today: date) -> date:
    """The next 15th or last day of a month, after today."""
    last = _last_of_month(today)
    if today.day < _PAYDAY:
        return today.replace(day=_PAYDAY)
    return last if today < last else (today + _DAY).replace(day=_PAYDAY)


def _last_of_month(day: date, months: int = 0) -> date:
    return add_months(day.replace(day=1), months + 1) - _DAY


def _next_month(today: date) -> When:
    return When((add_months(today.replace(day=1), 1), _last_of_month(today, 1)))


def _month(found: re.Match[str], today: date, _: BusinessCalendar) -> Found:
    first = date(today.year + (_MONTH[found["month"]] < today.month), _MONTH[found["month"]], 1)
    last = _last_of_month(first)
    return When((last,) if found["end"] else (max(first, today), last))


def _date(found: re.Match[str], today: date, _: BusinessCalendar) -> Found:
    month = _MONTH.get(found["m"]) or int(found["m"])
    return _in_month(_count(found), month, found["y"], today)


def _ago(found: re.Match[str], today: date, _: BusinessCalendar) -> Found:
    return When((today - (_length(found, today) - today),), past=True)


def _ordinal(found: re.Match[str], today: date, _: BusinessCalendar) -> Found:
    return _either(_ORDINALS.index(found["o"]) + 1, today)


def _bare_number(found: re.Match[str], today: date, _: BusinessCalendar) -> Found:
    """As "y en 15?": days from now; smaller numbers may as well be weeks or servers."""
    n = _count(found)
    return When((today + n * _DAY,), length=n) if n >= _LEAST_BARE else None


def _in(days: int, *, past: bool = False) -> Read:
    """So many days from today."""
    return lambda _, today, __: When((today + days * _DAY,), past=past)


def _after_end(sign: int = 1) -> Read:
    """So many days after the end, or before it."""
    return lambda found, _, __: When(after_end=(sign * _count(found),))


def _at_the_end(_: re.Match[str], __: date, ___: BusinessCalendar) -> Found:
    return When(after_end=(0,))


def _nothing(_: re.Match[str], __: date, ___: BusinessCalendar) -> Found:
    return None


_N = r"(?P<n>\d{1,4}|una?|otr[oa])"
_LENGTH = (
    rf"{_N} (?P<unit>dias|dia|semanas?|quincenas?|meses|mes)(?P<business> habiles)?(?P<half> y medi[oa])?\b"
    r"(?! (?:de (?:gracia|resguardo|plazo)|todavia pagad))"
)
_NTH = rf"(?:al|el|en el|hasta el) (?:dia )?(?P<o>{'|'.join(_ORDINALS)})o?"
_NO_DAYS = r"(?! ?(?:min|hora|hrs|am\b|pm\b|de la|usu|serv|pesos|%)|[.,:/-]\d)"
_OF_A_WEEKDAY = rf"(?:(?:{_DAYS}),? (?:el |dia )?)?"
_CLEAR: tuple[tuple[str, Read], ...] = (
    # over
    (rf"\bhace {_LENGTH}", _ago),
    (rf"\b{_LENGTH} atras\b", _ago),
    (r"\b(?:antier|anteayer|antes de ayer)\b", _in(-2, past=True)),
    (r"\bayer\b", _in(-1, past=True)),
    # no day at all
    (rf"\b(?:ni|sin esperar(?:me)?(?: a)?) (?:hoy|manana|pasado manana|el (?:{_DAYS}))\b(?! ni pasado)", _nothing),
    (rf"\b(?:no (?:quiero|puedo|pienso)|sin) esperar\w* (?:los |esos )?{_LENGTH}", _nothing),
    (r"\b(?:en|por|de|a) la manana\b|\besta manana\b", _nothing),
    # counted from the end, or before it
    (rf"\b{_N} dias? (?:antes|de anticipacion)\b", _after_end(-1)),
    (rf"\b{_N} dias? {_END}", _after_end()),
    (rf"\bdia (?P<n>\d{{1,3}}) {_END}", _after_end()),
    (rf"\b{_N} dias? despues(?=\W*$|\W*[,.;?])", _after_end()),
    (rf"\b{_NTH} dia {_END}", lambda found, _, __: When(after_end=(_ORDINALS.index(found["o"]) + 1,))),
    (rf"\b(?:pasan?|pasaron|atrasa[rn]?|atraso|retras[oa]\w*) (?:nomas |como |ya )?{_N}(?: dias?\b|$|\?)", _after_end()),
    # a date
    (r"\b(?P<y>20\d\d)-(?P<m>\d\d)-(?P<n>\d\d)\b", _date),
    (rf"\b{_OF_A_WEEKDAY}(?P<n>\d{{1,2}})[/-](?P<m>\d{{1,2}})(?:[/-](?P<y>\d{{4}}|\d\d))?\b(?!/)", _date),
    (rf"\b{_OF_A_WEEKDAY}(?P<n>\d{{1,2}}|primero|1o|1ro)(?: del?)? (?P<m>{_MONTHS})\b(?:(?: del?)? (?P<y>\d{{4}}))?", _date),
    (rf"\b(?P<day>{_DAYS}),? (?:el |dia )?(?P<n>\d{{1,2}})\b{_NO_DAYS}(?! (?:dias|semanas|meses))", _weekday_and_number),
    (rf"\b(?:en|para|hasta|a|de)(?P<end> fin(?:es|ales)? de)? (?P<month>{'|'.join(MONTHS)})\b", _month),
    # months and fortnights
    (
        rf"\b(?:fin|cierre|final|ultimo dia|ultimo) (?:del? mes {_NEXT}|del? {_NEXT} mes|del? otro mes)",
        lambda _, day, __: When((_last_of_month(day, 1),)),
    ),
    (r"\b(?<!de )(?:fin|cierre|final|ultimo dia|ultimo) del? (?:este )?mes\b", lambda _, day, __: When((_last_of_month(day),))),
    (r"\b(?:principios?|inicios?) del? mes\b", lambda _, day, __: When((_last_of_month(day) + _DAY, _last_of_month(day) + 5 * _DAY))),
    (rf"\bmes {_NEXT}|\b(?:proximo|otro|siguiente) mes\b", lambda _, day, __: _next_month(day)),
    (r"\bdentro de (?P<n>\d{1,3})(?=\W*$|\W*[,.;?])", _bare_number),
    (r"\b(?:una? )?semana y media\b", _in(11)),
    (r"\b(?:un )?mes y medio\b", _in(45)),
    (r"\bmedio mes\b", _in(15)),
    (
        rf"\b(?:otra|siguiente) quincena\b|\bquincena (?:que (?:sigue|entra)|siguiente)|\bquincena sino (?:hasta )?(?:a )?la (?:otra|{_NEXT})",
        lambda _, day, __: When((_payday(_payday(day)),)),
    ),
    (r"(?:^|\b(?:la|esta|mi|de|proxima) )quincena\b(?! (?:estuvo|pasada))", lambda _, day, __: When((_payday(day),))),
    # weeks and their days
    (rf"\bhoy (?:que )?(?:es )?(?:{_DAYS})\b", _in(0)),
    (rf"\b(?P<day>{_DAYS})(?P<other> de la (?:otra|proxima|siguiente) semana| de la semana {_NEXT})?(?: (?P<past>pasado))?\b", _weekday),
    (rf"\b(?:otra|proxima|siguiente) semana\b|\bsemana {_NEXT}", _next_week),
    (rf"\b(?P<other>otro )?(?:finde|fin de semana)(?: {_NEXT})?\b", _weekend),
    (
        rf"\b{_NTH} dia (?:contando|a partir) (?:de|desde) (?:hoy|ahora)\b",
        lambda found, day, _: When((day + (_ORDINALS.index(found["o"]) + 1) * _DAY,)),
    ),
    (r"\bhoy\b|\besta (?:misma )?(?:tarde|noche)\b", _in(0)),
    (rf"\b(?:{_PAYS}) (?:\w+ )?(?:ahorita|ahora|ya)\b|^ya$", _in(0)),
    (r"\bpasado(?: de)? manana\b|\bpasadomanana\b|\bmanana ni pasado\b(?! manana)", _in(2)),
    (r"\bmanana\b", _in(1)),
    # so many days
    (rf"\b(?:faltan|quedan|(?<!a )(?<!en )los|l[oe]s? queda|llevo|lleva|desde hace|por cada|cada) (?:unos |como )?{_LENGTH}", _nothing),
    (rf"\ba los (?P<n>\d{{1,3}})(?: dias)?\b{_NO_DAYS}", lambda found, day, _: _either(_count(found), day)),
    (rf"\b(?:{_WAITS}) (?:como )?(?:una? |otro )?mes\b", lambda _, day, __: When((add_months(day, 1),))),
    (r"\b(?:un|este|cada|al) mes\b|\b(?:si|algun|cualquier|que|en) un dia\b|\balgun dia\b", _nothing),
    (rf"\b{_LENGTH}", _so_long),
)
_WEAK: tuple[tuple[str, Read], ...] = (
    (rf"\b{_NTH}(?: dia\b|$|(?=[?,.;]))", _ordinal),
    (r"\bdia (?P<n>\d{1,3})\b", _day_number),
    (r"\bdia (?:en )?que (?:se )?(?:me )?(?:venc\w+|vence)|\b(?:al|el|hasta el) (?:primer |dia del? )?vencimiento\b", _at_the_end),
    (r"\b(?:al|el) final\b|\b(?:hasta|a) que (?:se )?(?:acab\w+|venz\w+)|^fin$", _at_the_end),
    (rf"\b(?:el|al|del) (?:mero )?(?P<n>\d{{1,2}})\b{_NO_DAYS}", lambda found, day, _: When((_of_month(int(found["n"]), day),))),
    (rf"^\W*(?:(?:y|o|ok|pero|no|entonces)\b\W*)*(?:si )?(?:son |en |con |como |unos )?(?P<n>\d{{1,3}})\b{_NO_DAYS}", _bare_number),
    (r"\b(?:y|hasta|que) pasado\b(?! el| la| mes| los)", _in(2)),
    (r"\b(?:ahorita|ahora mismo|de una vez|en este momento)\b", _in(0)),
)
_PATTERNS: tuple[tuple[re.Pattern[str], bool, Read], ...] = tuple(
    (re.compile(pattern), weak, read) for weak, table in ((False, _CLEAR), (True, _WEAK)) for pattern, read in table
)
