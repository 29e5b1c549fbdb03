"""Entities that actions use: the server's alias, Aspel products, and whether the customer says to have paid or to be waiting.

Products are found by spaCy's entity ruler on a blank Spanish pipeline, the others by patterns.
"""

from __future__ import annotations

import re
from typing import Any

import spacy
from spacy.language import Language

SERVER = "servidor"
PRODUCT = "producto"
PAID = "ya_pago"
WAITS = "espera"

PRODUCTS = {
    "SAE": ["sae", "aspel sae", "sahe"],
    "COI": ["coi", "aspel coi", "koi"],
    "NOI": ["noi", "aspel noi"],
    "CAJA": ["aspel caja", "caja aspel"],
    "BANCO": ["aspel banco", "banco aspel"],
    "PROD": ["prod", "aspel prod"],
    "FACTURE": ["facture", "aspel facture", "factur"],
    "ADM": ["adm", "aspel adm"],
}
# fmt: off
_NOT_AN_ALIAS = frozenset({
    "adm", "aspel", "banco", "cada", "caja", "cfdi", "codigo", "coi", "como", "con", "contrate", "contraté", "core", "covid",
    "cuenta", "código", "desde", "dia", "dias", "dos", "día", "días", "entre", "error", "excel", "factura", "facture", "faltan",
    "faq", "hace", "hasta", "hay", "hora", "horas", "intel", "iso", "las", "los", "menos", "mes", "meses", "necesito", "noi",
    "numero", "número", "office", "opcion", "opción", "otras", "otros", "pago", "pagos", "para", "por", "prod", "puerto", "quedan",
    "quiero", "sae", "server", "servidor", "servidores", "solo", "son", "sólo", "tarjeta", "tengo", "total", "tres", "unas", "unos",
    "usuarios", "version", "versión", "windows",
})
# fmt: on
_EXACT = re.compile(r"\b([A-Za-zÑñÁÉÍÓÚáéíóú]{3,20})\s?[-_]\s?(\d{1,2})\b")
_PAID = re.compile(
    r"\b(?:(?<!cuando )ya|s[ií])\s+(?:(?:lo|la|les?|los|se|te|hab[ií]a|he|hemos|hice|hicimos|realic[eé]|est[aá]|el|mi|un|ese)\s+)*"
    r"(?:pagu?[eé]+|pagad[oa]|pagamos|pag[oó]|deposit(?:[eé]|ado|amos)|dep[oó]sito|transfer(?:[ií]|ido|imos|encia)|liquid(?:[eé]|ado|amos)|abon(?:[eé]|ado|amos))\b",
    re.IGNORECASE,
)
"""«ya pagué», "si pague", "ya lo deposite", "ya hice el pago"; not "si pago mañana" without "ya"."""
_WAITS = re.compile(
    r"\b(?:(?:sigo|sig(?:ue|uen|uimos)|seguimos|estoy|estamos|and[oa]|andamos|toy|aqu[ií]|nom[aá]s)\s+(?:aqu[ií]\s+)?(?:esperando|en\s+espera|a\s+la\s+espera|parad[oa]s?|atorad[oa]s?|varad[oa]s?|sin\s+(?:poder|sistema|servidor|servicio))|"
    r"(?:llev[oa]|llevamos|tengo|tenemos|va|van)\s+(?:ya\s+|como\s+|m[aá]s\s+de\s+|casi\s+|toda?\s+|un\s+|una\s+|la\s+|el\s+|\w+\s+)*(?:horas?|hrs|ratos?|ratito|minutos?|min|d[ií]as?|ma[ñn]ana|tarde|semanas?)|"
    r"(?:no|ni)\s+(?:puedo|podemos|pude|e\s+podido|he\s+podido|hemos\s+podido)\s+(?:trabajar|facturar|vender|avanzar|hacer\s+nada))\b",
    re.IGNORECASE,
)
"""«sigo esperando», "llevo horas", "no puedo trabajar": somebody waits or is held up."""
_CONDITION = re.compile(r"\bsi\s+pag[oó]\b", re.IGNORECASE)
_VERSION = re.compile(r"\b(sae|coi|noi|prod|facture|adm)\d\b", re.IGNORECASE)
_LOOSE = re.compile(r"\b([A-Za-zÑñ]{4,20})\s?0?(\d)\b")


def make_language() -> Language:
    """SpaCy's blank Spanish pipeline (tokeniser only) with the ruler for products."""
    language = spacy.blank("es")
    ruler: Any = language.add_pipe("entity_ruler", config={"phrase_matcher_attr": "LOWER"})
    ruler.add_patterns(
        [{"label": PRODUCT, "pattern": spelling, "id": name} for name, spellings in PRODUCTS.items() for spelling in spellings]
    )
    return language


def find_entities(language: Language, text: str) -> list[dict[str, Any]]:
    """Products, server names and a claimed payment of a text, in Rasa's shape.

    A server written in full ("SIERRA-02") has `exact: True`; a loose mention ("sierra 2") may be something else, and the
    action drops it when the desk has no such server.
    """
    spelled = _VERSION.sub(r"\1 ", text)  # "sae9": one blank for the digit keeps every place
    found = [
        {
            "entity": PRODUCT,
            "value": span.ent_id_,
            "start": span.start_char,
            "end": span.end_char,
            "text": text[span.start_char : span.end_char],
            "extractor": "ruler",
        }
        for span in language(spelled).ents
        if span.label_ == PRODUCT
    ]
    return found + _servers(text) + _claims(text) + _waiting(text)


def _claims(text: str) -> list[dict[str, Any]]:
    """At most one: that a payment was made, as the customer says."""
    said = next((match for match in _PAID.finditer(text) if not _CONDITION.fullmatch(match.group())), None)
    return [_told(PAID, said)] if said else []


def _waiting(text: str) -> list[dict[str, Any]]:
    """At most one: that the customer waits or is held up, as they say."""
    said = _WAITS.search(text)
    return [_told(WAITS, said)] if said else []


def _told(name: str, said: re.Match[str]) -> dict[str, Any]:
    return {"entity": name, "value": name, "start": said.start(), "end": said.end(), "text": said.group(), "extractor": "ruler"}


def _servers(text: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for pattern, exact in ((_EXACT, True), (_LOOSE, False)):
        for match in pattern.finditer(text):
            name, number = match.groups()
            taken = any(entity["start"] < match.end() and match.start() < entity["end"] for entity in found)
            if taken or name.lower() in _NOT_AN_ALIAS:
                continue
            alias = f"{name.upper()}-{int(number):02d}"
            found.append(
                {
                    "entity": SERVER,
                    "value": alias,
                    "start": match.start(),
                    "end": match.end(),
                    "text": match.group(),
                    "exact": exact,
                    "extractor": "ruler",
                }
            )
    return found
