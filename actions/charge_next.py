"""What may follow the answer to a question about a payment: until when, what to do, who helps. Each is left out where it was just told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

from actions.base import say_line
from actions.charge_case import Case, case_of, payment_values
from actions.charges import say_case_of_late_charge, say_how_to_settle, say_next_charge
from actions.live import Standing, charge_values, last_charge, period_of, period_readings, period_values, standing
from actions.mentions import BY_MONTH, BY_YEAR, mentions
from actions.say import Reply
from actions.turn import Turn
from bot.accounts.port import Server, Subscription
from bot.protocol.frame import Asked, Move
from bot.rules import format as words
from bot.rules.payment import confirmation_window
from bot.rules.service import expected_ready_at
from bot.rules.subscription import MONTHS_A_YEAR

Next = Callable[[Turn, Server, Reply], None]
Saying = tuple[str, tuple[Next, ...]]
"""The key of the lead, and what follows it unless it was just told."""

DEADLINES: Final[Mapping[Standing, str]] = {
    "grace": "utter_pago_en_gracia",
    "grace_last_day": "utter_pago_en_gracia",
    "retained": "utter_pago_en_resguardo",
    "retained_last_day": "utter_pago_en_resguardo",
    "overstayed": "utter_pago_en_resguardo",
}


_ITS_CHARGE: Final[Mapping[Case, str]] = {
    "pending": "utter_pago_ahi_pendiente",
    "overdue": "utter_pago_ahi_pendiente",
    "unsettled": "utter_pago_ahi_pendiente",
    "rejected": "utter_pago_ahi_rechazado",
    "unexplained": "utter_pago_ahi_rechazado_sin_motivo",
    "credited": "utter_pago_ahi_acreditado",
    "settled": "utter_pago_ahi_acreditado",
}


def add_text(key: str, turn: Turn, server: Server, reply: Reply) -> None:
    """A text with the values of its payment."""
    reply.add(key, **payment_values(turn, server))


def add_dates(turn: Turn, server: Server, reply: Reply) -> None:
    """Between which days a pending charge is confirmed."""
    charge = last_charge(turn, server)
    assert charge is not None
    window = confirmation_window(turn.calendar, charge.charged_at, turn.settings.bank_confirmation_business_days)
    key = "utter_pago_plazo" if turn.today < window.earliest_day else "utter_pago_plazo_por_vencer"
    reply.add(key, **charge_values(turn, server, charge))


def add_deadline(turn: Turn, server: Server, reply: Reply) -> None:
    """Until when it can be used, or its data is kept, without the payment."""
    key = DEADLINES.get(standing(turn, server))
    if key:
        reply.add(key, readings=period_readings(turn, server), **period_values(turn, server))


def add_how_to_settle(turn: Turn, server: Server, reply: Reply) -> None:
    """Where what is due is seen, and who helps to pay it."""
    del server
    say_how_to_settle(turn, reply)


def add_line(turn: Turn, server: Server, reply: Reply) -> None:
    """The support line."""
    del server
    say_line(turn, reply)


def add_where_more_is_seen(turn: Turn, server: Server, reply: Reply) -> None:
    """Whether anything more has to be paid is not in the records: where it is seen, or who knows."""
    if server.status == "suspended":
        reply.add("utter_pago_total_para_reactivar")
        say_line(turn, reply)
    else:
        reply.add("utter_pago_total_a_la_vista")


def add_until_when(turn: Turn, server: Server, reply: Reply) -> None:
    """Until when to pay; where that day is not known, or who asks says to have paid, what to do."""
    if turn.says_to_have_paid or standing(turn, server) not in DEADLINES:
        add_how_to_settle(turn, server, reply)
    else:
        add_deadline(turn, server, reply)


def add_for_doubts(turn: Turn, server: Server, reply: Reply) -> None:
    """Who contradicts a rejection is sent to the bank; the others are told until when to pay."""
    if turn.frame.move in {Move.COMPLAINS, Move.CORRECTS, Move.DENIES} or turn.frame.asked is Asked.SURE:
        reply.add("utter_pago_lo_sabe_el_banco")
    else:
        add_until_when(turn, server, reply)


def add_what_comes(turn: Turn, server: Server, reply: Reply) -> None:
    """After a credited payment: the creation that follows it, or the next charge."""
    charge = last_charge(turn, server)
    assert charge is not None
    ready_at = expected_ready_at(charge.credited_at or charge.charged_at, turn.settings.creation_minutes)
    if server.status == "provisioning":
        if turn.now <= ready_at:
            ready = words.on_moment(turn.calendar.local(ready_at), turn.calendar.local(turn.now))
            reply.add("utter_pago_se_crea", servidor=server.alias, listo=ready)
    elif standing(turn, server) == "ending":
        reply.add("utter_pago_suscripcion_cancelada")
    elif standing(turn, server) != "renewed":  # its next charge was made already
        say_next_charge(turn, server, reply)


def add_mail(turn: Turn, server: Server, reply: Reply) -> None:
    """What follows the confirmation of the charge of a new server."""
    del turn
    if server.status == "provisioning":
        reply.add("utter_pago_despues_correo")


def add_other_method(turn: Turn, server: Server, reply: Reply) -> None:
    """Who paid otherwise than is registered is told who can look."""
    del turn, server
    reply.add("utter_pago_otro_medio")


def add_its_charge(turn: Turn, server: Server, reply: Reply) -> None:
    """The last charge that was made with it: how much, when, and what became of it."""
    key = _ITS_CHARGE.get(case_of(turn, server))
    if key:
        reply.add(key, **payment_values(turn, server))


def add_what_is_kept(turn: Turn, server: Server, reply: Reply) -> None:
    """What follows grace without the payment."""
    reply.add("utter_suscripcion_despues_de_gracia", readings=period_readings(turn, server), **period_values(turn, server))


def add_amounts(turn: Turn, server: Server, reply: Reply) -> None:
    """What it comes to a month or a year, where that is asked; the day of the next charge; what was paid last, where the price is another now."""
    charge = last_charge(turn, server)
    say_other_length(turn, server.subscription, reply)
    if charge and server.subscription and charge.amount != server.subscription.price:
        add_text("utter_pago_ultimo_monto", turn, server, reply)
    if case_of(turn, server) == "credited":
        add_text("utter_pago_proximo_dia", turn, server, reply)


def say_other_length(turn: Turn, subscription: Subscription | None, reply: Reply) -> None:
    """What a price by the year comes to a month, or one by the month in a year, where the words ask for that."""
    period = period_of(subscription) if subscription else "period"
    if subscription and period == "year" and mentions(turn, BY_MONTH):
        reply.say("utter_pago_equivale_al_mes", precio=words.money(subscription.price / MONTHS_A_YEAR, subscription.currency))
    elif subscription and period == "month" and mentions(turn, BY_YEAR):
        reply.say("utter_pago_equivale_al_ano", precio=words.money(subscription.price * MONTHS_A_YEAR, subscription.currency))


_late: Next = partial(add_text, "utter_pago_fuera_del_plazo_normal")
add_at_once: Next = partial(add_text, "utter_pago_credito_al_momento")
THEN_CASE: Final = (say_case_of_late_charge,)
THEN_LATE: Final = (_late, *THEN_CASE)
THEN_UNTIL_WHEN: Final = (add_until_when,)
THEN_ALL_OWED: Final = (add_deadline, add_how_to_settle)
THEN_WHO_HELPS: Final = (add_until_when, add_line)
AT_FIRST: Final = frozenset({_late, add_how_to_settle, add_mail, add_where_more_is_seen})
"""What is left out where a talk goes on: it was told before, or would be asked for."""
