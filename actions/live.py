"""Where a server's subscription and its last charge stand now: one word for each situation, and the values told about it.

Every topic that speaks of dates or payments chooses its answers by these words, so that two answers never disagree.
"""

from __future__ import annotations

from datetime import date
from typing import Literal

from actions.say import Reading, Values
from actions.turn import GONE, Turn
from bot.accounts.port import ConnectionMail, Payment, Server
from bot.rules import format as words
from bot.rules.payment import confirmation_window, is_overdue, needs_confirmation
from bot.rules.subscription import days_left, grace_last_day, phase, retention_last_day

Standing = Literal[
    "valid",
    "ends_today",
    "grace",
    "grace_last_day",
    "retained",
    "retained_last_day",
    "gone",  # validity and retention are over
    "withdrawn",  # cancelled, or deleted before its retention was over
    "suspended",  # although its dates do not say why
    "starting",  # paid; no dates yet
    "not_started",  # its payment is not confirmed yet
    "unpaid_start",  # its first charge was rejected or given back
    "unknown",
]
Charge = Literal["none", "credited", "pending", "overdue", "unsettled", "rejected", "refunded"]

UNPAID: frozenset[Standing] = frozenset({"grace", "grace_last_day", "retained", "retained_last_day"})
ENDED: frozenset[Standing] = frozenset({"gone", "withdrawn"})
IN_PROCESS: frozenset[Charge] = frozenset({"pending", "overdue", "unsettled"})


def standing(turn: Turn, server: Server) -> Standing:
    """Where the subscription of `server` stands today."""
    subscription = server.subscription
    if subscription is None or subscription.ends_on is None:
        return _without_dates(server)
    settings, ends_on = turn.settings, subscription.ends_on
    now_in = phase(ends_on, turn.today, settings.grace_days, settings.retention_days)
    if now_in == "gone":
        return "gone"
    if server.status in GONE or (subscription.status == "cancelled" and now_in != "valid"):
        return "withdrawn"
    if server.status == "suspended" and now_in != "retained":
        return "suspended"
    last_days: dict[str, tuple[date, Standing, Standing]] = {
        "valid": (ends_on, "valid", "ends_today"),
        "grace": (grace_last_day(ends_on, settings.grace_days), "grace", "grace_last_day"),
        "retained": (retention_last_day(ends_on, settings.retention_days), "retained", "retained_last_day"),
    }
    last_day, before, on_it = last_days[now_in]
    return on_it if turn.today == last_day else before


def _without_dates(server: Server) -> Standing:
    if server.status in GONE:
        return "withdrawn"
    charge = last_charge(server)
    if server.status == "suspended" or (charge is None and server.status == "active"):
        return "unknown"
    if charge is None or charge.status == "pending":
        return "not_started"
    if charge.status == "credited":
        return "starting" if server.status == "provisioning" else "unknown"
    return "unpaid_start"


def charge_state(turn: Turn, payment: Payment | None) -> Charge:
    """What became of a charge; "overdue" is a bank or debit charge still pending after its business days, "unsettled" any other pending one."""
    if payment is None:
        return "none"
    if payment.status != "pending":
        return payment.status
    if not needs_confirmation(payment.method):
        return "unsettled"
    limit = turn.settings.bank_confirmation_business_days
    return "overdue" if is_overdue(turn.calendar, payment.charged_at, turn.now, limit) else "pending"


def last_charge(server: Server) -> Payment | None:
    """The newest charge of a server."""
    return server.payments[0] if server.payments else None


def last_mail(server: Server) -> ConnectionMail | None:
    """The newest connection mail of a server."""
    return server.connection_mails[0] if server.connection_mails else None


def period_values(turn: Turn, server: Server) -> Values:
    """`servidor`, `hoy` and, when known, `inicio`, `fin`, `gracia`, `resguardo` (last days, with article), `faltan`, `faltan_gracia`, `faltan_resguardo`."""
    told: Values = {"servidor": server.alias, "hoy": words.long_date(turn.today, turn.today)}
    subscription = server.subscription
    if subscription is None:
        return told
    if subscription.starts_on:
        told["inicio"] = words.on_date(subscription.starts_on, turn.today)
    if subscription.ends_on:
        grace = grace_last_day(subscription.ends_on, turn.settings.grace_days)
        retention = retention_last_day(subscription.ends_on, turn.settings.retention_days)
        for name, left, day in (
            ("fin", "faltan", subscription.ends_on),
            ("gracia", "faltan_gracia", grace),
            ("resguardo", "faltan_resguardo", retention),
        ):
            told[name] = words.on_date(day, turn.today)
            told[left] = words.days(days_left(day, turn.today))
    return told


def charge_values(turn: Turn, server: Server, payment: Payment) -> Values:
    """`servidor`, `monto`, `metodo` (masked), `cargo` (its day, with article), `desde` and `hasta` (first and last day of its confirmation)."""
    window = confirmation_window(turn.calendar, payment.charged_at, turn.settings.bank_confirmation_business_days)
    return {
        "servidor": server.alias,
        "monto": words.money(payment.amount, payment.currency),
        "metodo": payment.masked,
        "cargo": words.on_date(turn.calendar.local_date(payment.charged_at), turn.today),
        "desde": words.on_date(window.earliest_day, turn.today),
        "hasta": words.on_date(window.latest_day, turn.today),
        "motivo": payment.reason or "",
    }


def period_readings(turn: Turn, server: Server) -> tuple[Reading, ...]:
    """What was read to tell a standing."""
    subscription = server.subscription
    told = {"starts_on": subscription.starts_on, "ends_on": subscription.ends_on} if subscription else {}
    return (*readings(turn, server, "virtual_server", status=server.status), *readings(turn, server, "subscription", **told))


def charge_readings(turn: Turn, server: Server, payment: Payment) -> tuple[Reading, ...]:
    """What was read to tell a charge."""
    told = {"status": payment.status, "amount": payment.amount, "masked": payment.masked, "charged_at": payment.charged_at.isoformat()}
    return readings(turn, server, "payment", **told, reason=payment.reason)


def readings(turn: Turn, server: Server | None, source: str, **values: object) -> tuple[Reading, ...]:
    """One reading for each of `values` that is not None, of a server or of the whole desk; ISO forms of dates, read when the desk was."""
    alias = server.alias if server else None
    return tuple(Reading(source, field, str(value), turn.read_at, alias) for field, value in values.items() if value is not None)
