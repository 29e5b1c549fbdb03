"""Validity of a subscription: its dates, what follows when it is not paid (FAQ 6, 10, 15, 18), and the customer's own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from actions.base import Fact, ServerAction, line_at_end, say_line, say_with_line, server_buttons
from actions.charges import say_charge_in_process, say_next_charge, say_rejected
from actions.live import (
    ENDED,
    IN_FORCE,
    IN_PROCESS,
    UNEXPLAINED,
    UNPAID,
    Standing,
    charge_readings,
    charge_state,
    charge_values,
    last_charge,
    period_readings,
    period_values,
    readings,
    standing,
)
from actions.say import Reply
from actions.server_state import say_creation
from actions.set_leads import say_end_line
from actions.turn import GONE, Turn
from bot.accounts.port import Server
from bot.protocol.frame import Asked
from bot.rules import format as words

ANY_STANDING: dict[Standing, str] = {
    "renewed": "utter_vigencia_renovada",
    "ending": "utter_vigencia_por_terminar",
    "starts_later": "utter_vigencia_por_iniciar",
    "overstayed": "utter_vigencia_excedida",
    "overstayed_long": "utter_vigencia_excedida_sin_resguardo",
    "paid": "utter_vigencia_pagada",
    "cancelled": "utter_vigencia_cancelada",
    "unclear": "utter_vigencia_no_coincide",
    "gone": "utter_vigencia_terminada",
    "withdrawn": "utter_vigencia_dado_de_baja",
    "suspended": "utter_vigencia_suspendido",
    "starting": "utter_vigencia_por_registrarse",
    "not_started": "utter_vigencia_sin_inicio",
    "unpaid_start": "utter_vigencia_falta_pago",
    "unknown": "utter_vigencia_sin_dato",
}
_KEPT: dict[Standing, str] = {
    "retained": "utter_resguardo_en_curso",
    "retained_last_day": "utter_resguardo_ultimo_dia",
}
_IN_GRACE: dict[Standing, str] = {
    "grace": "utter_gracia_en_curso",
    "grace_last_day": "utter_gracia_ultimo_dia",
}
CURRENT: dict[Standing, str] = {
    **ANY_STANDING,
    **_KEPT,
    **_IN_GRACE,
    "valid": "utter_vigencia_vigente",
    "ends_today": "utter_vigencia_termina_hoy",
}
_GRACE: dict[Standing, str] = {
    **CURRENT,
    "valid": "utter_gracia_vigente",
    "retained": "utter_gracia_terminada",
    "retained_last_day": "utter_gracia_terminada",
}
_RETENTION: dict[Standing, str] = {
    **ANY_STANDING,
    **_KEPT,
    "valid": "utter_resguardo_vigente",
    "ends_today": "utter_resguardo_vigente",
    "grace": "utter_resguardo_en_gracia",
    "grace_last_day": "utter_resguardo_en_gracia",
}
_MINE: dict[Standing, str] = {**CURRENT, "valid": "utter_suscripcion_vigente"}
_LINES: dict[Standing, str] = {
    "renewed": "utter_vigencia_linea_renovada",
    "ending": "utter_vigencia_linea_por_terminar",
    "starts_later": "utter_vigencia_linea_por_iniciar",
    "overstayed": "utter_vigencia_linea_excedida",
    "overstayed_long": "utter_vigencia_linea_excedida",
    "paid": "utter_vigencia_linea_pagada",
    "cancelled": "utter_vigencia_linea_cancelada",
    "unclear": "utter_vigencia_linea_no_coincide",
    "valid": "utter_vigencia_linea_vigente",
    "ends_today": "utter_vigencia_linea_vigente",
    "grace": "utter_vigencia_linea_gracia",
    "grace_last_day": "utter_vigencia_linea_gracia",
    "retained": "utter_vigencia_linea_resguardo",
    "retained_last_day": "utter_vigencia_linea_resguardo",
    "gone": "utter_vigencia_linea_terminada",
    "withdrawn": "utter_vigencia_linea_dado_de_baja",
    "suspended": "utter_vigencia_linea_suspendido",
    "starting": "utter_vigencia_linea_por_registrarse",
    "not_started": "utter_vigencia_linea_sin_inicio",
    "unpaid_start": "utter_vigencia_linea_falta_pago",
    "unknown": "utter_vigencia_linea_sin_dato",
}
_ONE_DAY = {
    "utter_gracia_en_curso": "utter_gracia_en_curso_un_dia",
    "utter_resguardo_en_curso": "utter_resguardo_en_curso_un_dia",
    "utter_suscripcion_vigente": "utter_suscripcion_vigente_un_dia",
}
_LEFT = {"utter_gracia_en_curso": "faltan_gracia", "utter_resguardo_en_curso": "faltan_resguardo", "utter_suscripcion_vigente": "faltan"}
_NEEDS_LINE = ENDED | UNEXPLAINED | {"ending", "paid", "overstayed", "overstayed_long"}


MAY_LAPSE: frozenset[Standing] = frozenset({"valid", "ends_today", "renewed", "starts_later", "starting", "not_started", "unpaid_start"})
NOT_BEGUN: frozenset[Standing] = frozenset({"starts_later", "not_started", "unpaid_start", "unclear"})


def say_standing(turn: Turn, server: Server, reply: Reply, answers: Mapping[Standing, str]) -> Standing:
    """Say the answer for where the subscription stands, with the support line where only a person can go on."""
    now = standing(turn, server)
    key, values = answers[now], period_values(turn, server)
    if values.get(_LEFT.get(key, "")) == words.days(1):
        key = _ONE_DAY[key]
    reply.say(key, readings=period_readings(turn, server), **values)
    if now in _NEEDS_LINE:
        say_line(turn, reply)
    return now


def say_way_out(turn: Turn, server: Server, reply: Reply) -> None:
    """How to pay what is overdue, beneath a general answer; nothing when nothing is."""
    if standing(turn, server) not in UNPAID:
        return
    charge = last_charge(turn, server)
    if charge is not None and charge_state(turn, charge) in IN_PROCESS:
        reply.say(
            "utter_suscripcion_cargo_en_proceso", readings=charge_readings(turn, server, charge), **charge_values(turn, server, charge)
        )
    else:
        reply.say("utter_suscripcion_regularizar")
    line_at_end(turn, reply)


class _Dated(ServerAction):
    """A question about dates: several servers get one line each with where they stand."""

    lines: ClassVar[Mapping[Asked, Fact]] = {Asked.WHEN: say_end_line, Asked.SINCE: say_end_line}

    def describe_line(self, turn: Turn, server: Server, reply: Reply) -> None:
        """One line with the date that matters now."""
        now = standing(turn, server)
        key = "utter_vigencia_linea_creandose" if server.status == "provisioning" and now in IN_FORCE else _LINES[now]
        reply.say(key, readings=period_readings(turn, server), **period_values(turn, server))


class GracePeriod(_Dated):
    """FAQ 6: days of grace, apart from the Aspel system's own; if in grace its last day, what is left and how to pay."""

    intent = "faq_periodo_gracia"
    general = "utter_faq_periodo_gracia"

    def say_general(self, turn: Turn, reply: Reply) -> None:
        """With the number of days of the settings."""
        reply.say(self.general, dias=words.days(turn.settings.grace_days))

    def holds(self, turn: Turn, server: Server) -> bool:
        """While it may still come, or runs."""
        return standing(turn, server) in MAY_LAPSE | {"grace", "grace_last_day"}

    def say_reason(self, turn: Turn, server: Server, reply: Reply) -> None:
        """How long it is."""
        del server
        reply.say("utter_faq_periodo_gracia_breve", dias=words.days(turn.settings.grace_days))

    def describe(self, turn: Turn, server: Server, reply: Reply) -> None:
        """Last day of grace."""
        say_standing(turn, server, reply, _GRACE)
        say_way_out(turn, server, reply)


