"""A short follow-up is read within what was just talked about: "¿y el otro servidor?", "no, el otro", "sierra 2", "¿y a qué hora?".

Two ways, in this order: by form, from the slots of the episode (`read_in_context`: "el otro", "el 3" and a server's name keep the topic); and by reading it together with the previous
question (`leans_on_previous`, `choose_reading`). A message that is sure of itself is read alone. Bars chosen on tests/nlu/dev.
"""

from __future__ import annotations

import re
from typing import Any

SLOT_TOPIC = "tema"
SLOT_PENDING = "pregunta_pendiente"
SERVER_ENTITY = "servidor"
SHORT_WORDS = 6
FOLLOW_UP_WORDS = 7
FRAGMENT_WORDS = 4
ALONE_FROM = 0.95  # read alone from this acceptance on …
ALONE_FROM_AFTER_LEAD = 0.9  # … a little less is enough when it begins like a follow-up ("y la factura")
TOGETHER_FROM = 0.85
CLEARLY_NOT_OURS = 0.03

_OTHER = re.compile(
    r"^\W*(?:no\W+)?(?:y\s+)?(?:(?:el|la|los|del|de\s+la|en\s+el|con\s+el|me\s+refiero\s+al|es\s+el|era\s+el)\s+)?otr[oa]s?(?:\s+(?:servidor|server|equipo|m[aá]quina|nube))?\W*$",
    re.IGNORECASE,
)
_NUMBERED = re.compile(
    r"^\W*(?:no\W+)?(?:y\s+)?(?:(?:el|la|del|de\s+la|para\s+el|en\s+el|es\s+el)\s+)(?:servidor\s+|server\s+|n[uú]mero\s+)?0?(?P<number>\d)\W*$",
    re.IGNORECASE,
)
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
_ACCOUNT = ("consultar_", "listar_", "reenviar_")


def read_in_context(text: str, parsed: dict[str, Any], slots: dict[str, Any]) -> dict[str, Any] | None:
    """Parse data of `text` as a follow-up, or None when it is a message of its own."""
    topic = (slots.get(SLOT_PENDING) or {}).get("intent") or slots.get(SLOT_TOPIC)
    if not topic or len(text.split()) > SHORT_WORDS:
        return None
    if _OTHER.match(text):
        return _as(parsed, topic, [{"entity": SERVER_ENTITY, "value": "otro"}])
    if number := _NUMBERED.match(text):
        return _as(parsed, topic, [{"entity": SERVER_ENTITY, "value": f"#{number['number']}"}])
    if _names_only_a_server(text, parsed):
        return _as(parsed, topic, parsed["entities"])
    twin = _LIVE_TWIN.get(parsed["intent_ranking"][0]["name"] if parsed["intent_ranking"] else "")
    if twin and topic.startswith(_ACCOUNT) and _LEAD.match(text):
        return _as(parsed, twin, parsed["entities"])
    return None


def leans_on_previous(text: str, alone: dict[str, Any]) -> bool:
    """Whether a short message is unsure enough of itself to be read together with the previous question."""
    if len(text.split()) > FOLLOW_UP_WORDS:
        return False
    led = bool(_FOLLOWS.match(text))
    if not led and len(text.split()) > FRAGMENT_WORDS:
        return False
    if alone["decision"] == "answered":
        return bool(alone["acceptance"] < (ALONE_FROM_AFTER_LEAD if led else ALONE_FROM))
    return led and alone["acceptance"] >= CLEARLY_NOT_OURS if alone["decision"] == "refused" else True


def choose_reading(alone: dict[str, Any], together: dict[str, Any]) -> dict[str, Any] | None:
    """The reading of previous question and follow-up together, with the follow-up's own entities; None when it is not sure."""
    if together["decision"] != "answered" or together["acceptance"] < TOGETHER_FROM:
        return None
    return {**together, "text": alone["text"], "entities": alone["entities"]}


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
