"""What is asked of one server's payment (how much, when, why, with what …), each in its own words and the value first.

A charge is in one of a few cases; for every question a table says with which sentence each case leads and what may follow it.
What has no line there is answered by the whole description, as before.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from itertools import takewhile
from typing import Final, Literal

from actions.base import Fact, say_line
from actions.charges import next_charge, say_case_of_late_charge, say_how_to_settle, say_next_charge
from actions.live import (
    ENDED,
    IN_PROCESS,
    UNEXPLAINED,
    UNPAID,
    Standing,
    bank_days,
    charge_readings,
    charge_state,
    charge_values,
    last_charge,
    owed,
    period_readings,
    period_values,
    readings,
    standing,
)
from actions.mentions import Mention, mentions
from actions.say import Reading, Reply, Values
from actions.turn import Turn
from bot.accounts.port import Payment, Server, Subscription
from bot.protocol.frame import Asked, Move
from bot.rules import format as words
from bot.rules.payment import confirmation_window
from bot.rules.service import expected_ready_at

Case = Literal[
    "pending",
    "overdue",
    "unsettled",  # a credit card's, still pending
    "rejected",
    "unexplained",  # rejected without a reason
    "unpaid",  # the renewal was not charged
    "credited",  # nothing is due, and the day of the next charge is known
    "settled",  # nothing is due, and none is planned
    "other",  # ended, given back, never charged, or not to be understood
]
Next = Callable[[Turn, Server, Reply], None]
Saying = tuple[str, tuple[Next, ...]]
"""The key of the lead, and what follows it unless it was just told."""

_WIDER: Final[Mapping[Case, Case]] = {"overdue": "pending", "unsettled": "pending", "unexplained": "rejected", "settled": "credited"}
_DEADLINES: Final[Mapping[Standing, str]] = {
    "grace": "utter_pago_en_gracia",
    "grace_last_day": "utter_pago_en_gracia",
    "retained": "utter_pago_en_resguardo",
    "retained_last_day": "utter_pago_en_resguardo",
}
_METHODS: Final = {
    "bank_account": "utter_pago_cual_cuenta",
    "debit_card": "utter_pago_cual_debito",
    "credit_card": "utter_pago_cual_credito",
}
_MONTH, _YEAR = range(27, 33), range(364, 368)


# --- the case, and the values told of it ------------------------------------------------------------------------------


def case_of(turn: Turn, server: Server) -> Case:
    """In which case the payment of `server` is."""
    charge, now = last_charge(turn, server), standing(turn, server)
    state = charge_state(turn, charge)
    if now in ENDED:
        return "other"
    if state in IN_PROCESS:
        return state  # type: ignore[return-value]  # the three names are the same
    if charge is not None and state == "rejected":
        return "rejected" if charge.reason else "unexplained"
    if now in UNPAID:
        return "unpaid"
    if charge is None or state == "refunded" or now == "paid" or now in UNEXPLAINED:
        return "other"
    return "credited" if now != "renewed" and next_charge(turn, server) else "settled"


def payment_values(turn: Turn, server: Server) -> Values:
    """All values of a payment: those of `period_values`, `bank_days` and, where there is one, `charge_values`.

    Also `precio`, `proximo` (the day of the next charge, where known; `dia` to begin with), `acreditado` (with the time, today), `debe` (what is due),
    `intentos` (rejected charges), and of a charge that waits `van` and `pasados`: the business days since it was made, and beyond those that are usual.
    """
    values: Values = {**bank_days(turn), **period_values(turn, server)}
    subscription, charge, due = server.subscription, last_charge(turn, server), owed(turn, server)
    if subscription:
        values["precio"] = words.money(subscription.price, subscription.currency)
    day = next_charge(turn, server)
    if day:
        values["proximo"] = words.on_date(day, turn.today)
        values["dia"] = values["proximo"][:1].upper() + values["proximo"][1:]
    if due:
        values["debe"] = words.money(*due)
    if charge:
        values |= {**charge_values(turn, server, charge), "intentos": str(len(_rejected(server)))}
        credited = turn.calendar.local(charge.credited_at or charge.charged_at)
        today = credited.date() == turn.today
        values["acreditado"] = (
            words.on_moment(credited, turn.calendar.local(turn.now)) if today else words.on_date(credited.date(), turn.today)
        )
        window = confirmation_window(turn.calendar, charge.charged_at, turn.settings.bank_confirmation_business_days)
        waited = turn.calendar.business_days_between(turn.calendar.local_date(charge.charged_at), turn.today)
        values["van"] = words.business_days(waited)
        values["pasados"] = words.business_days(turn.calendar.business_days_between(window.latest_day, turn.today))
    return values


def _told(turn: Turn, server: Server) -> tuple[Reading, ...]:
    charge, subscription = last_charge(turn, server), server.subscription
    price = (
        readings(turn, server, "subscription", price=subscription.price, next_charge_on=next_charge(turn, server)) if subscription else ()
    )
    return (*period_readings(turn, server), *price, *(charge_readings(turn, server, charge) if charge else ()))


# --- what follows a lead ----------------------------------------------------------------------------------------------


def _add(key: str, turn: Turn, server: Server, reply: Reply) -> None:
    reply.add(key, **payment_values(turn, server))


def _dates(turn: Turn, server: Server, reply: Reply) -> None:
    """Between which days a pending charge is confirmed."""
    charge = last_charge(turn, server)
    assert charge is not None
    window = confirmation_window(turn.calendar, charge.charged_at, turn.settings.bank_confirmation_business_days)
    key = "utter_pago_plazo" if turn.today < window.earliest_day else "utter_pago_plazo_por_vencer"
    reply.add(key, **charge_values(turn, server, charge))


def _deadline(turn: Turn, server: Server, reply: Reply) -> None:
    key = _DEADLINES.get(standing(turn, server))
    if key:
        reply.add(key, **period_values(turn, server))


def _settle(turn: Turn, server: Server, reply: Reply) -> None:
    del server
    say_how_to_settle(turn, reply)


def _line(turn: Turn, server: Server, reply: Reply) -> None:
    del server
    say_line(turn, reply)


def _anything_more(turn: Turn, server: Server, reply: Reply) -> None:
    """Whether anything more has to be paid is not in the records: where it is seen, or who knows."""
    if server.status == "suspended":
        reply.add("utter_pago_total_para_reactivar")
        say_line(turn, reply)
    else:
        reply.add("utter_pago_total_a_la_vista")


def _owing(turn: Turn, server: Server, reply: Reply) -> None:
    """Until when to pay; where that day is not known, or who asks says to have paid, what to do."""
    if turn.says_to_have_paid or standing(turn, server) not in _DEADLINES:
        _settle(turn, server, reply)
    else:
        _deadline(turn, server, reply)


def _doubted(turn: Turn, server: Server, reply: Reply) -> None:
    """Who contradicts a rejection is sent to the bank; the others are told until when to pay."""
    if turn.frame.move in {Move.COMPLAINS, Move.CORRECTS, Move.DENIES} or turn.frame.asked is Asked.SURE:
        reply.add("utter_pago_lo_sabe_el_banco")
    else:
        _owing(turn, server, reply)


def _comes_next(turn: Turn, server: Server, reply: Reply) -> None:
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
    else:
        say_next_charge(turn, server, reply)


def _by_mail(turn: Turn, server: Server, reply: Reply) -> None:
    del turn
    if server.status == "provisioning":
        reply.add("utter_pago_despues_correo")


_late: Next = partial(_add, "utter_pago_fuera_del_plazo_normal")
_at_once: Next = partial(_add, "utter_pago_credito_al_momento")
_CASE: Final = (say_case_of_late_charge,)
_LATE: Final = (_late, *_CASE)
_OWING: Final = (_owing,)
_OWING_ALL: Final = (_deadline, _settle)
_OWING_LINE: Final = (_owing, _line)


# --- the questions ----------------------------------------------------------------------------------------------------

_LEADS: Final[Mapping[Asked, Mapping[Case, Saying]]] = {
    Asked.STATE: {
        "pending": ("utter_pago_estado_pendiente", (_dates, _by_mail)),
        "overdue": ("utter_pago_estado_fuera_de_plazo", _LATE),
        "unsettled": ("utter_pago_estado_pendiente", (_at_once, _line)),
        "rejected": ("utter_pago_estado_rechazado", _OWING_ALL),
        "unexplained": ("utter_pago_estado_rechazado_sin_motivo", _OWING_ALL),
        "unpaid": ("utter_pago_renovacion_sin_pagar", _OWING_ALL),
        "credited": ("utter_pago_estado_al_corriente", (_comes_next,)),
    },
    Asked.SURE: {
        "pending": ("utter_pago_cierto_pendiente", (_dates,)),
        "overdue": ("utter_pago_cierto_fuera_de_plazo", _CASE),
        "unsettled": ("utter_pago_estado_pendiente", (_at_once, _line)),
        "rejected": ("utter_pago_cierto_rechazado", (_doubted,)),
        "unexplained": ("utter_pago_estado_rechazado_sin_motivo", (_doubted,)),
        "unpaid": ("utter_pago_renovacion_sin_pagar", _OWING),
        "credited": ("utter_pago_estado_al_corriente", (_comes_next,)),
    },
    Asked.WHETHER: {
        "pending": ("utter_pago_cierto_pendiente", (_dates,)),
        "overdue": ("utter_pago_cierto_fuera_de_plazo", _CASE),
        "unsettled": ("utter_pago_estado_pendiente", (_at_once, _line)),
        "rejected": ("utter_pago_sin_reintento", _OWING_LINE),
        "unpaid": ("utter_pago_sin_intento", _OWING_LINE),
        "credited": ("utter_pago_se_cobra_solo", ()),
        "settled": ("utter_pago_estado_al_corriente", (_comes_next,)),
    },
    Asked.WHEN: {
        "pending": ("utter_pago_cuando_pendiente", (_by_mail,)),
        "overdue": ("utter_pago_cuando_fuera_de_plazo", _CASE),
        "unsettled": ("utter_pago_cuando_sin_confirmar", (_at_once, _line)),
        "rejected": ("utter_pago_cuando_rechazado", _OWING),
        "unpaid": ("utter_pago_cuando_sin_pagar", _OWING),
        "credited": ("utter_pago_cuando_proximo", ()),
        "settled": ("utter_pago_cuando_ultimo", (_comes_next,)),
    },
    Asked.SINCE: {
        "pending": ("utter_pago_desde_cargo", (_dates,)),
        "overdue": ("utter_pago_desde_cargo", _LATE),
        "unsettled": ("utter_pago_desde_cargo", (_at_once, _line)),
        "rejected": ("utter_pago_cuando_rechazado", _OWING),
        "unpaid": ("utter_pago_cuando_sin_pagar", _OWING),
        "credited": ("utter_pago_cuando_ultimo", (_comes_next,)),
    },
    Asked.AMOUNT: {
        "pending": ("utter_pago_monto_pendiente", ()),
        "rejected": ("utter_pago_monto_rechazado", (_anything_more,)),
        "unpaid": ("utter_pago_monto_sin_pagar", (_anything_more,)),
    },
    Asked.COUNT: {
        "pending": ("utter_pago_cuantos_pendiente", (_dates,)),
        "overdue": ("utter_pago_cierto_fuera_de_plazo", _CASE),
        "unsettled": ("utter_pago_estado_pendiente", (_at_once, _line)),
    },
    Asked.WHY: {
        "pending": ("utter_pago_porque_pendiente", (_dates,)),
        "overdue": ("utter_pago_porque_fuera_de_plazo", _CASE),
        "unsettled": ("utter_pago_porque_sin_confirmar", (_at_once, _line)),
        "rejected": ("utter_pago_porque_rechazado", (_doubted,)),
        "unexplained": ("utter_pago_estado_rechazado_sin_motivo", (_doubted, _line)),
        "unpaid": ("utter_pago_porque_sin_pagar", (_line,)),
    },
    Asked.WHO: {
        "pending": ("utter_pago_quien_pendiente", (_dates,)),
        "overdue": ("utter_pago_quien_fuera_de_plazo", _CASE),
        "unsettled": ("utter_pago_porque_sin_confirmar", (_at_once, _line)),
        "rejected": ("utter_pago_quien_rechazado", ()),
        "unexplained": ("utter_pago_estado_rechazado_sin_motivo", (_line,)),
        "credited": ("utter_pago_quien_acreditado", (_line,)),
    },
    Asked.DO: {
        "pending": ("utter_pago_no_se_apresura", (_dates,)),
        "overdue": ("utter_pago_no_se_mueve", _CASE),
        "unsettled": ("utter_pago_no_se_mueve", (_line,)),
        "rejected": ("utter_pago_no_se_repite", _OWING_LINE),
        "unpaid": ("utter_pago_no_se_repite", _OWING_LINE),
        "credited": ("utter_pago_no_se_cambia", (_line,)),
    },
    Asked.HOW: {
        "pending": ("utter_pago_que_sigue_pendiente", (_dates,)),
        "overdue": ("utter_pago_que_decir", _CASE),
        "unsettled": ("utter_pago_que_decir", (_line,)),
        "rejected": ("utter_pago_donde_adeudo", (_deadline, _line)),
        "unpaid": ("utter_pago_donde_adeudo", (_deadline, _line)),
        "credited": ("utter_pago_se_cobra_solo", ()),
        "settled": ("utter_pago_estado_al_corriente", (_comes_next,)),
    },
    Asked.WHERE: {
        "pending": ("utter_pago_donde", (_dates,)),
        "overdue": ("utter_pago_donde", _CASE),
        "unsettled": ("utter_pago_donde", (_line,)),
        "rejected": ("utter_pago_donde_adeudo", (_deadline,)),
        "unpaid": ("utter_pago_donde_adeudo", (_deadline,)),
        "credited": ("utter_pago_donde", ()),
    },
}

_ALIKE: Final[Mapping[Asked, tuple[Asked, Asked]]] = {Asked.AGAIN: (Asked.WHEN, Asked.STATE), Asked.UNTIL: (Asked.WHEN, Asked.WHEN)}
"""What is answered as another question: while a charge waits, and else."""


def saying_of(asked: Asked, turn: Turn, server: Server) -> Saying | None:
    """The lead and what follows it, where what is asked has words of its own in the case of this server."""
    case = case_of(turn, server)
    if case == "other":
        return None
    waits = case in {"pending", "overdue"}
    if asked in _ALIKE:
        found = _until(turn, server) if asked is Asked.UNTIL and not waits else None
        return found or _saying(_ALIKE[asked][not waits], case)
    return _by_words(asked, case, turn) or _by_values(asked, case, turn, server) or _saying(asked, case)


def say_payment_fact(asked: Asked, turn: Turn, server: Server, reply: Reply) -> None:
    """Say it."""
    found = saying_of(asked, turn, server)
    assert found is not None
    say(found, turn, server, reply)


def say(saying: Saying, turn: Turn, server: Server, reply: Reply) -> None:
    """The lead, with what was read; then what follows it."""
    key, then = saying
    reply.say(key, readings=_told(turn, server), **payment_values(turn, server))
    for each in then:
        each(turn, server, reply)


PAYMENT_FACTS: Final[Mapping[Asked, Fact]] = {asked: partial(say_payment_fact, asked) for asked in (*_LEADS, *_ALIKE, Asked.WHICH)}


def _saying(asked: Asked, case: Case) -> Saying | None:
    leads = _LEADS.get(asked, {})
    return leads.get(case) or leads.get(_WIDER.get(case, case))


def _until(turn: Turn, server: Server) -> Saying | None:
    key = _DEADLINES.get(standing(turn, server)) if owed(turn, server) else None
    return (key, (_settle,)) if key else None


def _by_words(asked: Asked, case: Case, turn: Turn) -> Saying | None:
    """Where the words say which of several facts is meant."""
    diverse = asked in {Asked.WHETHER, Asked.SURE, Asked.WHICH, Asked.COUNT}
    if case in {"pending", "overdue"}:
        if diverse and mentions(turn, Mention.BUSINESS_DAYS):
            return "utter_pago_dias_habiles", (_dates,) if case == "pending" else _LATE
        if asked is Asked.WHETHER and mentions(turn, Mention.HURRY):
            return _LEADS[Asked.DO][case]
    if case in {"credited", "settled"}:
        if (diverse or asked is Asked.AMOUNT) and mentions(turn, Mention.OWES):
            return "utter_pago_sin_adeudo", (_comes_next,)
        if asked is Asked.WHEN and mentions(turn, Mention.PAST):
            return "utter_pago_cuando_ultimo", (_comes_next,)
    return None


def _by_values(asked: Asked, case: Case, turn: Turn, server: Server) -> Saying | None:
    """Where the sentence depends on a value."""
    charge = last_charge(turn, server)
    if asked is Asked.WHICH and charge:
        corrected = turn.frame.move in {Move.CORRECTS, Move.DENIES}
        return _METHODS[charge.method], (_other_method, _line) if corrected else ()
    if asked is Asked.AMOUNT and case in {"credited", "settled"} and server.subscription:
        return _price_key(server.subscription), (_amounts,)
    if asked is Asked.WHEN and case == "pending" and charge:
        window = confirmation_window(turn.calendar, charge.charged_at, turn.settings.bank_confirmation_business_days)
        between = turn.today <= window.earliest_day < window.latest_day
        return "utter_pago_cuando_pendiente" if between else "utter_pago_cuando_por_vencer", (_by_mail,)
    if asked is Asked.COUNT and case in {"rejected", "unexplained"}:
        return "utter_pago_cuantos_rechazado" if len(_rejected(server)) == 1 else "utter_pago_cuantos_rechazados", ()
    if asked is Asked.COUNT and case == "overdue" and charge and turn.calendar.is_business_day(turn.today):
        return "utter_pago_cuantos_fuera_de_plazo", _CASE
    return None


def _rejected(server: Server) -> tuple[Payment, ...]:
    """The charges that were rejected since the last one that was not."""
    return tuple(takewhile(lambda each: each.status == "rejected", server.payments))


def _price_key(subscription: Subscription) -> str:
    """By what the price is paid for: a month, a year, or a period of another length."""
    if subscription.starts_on is None or subscription.ends_on is None:
        return "utter_pago_precio"
    days = (subscription.ends_on - subscription.starts_on).days + 1
    return "utter_pago_precio_mensual" if days in _MONTH else "utter_pago_precio_anual" if days in _YEAR else "utter_pago_precio"


def _other_method(turn: Turn, server: Server, reply: Reply) -> None:
    del turn, server
    reply.add("utter_pago_otro_medio")


def _amounts(turn: Turn, server: Server, reply: Reply) -> None:
    """The day of the next charge; what was paid last, where the price is another now."""
    charge = last_charge(turn, server)
    if charge and server.subscription and charge.amount != server.subscription.price:
        _add("utter_pago_ultimo_monto", turn, server, reply)
    if case_of(turn, server) == "credited":
        _add("utter_pago_proximo_dia", turn, server, reply)
