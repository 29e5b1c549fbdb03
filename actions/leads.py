"""The first sentences about a subscription, by what is asked and by where it stands: tables of answers that facts of several topics share."""

from __future__ import annotations

from collections.abc import Mapping

from actions.live import Standing

Leads = Mapping[Standing, str]


def leads(*, valid: str = "", today: str = "", grace: str = "", kept: str = "", gone: str = "") -> Leads:
    """The leads of one question; `today`: on the last valid day. A standing without one is told as it stands."""
    each: dict[Standing, str] = {
        "valid": valid,
        "ends_today": today,
        "grace": grace,
        "grace_last_day": grace,
        "retained": kept,
        "retained_last_day": kept,
        "gone": gone,
    }
    return {standing: key for standing, key in each.items() if key}


UNTIL = leads(
    valid="utter_suscripcion_hasta_vigente",
    grace="utter_suscripcion_hasta_gracia",
    kept="utter_suscripcion_hasta_resguardo",
    gone="utter_suscripcion_hasta_terminado",
)
COUNT: Leads = {
    **UNTIL,
    "valid": "utter_suscripcion_dias_vigente",
    "grace": "utter_suscripcion_dias_gracia",
    "retained": "utter_suscripcion_dias_resguardo",
}
AGAIN: Leads = {**UNTIL, "valid": "utter_suscripcion_repetir_vigente"}
WHETHER = leads(
    valid="utter_suscripcion_sigue_vigente",
    grace="utter_suscripcion_sigue_en_gracia",
    kept="utter_suscripcion_sigue_resguardada",
    gone="utter_suscripcion_hasta_terminado",
)
STATE: Leads = {**WHETHER, "valid": "utter_suscripcion_activa"}
WHAT_THEN = leads(
    valid="utter_suscripcion_despues",
    today="utter_suscripcion_despues",
    grace="utter_suscripcion_despues",
    kept="utter_suscripcion_despues_de_resguardo",
    gone="utter_suscripcion_hasta_terminado",
)
SINCE = leads(
    valid="utter_suscripcion_desde_vigente",
    today="utter_suscripcion_desde_vigente",
    grace="utter_suscripcion_desde_gracia",
    kept="utter_suscripcion_desde_resguardo",
    gone="utter_suscripcion_desde_terminado",
)
WHICH_DATE = leads(
    valid="utter_suscripcion_cual_fecha",
    today="utter_suscripcion_cual_fecha",
    grace="utter_suscripcion_cual_fecha",
    kept="utter_suscripcion_cual_fecha",
    gone="utter_suscripcion_cual_fecha",
)
SURE: Leads = {
    **UNTIL,
    "valid": "utter_suscripcion_seguro_vigente",
    "grace": "utter_suscripcion_seguro_gracia",
    "retained": "utter_suscripcion_seguro_resguardo",
    "gone": "utter_suscripcion_seguro_terminado",
}
YES: Leads = {
    **UNTIL,
    "valid": "utter_suscripcion_si_vigente",
    "grace": "utter_suscripcion_si_gracia",
    "retained": "utter_suscripcion_si_resguardo",
    "gone": "utter_suscripcion_si_terminado",
}
TOLD_ALREADY: Leads = {
    **{standing: SURE[standing] for standing in ("valid", "grace", "retained", "gone")},
    "not_started": "utter_suscripcion_sigue_en_espera",
}
"""The same in other words, where somebody asks again."""
WHY_NOT = leads(valid="utter_suscripcion_porque_vigente")
