"""Where a server's subscription and its last charge stand now: one word for each situation, and the values told about it.

Every topic that speaks of dates or payments chooses its answers by these words, so that two answers never disagree.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Literal

from actions.say import Reading, Values
from actions.turn import GONE, Moment, Turn
from bot.accounts.port import ConnectionMail, Payment, Server, Subscription
from bot.rules import format as words
from bot.rules.payment import confirmation_window, is_overdue, needs_confirmation
from bot.rules.subscription import Phase, days_left, grace_last_day, phase, retention_last_day

Standing = Literal[
    "valid",
    "ends_today",
    "renewed",  # valid, and the charge of what follows is credited already
    "ending",  # cancelled, and valid until its end
    "starts_later",
    "grace",
    "grace_last_day",
    "retained",
    "retained_last_day",
    "overstayed",  # its grace is over and it is still active
    "overstayed_long",  # its retention too
    "paid",  # ended, and a charge was credited that its dates do not show yet
    "gone",  # validity and retention are over
    "withdrawn",  # cancelled, or deleted before its retention was over
    "cancelled",  # its subscription was cancelled and has ended; the server is still there
    "suspended",  # although its dates do not say why
    "starting",  # paid; no dates yet
    "not_started",  # its payment is not confirmed yet
    "unpaid_start",  # its first charge was rejected or given back
    "unclear",  # what is recorded cannot be true at once
    "unknown",
]
Charge = Literal["none", "credited", "pending", "overdue", "unsettled", "rejected", "refunded"]

IN_FORCE: frozenset[Standing] = frozenset({"valid", "ends_today", "renewed", "ending"})
IN_GRACE: frozenset[Standing] = frozenset({"grace", "grace_last_day"})
UNPAID: frozenset[Standing] = IN_GRACE | frozenset({"retained", "retained_last_day", "overstayed", "overstayed_long"})
ENDED: frozenset[Standing] = frozenset({"gone", "withdrawn", "cancelled"})
UNEXPLAINED: frozenset[Standing] = frozenset({"suspended", "unclear", "unknown"})
"""Only a person can say why."""
IN_PROCESS: frozenset[Charge] = frozenset({"pending", "overdue", "unsettled"})

_MONTH, _YEAR = range(27, 33), range(364, 368)
"""Days of a period that is a month, or a year."""
_AHEAD = timedelta(days=7)
"""How long before its end a period is taken to be charged again when the day of the next charge is not recorded."""


def standing(moment: Moment, server: Server) -> Standing:
    """Where the subscription of `server` stands today."""
    subscription = server.subscription
    if subscription is None or subscription.ends_on is None:
        return _without_dates(moment, server)
    now_in = phase(subscription.ends_on, moment.today, moment.settings.grace_days, moment.settings.retention_days)
    if server.status in GONE:
        return "gone" if now_in == "gone" else "withdrawn"
    if server.status == "provisioning":
        return _being_created(moment, server, subscription, now_in)
    if server.status == "suspended" and now_in in {"valid", "grace"}:
        return "suspended" if now_in == "valid" or not renewal(moment, server) else "paid"
    return _in_force(moment, server, subscription) if now_in == "valid" else _after_end(moment, server, subscription.ends_on, now_in)


def _without_dates(moment: Moment, server: Server) -> Standing:
    if server.status in GONE:
        return "withdrawn"
    charge = last_charge(moment, server)
    if server.status == "suspended" or (charge is None and server.status == "active"):
        return "unknown"
    if charge is None or charge.status == "pending":
        return "not_started"
    if charge.status == "credited":
        return "starting" if server.status == "provisioning" else "unknown"
    return "unpaid_start"


def _being_created(moment: Moment, server: Server, subscription: Subscription, now_in: Phase) -> Standing:
    """It has dates: they count when its charge is credited, or kept elsewhere."""
    charge = last_charge(moment, server)
    if charge is not None and charge.status != "credited":
        return "not_started" if charge.status == "pending" else "unpaid_start"
    return _in_force(moment, server, subscription) if now_in == "valid" else "unclear"


def _in_force(moment: Moment, server: Server, subscription: Subscription) -> Standing:
    if subscription.status == "expired":
        return "unclear"
    if subscription.status == "cancelled":
        return "ending"
    if subscription.starts_on and subscription.starts_on > moment.today:
        return "starts_later"
    if renewal(moment, server):
        return "renewed"
    return "ends_today" if subscription.ends_on == moment.today else "valid"


def _after_end(moment: Moment, server: Server, ends_on: date, now_in: Phase) -> Standing:
    if renewal(moment, server):
        return "paid"
    if server.subscription and server.subscription.status == "cancelled":
        return "cancelled"
    if now_in == "grace":
        return "grace_last_day" if moment.today == grace_last_day(ends_on, moment.settings.grace_days) else "grace"
    if server.status == "active":
        return "overstayed" if now_in == "retained" else "overstayed_long"
    if now_in == "gone":
        return "gone"
    return "retained_last_day" if moment.today == retention_last_day(ends_on, moment.settings.retention_days) else "retained"


def renewal(moment: Moment, server: Server) -> Payment | None:
    """The credited charge that pays what follows the recorded period: its dates have not been moved yet."""
    if server.subscription is None or server.subscription.ends_on is None:
        return None
    return next((each for each in _due_charges(moment, server) if each.status == "credited"), None)


def _due_charges(moment: Moment, server: Server) -> list[Payment]:
    """The charges of what is due now: those since the day of the next charge, or credited after the end; all while there are no dates."""
    subscription = server.subscription
    if subscription is None or subscription.ends_on is None:
        return list(server.payments)
    starts_on, ends_on = subscription.starts_on or date.min, subscription.ends_on
    since = min(subscription.next_charge_on or ends_on - _AHEAD, ends_on)
    return [
        each
        for each in server.payments
        if starts_on < moment.calendar.local_date(each.charged_at) >= since
        or (each.credited_at and moment.calendar.local_date(each.credited_at) > ends_on)
    ]


def charge_state(moment: Moment, payment: Payment | None) -> Charge:
    """What became of a charge; "overdue" is a bank or debit charge still pending after its business days, "unsettled" any other pending one."""
    if payment is None:
        return "none"
    if payment.status != "pending":
        return payment.status
    if not needs_confirmation(payment.method):
        return "unsettled"
    limit = moment.settings.bank_confirmation_business_days
    return "overdue" if is_overdue(moment.calendar, payment.charged_at, moment.now, limit) else "pending"


def last_charge(moment: Moment, server: Server) -> Payment | None:
    """The charge that counts: of several for what is due now the credited one, else one in process; else the newest of the server."""
    due = _due_charges(moment, server)
    for status in ("credited", "pending"):
        counting = next((each for each in due if each.status == status), None)
        if counting is not None:
            return counting
    return server.payments[0] if server.payments else None


def owed(moment: Moment, server: Server) -> tuple[Decimal, str] | None:
    """Amount and currency that are due now for a server: the rejected charge or the unpaid renewal. A charge in process is not due."""
    charge, now = last_charge(moment, server), standing(moment, server)
    state = charge_state(moment, charge)
    if now in ENDED:
        return None
    if charge is not None and state == "rejected":
        return charge.amount, charge.currency
    if now in UNPAID and state in {"none", "credited", "refunded"} and server.subscription:
        return server.subscription.price, server.subscription.currency
    return None


def period_of(subscription: Subscription) -> Literal["month", "year", "period"]:
    """What its price is paid for."""
    if subscription.starts_on is None or subscription.ends_on is None:
        return "period"
    days = (subscription.ends_on - subscription.starts_on).days + 1
    return "month" if days in _MONTH else "year" if days in _YEAR else "period"


def last_mail(server: Server) -> ConnectionMail | None:
    """The newest connection mail of a server."""
    return server.connection_mails[0] if server.connection_mails else None


def period_values(turn: Turn, server: Server) -> Values:
    """The days of a period in words.

    `servidor`, `hoy` and, when known, `inicio`, `fin`, `gracia`, `resguardo` (last days, with article), `faltan`, `faltan_gracia`,
    `faltan_resguardo`; `monto` and `acreditado` of a charge that its dates do not show yet.
    """
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
    paid = renewal(turn, server)
    if paid is not None:
        told["monto"] = words.money(paid.amount, paid.currency)
        told["acreditado"] = words.on_date(turn.calendar.local_date(paid.credited_at or paid.charged_at), turn.today)
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
        "motivo": words.excerpt(payment.reason or ""),
    }


def bank_days(turn: Turn) -> Values:
    """`minimo` and `maximo`: the business days in which a bank-account or debit charge is confirmed."""
    most = turn.settings.bank_confirmation_business_days
    return {"minimo": str(max(1, most - 1)), "maximo": str(most)}


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
