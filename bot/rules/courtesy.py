"""Whether what a customer wrote to a person waits for a word back: thanks and farewells do not, and no agent is kept busy by them.

Only what cannot be anything else counts: "ok" and "sí" may be the answer that an agent asked for, so they are owed a look.
"""

from __future__ import annotations

import re
from typing import Final

from bot.rules.folding import bare

_CORE: Final = r"(?:(?:muchas |mil |muchisimas )?gracias|graciass+|grax|grx|thanks|te lo agradezco|se lo agradezco|agradezco|adios|bye|hasta (?:luego|pronto|manana)|nos vemos|saludos|igualmente)"
_BESIDE: Final = (
    r"(?:muy|mucho|muchas|mil|ok|okay|oki|va|vale|sale|listo|perfecto|excelente|genial|super|amable|por|todo|tu|su|la|el|ayuda|apoyo|atencion|de|acuerdo"
    r"|entendido|enterad[oa]|que|tengas?|tenga|esten?|buen|buena|buenas|buenos|bonit[oa]|lindo|dia|dias|tarde|tardes|noche|noches|fin|semana|y|ya|quedo|si|anotado|jaja|ja)"
)
_COURTEOUS: Final = re.compile(rf"(?:{_BESIDE} )*{_CORE}(?: (?:{_CORE}|{_BESIDE}))*")
_MOST_CHARACTERS: Final = 120


def owes_answer(kind: str, text: str) -> bool:
    """Whether somebody waits for a person's answer to a message of this kind and text."""
    if kind == "sticker":
        return False
    if kind != "text" or "?" in text or "¿" in text or len(text) > _MOST_CHARACTERS:
        return True
    words = " ".join(re.sub(r"[^\w]+|_", " ", bare(text)).split())
    return bool(words) and _COURTEOUS.fullmatch(words) is None
