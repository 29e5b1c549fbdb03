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
_NOT: Final = re.compile(r"\b(?:no|ni|menos|excepto|salvo|sin)(?: es| que)?(?: no)?(?: es)? (?=(?:el|la|al|del)\b)|\bque no\b")
"""What is told of is denied or left out: who reads only the description would take the wrong one."""
_LONG_AGO: Final = 9_999
_DAYS: Final = {"ayer": 1, "antier": 2, "anteayer": 2}


def described(text: str, servers: Sequence[Server], today: date) -> tuple[str, ...]:
    """The aliases of those that `text` describes, in the order of the desk; none where it describes none, or all."""
    said = folded(text)
    if _NOT.search(said):
        return ()
    products = {found["product"] for found in _BY_PRODUCT.finditer(said)}
    years = {found["year"] for found in _BY_SYSTEM.finditer(said)}
    ends = {
        today - timedelta(days=_DAYS.get(found["day"] or "", 0) or min(int(found["days"]), _LONG_AGO)) for found in _BY_END.finditer(said)
    }
    chosen = [
        each
        for each in servers
        if any(_runs(licence.product, word) for licence in each.licences for word in products)
        or any(year in each.os for year in years)
        or (each.subscription is not None and each.subscription.ends_on in ends)
    ]
    return tuple(each.alias for each in chosen) if len(chosen) < len(servers) else ()


def _runs(product: str, word: str) -> bool:
    return word in folded(product).split()
