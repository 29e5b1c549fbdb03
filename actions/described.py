"""Servers that a text points at by what they are: by a system that runs on them, by their Windows, by the day on which they ended.

Only where that is so of some servers of the desk and not of all; how a server stands now ("el suspendido") the reader tells.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

from bot.accounts.port import Server
from bot.rules.folding import folded

_THE: Final = r"\b(?:el|la|al|del|a la|servidor|server|nube)"
_BY_PRODUCT: Final = re.compile(
    rf"{_THE} (?:(?:de|del|con) |que (?:tiene|trae|usa|lleva|corre) )(?:(?:el|instalado|aspel) )*(?P<product>sae|coi|noi|caja|(?<=aspel )banco|prod|facture|adm)\b"
)
_BY_SYSTEM: Final = re.compile(rf"{_THE} (?:(?:de|del|con|que (?:tiene|trae|usa)) )(?:el )?(?:windows|win) (?:server )?(?P<year>20\d\d)\b")
_BY_END: Final = re.compile(
    rf"{_THE} que (?:ya )?(?:se )?(?:me |nos )?(?:vencio|acabo|termino) (?:(?P<day>ayer|antier|anteayer)|hace (?P<days>\d+) dias?)\b"
)
_DAYS: Final = {"ayer": 1, "antier": 2, "anteayer": 2}


def described(text: str, servers: Sequence[Server], today: date) -> tuple[str, ...]:
    """The aliases of those that `text` describes, in the order of the desk; none where it describes none, or all."""
    said = folded(text)
    if found := _BY_PRODUCT.search(said):
        chosen = [each for each in servers if any(_runs(licence.product, found["product"]) for licence in each.licences)]
    elif found := _BY_SYSTEM.search(said):
        chosen = [each for each in servers if found["year"] in each.os]
    elif found := _BY_END.search(said):
        ended = today - timedelta(days=_DAYS.get(found["day"] or "", 0) or int(found["days"]))
        chosen = [each for each in servers if each.subscription and each.subscription.ends_on == ended]
    else:
        chosen = []
    return tuple(each.alias for each in chosen) if len(chosen) < len(servers) else ()


def _runs(product: str, word: str) -> bool:
    return word in folded(product).split()
