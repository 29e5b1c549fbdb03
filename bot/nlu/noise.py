"""Noise as customers make it, added to labelled messages to measure how much understanding loses. Pure and deterministic.

Three kinds, as in the bars: no accents and marks; one typing error in a quarter of the words of four letters or more; chat
shorthand. The same text and seed always give the same noise, whatever was made noisy before.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable

from bot.nlu.normalise import without_accents

SHARE_OF_WORDS = 0.25
SHARE_WITH_K = 0.25

_MARKS = r"""¿?¡!.,;:…·"'`´«»“”‘’()\[\]{}*~_–—-"""
# a mark between two word characters belongs to what it joins: 1,500 · SIERRA-02 · ana@correo.mx
_LOOSE_MARKS = re.compile(rf"[{_MARKS}]{{2,}}|(?<![^\W_])[{_MARKS}]|[{_MARKS}](?![^\W_])")
_SPACES = re.compile(r"\s+")
_LONG_WORD = re.compile(r"[^\W\d_]{4,}")
_ROWS = ("qwertyuiop", "asdfghjklñ", "zxcvbnm")
_ROW_SHIFT = (0.0, 0.25, 0.75)
_REACH = 1.1


def without_marks(text: str, seed: int = 0) -> str:
    """Accents and punctuation gone, letters' case and ñ kept. A message of marks only stays as it is."""
    del seed
    bare = _SPACES.sub(" ", _until_stable(without_accents(text))).strip()
    return bare or text


def _until_stable(text: str) -> str:
    while (changed := _LOOSE_MARKS.sub(" ", text)) != text:
        text = changed
    return text


def with_typing_errors(text: str, seed: int = 0) -> str:
    """One typing error in a quarter of the words of four letters or more; the odd quarter of a word is drawn."""
    dice = random.Random(f"errors {seed} {text!r}")  # noqa: S311 - noise, no secret
    words = list(_LONG_WORD.finditer(text))
    whole, rest = divmod(len(words) * SHARE_OF_WORDS, 1)
    hit = sorted(dice.sample(range(len(words)), int(whole) + (dice.random() < rest)), reverse=True)
    for index in hit:
        word = words[index]
        text = text[: word.start()] + mistype(word.group(), dice) + text[word.end() :]
    return text


def mistype(word: str, dice: random.Random) -> str:
    """The word with one error: a neighbour key, two letters swapped, one dropped or one doubled."""
    at = dice.randrange(len(word))
    kind = dice.choice((_neighbour, _swap, _drop, _double))
    return kind(word, at, dice)


def _keys() -> dict[str, str]:
    """Neighbours of every letter on a Latin American keyboard."""
    place = {
        key: (row, column + shift)
        for row, (keys, shift) in enumerate(zip(_ROWS, _ROW_SHIFT, strict=True))
        for column, key in enumerate(keys)
    }
    return {
        key: "".join(other for other, (r, c) in place.items() if other != key and abs(r - row) <= 1 and abs(c - column) < _REACH)
        for key, (row, column) in place.items()
    }


NEIGHBOURS = _keys()


def _neighbour(word: str, at: int, dice: random.Random) -> str:
    keys = NEIGHBOURS.get(without_accents(word[at]).lower())
    if not keys:
        return _double(word, at, dice)
    key = dice.choice(keys)
    return word[:at] + (key.upper() if word[at].isupper() else key) + word[at + 1 :]


def _swap(word: str, at: int, dice: random.Random) -> str:
    at = min(at, len(word) - 2)
    if word[at] == word[at + 1]:
        return _drop(word, at, dice)
    return word[:at] + word[at + 1] + word[at] + word[at + 2 :]


def _drop(word: str, at: int, dice: random.Random) -> str:
    del dice
    return word[:at] + word[at + 1 :]


def _double(word: str, at: int, dice: random.Random) -> str:
    del dice
    return word[: at + 1] + word[at:]


_SHORT = {
    "por favor": "xfa", "por qué": "xq", "por que": "xq", "porque": "xq", "para": "pa", "por": "x", "de": "d", "que": "q", "qué": "q",
    "también": "tmb", "tambien": "tmb", "cuando": "cdo", "cuándo": "cdo", "donde": "dnd", "dónde": "dnd",
    "bien": "bn", "mensaje": "msj", "gracias": "grax",
}  # fmt: skip
_SHORTENED = re.compile(rf"\b(?:{'|'.join(_SHORT)})\b", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+")
_HARD_C = re.compile(r"qu(?=[eiéí])|c(?=[aouáóú])", re.IGNORECASE)


def with_shorthand(text: str, seed: int = 0) -> str:
    """Chat shorthand wherever there is one (q, xq, x, tmb, d, pa …), and k for c and qu in a quarter of the words that have them."""
    dice = random.Random(f"shorthand {seed} {text!r}")  # noqa: S311 - noise, no secret

    def with_k(word: re.Match[str]) -> str:
        if not _HARD_C.search(word.group()) or dice.random() >= SHARE_WITH_K:
            return word.group()
        return _HARD_C.sub(lambda hard: "K" if hard.group()[0].isupper() else "k", word.group())

    return _WORD.sub(with_k, _SHORTENED.sub(_shorten, text))


def _shorten(match: re.Match[str]) -> str:
    short = _SHORT[match.group().lower()]
    return short.capitalize() if match.group()[0].isupper() else short


NOISES: dict[str, Callable[[str, int], str]] = {"marks": without_marks, "errors": with_typing_errors, "shorthand": with_shorthand}
TITLES = {
    "marks": "no accents and marks",
    "errors": "one typing error in a quarter of the words",
    "shorthand": "shorthand (q, xq, tmb, k, x)",
}
DRAWN = frozenset({"errors", "shorthand"})  # these depend on the seed
