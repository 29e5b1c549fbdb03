"""What a customer typed, as any channel stores it: one form of each letter, and nothing that cannot be seen but does something."""

from __future__ import annotations

import unicodedata
from typing import Final

from bot.conversations.clean import clean_text

_BIDI_CONTROLS: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_INVISIBLE: Final = frozenset({"Cc", "Cf", "Cs", "Cn", "Zs", "Zl", "Zp", "Mn", "Me"})


def visible(text: str) -> str:
    """NFC, without control characters (line breaks stay) and outer blanks; "" where nothing of it can be seen."""
    if text.isascii() and text.isprintable():
        return text.strip()
    normal = unicodedata.normalize("NFC", clean_text(text)).replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    kept = normal.strip() if normal.isprintable() else "".join(char for char in normal if char == "\n" or not _is_control(char)).strip()
    return "" if all(unicodedata.category(char) in _INVISIBLE for char in kept) else kept


def _is_control(char: str) -> bool:
    return char in _BIDI_CONTROLS or unicodedata.category(char) == "Cc"
