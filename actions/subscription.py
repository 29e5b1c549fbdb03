"""Validity of a subscription: its dates, what follows when it is not paid (FAQ 6, 10, 15, 18), and the customer's own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from actions.base import Fact, ServerAction, say_line, say_with_line, server_buttons
from actions.charges import say_charge_in_process, say_next_charge, say_rejected
from actions.live import (
    IN_FORCE,
    IN_GRACE,
    IN_PROCESS,
    UNPAID,
    charge_state,
    last_charge,
    period_readings,
    period_values,
    readings,
    standing,
)
from actions.mentions import SHORT, mentions
from actions.say import Reply
from actions.server_state import say_creation
from actions.set_leads import say_end_line
from actions.standings import (
    ANY_STANDING,
    CURRENT,
    GRACE,
    LINES,
    MAY_LAPSE,
    MINE,
    NOT_BEGUN,
    RETENTION,
    rule_values,
    say_standing,
    say_way_out,
)
from actions.subscription_facts import SUBSCRIPTION
from actions.turn import GONE, Turn
from actions.unpaid_facts import ASPEL, GRACE_FACTS, KEPT_FACTS, WHICH_DAYS
from actions.validity_facts import has_begun, say_start, say_where
from bot.accounts.port import Desk, Server
from bot.protocol.frame import Asked, Refers

_SINCE: Mapping[Asked, str] = dict.fromkeys(
    (Asked.SINCE, Asked.WHEN, Asked.WHETHER, Asked.SURE, Asked.WHAT_IF, Asked.WHY), "utter_inicio_cuando"
)
_BEGINS = r"empez|empiez|inici|arranc|comenz|comienz"


class _Dated(ServerAction):
    """A question about dates: several servers get one line each with where they stand."""

    lines: ClassVar[Mapping[Asked, Fact]] = {Asked.WHEN: say_end_line, Asked.SINCE: say_end_line}

    def say_general(self, turn: Turn, reply: Reply) -> None:
        """With the numbers of days of the settings."""
        key = self.general_key(turn)
        if key:
            say = reply.say if turn.sees(self.data) is None else reply.add
            say(key, **rule_values(turn))

    def general_key(self, turn: Turn) -> str | None:
        """The general answer to what is asked, if there is one."""
        return self.short.get(turn.frame.asked, self.general) if self.general else None

    def add_live(self, turn: Turn, desk: Desk, reply: Reply) -> None:
        """Nothing more where the rule is all that is asked, and no one server is meant."""
        of_some = turn.frame.servers or turn.named_foreign or not turn.servers
        if self.rule_is_enough(turn) and not of_some and self._meant(turn) is None:
            if not reply.messages:
                reply.say(str(self.general_key(turn)), **rule_values(turn))
        else:
            super().add_live(turn, desk, reply)

    def rule_is_enough(self, turn: Turn) -> bool:
        """Whether what is asked is the same for every server."""
        del turn
        return False

    def describe_line(self, turn: Turn, server: Server, reply: Reply) -> None:
        """One line with the date that matters now."""
        now = standing(turn, server)
        key = "utter_vigencia_linea_creandose" if server.status == "provisioning" and now in IN_FORCE else LINES[now]
        reply.say(key, readings=period_readings(turn, server), **period_values(turn, server))


class GracePeriod(_Dated):
    """FAQ 6: days of grace, apart from the Aspel system's own; if in grace its last day, what is left and how to pay."""

    intent = "faq_periodo_gracia"
    general = "utter_faq_periodo_gracia"
    short: ClassVar[Mapping[Asked, str]] = {
        **dict.fromkeys((Asked.COUNT, Asked.UNTIL, Asked.WHEN, Asked.AGAIN), "utter_gracia_cuantos"),
        **dict.fromkeys((Asked.WHETHER, Asked.WHAT_IF, Asked.DO), "utter_gracia_que_pasa"),
        **dict.fromkeys((Asked.WHICH, Asked.SURE), "utter_gracia_naturales"),
    }
    facts: ClassVar[Mapping[Asked, Fact]] = GRACE_FACTS

    def rule_is_enough(self, turn: Turn) -> bool:
        """Whose grace it is and which days count."""
        return turn.frame.asked is Asked.WHICH or self.general_key(turn) in {"utter_gracia_independiente", "utter_gracia_naturales"}

    def general_key(self, turn: Turn) -> str | None:
        """Whose grace it is and which days count, where the words ask for that."""
        if turn.frame.asked in {Asked.WHETHER, Asked.WHICH, Asked.SURE, Asked.WHAT_IF}:
            if mentions(turn, ASPEL, longest=SHORT):
                return "utter_gracia_independiente"
            if mentions(turn, WHICH_DAYS, longest=SHORT):
                return "utter_gracia_naturales"
        return super().general_key(turn)

    def holds(self, turn: Turn, server: Server) -> bool:
        """While it may still come, or runs."""
        return standing(turn, server) in MAY_LAPSE | IN_GRACE

    def say_reason(self, turn: Turn, server: Server, reply: Reply) -> None:
        """How long it is."""
        del server
        reply.say("utter_faq_periodo_gracia_breve", **rule_values(turn))

    def describe(self, turn: Turn, server: Server, reply: Reply) -> None:
        """Last day of grace."""
        say_standing(turn, server, reply, GRACE)
        say_way_out(turn, server, reply)


