"""What a customer means who types an answer instead of pressing a button.

Only the clear cases are taken; everything else is an ordinary message, because a wrong pick acts on the wrong server.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from bot.rules.asked_hour import match_hour
from bot.rules.folding import bare

LONGEST_CHOICE = 80
"""Characters; a longer text is never only a choice."""

_ORDINALS = {
    word: number
    for number, words in enumerate(
        (
            "uno primero primera primer",
            "dos segundo segunda",
            "tres tercero tercera tercer",
            "cuatro cuarto cuarta",
            "cinco quinto quinta",
            "seis sexto sexta",
            "siete septimo septima",
            "ocho octavo octava",
            "nueve noveno novena",
            "diez decimo decima",
        ),
        start=1,
    )
    for word in words.split()
}
_LAST = frozenset({"ultimo", "ultima"})
_MIDDLE = re.compile(r"\b(?:en ?medio|enmedio|del? medio|intermedi[oa])\b")
_MIDDLE_ONE = "enmedio"
_FILLERS = frozenset(
    {
        "a",
        "al",
        "boton",
        "creo",
        "dame",
        "de",
        "del",
        "el",
        "ese",
        "esa",
        "este",
        "esta",
        "es",
        "favor",
        "la",
        "lo",
        "mejor",
        "mi",
        "numero",
        "num",
        "opcion",
        "pf",
        "pfa",
        "pls",
        "por",
        "porfa",
        "porfavor",
        "porfis",
        "pues",
        "quiero",
        "quisiera",
        "servidor",
        "elijo",
        "escojo",
        "prefiero",
        "gracias",
    }
)
_ORDINAL_SUFFIX = re.compile(r"\b(\d{1,2})(?:ro|ra|er|era|do|da|to|ta|mo|ma|vo|va|no|na|o|a)\b", re.ASCII)
_TOKEN = re.compile(r"[a-z]+|\d+", re.ASCII)


def match_choice(text: str, titles: Sequence[str]) -> int | None:
    """The index of the one button in `titles` that `text` clearly chooses, or None. Never raises.

    Understood are "2", "la 2", "opción 2", "la segunda", "el primero", "la última", "el de en medio" of an odd number; the title itself in any case, with or without accents
    and hyphens ("sierra 02", "el de sierra-02"); an hour to be called at ("háblenme el lunes a las 10"). A yes to the only button is understood by the dialogue, as the label `afirmar`.
    """
    if len(text) > LONGEST_CHOICE or not titles:
        return None
    words = _words(text)
    if not words:
        return None
    named = [index for index, title in enumerate(titles) if _words(title) == words]
    if named:
        return _only(named)
    if (hour := match_hour(text, titles)) is not None:
        return hour
    return _picked(words, titles)


def _picked(words: list[str], titles: Sequence[str]) -> int | None:
    telling = [word for word in words if word not in _FILLERS]
    positions = {_position(word, len(titles)) for word in telling}
    if len(positions - {None}) > 1:
        return None
    if telling and None not in positions:
        return _only(set[int]().union(*(_meant(word, titles) for word in telling)))
    wanted = _whole_numbers(telling)
    return _only([index for index, title in enumerate(titles) if wanted and _whole_numbers(_telling(title)) == wanted])


def _meant(word: str, titles: Sequence[str]) -> set[int]:
    """The buttons that an ordinal may mean: the n-th, and those with the number in their title ("02" means the latter first)."""
    position = _position(word, len(titles))
    nth = {position} if position is not None and 0 <= position < len(titles) else set()
    if not word.isdigit():
        return nth
    in_titles = {index for index, title in enumerate(titles) if word.lstrip("0") in _whole_numbers(_words(title))}
    return in_titles if in_titles and word.startswith("0") else nth | in_titles


def _position(word: str, count: int) -> int | None:
    if word in _LAST:
        return count - 1
    if word == _MIDDLE_ONE:
        return count // 2 if count % 2 else None
    if word.isdigit():
        return int(word) - 1
    return _ORDINALS[word] - 1 if word in _ORDINALS else None


def _words(text: str) -> list[str]:
    """Lower-case ASCII words and numbers, apart from each other ("Sierra02" → sierra, 02; "2ª" → 2)."""
    return _TOKEN.findall(_MIDDLE.sub(_MIDDLE_ONE, _ORDINAL_SUFFIX.sub(r"\1", bare(text))))


def _telling(text: str) -> list[str]:
    return [word for word in _words(text) if word not in _FILLERS]


def _whole_numbers(words: list[str]) -> list[str]:
    return [word.lstrip("0") if word.isdigit() else word for word in words]


def _only(indices: Collection[int]) -> int | None:
    return next(iter(indices)) if len(indices) == 1 else None
