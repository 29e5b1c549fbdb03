"""What is told of one server: being created, running, down, suspended or gone. Used by every question about "my server"."""

from __future__ import annotations

from datetime import date, datetime

from actions.base import say_line, say_with_line
from actions.escalation import escalate
from actions.live import last_charge, readings
from actions.say import Reading, Reply, Values
from actions.turn import GONE, Turn
from bot.accounts.port import Payment, Server
from bot.rules import format as words
from bot.rules.payment import confirmation_window, is_overdue, needs_confirmation
from bot.rules.service import expected_ready_at
from bot.rules.subscription import grace, retention_last_day

LATE_CHARGE = "cargo_vencido"


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
    elif server.health is None:
        reply.say("utter_servidor_linea_sin_revision", servidor=server.alias, readings=status)
    else:
        state = readings(turn, server, "server_health", state=server.health.state)
        key = "utter_servidor_linea_encendido" if server.health.state == "up" else "utter_servidor_linea_sin_respuesta"
        if server.incident:
            key = "utter_servidor_linea_incidente"
            state = readings(turn, server, "incident", started_at=server.incident.started_at.isoformat())
        reply.say(key, servidor=server.alias, cuando=_when(turn, server.health.at), readings=(*status, *state))


def say_creation(turn: Turn, server: Server, reply: Reply) -> None:
    """A server that is not created yet: what its payment is waiting for, and when it will be ready."""
    payment = last_charge(server)
    if payment is None or payment.status == "refunded":
        say_with_line(turn, reply, "utter_creacion_sin_pago", servidor=server.alias)
        return
    reply.readings.extend(readings(turn, server, "payment", status=payment.status))
    if payment.status == "credited":
        _say_credited(turn, server, payment, reply)
    elif payment.status == "rejected":
        reason = payment.reason
        key = "utter_creacion_pago_rechazado" if reason else "utter_creacion_pago_rechazado_sin_motivo"
        reply.say(key, servidor=server.alias, motivo=reason or "")
    elif not needs_confirmation(payment.method):
        reply.say("utter_creacion_pago_pendiente", servidor=server.alias, medio=payment.masked, minutos=_minutes(turn))
    else:
        _say_confirming(turn, server, payment, reply)


def say_suspended(turn: Turn, server: Server, reply: Reply) -> None:
    """A server that cannot be used: since when, and until when its data is kept."""
    reply.readings.extend(readings(turn, server, "virtual_server", status=server.status))
    ends_on = server.subscription.ends_on if server.subscription else None
    if ends_on is None or ends_on >= turn.today:
        say_with_line(turn, reply, "utter_servidor_suspendido", servidor=server.alias)
        return
    kept_until = retention_last_day(ends_on, turn.settings.retention_days)
    key = "utter_servidor_suspendido_resguardo" if turn.today <= kept_until else "utter_servidor_suspendido_sin_resguardo"
    reply.readings.extend(readings(turn, server, "subscription", ends_on=ends_on))
    say_with_line(turn, reply, key, servidor=server.alias, termino=_day(turn, ends_on), resguardo=words.on_date(kept_until, turn.today))


def say_gone(turn: Turn, server: Server, reply: Reply) -> None:
    """A server that is not contracted any more."""
    ends_on = server.subscription.ends_on if server.subscription else None
    said = readings(turn, server, "virtual_server", status=server.status)
    if server.status == "deleted" and ends_on and ends_on < turn.today:
        ended = readings(turn, server, "subscription", ends_on=ends_on)
        key = "utter_servidor_eliminado_vencido"
        say_with_line(turn, reply, key, servidor=server.alias, termino=_day(turn, ends_on), readings=(*said, *ended))
    else:
        key = "utter_servidor_eliminado" if server.status == "deleted" else "utter_servidor_cancelado"
        say_with_line(turn, reply, key, servidor=server.alias, readings=said)


