"""What is asked of getting back a server that was not paid: whether it still can be, how, and how soon."""

from __future__ import annotations

from collections.abc import Mapping

from actions.base import Fact, line_at_end, say_line
from actions.charges import say_rejected
from actions.live import IN_PROCESS, bank_days, charge_state, last_charge, owed, period_readings, period_values, readings, standing
from actions.say import Reply
from actions.situation import because
from actions.standings import rule_values
from actions.turn import Turn
from bot.accounts.port import Server
from bot.protocol.frame import Asked, Refers
from bot.rules import format as words

_WHETHER = {
    "grace": "utter_reactivar_en_gracia",
    "grace_last_day": "utter_reactivar_en_gracia",
    "retained": "utter_reactivar_se_puede",
    "retained_last_day": "utter_reactivar_se_puede",
}
_KEPT = frozenset({"retained", "retained_last_day"})


def reactivation_facts(otherwise: Fact) -> Mapping[Asked, Fact]:
    """The facts by what is asked; `otherwise` says the whole state of a server that is neither overdue nor gone."""

    def where_unpaid(say: Fact) -> Fact:
        def choose(turn: Turn, server: Server, reply: Reply) -> None:
            if standing(turn, server) == "gone":
                _say_too_late(turn, server, reply)
            elif _waits_for_payment(turn, server):
                say(turn, server, reply)
                say_line(turn, reply)
            else:
                otherwise(turn, server, reply)
                line_at_end(turn, reply)

        return choose

    return {
        **dict.fromkeys((Asked.WHETHER, Asked.SURE, Asked.STATE, Asked.UNTIL), where_unpaid(_say_whether)),
        **dict.fromkeys((Asked.HOW, Asked.WHO, Asked.AGAIN, Asked.AMOUNT), where_unpaid(_say_how)),
        Asked.WHY: because(otherwise),
        Asked.WHEN: where_unpaid(_say_when),
        Asked.DO: where_unpaid(_say_no),
    }


def _waits_for_payment(turn: Turn, server: Server) -> bool:
    """Whether nothing but paying is missing, so far as is known."""
    in_process = charge_state(turn, last_charge(turn, server)) in IN_PROCESS
    return standing(turn, server) in _WHETHER and owed(turn, server) is not None and not in_process


def _say_due(turn: Turn, server: Server, reply: Reply, key: str) -> None:
    due = owed(turn, server)
    assert due is not None
    told = (*readings(turn, server, "subscription", price=due[0]), *period_readings(turn, server))
    reply.say(key, readings=told, **{**period_values(turn, server), **rule_values(turn), "monto": words.money(*due)})


def _say_whether(turn: Turn, server: Server, reply: Reply) -> None:
    _say_due(turn, server, reply, _WHETHER[standing(turn, server)])
    if turn.frame.refers is not Refers.GOES_ON:
        reply.add("utter_reactivar_donde")


def _say_no(turn: Turn, server: Server, reply: Reply) -> None:
    reply.say("utter_reactivar_no_puedo")
    _say_whether(turn, server, reply)


def _say_how(turn: Turn, server: Server, reply: Reply) -> None:
    kept = standing(turn, server) in _KEPT
    _say_due(turn, server, reply, "utter_reactivar_como" if kept else "utter_reactivar_en_gracia")
    charge = last_charge(turn, server)
    if charge is not None and charge.status == "rejected" and not kept:
        say_rejected(turn, server, charge, reply, brief=True)
    reply.add("utter_reactivar_donde")


def _say_when(turn: Turn, server: Server, reply: Reply) -> None:
    del server
    reply.say("utter_reactivar_cuando", **bank_days(turn))


def _say_too_late(turn: Turn, server: Server, reply: Reply) -> None:
    reply.say("utter_reactivar_ya_no", readings=period_readings(turn, server), **period_values(turn, server))
    reply.add("utter_reactivar_excepcion")
    say_line(turn, reply)
