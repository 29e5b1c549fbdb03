"""Typing errors of words that we know: "facutra" becomes "factura" because nothing else we ever saw is that near.

Not a general spell checker, which hurt when measured (facts/nlu.md section B): only a word that never or hardly occurs in the
training texts is touched, only when one word of the training vocabulary is one edit away (a letter missing, added, changed, or two
swapped), and only when no rival is nearly as common.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

MIN_LETTERS = 4
KNOWN_FROM = 2  # seen in this many texts: a word as it is
TARGET_FROM = 3  # seen in this many texts: worth correcting to
CLEARLY_MORE_COMMON = 4


class Spelling:
    """`counts`: in how many training texts each word stands."""

    def __init__(self, counts: Mapping[str, int]) -> None:
        self.counts = dict(counts)
        self._by_deletion: dict[str, list[str]] = {}
        for word, count in self.counts.items():
            if count >= TARGET_FROM and len(word) >= MIN_LETTERS:
                for form in _with_one_deleted(word):
                    self._by_deletion.setdefault(form, []).append(word)

    @classmethod
    def fit(cls, texts: Iterable[str]) -> Spelling:
        """Count words of normalised texts."""
        return cls(Counter(word for text in texts for word in set(text.split())))

    def correct(self, text: str) -> str:
        """The normalised text with its clear typing errors mended."""
        return " ".join(self._word(word) for word in text.split())

    def _word(self, word: str) -> str:
        if len(word) < MIN_LETTERS or self.counts.get(word, 0) >= KNOWN_FROM or not word.isalpha():
            return word
        near = {known for form in _with_one_deleted(word) for known in self._by_deletion.get(form, ()) if one_edit_apart(word, known)}
        ranked = sorted(near, key=lambda known: (-self.counts[known], known))
        clear = ranked and (len(ranked) == 1 or self.counts[ranked[0]] >= CLEARLY_MORE_COMMON * self.counts[ranked[1]])
        return ranked[0] if clear else word


def one_edit_apart(one: str, other: str) -> bool:
    """Whether one letter added, missing or changed, or two neighbours swapped, makes one word of the other."""
    if len(one) == len(other):
        match [index for index, (a, b) in enumerate(zip(one, other, strict=True)) if a != b]:
            case [_]:
                return True
            case [at, after]:
                return after == at + 1 and one[at] == other[after] and one[after] == other[at]
        return False
    shorter, longer = sorted((one, other), key=len)
    return len(longer) == len(shorter) + 1 and any(longer[:index] + longer[index + 1 :] == shorter for index in range(len(longer)))


def _with_one_deleted(word: str) -> set[str]:
    return {word, *(word[:index] + word[index + 1 :] for index in range(len(word)))}
