"""How it is told where a subscription stands: one text for each standing, for one server and for a line of a list.

Every question about dates says them with these, and puts its own words only where it asks for something else.
"""

from __future__ import annotations

from collections.abc import Mapping

from actions.base import line_at_end, say_line
from actions.live import (
    ENDED,
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
    standing,
)
from actions.say import Reply, Values
from actions.turn import Turn
from bot.accounts.port import Server
from bot.protocol.frame import Refers
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
GRACE: dict[Standing, str] = {
    **CURRENT,
    "valid": "utter_gracia_vigente",
    "retained": "utter_gracia_terminada",
    "retained_last_day": "utter_gracia_terminada",
}
RETENTION: dict[Standing, str] = {
    **ANY_STANDING,
    **_KEPT,
    "valid": "utter_resguardo_vigente",
    "ends_today": "utter_resguardo_vigente",
    "grace": "utter_resguardo_en_gracia",
    "grace_last_day": "utter_resguardo_en_gracia",
}
MINE: dict[Standing, str] = {**CURRENT, "valid": "utter_suscripcion_vigente"}
LINES: dict[Standing, str] = {
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


def say_standing(
    turn: Turn, server: Server, reply: Reply, answers: Mapping[Standing, str], *, instead: Mapping[Standing, str] | None = None
) -> Standing:
    """Say the answer for where the subscription stands, with the support line where only a person can go on.

    `instead` is said where the answer was just told, word for word.
    """
    now = standing(turn, server)
    key, values = answers[now], {**period_values(turn, server), **rule_values(turn)}
    if values.get(_LEFT.get(key, "")) == words.days(1):
        key = _ONE_DAY[key]
    told = period_readings(turn, server)
    if not reply.add(key, readings=told, **values):
        reply.say((instead or {}).get(now, key), readings=told, **values)
    if now in _NEEDS_LINE:
        say_line(turn, reply)
    return now


def rule_values(turn: Turn) -> Values:
    """`dias_gracia` and `dias_resguardo`, as "3 días"."""
    return {"dias_gracia": words.days(turn.settings.grace_days), "dias_resguardo": words.days(turn.settings.retention_days)}


def say_way_out(turn: Turn, server: Server, reply: Reply) -> None:
    """How to pay what is overdue, beneath a general answer; nothing when nothing is. Where a talk goes on, only a charge that is under way."""
    if standing(turn, server) not in UNPAID:
        return
    charge = last_charge(turn, server)
    if charge is not None and charge_state(turn, charge) in IN_PROCESS:
        reply.add(
            "utter_suscripcion_cargo_en_proceso", readings=charge_readings(turn, server, charge), **charge_values(turn, server, charge)
        )
    elif turn.frame.refers is not Refers.GOES_ON:
        reply.add("utter_suscripcion_regularizar")
    line_at_end(turn, reply)