class DataRetention(_Dated):
    """FAQ 10: how long the data is kept without payment; if unpaid, until which day."""

    intent = "faq_resguardo_sin_pago"
    general = "utter_faq_resguardo_sin_pago"

    def say_general(self, turn: Turn, reply: Reply) -> None:
        """With the number of days of the settings."""
        reply.say(self.general, dias=str(turn.settings.retention_days))

    def holds(self, turn: Turn, server: Server) -> bool:
        """While the data is still to be kept, or is kept."""
        return standing(turn, server) in MAY_LAPSE | {"grace", "grace_last_day", "retained", "retained_last_day"}

    def say_reason(self, turn: Turn, server: Server, reply: Reply) -> None:
        """How long it is kept."""
        del server
        reply.say("utter_faq_resguardo_sin_pago_breve", dias=str(turn.settings.retention_days))

    def describe(self, turn: Turn, server: Server, reply: Reply) -> None:
        """Last day on which the data is kept."""
        say_standing(turn, server, reply, _RETENTION)
        say_way_out(turn, server, reply)


class WhereIsMyEndDate(_Dated):
    """FAQ 15: the menu path of Fecha Fin, and the date itself."""

    intent = "faq_consultar_vigencia"
    general = "utter_faq_consultar_vigencia"

    def holds(self, turn: Turn, server: Server) -> bool:
        """While it is contracted."""
        del turn
        return server.status not in GONE

    def describe(self, turn: Turn, server: Server, reply: Reply) -> None:
        """The end date."""
        say_standing(turn, server, reply, CURRENT)


class StartOfValidity(ServerAction):
    """FAQ 18: validity starts when the payment is confirmed; the actual start date."""

    intent = "faq_inicio_vigencia"
    general = "utter_faq_inicio_vigencia"

    def describe(self, turn: Turn, server: Server, reply: Reply) -> None:
        """Start and end, or the charge that still has to be confirmed."""
        values = period_values(turn, server)
        if "inicio" in values and "fin" in values and standing(turn, server) not in NOT_BEGUN:
            ended = values["faltan"].startswith("-")
            key = "utter_inicio_y_fin_pasado" if ended else "utter_inicio_y_fin"
            reply.say(key, readings=period_readings(turn, server), **values)
        elif say_standing(turn, server, reply, ANY_STANDING) == "not_started":
            say_charge_in_process(turn, server, reply)

    def describe_line(self, turn: Turn, server: Server, reply: Reply) -> None:
        """One line with the start date."""
        values = period_values(turn, server)
        if standing(turn, server) == "starts_later":
            key = _LINES["starts_later"]
        else:
            begun = "inicio" in values and standing(turn, server) not in NOT_BEGUN
            key = "utter_inicio_linea" if begun else "utter_inicio_linea_pendiente"
        reply.say(key, readings=period_readings(turn, server), **values)


class MySubscription(_Dated):
    """Where my subscription stands: valid until, renewal, grace, kept data, and what to do about it."""

    intent = "consultar_suscripcion"
    heading = "utter_suscripcion_varios"

    def describe(self, turn: Turn, server: Server, reply: Reply) -> None:
        """The standing, then what follows from it."""
        now = say_standing(turn, server, reply, _MINE)
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
        """Offer the detail of those that are not paid."""
        unpaid = tuple(each for each in turn.servers if standing(turn, each) in UNPAID)
        if unpaid:
            reply.say("utter_suscripcion_ver_detalle", buttons=server_buttons(self.intent, unpaid))
