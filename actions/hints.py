"""What the words of a question tell beyond its frame: "sure" and "whether" do not say of what.

Few and general patterns. A message that none of them knows gets the fact that decides most questions of its kind.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from actions.turn import Turn

NOTICES: Final = re.compile(r"\bavis(?:o|an?|ar(?:on|me|le)?|ado|en|aste)\b")
"""Whether somebody was told beforehand."""
WHICH_DAYS: Final = re.compile(
    r"natural|habil|corrid|festiv|puente|finde|fin de semana|\b(?:sabado|domingo|sab|dom)s?\b|\bdentro de|aparte|juntos|inclu|\b33\b|\+"
)
"""Which days are counted, and whether one span lies within the other."""
COUNTING: Final = re.compile(r"\b(?:des)?cont(?:ando|ad[ao]s?)\b|\ba partir de\b")
"""From which day a number of days is counted."""
SYSTEM: Final = re.compile(r"\b(?:sae|coi|noi|aspe[ln])\b")
"""The Aspel system, beside the server."""
ASPEL: Final = re.compile(r"\b(?:sae|coi|noi|caja|banco|prod|aspe[ln]|sistema|programa|mism[ao]s?|independientes?|los (?:dos|2))\b")
"""The Aspel system's own span, or whether two are one."""
ACTIVATION: Final = re.compile(r"\b(?:re)?activ\w+|licencia|\b(?:sae|coi|noi|aspe[ln])\b|compr\w+|pag\w+")
"""Activating the Aspel system again, and what its licence costs."""
_CERTAIN: Final = re.compile(r"segur|\bneta\b|de (?:veras|verdad)|en serio|cierto|\bverdad\b|\bvdd\b")
_FEW_WORDS: Final = 4
_MOST_WORDS: Final = 25
"""In a long story such words are part of the story."""


def speaks_of(turn: Turn, words: re.Pattern[str]) -> bool:
    """Whether a message of no more than a few sentences holds such words, whatever its case and accents."""
    return len(turn.text.split()) <= _MOST_WORDS and words.search(_bare(turn.text)) is not None


def only_asks_if_sure(turn: Turn) -> bool:
    """Whether nothing is asked but "¿seguro?": a longer message says something of its own, to which a bare yes could be wrong."""
    return len(turn.text.split()) <= _FEW_WORDS and speaks_of(turn, _CERTAIN)


def _bare(text: str) -> str:
    return "".join(mark for mark in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(mark))
