"""Questions that are answered alike whichever topic they were read as, because their words tell reliably what is asked.

They stand between the topics, and one reader or another takes them for a neighbour: the customer's own case, which debt to pay first,
until when the information is kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from actions.base import say_line
from actions.cases import say_own_case
from actions.charge_case import case_of, payment_readings, payment_values
from actions.kept import say_until_kept
from actions.licences import say_if_permanent
from actions.live import IN_GRACE, Standing, period_readings, period_values, standing
from actions.mentions import MOVES_THE_CHARGE, mentions
from actions.neighbours import say_instead_of_neighbour
from actions.priorities import say_first_to_pay
from actions.say import Reply
from actions.told_end import DATED, say_from_told_end, told_end
from actions.turn import SETS, Turn
from actions.whose import asks_of_others
from actions.without_server import say_of_a_new_one, say_rule_without_server
from bot.identity.levels import DataClass
from bot.protocol.frame import Asked

DATES: Final = frozenset({Asked.UNTIL, Asked.WHEN, Asked.SINCE, Asked.DO, Asked.HOW})
_OF_RENEWALS: Final = frozenset({"consultar_suscripcion", "consultar_pago", "faq_consultar_vigencia", "faq_formas_pago"})
_RENEWS: Final = r"se (?:me |nos )?ren(?:ue|o)v\w+ (?:\w+ )?(?:sol(?:it)?[oa]|autom)|renovacion (?:\w+ )?autom|autom\w+ (?:\w+ )?renov|renovacion\b(?: \w+){0,6} (?:hace|cobra|renueva) sol(?:it)?[oa]\b"
_OR_BY_HAND: Final = r"(?:sigue|renueva|renova|cobra|paga|hace|continua|va)\w* sol(?:it)?[oa],? o (?:(?:le|lo|me|yo|ya) )*(?:tengo|tenemos|hay|ocupo|debo|necesito)"
"""Whether it goes on by itself: "¿sigue solo o tengo que hacer algo?"."""
_WHEN_IT_ENDED: Final = r"(?:cuando|(?:que|cual) dia|fecha)\b(?: (?!(?:si|ya|el|lo|la|no)\b)\w+){0,5} vencio\b"
_OF_A_DAY: Final = frozenset({Asked.WHEN, Asked.SINCE, Asked.UNTIL, Asked.WHICH, Asked.AGAIN, Asked.GENERAL})
_ENDS_TOO: Final = r"licencia|sae\b|coi\b|noi\b|caja\b|facture\b|tarjeta|gracia|prorroga|plazo|cobr|pag"
"""What else has an end, or is asked beside it."""
_ENDED_ON: Final[Mapping[Standing, str]] = {
    **dict.fromkeys(IN_GRACE, "utter_suscripcion_vencio_en_gracia"),
    **dict.fromkeys(("retained", "retained_last_day"), "utter_suscripcion_vencio_resguardo"),
}
_OTHERS_SEE: Final = (
    r"(?:lo mio|mi (?:cuenta|info\w*)|mis datos) (?:lo |la |los )?(?:puede|pueden|podria)n? ver(?:lo|la|los)? (?:cualquier|alguien|otr)"
    r"|(?:cualquiera|alguien mas|otr[oa]s? personas?) (?:\w+ ){0,4}(?:ve|ver|entra|entrar) (?:a )?(?:lo mio|mi (?:cuenta|info)\w*|mis datos)(?! en)"
)
NOT_READ: Final = frozenset({"preguntar_intencion", "no_entendi"})
"""Actions of messages whose topic was not found."""


def say_across(turn: Turn, intent: str, reply: Reply) -> bool:
    """Whether it is such a question; then it is answered. `intent`: what it was read as; a pressed button says itself what it asks."""
    if not turn.is_read and intent not in NOT_READ:
        return False
    return (
        say_own_case(turn, intent, reply)
        or say_first_to_pay(turn, reply)
        or _say_renewal(turn, intent, reply)
        or say_instead_of_neighbour(turn, intent, reply)
        or _say_who_else_sees(turn, reply)
        or _say_no_other_day(turn, reply)
        or _say_when_it_ended(turn, reply)
        or say_if_permanent(turn, intent, reply)
        or say_until_kept(turn, intent, reply)
        or _say_from_told_end(turn, reply)
        or say_of_a_new_one(turn, intent, reply)
        or say_rule_without_server(turn, intent, reply)
    )


def _say_renewal(turn: Turn, intent: str, reply: Reply) -> bool:
    """Whether it is asked if a server renews by itself, and its next charge answers that."""
    asked = (turn.frame.asked not in DATES and mentions(turn, _RENEWS)) or mentions(turn, _OR_BY_HAND)
    server = turn.chosen if intent in _OF_RENEWALS and asked else None
    if server is None or turn.sees(DataClass.PAYMENTS) is None or case_of(turn, server) != "credited":
        return False
    reply.say("utter_pago_se_cobra_solo", readings=payment_readings(turn, server), **payment_values(turn, server))
    reply.servers.append(server.alias)
    return True


def _say_who_else_sees(turn: Turn, reply: Reply) -> bool:
    """Whether it is asked who else can see what is told here."""
    desk = turn.sees(DataClass.NAME)
    if desk is None or not mentions(turn, _OTHERS_SEE):
        return False
    reply.vary("utter_quien_eres_otra_persona", "utter_quien_eres_sesion", cliente=desk.name)
    return True


def _say_no_other_day(turn: Turn, reply: Reply) -> bool:
    """Whether it is wished that the charge be made on another day: that is for support."""
    if not mentions(turn, MOVES_THE_CHARGE):
        return False
    reply.say("utter_suscripcion_no_puedo")
    say_line(turn, reply)
    return True


def _say_when_it_ended(turn: Turn, reply: Reply) -> bool:
    """Whether it is asked when a server ended that did: that day first, whatever is still to come."""
    plain = turn.frame.asked in _OF_A_DAY and not (
        turn.named_foreign or asks_of_others(turn) or {each.which for each in turn.frame.servers} & SETS
    )
    asked = plain and mentions(turn, _WHEN_IT_ENDED) and not mentions(turn, _ENDS_TOO)
    server = turn.chosen if asked else None
    key = _ENDED_ON.get(standing(turn, server)) if server is not None else None
    if server is None or key is None:
        return False
    reply.say(key, readings=period_readings(turn, server), **period_values(turn, server))
    reply.servers.append(server.alias)
    return True


def _say_from_told_end(turn: Turn, reply: Reply) -> bool:
    """Where it is not sure which of several questions is asked, a told end date answers those that are of dates alike."""
    latest = turn.tracker.latest_message
    choices = [] if turn.is_read or latest.get("left_over") else latest.get("choices") or []
    dated = [choice["intent"] for choice in choices if choice["intent"] in DATED]
    return bool(dated) and told_end(turn) is not None and say_from_told_end(turn, dated[0], reply)
