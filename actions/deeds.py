"""Whether something is really wished to be done, a mail sent, a case opened. What is denied, over or only supposed is no wish, however it was read."""

from __future__ import annotations

import re
from functools import cache

from actions.turn import Turn
from bot.rules.folding import folded

MAIL = r"(?:re)?(?:envi|mand)\w*"
PERSON = r"asesor\w*|persona|humano|agente|ejecutiv\w+|alguien|nadie|reporte|caso|folio|ticket"
_NOT = r"\b(?:no|nunca|jamas|ni|tampoco|dej\w+ de|par[ae] de)"
_TO_WHOM = r"(?: (?:me|nos|te|se|lo|la|los|las|le|les))*"
_WISH = r"(?:quier|quisier|necesit|ocup|pid|ped|hace falta|pas|comuni|pong|abr|hag|voy a|hablar)\w*"
_TAKEN_BACK = re.compile(r"\b(?:mejor no|siempre no|no lo ha(?:gas?|gan)|olvidalo)\b")


def is_declined(turn: Turn, deed: str) -> bool:
    """Whether what the message says of `deed` (words of a regular expression) is that it be not done, that it was done, or what if it were."""
    text = folded(turn.text)
    *_, after = _TAKEN_BACK.split(text)
    rest, declined = _declining(deed).subn(" ", text)
    if after != text and not re.search(rf"\b(?:{deed})", after):
        return True
    return declined > 0 and re.search(rf"\b(?:{deed})", rest) is None


@cache
def _declining(deed: str) -> re.Pattern[str]:
    denied = rf"{_NOT}{_TO_WHOM}(?: {_WISH}(?: \w+){{0,5}}?)? (?:{deed})\b"
    over = (
        r"\b(?:re)?(?:envi|mand)(?:aste|aron|o)\b"
        if deed == MAIL
        else rf"\bya (?:habl|me (?:atend|contest))\w*(?: \w+){{0,4}}? (?:{deed})\b"
    )
    supposed = rf"\b(?:que (?:pasa|pasaria)|y) si(?: \w+){{0,3}}? (?:{deed})\b"
    return re.compile(rf"{denied}|{over}|{supposed}")
