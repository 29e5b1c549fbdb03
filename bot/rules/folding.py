"""Messages as they are written, brought to one form in which words can be looked for; for days, with numbers in figures and shorthand written out."""

from __future__ import annotations

import re
import unicodedata

_ONES = ("un", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve")
_TEENS = ("diez", "once", "doce", "trece", "catorce", "quince", "dieciseis", "diecisiete", "dieciocho", "diecinueve")
_TENS = {"veinte": 20, "treinta": 30, "cuarenta": 40, "cincuenta": 50, "sesenta": 60, "setenta": 70, "ochenta": 80, "noventa": 90}
_NUMBERS = {
    **{word: n for n, word in enumerate(_ONES[1:], 2)},
    **{word: n for n, word in enumerate(_TEENS, 10)},
    **{f"veinti{word}": n for n, word in enumerate(_ONES, 21)},
    "veintiuno": 21,
    **_TENS,
    **{f"{ten} y {word}": n + one for ten, n in _TENS.items() for one, word in enumerate(_ONES, 1)},
    **{f"{ten} y uno": n + 1 for ten, n in _TENS.items()},
}
_NUMBER_WORDS = re.compile(rf"\b(?:{'|'.join(sorted(_NUMBERS, key=len, reverse=True))})\b")
_SHORT = tuple(
    (re.compile(pattern), written)
    for pattern, written in (
        (r"\b(?:mananita|mananaa+|manna|mnana|mananna|manan)\b", "manana"),
        (r"\b(?:oy|hoi|hoyy+)\b", "hoy"),
        (r"\b(?:orita|horita|aorita|ahoritita|ahorit)\b", "ahorita"),
        (r"\b(\d+) ?(?:d|ds|diaz|dais|dia|dias)\b", r"\1 dias"),
        (r"\b(\d+) ?(?:s|sem|sems|semanas?)\b", r"\1 semanas"),
        (r"\b(\d+) ?(?:mes|meses)\b", r"\1 meses"),
        (r"\b(?:ke|q|k|qe)\b", "que"),
        (r"\bfin(?:es)? del? mes\b", "fin de mes"),
        (r"\b(?:sabadito|sab)\b", "sabado"),
        (r"\b(?:miercoles|mierc|miercole)\b", "miercoles"),
        (r"\b(?:qna|kincena|quinsena|kinsena)\b", "quincena"),
    )
)


def bare(text: str) -> str:
    """The text without case and accents (so that ñ is n)."""
    return "".join(each for each in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(each))


def folded(text: str) -> str:
    """Lower case, without accents, numbers in figures, shorthand written out, one blank between words."""
    plain = re.sub(r"[^\w/.\-,;:?()]+|_", " ", bare(text.lower().replace("mñn", "manana")))
    for pattern, written in _SHORT:
        plain = pattern.sub(written, plain)
    return " ".join(_NUMBER_WORDS.sub(lambda found: str(_NUMBERS[found[0]]), plain).split())
