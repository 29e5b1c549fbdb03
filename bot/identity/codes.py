"""One-time codes: six digits that the registered address gets and the conversation hears.

Pure: how a code is made, kept and found in what people write. What becomes of it stands in the ledger (`conversations/codes.py`).
"""

from __future__ import annotations

import hmac
import re
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from bot.rules.folding import bare

DIGITS: Final = 6
LIFE: Final = timedelta(minutes=10)
PROVES_FOR: Final = timedelta(minutes=15)
"""How long somebody counts as confirmed."""
PROOF: Final = "one-time code"
MASK: Final = "••••••"
"""What is stored in a code's place."""
_PURPOSE: Final = b"one-time code"
_WORDS: Final = ("cero", "uno", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve")
_WORD: Final = rf"(?:{'|'.join(_WORDS)})"
_GAP: Final = r"[\s,.\-]+"
_CODE: Final = re.compile(
    r"(?<![\d/])(?<!\d[.,\-])\d{6}(?![.,\-/]?\d)"
    r"|(?<![\d/])(?<!\d[\s.,\-])(?:\d{3}[\s.\-]\d{3}|\d\d\s\d\d\s\d\d|\d(?:[\s\-]\d){5})(?![\s.,\-]?\d|/\d)"
    rf"|\b{_WORD}(?:{_GAP}{_WORD}){{5}}\b(?!{_GAP}{_WORD}\b)",
    re.IGNORECASE,
)
_DIGITS_ALONE: Final = re.compile(r"[\d\s\-]+")
_MISCOUNTED: Final = frozenset({3, 4, 5, 7, 8, 9})
"""Digits that stand alone and are meant for a code."""
_BESIDE: Final = re.compile(
    r"(?:\W|_|\b(?:el|mi|este|es|codigo|clave|numero|de|verificacion|seguridad|aqui|esta|va|te|lo|dejo|paso|dice|recibi|me|llego)\b)*"
)
"""Words that go with a code and say nothing else."""


_NAMES_CODE: Final = re.compile(r"\b(?:codigo|clave)\b(?! (?:postal|de (?:descuento|barras|activacion|error|licencia|acceso))\b)")
_AGAIN: Final = re.compile(
    r"\bno (?:me |lo |se )*(?:ha |a )?(?:lleg|recib|encuentr|ve|aparec|tengo)|\botr[oa]\b|\b(?:de nuevo|otra vez|nuevamente|nuevo)\b|\bre(?:envi|mand)|\bvuelv\w* a"
)


@dataclass(frozen=True, slots=True)
class Found:
    """A code in a text: its digits ("" where they are not six), and the text without it. `alone`: the text says nothing else."""

    code: str
    masked: str
    alone: bool


def new_code() -> str:
    """Six digits that nobody can foresee."""
    return f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"


def digest(secret: str, conversation: str, desk: str, code: str) -> str:
    """What is kept of a code: good in one conversation and for one desk, and nothing without the key."""
    return hmac.digest(secret.encode(), b"\0".join((_PURPOSE, conversation.encode(), desk.encode(), code.encode())), "sha256").hex()


def find(text: str) -> Found | None:
    """The first code of a text, with every code masked; None where there is none. Digits of any script count, and those that are spelt out."""
    matches = list(_CODE.finditer(text))
    if matches:
        return Found(_digits(matches[0].group()), _CODE.sub(MASK, text), _BESIDE.fullmatch(bare(_CODE.sub(" ", text))) is not None)
    if _DIGITS_ALONE.fullmatch(text) and len(_digits(text)) in _MISCOUNTED:
        return Found("", MASK, alone=True)
    return None


def asks_again(text: str) -> bool:
    """Whether it says that a code has not come, or asks for another one."""
    said = bare(text)
    return _NAMES_CODE.search(said) is not None and _AGAIN.search(said) is not None


def _digits(written: str) -> str:
    spelt = {word: str(number) for number, word in enumerate(_WORDS)}
    pieces = (spelt.get(piece.lower(), piece) for piece in re.findall(r"\d|[a-z]+", written, re.IGNORECASE))
    return "".join(piece if piece.isascii() else str(unicodedata.decimal(piece)) for piece in pieces)
