"""What is asked of grace (FAQ 6) and of how long data is kept (FAQ 10), by what is asked of one server."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from actions.base import Fact, line_at_end, say_with_line
from actions.leads import COUNT, WHAT_THEN, YES, Leads, leads
from actions.live import IN_FORCE, period_readings, period_values, standing
from actions.mentions import SHORT, mentions, only_asks_if_sure
from actions.say import Reply
from actions.situation import say_situation
from actions.standings import rule_values
from actions.subscription_facts import add_lead, add_unpaid, add_what_follows, lead, say_lead, say_notices, say_why
from actions.turn import Turn
from bot.accounts.port import Server
from bot.protocol.frame import Asked

WHICH_DAYS: Final = (
    r"natural|habil|corrid|festiv|puente|finde|fin de semana|(?:sabado|domingo|sab|dom)s?\b|dentro de|aparte|juntos|inclu|33\b|\d+ ?\+"
)
"""Which days are counted, and whether one span lies within the other."""
ASPEL: Final = r"(?:sae|coi|noi|caja|banco|prod|aspe[ln]|sistema|programa|mism[ao]s?|independientes?|los (?:dos|2))\b"
"""The Aspel system's own span, or whether two are one."""
_LEFT: Final = r"(?:faltan|quedan|restan)\b"
_GRACE: Final = r"gracia\b|prorroga|toleranc|extras?\b|de mas\b|margen|chance|colchon|suspend|apag|cort|no pag|despues"
_GRACE_OVER = leads(kept="utter_gracia_hasta_resguardo", gone="utter_gracia_hasta_terminado")
_GRACE_UNTIL: Leads = {
    **_GRACE_OVER,
    **leads(valid="utter_gracia_hasta_vigente", today="utter_gracia_hasta_vigente", grace="utter_gracia_hasta_gracia"),
}
_GRACE_USE: Leads = {
    **_GRACE_OVER,
    **leads(valid="utter_gracia_uso_vigente", today="utter_gracia_uso_vigente", grace="utter_suscripcion_sigue_en_gracia"),
}
_KEPT_UNTIL: Leads = {
    **leads(
        valid="utter_resguardo_hasta_vigente",
        today="utter_resguardo_hasta_vigente",
        grace="utter_resguardo_hasta_gracia",
        kept="utter_suscripcion_hasta_resguardo",
        gone="utter_suscripcion_hasta_terminado",
    ),
    "retained": "utter_resguardo_hasta_resguardo",
}
_KEPT_COUNT: Leads = {
    **_KEPT_UNTIL,
    **leads(valid="utter_resguardo_dias_vigente", today="utter_resguardo_dias_vigente", grace="utter_suscripcion_dias_resguardo"),
    "retained": "utter_suscripcion_dias_resguardo",
}
_STILL_THERE: Leads = {
    **leads(
        valid="utter_resguardo_vigente",
        today="utter_resguardo_vigente",
        grace="utter_resguardo_sigue_en_gracia",
        kept="utter_resguardo_sigue_guardada",
        gone="utter_resguardo_ya_no",
    ),
    "retained": "utter_resguardo_sigue_guardada_dias",
}
_KEPT_SINCE = leads(**dict.fromkeys(("valid", "today", "grace", "kept", "gone"), "utter_resguardo_desde"))
_KEPT_SURE: Leads = {
    **_KEPT_UNTIL,
    "grace": "utter_suscripcion_seguro_guardada",
    "retained": "utter_suscripcion_seguro_guardada",
    "gone": "utter_resguardo_ya_no",
}
_KEPT_YES: Leads = {**_KEPT_SURE, "grace": "utter_suscripcion_si_resguardo", "retained": "utter_suscripcion_si_resguardo"}


def _say_which_days(turn: Turn, server: Server, reply: Reply) -> None:
    reply.say("utter_gracia_naturales", **rule_values(turn))
    add_lead(turn, server, reply, _GRACE_USE)


def _say_grace_use(turn: Turn, server: Server, reply: Reply) -> None:
    """Whose grace it is, which days count, or what nearly all others ask: whether it can be used in it."""
    if mentions(turn, ASPEL, longest=SHORT):
        reply.say("utter_gracia_independiente", **rule_values(turn))
    elif mentions(turn, WHICH_DAYS, longest=SHORT):
        _say_which_days(turn, server, reply)
    elif not say_situation(turn, server, reply):
        say_lead(turn, server, reply, _GRACE_USE)
        add_what_follows(turn, server, reply)


