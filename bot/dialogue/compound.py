"""Where one message may hold two questions. Only proposes; the caller splits when both halves stand on their own.

A condition is never cut off from its question ("si no pago, ¿cuánto tiempo guardan…?"), nor a story from its point
("ya pagué por banco y no me llega el correo"), nor a question from a tail that leans on it ("¿… y en dónde se consulta?").
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

MIN_WORDS = 2
MAX_CANDIDATES = 8

_QUESTION_WORD = r"(?:qu[eé]|cu[aá]nt[oa]s?|cu[aá]ndo|cu[aá]l(?:es)?|d[oó]nde|c[oó]mo|qui[eé]n|hasta\s+cu[aá]ndo|a\s+qu[eé]|en\s+qu[eé]|de\s+qu[eé]|para\s+qu[eé])"
_CONNECTOR = (
    r"(?:(?:y|e|ah|oye|oiga)\s+)*(?:adem[aá]s|tambi[eé]n|tamb|tmb|tb|aparte|por\s+otr[oa]\s+(?:lado|parte)|otr[ao]\s+(?:cosa|cosita|duda|pregunta)|lo\s+otro|de\s+paso|as[ií]\s+como|luego|"
    r"ya\s+de\s+paso|de\s+una\s+vez|por\s+cierto|y|e)(?:\s+de)?"
)
_JOINTS = re.compile(
    rf"""
    (?P<sentence>[.?!;+]+\s+)
    |(?P<clause>\s*,\s*)
    |(?P<opening>\s+(?=¿))
    |(?P<word>\s+(?={_CONNECTOR}\s))
    |(?P<bare>(?<!\by)(?<!\bde)(?<!\ben)(?<!\ba)(?<!\bpor)(?<!\bpara)(?<!\bhasta)(?<!\bsaber)\s+(?=(?!que\s)(?:{_QUESTION_WORD}|dime|dame|m[aá]nd[ae]n?me|p[aá]s[ae]n?me)\s))
    """,
    re.IGNORECASE | re.VERBOSE,
)
_ORDER = ("sentence", "opening", "word", "clause", "bare")
_LEAD = re.compile(rf"^\W*(?:{_CONNECTOR}\b\W*)+", re.IGNORECASE)
_TAIL = re.compile(r"[\s,;]+(?:y|e|ah|oye|oiga|pero|o)?$", re.IGNORECASE)
_CONDITION = re.compile(
    r"^\W*(?:si|s[ií]\s+no|cuando|aunque|como\s+ya|porque|xq|porq|ya\s+que|en\s+caso|suponiendo|despu[eé]s\s+de|antes\s+de|al|una\s+vez|para\s+que|pero|o)\b(?!\?)",
    re.IGNORECASE,
)
_LEANS = re.compile(
    r"^\W*(?:(?:y|o|en|por|a|de|para)\s+)*(?:qu[eé]|d[oó]nde|c[oó]mo|cu[aá]nto|cu[aá]ndo|cu[aá]l|por\s+cu[aá]nto\s+tiempo)?\s*(?:(?:me|te|se|nos)\s+)?(?:l[oae]s?\s+\w+|es[eoa]s?\b.*|\w{1,3}\s+tiempo|se\s+\w+)\W*$",
    re.IGNORECASE,
)


_ASKS = re.compile(
    rf"[¿?]|\b{_QUESTION_WORD}\b|^\W*(?:q|k|ke|xq|cuant[oa]s?|cuand?o|kuando|dnd|dond|onde)\b|"
    r"\b(?:puedo|pueden?|podr[ií]a[ns]?|se\s+puede|quiero|quisiera|necesito|ocupo|requiero|me\s+urge|dime|dame|d[ií]game|d[ií]ganme|me\s+(?:dices|dicen|dan|pasas?|mandas?|regalas?|ayudas?)|"
    r"m[aá]nd\w+|p[aá]s[ae]\w*|reenv[ií]\w+|env[ií]\w+|comun[ií]\w+|incluye|aceptan|tengo\s+que|hay\s+que|no\s+s[eé]\s+si|saber|ya\s+(?:est[aá]|qued[oó]|sali[oó]|se|cay[oó]))\b",
    re.IGNORECASE,
)
_EXPLICIT = re.compile(
    r"^\W*(?:(?:y|e|ah|oye|oiga)\W+)*(?:adem[aá]s|tambi[eé]n|tamb|tmb|tb|aparte|por\s+otr[oa]|otr[ao]\s+(?:cosa|cosita|duda|pregunta)|lo\s+otro|de\s+paso|ya\s+de\s+paso|de\s+una\s+vez|por\s+cierto|as[ií]\s+como)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Split:
    """Two parts of one message. `explicit`: the customer said that another question comes ("además", "otra cosa"), or ended one with "?"."""

    first: str
    second: str
    explicit: bool
    after_sentence: bool


def split_candidates(text: str) -> Iterator[Split]:
    """Places to split, from the most to the least explicit joint; at most MAX_CANDIDATES."""
    joints = sorted(_JOINTS.finditer(text), key=lambda joint: (_ORDER.index(str(joint.lastgroup)), joint.start()))
    for joint in joints[:MAX_CANDIDATES]:
        kept = joint.end() if joint.lastgroup == "sentence" else joint.start()
        rest = text[joint.end() :]
        split = Split(
            _TAIL.sub("", text[:kept]).strip(),
            _LEAD.sub("", rest).strip(" ,;"),
            _is_explicit(joint, text, rest),
            joint.lastgroup == "sentence",
        )
        if _worth_trying(split):
            yield split


def _is_explicit(joint: re.Match[str], text: str, rest: str) -> bool:
    ended = "?" in joint.group() and joint.lastgroup == "sentence"
    return ended or (bool(_EXPLICIT.match(rest)) and bool(_ASKS.search(text[: joint.start()]) or _ASKS.search(rest)))


def _worth_trying(split: Split) -> bool:
    if min(len(split.first.split()), len(split.second.split())) < MIN_WORDS:
        return False
    if _CONDITION.match(split.first) and "?" not in split.first:
        return False
    if (_CONDITION.match(split.second) and not split.after_sentence) or _LEANS.match(split.second):
        return False
    return split.explicit or bool(_ASKS.search(split.first) and _ASKS.search(split.second))
