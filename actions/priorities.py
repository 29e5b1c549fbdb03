"""Which of several debts runs out first: told by the dates, because no source says which one is better paid first."""

from __future__ import annotations

from datetime import date
from typing import Final

from actions import sets
from actions.charges import say_charge_line
from actions.live import IN_GRACE, UNPAID, period_readings, period_values, standing
from actions.mentions import mentions
from actions.say import Reply
from actions.set_leads import say_debt_line, say_total, time_left
from actions.turn import Turn
from bot.accounts.port import Server
from bot.identity.levels import DataClass

_FIRST: Final = (
    r"(?:cual|que servidor|que pago)(?: \w+){0,5} (?:pag\w+|cubr\w+|liquid\w+|empiez\w*|empez\w*)(?: \w+){0,2} (?:primero|antes)\b(?! de)"
    r"|cual(?: \w+){0,4} (?:pag\w+|cubr\w+|liquid\w+) (?:ya|primero|antes)\b(?! de)"
    r"|cual(?: \w+){0,2} urge|cual(?: \w+){0,2} corre mas prisa|cual (?:\w+ )?(?:es (?:el|la|lo) )?mas urgente|(?:por|con) cual (?:\w+ )?empiez"
)
_LOST_FIRST: Final = r"(?<!lo )cual(?: (?!fecha|dia\b)\w+){0,7} (?:pierd\w+|borr\w+|elimin\w+)\b"
_USE: Final = r"urge|prisa|apag|suspend|us(?:ar|o|e|en)\b|cort(?:e|en|an|ar)\b|dej(?:a|e) de"
_SEVERAL: Final = 2


def say_first_to_pay(turn: Turn, reply: Reply) -> bool:
    """Whether it is asked which to pay first of several that are due, or which is lost first; then whose data and whose use ends first.

    Who asks which to pay reads each with its days too.
    """
    owing, to_pay = sets.members(turn, turn.servers, "owing"), mentions(turn, _FIRST)
    if len(owing) < _SEVERAL or turn.sees(DataClass.PAYMENTS) is None or not (to_pay or _asks_what_is_lost(turn)):
        return False
    lapsing = tuple(each for each in owing if standing(turn, each) in UNPAID)
    if not lapsing:
        return False
    by_data = sorted(lapsing, key=_ends_on)
    lost, stops = (
        by_data[0],
        next((each for each in sorted(lapsing, key=lambda each: time_left(turn, each)) if _is_in_grace(turn, each)), None),
    )
    ends = [("utter_prioridad_datos", lost)]
    if stops is not None and stops != lost:
        ends.insert(0 if mentions(turn, _USE) else 1, ("utter_prioridad_uso", stops))
    for key, server in ends:
        reply.say(key, readings=period_readings(turn, server), **period_values(turn, server))
    reply.servers.extend(each.alias for each in owing)
    if not to_pay:
        return True
    say_total(turn, owing, reply)
    for each in (*by_data, *sets.rest(owing, lapsing)):
        if not say_debt_line(turn, each, reply):
            say_charge_line(turn, each, reply)
    reply.add("utter_prioridad_tu_decides")
    return True


def _asks_what_is_lost(turn: Turn) -> bool:
    return not turn.named_servers and mentions(turn, _LOST_FIRST)


def _ends_on(server: Server) -> date:
    assert server.subscription is not None
    assert server.subscription.ends_on is not None
    return server.subscription.ends_on


def _is_in_grace(turn: Turn, server: Server) -> bool:
    return standing(turn, server) in IN_GRACE