def _say_grace_surely(turn: Turn, server: Server, reply: Reply) -> None:
    if only_asks_if_sure(turn):
        say_lead(turn, server, reply, _GRACE_UNTIL, {"grace": YES["grace"]})
    else:
        _say_which_days(turn, server, reply)


def _say_after_grace(turn: Turn, server: Server, reply: Reply) -> None:
    if mentions(turn, WHICH_DAYS, longest=SHORT):
        _say_which_days(turn, server, reply)
    else:
        say_lead(turn, server, reply, WHAT_THEN)


def _say_no_more_days(turn: Turn, server: Server, reply: Reply) -> None:
    say_with_line(turn, reply, "utter_gracia_sin_prorroga", **rule_values(turn))
    add_lead(turn, server, reply, _GRACE_USE)
    line_at_end(turn, reply)


def _say_if_still_there(turn: Turn, server: Server, reply: Reply) -> None:
    if say_notices(turn, reply):
        return
    if mentions(turn, WHICH_DAYS, longest=SHORT):
        _say_rule(turn, server, reply)
        return
    say_lead(turn, server, reply, _STILL_THERE)
    add_unpaid(turn, server, reply)
    _add_own_copy(turn, server, reply)


def _say_kept_surely(turn: Turn, server: Server, reply: Reply) -> None:
    """Which days are counted, too: whoever doubts nearly always doubts that."""
    sure = only_asks_if_sure(turn)
    say_lead(turn, server, reply, _KEPT_YES if sure else _KEPT_SURE)
    if not sure and standing(turn, server) in _KEPT_UNTIL.keys() - {"gone"}:
        reply.add("utter_resguardo_regla", **rule_values(turn))
    _add_own_copy(turn, server, reply)


def _add_own_copy(turn: Turn, server: Server, reply: Reply) -> None:
    if standing(turn, server) == "gone":
        reply.add("utter_resguardo_copia_propia")
        line_at_end(turn, reply)


def _say_to_be_had_again(turn: Turn, server: Server, reply: Reply) -> None:
    """Of what is gone first that we are sorry; else whether it is still there."""
    if standing(turn, server) == "gone":
        say_with_line(turn, reply, "utter_resguardo_lo_sentimos", readings=period_readings(turn, server), **period_values(turn, server))
    else:
        _say_if_still_there(turn, server, reply)


def _say_rule(turn: Turn, server: Server, reply: Reply) -> None:
    reply.say("utter_resguardo_regla", **rule_values(turn))
    add_lead(turn, server, reply, _KEPT_UNTIL)


def _say_days(turn: Turn, server: Server, reply: Reply) -> None:
    """How many days are left of what runs, where that is asked and grace is not named; else until when grace goes."""
    left = standing(turn, server) in IN_FORCE and mentions(turn, _LEFT) and not mentions(turn, _GRACE)
    say_lead(turn, server, reply, COUNT if left else _GRACE_UNTIL)
    if not left:
        add_what_follows(turn, server, reply)


GRACE_FACTS: Mapping[Asked, Fact] = {
    Asked.COUNT: _say_days,
    Asked.UNTIL: lead(_GRACE_UNTIL, then=(add_what_follows,)),
    Asked.WHEN: lead(_GRACE_UNTIL, then=(add_what_follows,)),
    Asked.AGAIN: lead(_GRACE_UNTIL),
    Asked.STATE: _say_grace_use,
    Asked.WHETHER: _say_grace_use,
    Asked.WHY: say_why,
    Asked.SURE: _say_grace_surely,
    Asked.WHICH: _say_which_days,
    Asked.WHAT_IF: _say_after_grace,
    Asked.DO: _say_no_more_days,
}
KEPT_FACTS: Mapping[Asked, Fact] = {
    Asked.UNTIL: lead(_KEPT_UNTIL),
    Asked.WHEN: lead(_KEPT_UNTIL),
    Asked.AGAIN: lead(_KEPT_UNTIL),
    Asked.COUNT: lead(_KEPT_COUNT),
    Asked.STATE: _say_if_still_there,
    Asked.WHETHER: _say_if_still_there,
    Asked.SURE: _say_kept_surely,
    Asked.WHY: say_why,
    Asked.SINCE: lead(_KEPT_SINCE),
    Asked.WHICH: _say_rule,
    Asked.WHAT_IF: lead(WHAT_THEN),
    Asked.DO: _say_to_be_had_again,
    Asked.WHO: _say_to_be_had_again,
}
