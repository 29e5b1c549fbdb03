"""What is told of the invoice of a server's last credited payment: available, from which day, or late (FAQ 16)."""

from __future__ import annotations

from collections.abc import Mapping

from actions.base import say_line
from actions.invoice_day import State, credited, invoice_of, invoice_state
from actions.live import readings
from actions.say import Reading, Reply, Values
from actions.turn import Turn
from bot.accounts.port import Server
from bot.rules import format as words

_ANSWERS: dict[State, str] = {
    "unpaid": "utter_factura_sin_pago",
    "available": "utter_factura_disponible",
    "later": "utter_factura_pendiente",
    "tomorrow": "utter_factura_pendiente_manana",
    "today": "utter_factura_hoy",
    "late": "utter_factura_atrasada",
}
_LINES: dict[State, str] = {
    "unpaid": "utter_factura_linea_sin_pago",
    "available": "utter_factura_linea_disponible",
    "later": "utter_factura_linea_pendiente",
    "tomorrow": "utter_factura_linea_pendiente_manana",
    "today": "utter_factura_linea_hoy",
    "late": "utter_factura_linea_atrasada",
}


def say_invoice(turn: Turn, server: Server, reply: Reply) -> bool:
    """The state of the invoice, with the line when it is late; False when there is no credited payment that would have one."""
    state = _say(turn, server, reply, _ANSWERS)
    if state == "late":
        say_line(turn, reply)
    return state != "unpaid"


def say_invoice_line(turn: Turn, server: Server, reply: Reply) -> None:
    """The same in one line of a list."""
    _say(turn, server, reply, _LINES)


def _say(turn: Turn, server: Server, reply: Reply, answers: Mapping[State, str]) -> State:
    state = invoice_state(turn, server)
    reply.say(answers[state], readings=invoice_readings(turn, server), **invoice_values(turn, server))
    return state


def invoice_values(turn: Turn, server: Server) -> Values:
    """`servidor`, `dias` (business days of the rule) and, where a payment is credited, `monto`, `acreditado`, `numero` or None.

    Also the day of its invoice: `fecha` without an article, `dia` with it, `cuando` the same to begin with, and `faltan`, the business days until then.
    """
    values: Values = {"servidor": server.alias, "dias": words.business_days(turn.settings.invoice_business_days)}
    payment = credited(server)
    if payment:
        invoice, day = invoice_of(turn, server, payment)
        near = words.on_date(day, turn.today)
        values |= {
            "monto": words.money(payment.amount, payment.currency),
            "acreditado": words.on_date(turn.calendar.local_date(payment.credited_at or payment.charged_at), turn.today),
            "numero": invoice.number if invoice else None,
            "fecha": words.long_date(day, turn.today),
            "dia": near,
            "cuando": near[:1].upper() + near[1:],
            "faltan": words.business_days(turn.calendar.business_days_between(turn.today, day)),
        }
    return values


def invoice_readings(turn: Turn, server: Server) -> tuple[Reading, ...]:
    """What was read to tell it."""
    payment = credited(server)
    if payment is None:
        return ()
    invoice, _ = invoice_of(turn, server, payment)
    credited_at = payment.credited_at.isoformat() if payment.credited_at else None
    told = readings(turn, server, "payment", credited_at=credited_at, amount=payment.amount)
    return told + readings(turn, server, "invoice", number=invoice.number, available_on=invoice.available_on) if invoice else told
