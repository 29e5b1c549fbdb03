"""Which of several facts a question is about, where its words tell it reliably and its frame does not. Few words, without accents or case."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import cache

from actions.turn import Turn

_REPEATED = re.compile(r"([a-z])\1{2,}")
_K = re.compile(r"k(?=[ei])")


def mentions(turn: Turn, words: str) -> bool:
    """Whether a word of the message begins as `words` (alternatives of a regular expression, without accents, in lower case) say."""
    return _pattern(words).search(folded(turn.text)) is not None


def first_mentioned(turn: Turn, kinds: Mapping[str, str]) -> str | None:
    """The first name in `kinds` whose words the message mentions."""
    text = folded(turn.text)
    return next((name for name, words in kinds.items() if _pattern(words).search(text)), None)


def folded(text: str) -> str:
    """Lower case without accents, with single blanks, no letter three times, and the k of chats as qu: "Kién  síííí" → "quien si"."""
    decomposed = unicodedata.normalize("NFKD", text.lower())
    plain = "".join(each for each in decomposed if not unicodedata.combining(each))
    return _REPEATED.sub(r"\1", _K.sub("qu", " ".join(plain.split())))


@cache
def _pattern(words: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{words})")
