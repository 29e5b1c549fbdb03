"""What is told of one server: being created, running, down, suspended or gone. Used by every question about "my server"."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from actions.base import LINE, say_line, say_with_line
from actions.escalation import escalate
from actions.live import Standing, charge_state, last_charge, period_readings, period_values, readings, standing
from actions.say import Reading, Reply, Values
from actions.sets import is_recent
from actions.turn import GONE, Turn
from bot.accounts.port import Payment, Server
from bot.identity.levels import DataClass
from bot.rules import format as words
from bot.rules.payment import confirmation_window, is_overdue, needs_confirmation
from bot.rules.service import expected_ready_at

LATE_CHARGE = "cargo_vencido"
TELL_LATE: Final = (
    "utter_pago_fuera_de_plazo",
    "utter_situacion_creacion_fuera_de_plazo",
    "utter_causa_creacion_fuera_de_plazo",
    "utter_inicio_fuera_de_plazo",
    "utter_creacion_pago_vencido",
    "utter_pago_caso_abierto",
)
"""What tells a charge that is past its days, with its case: told once, the next answers name its folio only."""
WHY_SUSPENDED: dict[Standing, str] = {
    "retained": "utter_servidor_suspendido_resguardo",
    "retained_last_day": "utter_servidor_suspendido_resguardo",
    "gone": "utter_servidor_suspendido_sin_resguardo",
    "paid": "utter_servidor_suspendido_pagado",
    "cancelled": "utter_servidor_suspendido_cancelado",
}
_VALIDITY: dict[Standing, str] = {
    "grace": "utter_servidor_en_gracia",
    "grace_last_day": "utter_servidor_en_gracia",
    "paid": "utter_servidor_pagado",
    "overstayed": "utter_servidor_vencido",
    "overstayed_long": "utter_servidor_vencido",
    "cancelled": "utter_servidor_suscripcion_cancelada",
}
_GONE: dict[str, tuple[str, str, str]] = {
    "deleted": ("utter_servidor_eliminado", "utter_servidor_eliminado_sin_resguardo", "utter_servidor_eliminado_vencido"),
    "cancelled": ("utter_servidor_cancelado", "utter_servidor_cancelado_sin_resguardo", "utter_servidor_cancelado_vencido"),
}
"""What is said of a server that is gone: alone, with the end of its retention, or with an end after which its data may still be kept."""
_NO_LINE = frozenset({"utter_servidor_en_gracia"})


def say_state(turn: Turn, server: Server, reply: Reply, *, running: str = "utter_servidor_encendido") -> None:
    """The whole state of one server; `running` is the answer when it is active, up and without incident."""
    if server.status == "provisioning":
        say_creation(turn, server, reply)
    elif server.status == "suspended":
        say_suspended(turn, server, reply)
    elif server.status in GONE:
        say_gone(turn, server, reply)
    else:
        _say_running(turn, server, reply, running)


def say_state_line(turn: Turn, server: Server, reply: Reply) -> None:
    """The same in one line of a list."""
    status = readings(turn, server, "virtual_server", status=server.status)
    keys = {
        "suspended": "utter_servidor_linea_suspendido",
        "cancelled": "utter_servidor_linea_cancelado",
        "deleted": "utter_servidor_linea_eliminado",
    }
    if server.status in keys:
        reply.say(keys[server.status], servidor=server.alias, readings=status)
    elif server.status == "provisioning":
        _say_creation_line(turn, server, reply, status)
    elif server.incident is None and not is_recent(server.health, turn):
        reply.say("utter_servidor_linea_sin_revision", servidor=server.alias, readings=status)
    elif server.incident:
        incident = readings(turn, server, "incident", started_at=server.incident.started_at.isoformat())
        since = when_words(turn, server.incident.started_at)
        reply.say("utter_servidor_linea_incidente", servidor=server.alias, desde=since, readings=(*status, *incident))
    else:
        assert server.health is not None
        state = readings(turn, server, "server_health", state=server.health.state)
        key = "utter_servidor_linea_encendido" if server.health.state == "up" else "utter_servidor_linea_sin_respuesta"
        reply.say(key, servidor=server.alias, cuando=when_words(turn, server.health.at), readings=(*status, *state))


def say_creation(turn: Turn, server: Server, reply: Reply) -> None:
    """A server that is not created yet: what its payment is waiting for, and when it will be ready. To whom the payment may not be told: that it is not."""
    if turn.sees(DataClass.PAYMENTS) is None:
        status = readings(turn, server, "virtual_server", status=server.status)
        reply.say("utter_creacion_sin_detalle", servidor=server.alias, minutos=minutes_words(turn), readings=status)
        reply.withheld.add("payment status")
        return
    payment = last_charge(turn, server)
    if payment is None or payment.status == "refunded":
        key = "utter_creacion_sin_pago" if payment is None else "utter_creacion_pago_reembolsado"
        say_with_line(turn, reply, key, servidor=server.alias)
        return
    reply.readings.extend(readings(turn, server, "payment", status=payment.status))
    if payment.status == "credited":
        _say_credited(turn, server, payment, reply)
    elif payment.status == "rejected":
        reason = payment.reason
        key = "utter_creacion_pago_rechazado" if reason else "utter_creacion_pago_rechazado_sin_motivo"
        reply.say(key, servidor=server.alias, motivo=words.excerpt(reason or ""))
    elif not needs_confirmation(payment.method):
        reply.say("utter_creacion_pago_pendiente", servidor=server.alias, medio=payment.masked, minutos=minutes_words(turn))
    else:
        _say_confirming(turn, server, payment, reply)


def creation_in_time(turn: Turn, server: Server) -> bool:
    """Whether nothing keeps a server from being created in its time: its charge is not late, and neither is it once that is credited."""
    payment = last_charge(turn, server)
    if payment is None or payment.status in {"rejected", "refunded"}:
        return False
    if payment.status == "credited":
        return turn.now <= expected_ready_at(payment.credited_at or payment.charged_at, turn.settings.creation_minutes)
    return charge_state(turn, payment) == "pending"


def may_be_used(server: Server) -> bool:
    """Whether it is active, and nothing that was seen of it says that it does not run."""
    seen_down = server.health is not None and server.health.state == "down"
    return server.status == "active" and server.incident is None and not seen_down


def say_suspended(turn: Turn, server: Server, reply: Reply) -> None:
    """A server that cannot be used: since when, and until when its data is kept."""
    reply.readings.extend(readings(turn, server, "virtual_server", status=server.status))
    now, values = standing(turn, server), period_values(turn, server)
    if now in WHY_SUSPENDED:
        reply.readings.extend(period_readings(turn, server))
        say_with_line(turn, reply, WHY_SUSPENDED[now], **values)
    else:
        say_with_line(turn, reply, "utter_servidor_suspendido", servidor=server.alias)


def say_gone(turn: Turn, server: Server, reply: Reply) -> None:
    """A server that is not contracted any more."""
    ends_on = server.subscription.ends_on if server.subscription else None
    ended = ends_on is not None and ends_on < turn.today
    plain, without_data, early = _GONE[server.status]
    key = (without_data if standing(turn, server) == "gone" else early) if ended else plain
    said = period_readings(turn, server) if ended else readings(turn, server, "virtual_server", status=server.status)
    say_with_line(turn, reply, key, readings=said, **period_values(turn, server))


def _say_running(turn: Turn, server: Server, reply: Reply, running: str) -> None:
    status = readings(turn, server, "virtual_server", status=server.status)
    if server.incident:
        _say_incident(turn, server, reply)
        return
    if server.health is None or not is_recent(server.health, turn):
        _say_not_seen(turn, server, reply, status)
        return
    state = readings(turn, server, "server_health", state=server.health.state)
    values: Values = {"servidor": server.alias, "cuando": when_words(turn, server.health.at)}
    if server.health.state == "down":
        say_with_line(turn, reply, "utter_servidor_sin_respuesta", readings=(*status, *state), **values)
    else:
        reply.say(running, readings=(*status, *state), **values)
    _say_validity(turn, server, reply)


def _say_not_seen(turn: Turn, server: Server, reply: Reply, status: tuple[Reading, ...]) -> None:
    """Nobody looked, or too long ago to say how it is now."""
    if server.health is None:
        say_with_line(turn, reply, "utter_servidor_sin_revision", servidor=server.alias, readings=status)
    else:
        state = readings(turn, server, "server_health", state=server.health.state, at=server.health.at.isoformat())
        when = when_words(turn, server.health.at)
        say_with_line(turn, reply, "utter_servidor_revision_vieja", servidor=server.alias, cuando=when, readings=(*status, *state))
    _say_validity(turn, server, reply)


def _say_incident(turn: Turn, server: Server, reply: Reply) -> None:
    key = {None: "utter_servidor_incidente", "down": "utter_servidor_incidente_sin_respuesta", "up": "utter_servidor_incidente_encendido"}
    reply.say(key[server.health.state if server.health else None], readings=incident_read(turn, server), **incident_values(turn, server))
    say_line(turn, reply)


def incident_values(turn: Turn, server: Server) -> Values:
    """`servidor`, `desde` and `incidente` (its text) of the open incident, and `cuando` the machine was last looked at; empty where unknown."""
    incident, health = server.incident, server.health
    return {
        "servidor": server.alias,
        "desde": when_words(turn, incident.started_at) if incident else "",
        "incidente": words.excerpt(incident.text) if incident else "",
        "cuando": when_words(turn, health.at) if health else "",
    }


def incident_read(turn: Turn, server: Server) -> tuple[Reading, ...]:
    """What was read to tell of an incident."""
    started_at = server.incident.started_at.isoformat() if server.incident else None
    seen = server.health.state if server.health else None
    return (*readings(turn, server, "incident", started_at=started_at), *readings(turn, server, "server_health", state=seen))


def _say_validity(turn: Turn, server: Server, reply: Reply) -> None:
    """What its dates have to do with using it, when they are over."""
    key = _VALIDITY.get(standing(turn, server))
    if key:
        reply.say(key, readings=period_readings(turn, server), **period_values(turn, server))
        if reply.says(LINE) or key not in _NO_LINE:
            say_line(turn, reply)


def _say_credited(turn: Turn, server: Server, payment: Payment, reply: Reply) -> None:
    credited_at = payment.credited_at or payment.charged_at
    ready_at = expected_ready_at(credited_at, turn.settings.creation_minutes)
    reply.readings.extend(readings(turn, server, "payment", credited_at=credited_at.isoformat()))
    values: Values = {"servidor": server.alias, "acreditado": when_words(turn, credited_at)}
    if turn.now <= ready_at:
        reply.say("utter_creacion_en_curso", listo=when_words(turn, ready_at), minutos=minutes_words(turn), **values)
    else:
        say_with_line(turn, reply, "utter_creacion_retrasada", minutos=minutes_words(turn), **values)


def _say_creation_line(turn: Turn, server: Server, reply: Reply, status: tuple[Reading, ...]) -> None:
    payment = last_charge(turn, server)
    ready_at = expected_ready_at(payment.credited_at, turn.settings.creation_minutes) if payment and payment.credited_at else None
    if ready_at and turn.now <= ready_at:
        reply.say("utter_servidor_linea_por_quedar", servidor=server.alias, listo=when_words(turn, ready_at), readings=status)
    else:
        reply.say("utter_servidor_linea_creandose", servidor=server.alias, readings=status)


def _say_confirming(turn: Turn, server: Server, payment: Payment, reply: Reply) -> None:
    business_days = turn.settings.bank_confirmation_business_days
    window = confirmation_window(turn.calendar, payment.charged_at, business_days)
    reply.readings.extend(readings(turn, server, "payment", charged_at=payment.charged_at.isoformat()))
    values: Values = {
        "servidor": server.alias,
        "medio": payment.masked,
        "cargo": words.on_date(turn.calendar.local_date(payment.charged_at), turn.today),
        "limite": words.on_date(window.latest_day, turn.today),
        "minutos": minutes_words(turn),
    }
    if is_overdue(turn.calendar, payment.charged_at, turn.now, business_days) and reply.told_lately(*TELL_LATE):
        say_case_again(turn, server, payment, reply)
    elif is_overdue(turn.calendar, payment.charged_at, turn.now, business_days):
        folio = escalate(turn, reply, LATE_CHARGE, {payment.id: server.alias})
        say_with_line(turn, reply, "utter_creacion_pago_vencido", folio=folio, **values)
    else:
        reply.say("utter_creacion_pago_por_confirmar", **values)


def say_case_again(turn: Turn, server: Server, payment: Payment, reply: Reply) -> None:
    """That a charge whose case was just told still waits, the folio and the line."""
    folio = escalate(turn, reply, LATE_CHARGE, {payment.id: server.alias})
    told = readings(turn, server, "payment", status=payment.status)
    reply.say("utter_pago_caso_abierto", servidor=server.alias, folio=folio, readings=told)
    say_line(turn, reply, again=True)


def when_words(turn: Turn, moment: datetime) -> str:
    """A moment with its article."""
    return words.on_moment(turn.calendar.local(moment), turn.calendar.local(turn.now))


def minutes_words(turn: Turn) -> str:
    """How many minutes the creation of a server takes."""
    return str(turn.settings.creation_minutes)
