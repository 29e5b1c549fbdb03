"""In which of a few cases the payment of a server is, and all values that may be told of it."""

from __future__ import annotations

from itertools import takewhile
from typing import Literal

from actions.charges import next_charge
from actions.live import (
    ENDED,
    IN_PROCESS,
    UNEXPLAINED,
    UNPAID,
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
from actions.say import Reading, Values
from actions.turn import Turn
from bot.accounts.port import Payment, Server
from bot.rules import format as words
from bot.rules.payment import confirmation_window

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
        values |= {**charge_values(turn, server, charge), "intentos": str(len(rejected_in_a_row(server)))}
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


def payment_readings(turn: Turn, server: Server) -> tuple[Reading, ...]:
    """What was read to tell it."""
    charge, subscription = last_charge(turn, server), server.subscription
    price = (
        readings(turn, server, "subscription", price=subscription.price, next_charge_on=next_charge(turn, server)) if subscription else ()
    )
    return (*period_readings(turn, server), *price, *(charge_readings(turn, server, charge) if charge else ()))


def rejected_in_a_row(server: Server) -> tuple[Payment, ...]:
    """The charges that were rejected since the last one that was not."""
    return tuple(takewhile(lambda each: each.status == "rejected", server.payments))
