"""Entities that actions use: the server's alias and Aspel products, found by spaCy's entity ruler on a blank Spanish pipeline."""

from __future__ import annotations

import re
from typing import Any

import spacy
from spacy.language import Language

SERVER = "servidor"
PRODUCT = "producto"

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
_NOT_AN_ALIAS = [
    "aspel",
    "windows",
    "office",
    "version",
    "versión",
    "sae",
    "coi",
    "noi",
    "caja",
    "banco",
    "prod",
    "facture",
    "adm",
    "los",
    "las",
    "unos",
    "unas",
    "hace",
    "son",
    "hay",
    "solo",
    "sólo",
    "otros",
    "otras",
    "como",
    "para",
    "desde",
    "cada",
    "dia",
    "dias",
    "día",
    "días",
    "mes",
    "meses",
    "hora",
    "horas",
    "con",
    "por",
    "dos",
    "tres",
    "menos",
    "server",
    "servidor",
    "servidores",
    "tengo",
    "quiero",
    "necesito",
    "contrate",
    "contraté",
    "hasta",
    "entre",
    "usuarios",
    "total",
    "factura",
    "pago",
    "pagos",
    "cuenta",
    "tarjeta",
    "opcion",
    "opción",
    "numero",
    "número",
    "quedan",
    "faltan",
    "excel",
    "error",
    "codigo",
    "código",
    "puerto",
]
_EXACT = re.compile(r"\b([A-Za-zÑñÁÉÍÓÚáéíóú]{3,20})\s?[-_]\s?(\d{1,2})\b")
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
    """Products and server names of a text, in Rasa's shape.

    A server written in full ("SIERRA-02") has `exact: True`; a loose mention ("sierra 2") may be something else, and the
    action drops it when the desk has no such server.
    """
    found = [
        {"entity": PRODUCT, "value": span.ent_id_, "start": span.start_char, "end": span.end_char, "text": span.text, "extractor": "ruler"}
        for span in language(text).ents
        if span.label_ == PRODUCT
    ]
    return found + _servers(text)


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
