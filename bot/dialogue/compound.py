"""Where one message holds two questions.

Joints are places where people put two questions together: a mark, a connecting word, a question word, an order. For each joint both
halves are read; a small logistic model tells from both readings, from the reading of the whole message and from the form of the joint
whether these are two questions. A needless split answers what was not asked, so the bar is high: see SPLIT_FROM.

The weights are fitted by `python -m benchmarks.nlu.fit_compound` on tests/nlu/dev (never on the files that measure).
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

MIN_WORDS = 2
MAX_WORDS = 60
MAX_CANDIDATES = 8
SPLIT_FROM = 0.65

_WEIGHTS: dict[str, float] = json.loads((Path(__file__).with_name("compound_weights.json")).read_text(encoding="utf-8"))

_QUESTION_WORD = r"(?:qu[eé]|cu[aá]nt[oa]s?|cu[aá]ndo|cu[aá]l(?:es)?|d[oó]nde|c[oó]mo|qui[eé]n|hasta\s+cu[aá]ndo|a\s+qu[eé]|en\s+qu[eé]|de\s+qu[eé]|para\s+qu[eé])"
_NEXT_TOPIC = (
    r"(?:adem[aá]s|tambi[eé]n|tamb|tmb|tb|aparte|por\s+otr[oa]\s+(?:lado|parte)|otr[ao]\s+(?:cosa|cosita|duda|pregunta)|lo\s+otro|"
    r"de\s+paso|ya\s+de\s+paso|de\s+una\s+vez|por\s+cierto|as[ií]\s+como)"
)
_CONNECTOR = rf"(?:(?:y|e|ah|oye|oiga)\s+)*(?:{_NEXT_TOPIC}|luego|y|e)(?:\s+de)?"
_ORDER = r"(?:dime|dame|d[ií]ga\w*|m[aá]nd[ae]\w*|p[aá]s[ae]n?me|reenv\w+|env[ií]\w+|comun\w+|me\s+(?:dices|dicen|regalas?))"

_LEAD = re.compile(rf"^\W*(?:{_CONNECTOR}\b\W*)+", re.IGNORECASE)
_TAIL = re.compile(r"[\s,;]+(?:y|e|ah|oye|oiga|pero|o)?$", re.IGNORECASE)
_STARTS_CONNECTED = re.compile(rf"^\W*{_CONNECTOR}\s", re.IGNORECASE)
_STARTS_NEXT = re.compile(rf"^\W*(?:(?:y|e|ah|oye|oiga)\W+)*{_NEXT_TOPIC}\b", re.IGNORECASE)
_STARTS_QUESTION = re.compile(rf"^\W*(?!que\b|quien){_QUESTION_WORD}\b", re.IGNORECASE)
_STARTS_ORDER = re.compile(rf"^\W*{_ORDER}\b", re.IGNORECASE)
_ENDS_OPEN = re.compile(r"\b(?:y|de|en|a|por|para|pa|hasta|desde|saber|que|q|entre|el|la|lo)$", re.IGNORECASE)
_ENDS_MARK = re.compile(r"[.,;!:?+]\s*$")
_CONDITION = re.compile(
    r"^\W*(?:si|s[ií]\s+no|cuando|aunque|como\s+ya|porque|xq|porq|ya\s+que|en\s+caso|suponiendo|despu[eé]s\s+de|antes\s+de|al|una\s+vez|para\s+que|pero|o)\b(?!\?)",
    re.IGNORECASE,
)
_ONLY_CONDITION = re.compile(
    r"^\W*(?:una\s+vez|en\s+cuanto\s+\w+[ea]\b|despu[eé]s\s+(?:de|que)|antes\s+(?:de|que)|al\s+\w+[aei]r(?:se|me|nos)?|"
    r"cuando\s+(?:ya\s+)?(?:se\s+)?(?:acredit\w+|confirm\w+|pague\w*|venza\w*|termine\w*|contrate\w*))\b",
    re.IGNORECASE,
)
_LEANS = re.compile(
    r"^\W*(?:(?:y|o|en|por|a|de|para)\s+)*(?:qu[eé]|d[oó]nde|c[oó]mo|cu[aá]nto|cu[aá]ndo|cu[aá]l|por\s+cu[aá]nto\s+tiempo)?\s*"
    r"(?:(?:me|te|se|nos)\s+)?(?:l[oae]s?\s+\w+|es[eoa]s?\b.*|\w{1,3}\s+tiempo|se\s+\w+)\W*$",
    re.IGNORECASE,
)
_TELLS = re.compile(
    r"^\W*(?:(?:es\s+que|oye|oigan?|hola|bue\w+\s+\w+|mire|pues|la\s+neta|fijese\s+que|fíjese\s+que)\W+)*"
    r"(?:ya\s+(?:tengo|tenemos|me|nos|pagu?[eé]|pagamos|saqu[eé]|vi|entr[eé]|s[eé]|est[aá]\s+pagado|llev\w+)|s[eé]\s+que|encontr[eé]|recib[ií]|nos\s+dieron|"
    r"(?:ayer|hoy|el\s+\w+|la\s+semana\s+pasada|hace\s+\w+)\s+(?:pagu?[eé]|contrat[eé]|me|nos|hice|hicimos)|contrat[eé]|compr[eé]|tengo|tenemos|llevo|me\s+fui|estoy|estamos|soy|somos)\b",
    re.IGNORECASE,
)
_CONTRASTS = re.compile(
    r"\b(?:pero|lo\s+[uú]nico|lo\s+q(?:ue)?\s+(?:no|me)|mi\s+problema|solo\s+(?:me|q|que)|sin\s+problema)\b", re.IGNORECASE
)
_RAMBLES = re.compile(
    r"^\W*(?:me\s+urge|es\s+fin\s+de|estoy|es\s+(?:que|para|urgente)|porfa|por\s+favor|gracias|tengo\s+que)\b", re.IGNORECASE
)
_ASKS = re.compile(
    rf"[¿?]|\b{_QUESTION_WORD}\b|^\W*(?:q|k|ke|xq|cuant[oa]s?|cuand?o|kuando|dnd|dond|onde)\b|"
    r"\b(?:puedo|pueden?|podr[ií]a[ns]?|se\s+puede|quiero|quisiera|necesito|ocupo|requiero|me\s+urge|dime|dame|d[ií]game|d[ií]ganme|"
    r"me\s+(?:dices|dicen|dan|pasas?|mandas?|regalas?|ayudas?)|m[aá]nd\w+|p[aá]s[ae]\w*|reenv[ií]\w+|env[ií]\w+|comun[ií]\w+|incluye|aceptan|"
    r"tengo\s+que|hay\s+que|no\s+s[eé]\s+si|saber|ya\s+(?:est[aá]|qued[oó]|sali[oó]|se|cay[oó]))\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Joint:
    """A place to split: the halves as they are read, and how they were written around the joint."""

    first: str
    second: str
    before: str
    after: str


@dataclass(frozen=True)
class Readings:
    """What the classifier says: acceptance of both halves, probability of both labels for the whole message, and the worse one's rank there."""

    acceptance: tuple[float, float]
    whole: tuple[float, float]
    rank: int


