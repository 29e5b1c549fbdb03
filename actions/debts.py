"""Paying what is overdue, and getting back a server that was lost for not paying: what is due, until when, and where it is paid."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from actions.base import Fact, ServerAction, say_line, say_with_line
from actions.charge_case import case_of
from actions.charge_facts import DEBT_FACTS
from actions.charges import owed, say_charge_in_process, say_charge_line, say_ended, say_next_charge, total_owed
from actions.live import (
    ENDED,
    IN_PROCESS,
    UNPAID,
    Standing,
    bank_days,
    charge_state,
    last_charge,
    period_readings,
    period_values,
    readings,
    standing,
)
from actions.reactivation_facts import reactivation_facts
from actions.say import Reply
from actions.server_state import say_creation, say_gone, say_state, say_suspended
from actions.set_leads import say_debt_line, say_debts
from actions.standings import rule_values
from actions.turn import Turn
from bot.accounts.port import Server
from bot.identity.levels import DataClass
from bot.protocol.frame import Asked
from bot.rules import format as words

_DEADLINES: dict[Standing, str] = {
    "grace": "utter_adeudo_en_gracia",
    "grace_last_day": "utter_adeudo_en_gracia",
    "retained": "utter_adeudo_en_resguardo",
    "retained_last_day": "utter_adeudo_en_resguardo",
}


class _Debt(ServerAction):
    """The general rule only for those whose account cannot be told: the others hear their own."""

    data = DataClass.PAYMENTS

    def say_general(self, turn: Turn, reply: Reply) -> None:
        """Where it is paid."""
        if turn.sees(self.data) is None:
            super().say_general(turn, reply)

    def line_for(self, turn: Turn) -> Fact:
        """What is owed and until when, else the charge."""
        del turn
        return self._say_line

    def _say_line(self, turn: Turn, server: Server, reply: Reply) -> None:
        if not say_debt_line(turn, server, reply):
            self.describe_line(turn, server, reply)

    def begin(self, turn: Turn, servers: tuple[Server, ...], reply: Reply) -> tuple[tuple[Server, ...], tuple[Server, ...]]:
        """Those for which something is owed, or that nothing is."""
        owing = say_debts(turn, servers, reply)
        return owing or servers, owing

    def end(self, turn: Turn, servers: tuple[Server, ...], reply: Reply) -> None:
        """Where it is paid."""
        if any(owed(turn, each) for each in servers):
            reply.add("utter_adeudo_donde")
            say_line(turn, reply)

    def close_list(self, turn: Turn, reply: Reply) -> None:
        """What is due in all and where it is paid, or that nothing is."""
        owing = tuple(each for each in turn.servers if owed(turn, each))
        if owing:
            reply.say("utter_adeudo_total", total=total_owed(turn, owing))
            say_with_line(turn, reply, "utter_adeudo_donde")
        else:
            reply.say("utter_pago_sin_adeudos")


class PayDebt(_Debt):
    """How and where what is overdue is paid: the amount, the place, the last day."""

    intent = "pagar_adeudo"
    general = "utter_pagar_adeudo"
    facts = DEBT_FACTS

    def has_fact(self, turn: Turn) -> bool:
        """Where something is due and there are words for what is asked."""
        server = self._meant(turn)
        return super().has_fact(turn) and server is not None and owed(turn, server) is not None

    def candidates(self, turn: Turn) -> tuple[Server, ...]:
        """Those with something due."""
        return tuple(each for each in turn.servers if owed(turn, each)) or turn.servers

    def describe(self, turn: Turn, server: Server, reply: Reply) -> None:
        """What is due; otherwise the charge that is under way or the next one."""
        if owed(turn, server):
            _say_debt(turn, server, reply)
        elif standing(turn, server) in ENDED:
            say_ended(turn, server, reply)
        elif charge_state(turn, last_charge(turn, server)) in IN_PROCESS:
            say_charge_in_process(turn, server, reply)
        elif case_of(turn, server) == "other":
            say_with_line(turn, reply, "utter_adeudo_no_se_ve", readings=period_readings(turn, server), servidor=server.alias)
        else:
            reply.say("utter_adeudo_ninguno", readings=period_readings(turn, server), servidor=server.alias)
            say_next_charge(turn, server, reply)

    def describe_line(self, turn: Turn, server: Server, reply: Reply) -> None:
        """One line with what is due."""
        say_charge_line(turn, server, reply)


def _say_way_back(turn: Turn, server: Server, reply: Reply) -> None:
    """What is possible from where it stands."""
    now = standing(turn, server)
    if now == "gone":
        told = period_readings(turn, server)
        say_with_line(turn, reply, "utter_reactivar_terminado", readings=told, **period_values(turn, server))
    elif now == "withdrawn":
        say_gone(turn, server, reply)
    elif now in UNPAID and charge_state(turn, last_charge(turn, server)) in IN_PROCESS:
        say_charge_in_process(turn, server, reply)
    elif now in UNPAID:
        _say_debt(turn, server, reply)
    elif server.status == "suspended":
        say_suspended(turn, server, reply)
    elif server.status == "provisioning":
        say_creation(turn, server, reply)
    else:
        say_state(turn, server, reply, running="utter_reactivar_no_hace_falta")


class Reactivate(_Debt):
    """How a server that is overdue, suspended or gone comes back."""

    intent = "reactivar_servicio"
    general = "utter_reactivar_servicio"
    short: ClassVar[Mapping[Asked, str]] = {
        **dict.fromkeys((Asked.WHETHER, Asked.SURE, Asked.WHAT_IF, Asked.DO), "utter_reactivar_mientras"),
        Asked.WHEN: "utter_reactivar_cuando",
    }
    facts: ClassVar[Mapping[Asked, Fact]] = reactivation_facts(_say_way_back)

    def say_general(self, turn: Turn, reply: Reply) -> None:
        """With the days of the settings."""
        if turn.sees(self.data) is None:
            reply.say(self.short.get(turn.frame.asked, self.general), **rule_values(turn), **bank_days(turn))

    def candidates(self, turn: Turn) -> tuple[Server, ...]:
        """Those that are not running as they should."""
        return tuple(each for each in turn.servers if _is_lost(turn, each)) or turn.servers

    def describe(self, turn: Turn, server: Server, reply: Reply) -> None:
        """What is possible from where it stands."""
        _say_way_back(turn, server, reply)

    def describe_line(self, turn: Turn, server: Server, reply: Reply) -> None:
        """One line with what is due."""
        say_charge_line(turn, server, reply)


def _is_lost(turn: Turn, server: Server) -> bool:
    return server.status == "suspended" or standing(turn, server) in UNPAID | ENDED


def _say_debt(turn: Turn, server: Server, reply: Reply) -> None:
    due = owed(turn, server)
    assert due is not None
    told = (*readings(turn, server, "subscription", price=due[0]), *period_readings(turn, server))
    values = {**period_values(turn, server), "monto": words.money(*due)}
    reply.say(_DEADLINES.get(standing(turn, server), "utter_adeudo_sin_plazo"), readings=told, **values)
    reply.say("utter_adeudo_donde")
    say_line(turn, reply)