def _say_running(turn: Turn, server: Server, reply: Reply, running: str) -> None:
    status = readings(turn, server, "virtual_server", status=server.status)
    if server.incident:
        _say_incident(turn, server, reply)
        return
    if server.health is None:
        say_with_line(turn, reply, "utter_servidor_sin_revision", servidor=server.alias, readings=status)
        return
    state = readings(turn, server, "server_health", state=server.health.state)
    values: Values = {"servidor": server.alias, "cuando": _when(turn, server.health.at)}
    if server.health.state == "down":
        say_with_line(turn, reply, "utter_servidor_sin_respuesta", readings=(*status, *state), **values)
        return
    reply.say(running, readings=(*status, *state), **values)
    _say_grace(turn, server, reply)


def _say_incident(turn: Turn, server: Server, reply: Reply) -> None:
    assert server.incident is not None
    health = server.health
    incident = readings(turn, server, "incident", started_at=server.incident.started_at.isoformat())
    values: Values = {
        "servidor": server.alias,
        "desde": _when(turn, server.incident.started_at),
        "incidente": server.incident.text.rstrip(" ."),
        "cuando": _when(turn, health.at) if health else "",
    }
    if health is None:
        reply.say("utter_servidor_incidente", readings=incident, **values)
    else:
        key = "utter_servidor_incidente_sin_respuesta" if health.state == "down" else "utter_servidor_incidente_encendido"
        state = readings(turn, server, "server_health", state=health.state)
        reply.say(key, readings=(*incident, *state), **values)
    say_line(turn, reply)


def _say_grace(turn: Turn, server: Server, reply: Reply) -> None:
    ends_on = server.subscription.ends_on if server.subscription else None
    period = grace(ends_on, turn.today, turn.settings.grace_days) if ends_on else None
    if ends_on and period:
        said = readings(turn, server, "subscription", ends_on=ends_on)
        reply.say(
            "utter_servidor_en_gracia",
            readings=said,
            termino=_day(turn, ends_on),
            gracia=words.on_date(period.last_day, turn.today),
        )


def _say_credited(turn: Turn, server: Server, payment: Payment, reply: Reply) -> None:
    credited_at = payment.credited_at or payment.charged_at
    ready_at = expected_ready_at(credited_at, turn.settings.creation_minutes)
    reply.readings.extend(readings(turn, server, "payment", credited_at=credited_at.isoformat()))
    values: Values = {"servidor": server.alias, "acreditado": _when(turn, credited_at)}
    if turn.now <= ready_at:
        reply.say("utter_creacion_en_curso", listo=_when(turn, ready_at), **values)
    else:
        say_with_line(turn, reply, "utter_creacion_retrasada", minutos=_minutes(turn), **values)


def _say_creation_line(turn: Turn, server: Server, reply: Reply, status: tuple[Reading, ...]) -> None:
    payment = last_charge(server)
    ready_at = expected_ready_at(payment.credited_at, turn.settings.creation_minutes) if payment and payment.credited_at else None
    if ready_at and turn.now <= ready_at:
        reply.say("utter_servidor_linea_por_quedar", servidor=server.alias, listo=_when(turn, ready_at), readings=status)
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
        "minutos": _minutes(turn),
    }
    if is_overdue(turn.calendar, payment.charged_at, turn.now, business_days):
        folio = escalate(turn, reply, LATE_CHARGE, {payment.id: server.alias})
        say_with_line(turn, reply, "utter_creacion_pago_vencido", folio=folio, **values)
    else:
        reply.say("utter_creacion_pago_por_confirmar", **values)


def _when(turn: Turn, moment: datetime) -> str:
    return words.on_moment(turn.calendar.local(moment), turn.calendar.local(turn.now))


def _day(turn: Turn, day: date) -> str:
    return words.on_date(day, turn.today)


def _minutes(turn: Turn) -> str:
    return str(turn.settings.creation_minutes)