class DataRetention(_Dated):
    """FAQ 10: how long the data is kept without payment; if unpaid, until which day."""

    intent = "faq_resguardo_sin_pago"
    general = "utter_faq_resguardo_sin_pago"
    short: ClassVar[Mapping[Asked, str]] = {
        **dict.fromkeys((Asked.COUNT, Asked.UNTIL, Asked.WHEN, Asked.AGAIN, Asked.WHY), "utter_resguardo_cuantos"),
        **dict.fromkeys((Asked.WHETHER, Asked.SURE, Asked.SINCE, Asked.WHICH), "utter_resguardo_cuantos"),
        Asked.WHAT_IF: "utter_gracia_que_pasa",
    }
    facts: ClassVar[Mapping[Asked, Fact]] = KEPT_FACTS

    def rule_is_enough(self, turn: Turn) -> bool:
        """Which days count."""
        return turn.frame.asked is Asked.WHICH or self.general_key(turn) == "utter_resguardo_regla"

    def general_key(self, turn: Turn) -> str | None:
        """Which days count, where the words ask for that."""
        if turn.frame.asked in {Asked.WHETHER, Asked.SURE, Asked.WHAT_IF} and mentions(turn, WHICH_DAYS, longest=SHORT):
            return "utter_resguardo_regla"
        return super().general_key(turn)

    def holds(self, turn: Turn, server: Server) -> bool:
        """While the data is still to be kept, or is kept."""
        return standing(turn, server) in MAY_LAPSE | {"grace", "grace_last_day", "retained", "retained_last_day"}

    def say_reason(self, turn: Turn, server: Server, reply: Reply) -> None:
        """How long it is kept."""
        del server
        reply.say("utter_faq_resguardo_sin_pago_breve", **rule_values(turn))

    def describe(self, turn: Turn, server: Server, reply: Reply) -> None:
        """Last day on which the data is kept."""
        say_standing(turn, server, reply, RETENTION)
        say_way_out(turn, server, reply)


class WhereIsMyEndDate(_Dated):
    """FAQ 15: the menu path of Fecha Fin, and the date itself."""

    intent = "faq_consultar_vigencia"
    general = "utter_faq_consultar_vigencia"
    short: ClassVar[Mapping[Asked, str]] = {
        **dict.fromkeys((Asked.WHERE, Asked.HOW, Asked.AGAIN), "utter_vigencia_donde"),
        **dict.fromkeys((Asked.WHETHER, Asked.WHICH, Asked.SURE), "utter_vigencia_donde_si"),
    }
    facts: ClassVar[Mapping[Asked, Fact]] = dict.fromkeys(short, say_where)

    def rule_is_enough(self, turn: Turn) -> bool:
        """Where it is to be seen."""
        return turn.frame.asked in self.short

    def holds(self, turn: Turn, server: Server) -> bool:
        """While it is contracted."""
        del turn
        return server.status not in GONE

    def describe(self, turn: Turn, server: Server, reply: Reply) -> None:
        """The end date."""
        say_standing(turn, server, reply, CURRENT)


