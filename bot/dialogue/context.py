"""A short follow-up is read within what was just talked about: "¿y el otro servidor?", "no, el otro", "sierra 2", "¿y la factura?".

Works on the slots of the episode only; says nothing (None) when the message stands on its own.
"""

from __future__ import annotations

import re
from typing import Any

SLOT_TOPIC = "tema"
SLOT_PENDING = "pregunta_pendiente"
SERVER_ENTITY = "servidor"
SHORT_WORDS = 6

_OTHER = re.compile(
    r"^\W*(?:no\W+)?(?:y\s+)?(?:(?:el|la|los|del|de\s+la|en\s+el|con\s+el|me\s+refiero\s+al|es\s+el|era\s+el)\s+)?otr[oa]s?(?:\s+(?:servidor|server|equipo|m[aá]quina|nube))?\W*$",
    re.IGNORECASE,
)
_LEAD = re.compile(r"^\W*(?:(?:no|y|ah|ok|bueno|entonces|oye)\W+)+", re.IGNORECASE)
_ONLY_SERVER = re.compile(
    r"^(?:(?:el|la|del|de|para|en|con|es|era|mi|servidor|server|equipo|nube|llamado|se|llama|refiero|al|a|me|digo|mejor|por|favor|porfa|gracias)\s+|\s*)*$",
    re.IGNORECASE,
)
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
    if _names_only_a_server(text, parsed):
        return _as(parsed, topic, parsed["entities"])
    twin = _LIVE_TWIN.get(parsed["intent_ranking"][0]["name"] if parsed["intent_ranking"] else "")
    if twin and topic.startswith(_ACCOUNT) and _LEAD.match(text):
        return _as(parsed, twin, parsed["entities"])
    return None


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
