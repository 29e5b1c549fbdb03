"""Until when the information is kept, where the words of a question of dates are about losing it, whichever topic it was read as.

In grace two dates matter, and "my last day, so as not to lose anything" asks for the later one: the first ends no more than the use of the server.
"""

from __future__ import annotations

from typing import Final

from actions.live import IN_GRACE, standing
from actions.meant import find_meant
from actions.mentions import mentions
from actions.say import Reply
from actions.turn import Turn
from actions.unpaid_facts import KEPT_FACTS
from bot.protocol.frame import Asked

_OF_DATES: Final = frozenset(
    {"consultar_suscripcion", "faq_consultar_vigencia", "faq_periodo_gracia", "consultar_servidor", "consultar_pago", "pagar_adeudo"}
)
_ASKED: Final = frozenset({Asked.UNTIL, Asked.WHEN, Asked.COUNT})
_SERVICE: Final = r"(?: (?:el|la|mi|mis|los|ni|tu))* (?:servi|acces|sistem|nube|conex|maquin|compu)"
_OF_INFORMATION: Final = (
    rf"(?:perd(?!on)|pierd|borr|elimin)\w*(?!{_SERVICE})\b|(?:qued|dej)\w+ sin (?:\w+ )?(?:archiv|dato|info|nada\b|respald)"
    r"|(?:mis?|nuestr[oa]s?) (?:archivos?|datos|informacion|info)\b|archivos?\b"
)
_OF_USE: Final = (
    r"us(?:ar|o|arl[oa])\b|entr(?:ar|o|e|en)\b|abrir|sac(?:ar|o)|baj(?:ar|o)\b|descarg|copi|trabaj|acced|conect|conexion|fiscal|factur"
)


def _asks_of_information(turn: Turn) -> bool:
    """Whether it is the information that must not be lost, and not the use of the server."""
    return mentions(turn, _OF_INFORMATION) and not mentions(turn, _OF_USE)


def say_until_kept(turn: Turn, intent: str, reply: Reply) -> bool:
    """Whether a date is asked of the information of one server in grace; then until when it is kept is said first."""
    server = turn.chosen
    if server is None or standing(turn, server) not in IN_GRACE or len(find_meant(turn, turn.servers).servers) > 1:
        return False
    if intent not in _OF_DATES or turn.frame.asked not in _ASKED or not _asks_of_information(turn):
        return False
    KEPT_FACTS[turn.frame.asked](turn, server, reply)
    reply.servers.append(server.alias)
    return True