def _say_where(turn: Turn, server: Server, reply: Reply) -> None:
    """Where the end is to be seen; the start stands nowhere else, so who asks for that is told it."""
    (say_start if mentions(turn, _BEGINS) else say_where)(turn, server, reply)


class StartOfValidity(_Dated):
    """FAQ 18: validity starts when the payment is confirmed; the actual start date."""

    intent = "faq_inicio_vigencia"
    general = "utter_faq_inicio_vigencia"
    short: ClassVar[Mapping[Asked, str]] = {**_SINCE, Asked.WHERE: "utter_vigencia_donde"}
    facts: ClassVar[Mapping[Asked, Fact]] = {**dict.fromkeys(_SINCE, say_start), Asked.WHERE: _say_where}

    def describe(self, turn: Turn, server: Server, reply: Reply) -> None:
        """Start and end, or the charge that still has to be confirmed."""
        values = period_values(turn, server)
        if has_begun(turn, server):
            ended = values["faltan"].startswith("-")
            key = "utter_inicio_y_fin_pasado" if ended else "utter_inicio_y_fin"
            reply.say(key, readings=period_readings(turn, server), **values)
        elif say_standing(turn, server, reply, ANY_STANDING) == "not_started":
            say_charge_in_process(turn, server, reply)

    def describe_line(self, turn: Turn, server: Server, reply: Reply) -> None:
        """One line with the start date."""
        values = period_values(turn, server)
        if standing(turn, server) == "starts_later":
            key = LINES["starts_later"]
        else:
            begun = "inicio" in values and standing(turn, server) not in NOT_BEGUN
            key = "utter_inicio_linea" if begun else "utter_inicio_linea_pendiente"
        reply.say(key, readings=period_readings(turn, server), **values)


class MySubscription(_Dated):
    """Where my subscription stands: valid until, renewal, grace, kept data, and what to do about it."""

    intent = "consultar_suscripcion"
    heading = "utter_suscripcion_varios"
    facts: ClassVar[Mapping[Asked, Fact]] = SUBSCRIPTION

    def describe(self, turn: Turn, server: Server, reply: Reply) -> None:
        """The standing, then what follows from it."""
        now = say_standing(turn, server, reply, MINE)
        without_charge = now == "not_started" and last_charge(turn, server) is None
        if server.status == "provisioning" and (now in IN_FORCE or without_charge):
            say_creation(turn, server, reply)
        elif now in {"valid", "ends_today"}:
            self._say_renewal(turn, server, reply)
        elif now in UNPAID or now == "unpaid_start":
            self._say_unpaid(turn, server, reply)
        elif now in {"not_started", "suspended"}:
            say_charge_in_process(turn, server, reply)

    def _say_renewal(self, turn: Turn, server: Server, reply: Reply) -> None:
        subscription, charge = server.subscription, last_charge(turn, server)
        assert subscription is not None
        state = charge_state(turn, charge)
        if state in IN_PROCESS:
            say_charge_in_process(turn, server, reply)
        elif state == "rejected":
            self._say_unpaid(turn, server, reply)
        elif not subscription.auto_renew:
            told = readings(turn, server, "subscription", auto_renew=subscription.auto_renew)
            say_with_line(turn, reply, "utter_suscripcion_sin_renovacion", readings=told)
        else:
            say_next_charge(turn, server, reply)

    def _say_unpaid(self, turn: Turn, server: Server, reply: Reply) -> None:
        charge = last_charge(turn, server)
        state = charge_state(turn, charge)
        if state in IN_PROCESS:
            say_charge_in_process(turn, server, reply)
            return
        if charge is not None and state == "rejected":
            say_rejected(turn, server, charge, reply, brief=True)
        kept = standing(turn, server) in {"retained", "retained_last_day"}
        reply.say("utter_suscripcion_reactivar" if kept else "utter_suscripcion_regularizar")
        say_line(turn, reply)

    def close_list(self, turn: Turn, reply: Reply) -> None:
        """Offer the detail of those that are not paid, unless a talk goes on."""
        unpaid = tuple(each for each in turn.servers if standing(turn, each) in UNPAID)
        if unpaid and turn.frame.refers is not Refers.GOES_ON:
            reply.say("utter_suscripcion_ver_detalle", buttons=server_buttons(self.intent, unpaid))
