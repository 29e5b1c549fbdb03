"""Anger that asks nothing: the account's state that explains it comes first, once; after that other words each time, and a person when one is due."""

from __future__ import annotations

from actions.access import say_mail
from actions.backup import MyBackup
from actions.base import line_at_end, line_values, say_line
from actions.escalation import folios_of
from actions.live import IN_FORCE, charge_state, last_charge, owed, period_readings, period_values, standing
from actions.mentions import first_mentioned
from actions.opening import REGRETS, state_first
from actions.payment import MyPayment
from actions.say import Reply
from actions.server_state import creation_in_time, say_state
from actions.situation import TELLS
from actions.trouble import Trouble, worst_trouble
from actions.turn import SLOT_PENDING, Turn
from bot.accounts.port import Server
from bot.protocol.state import ONCE
from bot.rules.support import hours_words

_ABOUT = {
    "line": r"no (?:me )?contesta|nadie (?:me )?(?:contesta|responde)|musi[cq]u?it?a|en la linea\b|ya (?:les )?(?:hable|marque|llame)|ocupado",
    "notices": r"avis[aeo]|nadie (?:me |le |nos )?(?:dijo|hablo|llamo|marco|mando)|noches y nadie|reboto\? por",
    "rights": r"profeco|demand|denunci|abogad|los reporto|subo al face",
}
_FACTS: dict[Trouble, tuple[str, ...]] = {
    "gone": ("utter_queja_eliminado",),
    "down": ("utter_queja_caido",),
    "late": ("utter_queja_cargo",),
    "suspended": ("utter_queja_suspendido",),
    "backup": ("utter_queja_respaldo",),
    "mail": ("utter_queja_correo",),
    "unpaid": ("utter_queja_gracia",),
    "waiting": ("utter_queja_espera",),
}
_SPECIAL = {"notices": ("utter_queja_avisos",), "rights": ("utter_queja_derecho",)}
_TOLD_BY: dict[Trouble, tuple[str, ...]] = {
    **dict.fromkeys(("suspended", "late", "waiting"), TELLS),
    "gone": ("utter_vigencia_terminada", "utter_resguardo_ya_no"),
}
"""The answers that have told the state just now."""
_OFFERS_CASE = "utter_queja_persona"
_AGAIN = ("utter_queja_sin_vueltas", _OFFERS_CASE, "utter_queja_te_leo")
_NOTHING_SEEN = ("utter_queja", "utter_queja_cuenta", _OFFERS_CASE)
_WITHOUT_LINE = frozenset({"mail", "waiting"})
_KEPT = frozenset({"retained", "retained_last_day"})


def say_complaint(turn: Turn, reply: Reply) -> None:
    """What explains the anger, or that nothing of the kind is to be seen; at most one sentence of regret."""
    found, about = worst_trouble(turn), first_mentioned(turn, _ABOUT)
    reply.is_to_anger = True
    if about == "line":
        other = "utter_queja_linea_otra" if turn.audience == "visitor" and not folios_of(turn, reply) else "utter_queja_linea_caso"
        reply.vary("utter_queja_linea", other, dias=hours_words(turn.settings.support_hours), **line_values(turn))
    elif found is None:
        reply.vary(*_SPECIAL.get(about or "", ()), *_still_true(turn, reply, _NOTHING_SEEN))
    elif explain(turn, *found, reply, regret=True):
        if about == "notices" and found[0] != "down":  # the text of an incident is long enough
            reply.add("utter_queja_avisos")
            line_at_end(turn, reply)
    else:
        _say_other_words(turn, *found, about, reply)


def say_deadline(turn: Turn, reply: Reply) -> None:
    """Remind of the next day by which something must be paid, once in an episode, to whoever is about to leave."""
    if turn.tracker.get_slot(SLOT_PENDING):  # a question waits: nobody is leaving
        return
    due = [each for each in turn.servers if owed(turn, each)]
    for standings, key in (
        (("grace", "grace_last_day"), "utter_recuerda_gracia"),
        (("retained", "retained_last_day"), "utter_recuerda_resguardo"),
    ):
        server = next((each for each in due if standing(turn, each) in standings), None)
        if server is not None:
            if reply.add_once(key, **period_values(turn, server)):
                reply.readings.extend(period_readings(turn, server))
            return


def explain(turn: Turn, trouble: Trouble, server: Server, reply: Reply, *, regret: bool) -> bool:
    """Say the state that explains what is told, if this episode has not heard it so, nor the last answers at all; whether it was said."""
    told = f"{ONCE}queja {trouble} {server.alias}"
    if trouble == "unpaid" or reply.state.knows(told):  # its short text says the date that matters
        return False
    if reply.told_lately(*_TOLD_BY.get(trouble, ())):
        return False
    draft = Reply(slots=dict(reply.slots), state=reply.state, hides=reply.hides)
    if regret:
        draft.vary(*(REGRETS if trouble in {"gone", "down"} else reversed(REGRETS)))
    if not draft.add_answer(lambda state: _say_trouble(turn, trouble, server, state)):
        return False
    state_first(draft)
    reply.take_over(draft)
    reply.told.append(told)
    return True


def _say_trouble(turn: Turn, trouble: Trouble, server: Server, reply: Reply) -> None:
    match trouble:
        case "late":
            MyPayment().describe(turn, server, reply)
        case "backup":
            MyBackup().describe(turn, server, reply)
        case "mail":
            say_mail(turn, server, reply)
        case _:
            say_state(turn, server, reply)


def _say_other_words(turn: Turn, trouble: Trouble, server: Server, about: str | None, reply: Reply) -> None:
    if trouble not in _WITHOUT_LINE:
        say_line(turn, reply)
    reply.vary(
        *_SPECIAL.get(about or "", ()), *_facts(turn, trouble, server), *_still_true(turn, reply, _AGAIN), **period_values(turn, server)
    )
    line_at_end(turn, reply)


def _still_true(turn: Turn, reply: Reply, wordings: tuple[str, ...]) -> tuple[str, ...]:
    """Without the offer of a case where one is open, or is opened by the line that is given."""
    has_case = reply.gives_line or folios_of(turn, reply)
    return tuple(each for each in wordings if each != _OFFERS_CASE or not has_case)


def _facts(turn: Turn, trouble: Trouble, server: Server) -> tuple[str, ...]:
    """Short texts that are true of this trouble of this server."""
    now = standing(turn, server)
    if (trouble == "suspended" and now not in _KEPT) or (trouble == "waiting" and not creation_in_time(turn, server)):
        return ()
    if trouble == "down":
        paid = now in IN_FORCE and charge_state(turn, last_charge(turn, server)) == "credited"
        known = _FACTS["down"] if server.incident else ("utter_queja_sin_respuesta",)
        return (*known, *(("utter_queja_pagado",) if paid else ()))
    return _FACTS[trouble]
