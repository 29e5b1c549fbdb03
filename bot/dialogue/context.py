"""A short follow-up is read within what was just talked about: "¿y el otro servidor?", "no, el otro", "sierra 2", "¿y a qué hora?".

Two ways, in this order: by form, from the slots of the episode (`read_in_context`: "el otro", "el 3" and a server's name keep the topic; some words belong to whatever is
talked about); and by reading it together with the previous question (`leans_on_previous`, `choose_reading`), where a small logistic model tells from both readings and
from how the message is written whether it goes on or stands alone. Weights: `python -m benchmarks.nlu.fit_context` on tests/nlu/dev.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bot.dialogue import forms

SLOT_TOPIC = "tema"
SLOT_PENDING = "pregunta_pendiente"
SERVER_ENTITY = "servidor"
PAID_ENTITY = "ya_pago"
SHORT_WORDS = 6
FOLLOW_UP_WORDS = 7
SHORTEST_WORDS = 3
TOGETHER_FROM = 0.6
SURE_ALONE = 0.98  # on tests/nlu/dev this leaves out most second readings of messages with a question of their own, and changes no answer

_WEIGHTS: dict[str, float] = json.loads((Path(__file__).with_name("context_weights.json")).read_text(encoding="utf-8"))

_OTHER = re.compile(
    r"^\W*(?:no\W+)?(?:y\s+)?(?:(?:el|la|los|del|de\s+la|en\s+el|con\s+el|me\s+refiero\s+al|es\s+el|era\s+el)\s+)?otr[oa]s?(?:\s+(?:servidor|server|equipo|m[aá]quina|nube))?\W*$",
    re.IGNORECASE,
)
_NUMBERED = re.compile(
    r"^\W*(?:no\W+)?(?:y\s+)?(?:(?:el|la|del|de\s+la|para\s+el|en\s+el|es\s+el)\s+)(?:servidor\s+|server\s+|n[uú]mero\s+)?0?(?P<number>\d)\W*$",
    re.IGNORECASE,
)
_ANOTHER_OF = re.compile(
    r"^\W*(?:y\s+)?(?:el|la|los|las|lo|al|a\s+la|del?|de\s+(?:el|la))\s+del?\s+(?:(?:la|el|los|las|mi|hoy|este|esta)\s+)?[\w-]+(?:\s+pasad[oa]|\s+anterior)?\W*$",
    re.IGNORECASE,
)
_MINE = re.compile(r"\b(?:m[ií][oa]s?|yo)\b", re.IGNORECASE)
_LEAD = re.compile(r"^\W*(?:(?:no|y|ah|ok|bueno|entonces|oye)\W+)+", re.IGNORECASE)
_ONLY_SERVER = re.compile(
    r"^(?:(?:el|la|del|de|para|en|con|es|era|mi|servidor|server|equipo|nube|llamado|se|llama|refiero|al|a|me|digo|mejor|por|favor|porfa|gracias)\s+|\s*)*$",
    re.IGNORECASE,
)
_FOLLOWS = re.compile(r"^\W*(?:y|pero|entonces|ni|o\s+sea|tambi[eé]n|del?|ah)\b", re.IGNORECASE)
# what a bare noun means depends on what the talk was about: after a question on MY account it asks for mine
_LIVE_TWIN = {
    "faq_factura": "consultar_factura",
    "faq_consultar_vigencia": "consultar_suscripcion",
    "faq_respaldo_automatico": "consultar_respaldo",
}
_PAYMENT = frozenset({"consultar_pago", "faq_pago_sin_correo"})
_ACCOUNT = ("consultar_", "listar_", "reenviar_")
# Words of one question that belong to another while that one is talked about, unless they name their own subject:
# "¿y no pierdo mi info?" is about a change after a change, and about not paying otherwise.
_BELONGS: Mapping[tuple[str, str], tuple[str, re.Pattern[str]]] = {
    (topic, label): (meant, re.compile(rf"\b(?:{own})\w*", re.IGNORECASE))
    for topic, label, meant, own in (
        ("faq_cambiar_solucion", "faq_resguardo_sin_pago", "faq_traslado_informacion", "pag|ven[cz]|renov|renuev|suspend|deb"),
        ("faq_traslado_informacion", "faq_resguardo_sin_pago", "faq_traslado_informacion", "pag|ven[cz]|renov|renuev|suspend|deb"),
        ("faq_pago_sin_correo", "faq_tiempo_creacion", "faq_pago_sin_correo", "cre[aó]|servidor|server|list[oa]|nube|m[aá]quina"),
        ("reenviar_datos_conexion", "faq_datos_conexion", "reenviar_datos_conexion", "dato|usuario|archivo|acceso|conexi|contrase"),
        ("hablar_con_asesor", "faq_horario_acceso", "hablar_con_asesor", "servidor|server|entr|trabaj|acces|nube|conect"),
        ("hablar_con_asesor", "faq_tiempo_creacion", "hablar_con_asesor", "cre[aó]|servidor|server|list[oa]|nube|m[aá]quina"),
        ("faq_instalar_mas_sistemas", "faq_cantidad_maxima", "faq_instalar_mas_sistemas", "servidor|server|contrat|nube|m[aá]quina"),
        ("faq_instalar_mas_sistemas", "consultar_servidor", "faq_instalar_mas_sistemas", "servidor|server|entr|conect|m[ií][oa]?"),
        ("faq_resguardo_sin_pago", "faq_periodo_gracia", "faq_resguardo_sin_pago", "gracia|toleran|ven[cz]"),
        ("faq_formas_pago", "faq_pago_sin_correo", "faq_formas_pago", "correo|mail|lleg|ya|dato"),
    )
}
_PAID = re.compile(
    r"^\W*(?:(?:pero|si|s[ií]|no|oye|oiga|es\s+que|yo|ya|lo|la|eso|les|acabo\s+de)\W+)*"
    r"(?:pagu?[eé]|pagamos|pagar|hice\s+(?:el|mi)\s+(?:pago|dep[oó]sito)|deposit[eé]|transfer[ií]|est[aá]\s+pagado)\b(?!.*\b(?:correo|llega\w*|factura|list[oa]|c[oó]mo|qu[eé])\b)",
    re.IGNORECASE,
)
_PAYMENT_DECIDES = frozenset({"consultar_suscripcion", "consultar_servidor", "consultar_pago"})
_NO_CONTENT = re.compile(
    r"^\W*(?:(?:y|e|pero|entonces|o\s+sea|ni|o|tambi[eé]n|ah|ok|bueno|oye|si|no|en|a|de|por|para|con|desde|hasta|cada|como|cu[aá]nt[oa]s?|qu[eé]|q|cu[aá]l(?:es)?|cu[aá]ndo|d[oó]nde|"
    r"se|me|lo|la|le|los|las|el|eso|esa|ese|es|son|fue|va|ser)\W+)+",
    re.IGNORECASE,
)


def read_in_context(text: str, parsed: dict[str, Any], slots: dict[str, Any]) -> dict[str, Any] | None:
    """Parse data of `text` as a follow-up, or None when it is a message of its own."""
    topic = (slots.get(SLOT_PENDING) or {}).get("intent") or slots.get(SLOT_TOPIC)
    if not topic or len(text.split()) > SHORT_WORDS:
        return None
    if _OTHER.match(text):
        return _as(parsed, topic, [{"entity": SERVER_ENTITY, "value": "otro"}])
    if number := _NUMBERED.match(text):
        return _as(parsed, topic, [{"entity": SERVER_ENTITY, "value": f"#{number['number']}"}])
    meant = _meant_within(topic, text, parsed)
    return _as(parsed, meant, parsed["entities"]) if meant else None


def _meant_within(topic: str, text: str, parsed: dict[str, Any]) -> str | None:
    """What the words mean while `topic` is talked about; None when they mean the same as ever."""
    if _names_only_a_server(text, parsed) or _ANOTHER_OF.match(text):
        return topic
    if topic in _PAYMENT_DECIDES and _PAID.match(text):
        return "consultar_pago"
    label = parsed["intent_ranking"][0]["name"] if parsed["intent_ranking"] else ""
    meant, own_subject = _BELONGS.get((topic, label), (None, _MINE))
    if meant and not own_subject.search(text):
        return meant
    twin = _LIVE_TWIN.get(label)
    return twin if twin and topic.startswith(_ACCOUNT) and _LEAD.match(text) else None


def leans_on_previous(text: str) -> bool:
    """Whether a message is short enough to be read together with the previous question."""
    return 0 < len(text.split()) <= FOLLOW_UP_WORDS


def begins_like_a_follow_up(text: str) -> bool:
    """Whether it goes on from something: "y …", "pero …", "entonces …"."""
    return bool(_FOLLOWS.match(text))


def stands_alone(alone: dict[str, Any]) -> bool:
    """Whether a message that does not begin like a follow-up is so sure of itself that no other reading need be made."""
    return bool(alone["decision"] == "answered" and alone["acceptance"] >= SURE_ALONE)


def _claims_payment(alone: dict[str, Any]) -> bool:
    """Who says to have paid speaks of the payment, whatever the talk was about: "pero si ya pagué" after a suspended server."""
    said = any(entity["entity"] == PAID_ENTITY for entity in alone["entities"])
    return said and alone["decision"] == "answered" and alone["intent"]["name"] in _PAYMENT


def choose_reading(text: str, alone: dict[str, Any], together: dict[str, Any]) -> dict[str, Any] | None:
    """The reading of previous question and follow-up together, with the follow-up's own entities; None when it stands alone.

    After a general question "¿y la mía cuándo acaba?" asks about the account, however much the talk was about the rule.
    """
    own_account = alone["decision"] == "answered" and alone["intent"]["name"].startswith(_ACCOUNT) and _MINE.search(text)
    if own_account or _claims_payment(alone) or together["decision"] != "answered" or goes_on(text, alone, together) < TOGETHER_FROM:
        return None
    return {**together, "text": alone["text"], "entities": alone["entities"]}


def goes_on(text: str, alone: dict[str, Any], together: dict[str, Any]) -> float:
    """Probability that the reading together is meant, where it differs from the message read alone."""
    inputs = features(text, alone, together)
    score = _WEIGHTS["bias"] + sum(_WEIGHTS[name] * value for name, value in inputs.items())
    return 1 / (1 + math.exp(-score))


def features(text: str, alone: dict[str, Any], together: dict[str, Any]) -> Mapping[str, float]:
    """Inputs of the logistic model, by name."""
    own = {row["name"]: row["confidence"] for row in alone["intent_ranking"]}
    return {
        "alone": _logit(alone["acceptance"]),
        "alone_likeliest": _logit(max(own.values(), default=0.0)),
        "together": _logit(together["acceptance"]),
        "label_alone": _logit(own.get(together["intent"]["name"], 0.0)),
        "led": bool(_FOLLOWS.match(text)),
        "shortest": len(text.split()) <= SHORTEST_WORDS,
        "content": math.log(1 + len(_NO_CONTENT.sub("", f"{text} ").split())),
        "asks": forms.asks(text),
        "marked": text.rstrip().endswith("?"),
    }


def _logit(probability: float) -> float:
    floor = 1e-3
    return math.log((probability + floor) / (1 - probability + floor))


def _names_only_a_server(text: str, parsed: dict[str, Any]) -> bool:
    rest = _LEAD.sub("", text)
    named = [entity for entity in parsed["entities"] if entity["entity"] == SERVER_ENTITY]
    for entity in named:
        rest = rest.replace(entity.get("text", entity["value"]), " ")
    return bool(named) and bool(_ONLY_SERVER.match(re.sub(r"[^\w\s]", " ", rest).strip() + " "))


def _as(parsed: dict[str, Any], intent: str, entities: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        **parsed,
        "intent": {"name": intent, "confidence": 1.0},
        "intent_ranking": [{"name": intent, "confidence": 1.0}],
        "entities": entities,
        "decision": "answered",
        "choices": [],
    }