def joints(text: str) -> Iterator[Joint]:
    """At most MAX_CANDIDATES places where `text` (one line) may hold two questions, marks and connecting words first."""
    words = text.split()
    if not 2 * MIN_WORDS <= len(words) <= MAX_WORDS:
        return
    found = [joint for at in range(MIN_WORDS, len(words) - MIN_WORDS + 1) if (joint := _joint(" ".join(words[:at]), " ".join(words[at:])))]
    found.sort(key=lambda joint: not (_ENDS_MARK.search(joint.before) or _STARTS_CONNECTED.match(joint.after)))
    yield from found[:MAX_CANDIDATES]


def _joint(before: str, after: str) -> Joint | None:
    first, second = _TAIL.sub("", before).strip(), _LEAD.sub("", after).strip(" ,;.")
    if min(len(first.split()), len(second.split())) < MIN_WORDS:
        return None
    if _ONLY_CONDITION.match(before) and "?" not in before:
        return None  # "una vez que se acredite mi pago, ¿cuánto tarda?"
    marked = _ENDS_MARK.search(before) or after.startswith("¿") or _STARTS_CONNECTED.match(after) or _STARTS_NEXT.match(after)
    bare = (_STARTS_QUESTION.match(second) or _STARTS_ORDER.match(second)) and not _ENDS_OPEN.search(before)
    return Joint(first, second, before, after) if marked or bare else None


def two_questions(joint: Joint, readings: Readings) -> float:
    """Probability that both halves are questions of their own."""
    score = _WEIGHTS["bias"] + sum(_WEIGHTS[name] * value for name, value in features(joint, readings).items())
    return 1 / (1 + math.exp(-score))


def features(joint: Joint, readings: Readings) -> Mapping[str, float]:
    """Inputs of the logistic model, by name."""
    asked = joint.before.rstrip().endswith("?")
    announced = bool(_STARTS_NEXT.match(joint.after))
    connected = bool(_STARTS_CONNECTED.match(joint.after)) and not announced
    marked = bool(_ENDS_MARK.search(joint.before))
    opened = joint.after.startswith("¿")
    return {
        "acceptance": _logit(min(readings.acceptance)),
        "whole": _logit(min(readings.whole)),
        "rank_1": readings.rank == 1,
        "rank_2": readings.rank == 2,  # noqa: PLR2004
        "rank_low": readings.rank > 3,  # noqa: PLR2004
        "announced": announced,
        "connected": connected,
        "asked": asked,
        "marked": marked and not asked,
        "opened": opened,
        "first_asks": bool(_ASKS.search(joint.before)),
        "second_asks": bool(_ASKS.search(joint.second)),
        "first_is_condition": bool(_CONDITION.match(joint.before)) and not asked,
        "second_is_condition": bool(_CONDITION.match(joint.second)) and not asked,
        "second_leans": bool(_LEANS.match(joint.second)),
        "first_tells": bool(_TELLS.match(joint.before)) and not asked,
        "contrasts": bool(_CONTRASTS.search(joint.before) or _CONTRASTS.search(joint.after)),
        "second_rambles": bool(_TELLS.match(joint.second) or _RAMBLES.match(joint.second)),
        "length": math.log(min(len(joint.before.split()), len(joint.after.split()))),
        "question_word": bool(_STARTS_QUESTION.match(joint.second)),
        "order": bool(_STARTS_ORDER.match(joint.second)),
        "bare": not (announced or connected or asked or marked or opened),
    }


def _logit(probability: float) -> float:
    floor = 1e-3
    return math.log((probability + floor) / (1 - probability + floor))
