"""The hour at which a customer asks, in words, to be called, among those that were offered ("mejor háblenme el lunes a las 10")."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from bot.rules.folding import bare
from bot.rules.format import WEEKDAYS

_DAYS: Final = "|".join(map(bare, WEEKDAYS))
_OFFERED: Final = re.compile(rf"({_DAYS}) (\d{{1,2}}):(\d{{2}})")
_HOURS: Final = ["una", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve", "diez", "once", "doce"]
_SAID: Final = re.compile(
    rf"\b(?:a|como a|tipo|de|para) las? (?P<word>\d{{1,2}}|{'|'.join(_HOURS)})\b(?!\s*(?:\d|y (?:\d|cuarto|diez|veinte|pico)|servidor|dias))(?::(?P<minutes>\d{{2}}))?(?P<half> y media)?"
    r"|\b(?P<clock>\d{1,2}):(?P<past>\d{2})\b|\b(?P<bare>\d{1,2}) ?(?:a\.? ?m\b|p\.? ?m\b|hrs?\b|de la (?:manana|tarde|noche)\b)"
)
_CALLS: Final = re.compile(r"\b(?:(?:me |nos )?(?:ll[aeo]m|habl|marc|marqu)\w*|llamada)\b")
_DAY: Final = re.compile(rf"\b({_DAYS}|hoy|(?<!la )(?<!de )manana|ahorita|ahora)\b")
_OPENS_WITH_NO: Final = re.compile(r"^no\W+(?=(?:pues|ps|mejor|entonces|ya|bueno)\b)")
_NOT: Final = re.compile(
    r"\b(?:no|ni|nunca|nadie|ya me|abren|atienden|cierran|ayer|antier|marque|llame|hable|llamaron|marcaron|hablaron|llevo|antes de|despues de"
    r"|(?:les?|yo|ahi) (?:les? )?(?:marco|llamo|hablo))\b"
)
_FEW_WORDS: Final = 4
_ONLY_WHEN: Final = frozenset(
    f"a al como tipo de del en el la las los por para punto hrs hora horas am pm manana tarde noche dia puedo puede podria ser seria si ok va sale pues ps entonces mejor y o"
    f" esta bien favor porfa gracias perfecto prefiero quiero elijo {' '.join(_HOURS)} {_DAYS.replace('|', ' ')}".split()
)
"""Words of a message that says nothing but when."""
_NOON, _EARLIEST = 12, 8


def match_hour(text: str, titles: Sequence[str], *, plainly: bool = False) -> int | None:
    """The index of the one hour in `titles` ("lunes 10:00") that `text` asks to be called at, or None: another day or half hour is none of them.

    `plainly`: a few words are not enough, they must ask for a call or say nothing but when. Titles of anything else are passed over. "A las 4" is in the afternoon, when nobody works at 4 in the morning.
    """
    said = _OPENS_WITH_NO.sub("", " ".join(bare(text).split()))
    hours = {found: index for index, title in enumerate(titles) if (found := _offered(title))}
    words = re.findall(r"[a-z]+", said)
    asks = _CALLS.search(said) or (len(said.split()) <= _FEW_WORDS and not plainly) or _ONLY_WHEN.issuperset(words)
    times = {time for found in _SAID.finditer(said) if (time := _time(found, said))}
    if not hours or not asks or _NOT.search(said) or len(times) != 1:
        return None
    days = set(_DAY.findall(said))
    fitting = [index for (day, *time), index in hours.items() if tuple(time) in times and days <= {day}]
    return fitting[0] if len(fitting) == 1 else None


def names_hour(text: str) -> bool:
    """Whether it names an hour of any kind."""
    return bool(_SAID.search(" ".join(bare(text).split())))


def _offered(title: str) -> tuple[str, int, int] | None:
    found = _OFFERED.fullmatch(bare(title))
    return (found[1], int(found[2]), int(found[3])) if found else None


def _time(found: re.Match[str], said: str) -> tuple[int, int] | None:
    """Hour and minute, None for no hour of a day."""
    word = found["word"] or found["clock"] or found["bare"]
    hour = int(word) if word.isdigit() else _HOURS.index(word) + 1
    minute = 30 if found["half"] else int(found["minutes"] or found["past"] or 0)
    if hour < _EARLIEST or (hour < _NOON and re.search(r"p\.? ?m\b|de la (?:tarde|noche)", said)):
        hour += _NOON
    return (hour, minute) if hour < 2 * _NOON else None
