"""What is told of one charge and of what is owed. Used by every question about payments and by those about an overdue subscription."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from actions.base import say_line, say_with_line
from actions.escalation import escalate
from actions.live import (
    IN_PROCESS,
    Charge,
    charge_readings,
    charge_state,
    charge_values,
    last_charge,
    owed,
    period_readings,
    period_values,
    readings,
    renewal,
)
from actions.say import Reply, Values
from actions.server_state import LATE_CHARGE, TELL_LATE, say_case_again
from actions.sets import sum_owed
from actions.turn import GONE, Turn
from bot.accounts.port import Payment, Server
from bot.rules import format as words
from bot.rules.payment import confirmation_window

_LINES: dict[Charge, str] = {
    "none": "utter_pago_linea_ninguno",
    "credited": "utter_pago_linea_acreditado",
    "pending": "utter_pago_linea_en_proceso",
    "overdue": "utter_pago_linea_fuera_de_plazo",
    "unsettled": "utter_pago_linea_sin_confirmar",
    "rejected": "utter_pago_linea_rechazado",
    "refunded": "utter_pago_linea_reembolsado",
}


def say_charge_in_process(turn: Turn, server: Server, reply: Reply) -> None:
    """The last charge while it is pending: when it is confirmed; past that, a case is opened and its folio told. Nothing in other states."""
    charge = last_charge(turn, server)
    state = charge_state(turn, charge)
    if charge is None:
        return
    values, told = charge_values(turn, server, charge), charge_readings(turn, server, charge)
    if state == "pending":
        window = confirmation_window(turn.calendar, charge.charged_at, turn.settings.bank_confirmation_business_days)
        early = turn.today < window.earliest_day
        reply.say("utter_pago_en_proceso" if early else "utter_pago_en_proceso_por_confirmar", readings=told, **values)
        if server.status == "provisioning":
            reply.say("utter_pago_despues_correo")
    elif state == "overdue" and reply.told_lately(*TELL_LATE):
        say_case_again(turn, server, charge, reply)
    elif state == "overdue":
        folio = escalate(turn, reply, LATE_CHARGE, {charge.id: server.alias})
        say_with_line(turn, reply, "utter_pago_fuera_de_plazo", readings=told, folio=folio, **values)
    elif state == "unsettled":
        say_with_line(turn, reply, "utter_pago_sin_confirmar", readings=told, **values)


def say_case_of_late_charge(turn: Turn, server: Server, reply: Reply) -> None:
    """The folio of the case that is open for the last charge of `server`, which is past its days, and the line; once told, the line with the folio beside it."""
    charge = last_charge(turn, server)
    assert charge is not None
    reply.add("utter_pago_folio", folio=escalate(turn, reply, LATE_CHARGE, {charge.id: server.alias}))
    say_line(turn, reply, again=True)


def say_rejected(turn: Turn, server: Server, charge: Payment, reply: Reply, *, brief: bool = False) -> None:
    """A rejected charge with its reason; `brief` leaves out method and day."""
    keys = {
        (False, True): "utter_pago_rechazado",
        (False, False): "utter_pago_rechazado_sin_motivo",
        (True, True): "utter_pago_rechazado_breve",
        (True, False): "utter_pago_rechazado_breve_sin_motivo",
    }
    reply.say(keys[brief, bool(charge.reason)], readings=charge_readings(turn, server, charge), **charge_values(turn, server, charge))


def next_charge(turn: Turn, server: Server) -> date | None:
    """The day of the next automatic charge; None when none is planned, or the day that was planned is over."""
    subscription = server.subscription
    if subscription is None or not subscription.auto_renew or subscription.status == "cancelled":
        return None
    day = subscription.next_charge_on
    return day if day and day >= turn.today else None


def say_next_charge(turn: Turn, server: Server, reply: Reply) -> bool:
    """When and how much the next automatic charge is, unless that was just told; False when none is planned."""
    subscription, charge, day = server.subscription, last_charge(turn, server), next_charge(turn, server)
    if subscription is None or day is None:
        return False
    told = readings(turn, server, "subscription", next_charge_on=day, price=subscription.price)
    values: Values = {
        "proximo": words.on_date(day, turn.today),
        "precio": words.money(subscription.price, subscription.currency),
    }
    if charge is None:
        reply.add("utter_pago_proximo_cargo_sin_metodo", readings=told, **values)
    else:
        told += readings(turn, server, "payment", masked=charge.masked)
        reply.add("utter_pago_proximo_cargo", readings=told, metodo=charge.masked, **values)
    return True


def say_ended(turn: Turn, server: Server, reply: Reply) -> None:
    """Nothing is charged for a server that is no longer kept; what is still open goes to the line."""
    charge = next((each for each in server.payments[:1] if charge_state(turn, each) in IN_PROCESS), None)
    if charge is not None:
        told = charge_readings(turn, server, charge)
        say_with_line(turn, reply, "utter_pago_terminado_con_cargo", readings=told, **charge_values(turn, server, charge))
    elif renewal(turn, server):
        told = period_readings(turn, server)
        say_with_line(turn, reply, "utter_pago_terminado_con_pago", readings=told, **period_values(turn, server))
    elif server.status in GONE:
        say_with_line(turn, reply, "utter_pago_servicio_terminado", servidor=server.alias, readings=period_readings(turn, server))
    else:
        say_with_line(turn, reply, "utter_pago_vigencia_terminada", readings=period_readings(turn, server), **period_values(turn, server))


def say_how_to_settle(turn: Turn, reply: Reply) -> None:
    """Where what is owed is shown, and the line. Who says to have paid is told that it is not to be seen here, and what to have at hand."""
    reply.add("utter_pago_no_aparece" if turn.says_to_have_paid else "utter_pago_liquidar")
    say_line(turn, reply)


def total_owed(turn: Turn, servers: Iterable[Server]) -> str:
    """What is due for these servers in all, in each currency."""
    return words.join_names([words.money(amount, currency) for currency, amount in sum_owed(turn, servers).items()])


def say_charge_line(turn: Turn, server: Server, reply: Reply) -> None:
    """One line of a list: the last charge, or the renewal that is not paid."""
    charge = last_charge(turn, server)
    state = charge_state(turn, charge)
    due = owed(turn, server)
    if due and state != "rejected":
        told = (*period_readings(turn, server), *readings(turn, server, "subscription", price=due[0]))
        reply.say("utter_pago_linea_sin_pagar", readings=told, monto=words.money(*due), **period_values(turn, server))
    elif charge is None:
        reply.say("utter_pago_linea_ninguno", servidor=server.alias)
    else:
        values: Values = charge_values(turn, server, charge)
        values["acreditado"] = words.on_date(turn.calendar.local_date(charge.credited_at or charge.charged_at), turn.today)
        reply.say(_LINES[state], readings=charge_readings(turn, server, charge), **values)


def say_why_line(turn: Turn, server: Server, reply: Reply) -> None:
    """One line of a list: why the last charge was rejected, where that is known; else the charge."""
    charge = last_charge(turn, server)
    if charge is not None and charge.reason and charge_state(turn, charge) == "rejected":
        reply.say("utter_pago_linea_motivo", readings=charge_readings(turn, server, charge), **charge_values(turn, server, charge))
    else:
        say_charge_line(turn, server, reply)


def say_late_charges(turn: Turn, servers: Iterable[Server], reply: Reply) -> bool:
    """One case for all charges past their days, with its folio and the line; False when there is none and nothing was said."""
    late = {charge.id: each.alias for each in servers if (charge := last_charge(turn, each)) and charge_state(turn, charge) == "overdue"}
    if late:
        folio = escalate(turn, reply, LATE_CHARGE, late)
        say_with_line(turn, reply, "utter_pago_fuera_de_plazo_varios", folio=folio)
    return bool(late)
