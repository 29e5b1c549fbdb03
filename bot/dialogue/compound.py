"""Where one message holds two questions.

Joints are places where people put two questions together: a mark, a connecting word, a question word, an order. For each joint both
halves are read. Two small logistic models tell from the readings and from how the halves are written (`forms`) whether these are two
questions of ours (`two_questions`), or one of ours beside one that is not (`one_beside`). A third tells whether the second half asks
another thing about the first half's topic ("hasta cuándo tengo y si se renueva sola": `two_details`). A needless split answers what was not
asked, so the bars are chosen for few of those: see SPLIT_FROM, BESIDE_FROM and DETAILS_FROM.

The weights are fitted by `python -m benchmarks.nlu.fit_compound` on tests/nlu/dev and on the corpus (never on the files that measure).
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.dialogue import forms
from bot.nlu.decision import NOT_OURS, same_or_pair
from bot.protocol.frame import Asked

MIN_WORDS = 2
MAX_WORDS = 60
MAX_CANDIDATES = 8
SPLIT_FROM = 0.4
BESIDE_FROM = 0.45
DETAILS_FROM = 0.25
SHORT_HALF = 3
SHORT_SECOND = 4
UNRANKED = 4

_WEIGHTS: dict[str, dict[str, float]] = json.loads((Path(__file__).with_name("compound_weights.json")).read_text(encoding="utf-8"))
# questions that are often one: asked about in one breath, or the story of one is the reason of the other
_RELATED = tuple(
    frozenset(group.split())
    for group in (
        "faq_datos_conexion faq_cambiar_contrasena faq_conexion_sae reenviar_datos_conexion faq_pago_sin_correo",
        "faq_tiempo_creacion faq_inicio_vigencia faq_pago_sin_correo consultar_servidor",
        "faq_periodo_gracia faq_resguardo_sin_pago consultar_suscripcion faq_consultar_vigencia faq_inicio_vigencia",
        "faq_licencias_incluidas faq_licencia_requerida faq_instalar_mas_sistemas",
        "faq_cambiar_solucion faq_traslado_informacion",
        "faq_cantidad_maxima listar_servidores",
        "faq_respaldo_automatico consultar_respaldo",
        "consultar_pago faq_formas_pago",
    )
)

_QUESTION_WORD = r"(?:qu[eé]|ke|(?:cu|ku)[aá]nt[oa]s?|(?:cu|ku)[aá]ndo|(?:cu|ku)[aá]l(?:es)?|d[oó]nde|(?:x|por)\s+d[oó]nde|[ck][oó]mo|(?:qu|k)i[eé]n|hasta\s+cu[aá]ndo|a\s+(?:qu[eé]|ke|[kq](?=\s))|en\s+(?:qu[eé]|ke|[kq](?=\s))|de\s+qu[eé]|para\s+qu[eé])"
_NEXT_TOPIC = (
    r"(?:adem[aá]s|tambi[eé]n|tamb|tmb|tb|aparte|por\s+otr[oa]\s+(?:lado|parte)|otr[ao]\s+(?:cosa|cosita|duda|pregunta)|lo\s+otro|"
    r"de\s+paso|ya\s+de\s+paso|de\s+una\s+vez|por\s+cierto|as[ií]\s+como)"
)
_CONNECTOR = rf"(?:(?:y|e|ah|oye|oiga)\s+)*(?:{_NEXT_TOPIC}|luego|y|e|ni(?=\s+(?:d[oó]nde|c[oó]mo|qu[eé]|cu[aá]\w+|si|en\s+qu[eé]|a\s+qu[eé])\b))(?:\s+de)?"
_ORDER = r"(?:dime|dame|d[ií]ga\w*|m[aá]nd[ae]\w*|p[aá]s[ae]n?me|reenv\w+|env[ií]\w+|comun\w+|me\s+(?:dices|dicen|regalas?))"
_LEAD = re.compile(rf"^\W*(?:{_CONNECTOR}\b\W*)+", re.IGNORECASE)
_TAIL = re.compile(r"[\s,;]+(?:y|e|ah|oye|oiga|pero|o)?$", re.IGNORECASE)
_STARTS_CONNECTED = re.compile(rf"^\W*{_CONNECTOR}\s", re.IGNORECASE)
_STARTS_NEXT = re.compile(rf"^\W*(?:(?:y|e|ah|oye|oiga)\W+)*{_NEXT_TOPIC}\b", re.IGNORECASE)
_STARTS_QUESTION = re.compile(rf"^\W*(?!que\b|ke\b|quien|kien|(?:de|para)\s+(?:que|ke)\b){_QUESTION_WORD}\b", re.IGNORECASE)
_STARTS_ORDER = re.compile(rf"^\W*{_ORDER}\b", re.IGNORECASE)
_ENDS_OPEN = re.compile(
    r"\b(?:y|de|en|a|por|para|pa|hasta|desde|saber|que|q|entre|el|la|lo|los|las|un|una|mi|su|al|del|con|se|no|pero|o|ni|u|ahora|aqu[ií]|sin|despu[eé]s|antes|menos)\W*$",
    re.IGNORECASE,
)
_ENDS_MARK = re.compile(r"[.,;!:?+]\s*$")
_ONLY_CONDITION = re.compile(
    r"^\W*(?:una\s+vez|en\s+cuanto\s+(?!(?:se\s+|me\s+|lo\s+)?(?:queda|tarda|est[aá]|sale|llega|crea|empieza)\b)(?:se\s+|me\s+|les?\s+|lo\s+)?\w+[ea]\b|despu[eé]s\s+(?:de|que)|antes\s+(?:de|que)|al\s+\w+[aei]r(?:se|me|nos)?|"
    r"cuando\s+(?:ya\s+)?(?:se\s+)?(?:acredit\w+|confirm\w+|pague\w*|venza\w*|termine\w*|contrate\w*))\b",
    re.IGNORECASE,
)
_ASKED_AFTER_CONDITION = re.compile(r"[?¿]|:\s*\S")

# what a half is, beside what it asks: tried as inputs of the model of two questions, and carried nothing
_NOT_WEIGHED = frozenset({"asks_1", "yes_or_no_1", "yes_or_no_2", "complains_2"})
_SIDES = _NOT_WEIGHED | {"asks_2", "orders_1", "orders_2", "complains_1"}
_SENTENCE_ENDS = re.compile(r"[.?!;]\s*$")
_SENTENCE_INSIDE = re.compile(r"[.?!;]\s+\S")
_CLAUSE = re.compile(r",|\b(?:y|pero)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Joint:
    """A place to split: the halves as they are read, and how they were written around the joint."""

    first: str
    second: str
    before: str
    after: str


@dataclass(frozen=True)
class Readings:
    """What the classifier says: label and acceptance of each half; the labels of the whole message, likeliest first, and its acceptance.

    `sure_not_ours`: how probable it is that the half that is not ours is just that; 0 when both are ours.
    """

    labels: tuple[str, str]
    acceptance: tuple[float, float]
    whole: tuple[str, ...]
    whole_acceptance: float
    sure_not_ours: float = 0.0


@dataclass(frozen=True)
class Details:
    """How the halves were read, the second as what goes on from the first: what each asks, how surely, and of the second whether its topic is the first's."""

    asked: tuple[str, str]
    acceptance: tuple[float, float]
    whole_asked: str
    goes_on: bool
    may_go_on: bool  # its topic is at least among the likely ones


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
    if min(len(first.split()), len(second.split())) < MIN_WORDS or forms.only_points(second):
        return None  # "cuándo vence el 1 y el 2?" asks one thing of two
    if _ONLY_CONDITION.match(before) and not _ASKED_AFTER_CONDITION.search(before):
        return None  # "una vez que se acredite mi pago, ¿cuánto tarda?"
    marked = _ENDS_MARK.search(before) or after.startswith("¿") or _STARTS_CONNECTED.match(after) or _STARTS_NEXT.match(after)
    bare = (_STARTS_QUESTION.match(second) or _STARTS_ORDER.match(second)) and not _ENDS_OPEN.search(before)
    return Joint(first, second, before, after) if marked or bare else None


