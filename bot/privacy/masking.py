"""The mask: what may be stored of a message. Everything personal in it gives way to a word that says what it was.

Pure functions on text; a message without digits, "@" or a few telling words is passed through after one look.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, Final

from bot.privacy.confided import find_codes, find_passwords
from bot.privacy.kinds import NEVER_KEPT, PLACEHOLDERS, Found, Kind
from bot.privacy.names import find_curps, find_mails, find_rfcs
from bot.privacy.numbers import find_numbers
from bot.privacy.spoken import find_spoken

_SUSPICIOUS: Final = re.compile(
    r"\d{4}|\d\D{0,4}\d\D{0,4}\d\D{0,4}\d|@|arroba|contra|clave|pass?w|pass\b|pwd|psw|nip\b|pin\b|cvv|cvc"
    r"|(?:\b(?:cero|uno|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|cuarenta|cincuenta|sesenta|treinta|ochenta|noventa|setenta)\b.*){3}",
    re.IGNORECASE | re.DOTALL,
)
_SECRET_WORDS: Final = re.compile(r"contra|clave|pass?w|pass\b|pwd|psw", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Masked:
    """A text as it may be stored, and what was found in it, in its order. `kept` is what may be sealed of the text; None where nothing may."""

    text: str
    found: tuple[Found, ...] = ()
    kept: str | None = None

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """Each kind once, by name."""
        return tuple(sorted({each.kind for each in self.found}))

    @property
    def has_secrets(self) -> bool:
        """Whether a password or a code was in it."""
        return any(each.kind in {"password", "code"} for each in self.found)


@dataclass(frozen=True)
class Mask:
    """The rules, with the telephones (ten digits each) that everybody may know: the company's own."""

    public: frozenset[str] = frozenset()

    def __call__(self, text: str) -> Masked:
        """The text as it may be stored."""
        return self.content(text, tuple(self.find(text)))

    def content(self, text: str, found: tuple[Found, ...]) -> Masked:
        """The same, where it is known what is personal in it."""
        if not found:
            return Masked(text)
        keepable = any(each.kind not in NEVER_KEPT for each in found)
        kept = replaced(text, [each for each in found if each.kind in NEVER_KEPT]) if keepable else None
        return Masked(replaced(text, found), found, kept)

    def find(self, text: str) -> list[Found]:
        """What is personal in a text, in its order; nothing overlaps."""
        if not _SUSPICIOUS.search(text):
            return []
        return _apart(chain.from_iterable(finder(text) for finder in self._finders(text)))

    def _finders(self, text: str) -> Iterator[Callable[[str], Iterable[Found]]]:
        """Those that can find anything, the surest first."""
        digits = any(map(str.isdecimal, text))
        if _SECRET_WORDS.search(text):
            yield find_passwords
        if digits:
            yield find_curps
            yield find_rfcs
        yield find_mails
        if digits:
            yield lambda given: find_numbers(given, self.public)
        yield lambda given: find_spoken(given, self.public)
        yield find_codes

    def anything(self, value: Any) -> Any:
        """The same for every text of a JSON value; keys stay."""
        if isinstance(value, str):
            return self(value).text
        if isinstance(value, dict):
            return {key: self.anything(inner) for key, inner in value.items()}
        if isinstance(value, list | tuple):
            return [self.anything(inner) for inner in value]
        return value


def mask_for(phones: Collection[str]) -> Mask:
    """The mask of a house whose own telephones are these, however written."""
    digits = ("".join(character for character in phone if character.isdecimal())[-10:] for phone in phones)
    return Mask(frozenset(each for each in digits if each))


def replaced(text: str, found: Sequence[Found]) -> str:
    """The text with a placeholder for each of these, which are in their order."""
    parts, at = [], 0
    for each in found:
        parts += [text[at : each.start], PLACEHOLDERS[each.kind]]
        at = each.end
    return "".join([*parts, text[at:]])


def _apart(found: Iterable[Found]) -> list[Found]:
    """Without those that overlap one that was found before."""
    kept: list[Found] = []
    for each in found:
        if all(each.end <= other.start or other.end <= each.start for other in kept):
            kept.append(each)
    return sorted(kept)