def two_questions(joint: Joint, readings: Readings) -> float:
    """Probability that both halves are questions of their own, both ours."""
    return _probability("two_questions", features(joint, readings))


def one_beside(joint: Joint, readings: Readings) -> float:
    """Probability that one half is a question of ours and the other a question of its own that is not."""
    return _probability("one_beside", features_beside(joint, readings))


def two_details(joint: Joint, details: Details) -> float:
    """Probability that the second half asks another thing about the first half's topic."""
    return _probability("two_details", features_details(joint, details))


def _probability(model: str, inputs: Mapping[str, float]) -> float:
    weights = _WEIGHTS[model]
    score = weights["bias"] + sum(weights[name] * value for name, value in inputs.items())
    return 1 / (1 + math.exp(-score))


def features(joint: Joint, readings: Readings) -> Mapping[str, float]:
    """Inputs of the model of two questions of ours, by name."""
    one, other = readings.labels
    whole = readings.whole
    rank = max(whole.index(label) if label in whole else len(whole) for label in readings.labels)
    written = written_as(joint)
    silent = not (written["asks_2"] or written["orders_2"] or written["yes_or_no_2"] or written["complains_2"])
    mute = not (written["asks_1"] or written["orders_1"] or written["yes_or_no_1"] or written["complains_1"])
    return {
        **{name: value for name, value in written.items() if name not in _NOT_WEIGHED},
        "acceptance": _logit(min(readings.acceptance)),
        "whole_acceptance": _logit(readings.whole_acceptance),
        "rank_1": rank == 1,
        "rank_2": rank == 2,  # noqa: PLR2004
        "rank_low": rank >= UNRANKED,
        # a story, then the question that the whole message is read as; or that question, then why it is asked
        "story": mute and same_or_pair(whole[0], other),
        "afterthought": silent and same_or_pair(whole[0], one),
        "related": any(one in group and other in group for group in _RELATED),
    }


def features_beside(joint: Joint, readings: Readings) -> Mapping[str, float]:
    """Inputs of the model of one question of ours beside one that is not, by name."""
    written = written_as(joint)
    ours = 1 if readings.labels[0] in NOT_OURS else 0
    mine, its = str(ours + 1), str(2 - ours)
    return {
        **{name: value for name, value in written.items() if name not in _SIDES},
        "acceptance": _logit(readings.acceptance[ours]),
        "sure_not_ours": _logit(readings.sure_not_ours),
        "whole_is_ours": same_or_pair(readings.whole[0], readings.labels[ours]),
        "whole_is_not": readings.whole[0] in NOT_OURS,
        "ours_second": ours == 1,
        "ours_asks": written[f"asks_{mine}"],
        "ours_orders": written[f"orders_{mine}"],
        "other_asks": written[f"asks_{its}"],
        "other_orders": written[f"orders_{its}"],
    }


def features_details(joint: Joint, details: Details) -> Mapping[str, float]:
    """Inputs of the model of two things asked about one topic, by name."""
    first, second = details.acceptance
    return {
        **written_as(joint),
        "acceptance": _logit(first),
        "goes_on": details.goes_on,
        "goes_on_acceptance": _logit(second) if details.goes_on else 0.0,
        "may_go_on": details.may_go_on,
        "whole_asks_1": details.whole_asked == details.asked[0],
        "whole_asks_2": details.whole_asked == details.asked[1],
        "supposes": Asked.WHAT_IF in details.asked,
        "doubts": not {Asked.SURE, Asked.AGAIN}.isdisjoint(details.asked),
        "briefly": len(joint.second.split()) <= SHORT_SECOND,
    }


def written_as(joint: Joint) -> dict[str, float]:
    """How both sides of the joint are written. Inside a sentence only its own parts count, not what stands before or after it."""
    edge = bool(_SENTENCE_ENDS.search(joint.before)) or joint.after.startswith("¿")
    one = joint.before if edge else forms.sentences(joint.before)[-1]
    other = joint.second if edge else _LEAD.sub("", forms.sentences(joint.after)[0])
    kinds = {"asks": forms.asks, "orders": forms.orders, "yes_or_no": forms.asks_yes_or_no, "complains": forms.complains}
    sides: dict[str, float] = {f"{name}_{side}": kind(text) for side, text in ((1, one), (2, other)) for name, kind in kinds.items()}
    return {**sides, **_around(joint), **_told(joint, one, other, sides, edge)}


def _around(joint: Joint) -> dict[str, float]:
    """What stands at the joint itself."""
    asked = joint.before.rstrip().endswith("?")
    announced = bool(_STARTS_NEXT.match(joint.after))
    connected = bool(_STARTS_CONNECTED.match(joint.after)) and not announced
    marked, opened = bool(_ENDS_MARK.search(joint.before)), joint.after.startswith("¿")
    return {
        "announced": announced,
        "connected": connected,
        "asked": asked,
        "marked": marked and not asked and not _SENTENCE_ENDS.search(joint.before),
        "opened": opened,
        "both_marked": asked and joint.second.rstrip().endswith("?"),
        "bare": not (announced or connected or asked or marked or opened),
        "question_word": bool(_STARTS_QUESTION.match(joint.second)),
        "order": bool(_STARTS_ORDER.match(joint.second)),
        "sentence_inside_2": bool(_SENTENCE_INSIDE.search(joint.second)),
        "weaker_than_2": bool(_SENTENCE_INSIDE.search(joint.second)) and not _SENTENCE_ENDS.search(joint.before),
    }


def _told(joint: Joint, one: str, other: str, sides: Mapping[str, float], edge: bool) -> dict[str, float]:
    """Signs that one side only tells something that belongs to the other side's question."""
    asked = joint.before.rstrip().endswith("?")
    plain = not (sides["asks_1"] or sides["orders_1"])
    unmarked = not forms.marked(joint.before) and forms.marked(joint.after)
    rambles = forms.rambles(other) or forms.tells(other)
    return {
        "plain_1": plain,
        "tells_1": forms.tells(one) and not asked,
        "happened_1": plain and forms.tells_what_happened(one),
        "when_1": plain and forms.says_when(one),
        "clauses_1": plain and bool(_CLAUSE.search(one)),
        "unmarked_1": unmarked and not sides["orders_1"],
        "condition_1": not asked and forms.only_a_condition(one),
        "short_1": len(one.split()) < SHORT_HALF and not edge,
        "rambles_2": rambles,
        "only_rambles_2": rambles and not (sides["asks_2"] or sides["orders_2"]),
        "noun_2": forms.names_only(other) and not (asked and "?" in other),
        "point_2": plain and forms.comes_to_the_point(joint.after),
        "contrasts": forms.contrasts(joint.before) or forms.contrasts(joint.after),
        "length": math.log(max(1, min(len(one.split()), len(other.split())))),
    }


def _logit(probability: float) -> float:
    floor = 1e-3
    return math.log((probability + floor) / (1 - probability + floor))
