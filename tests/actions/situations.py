"""Servers in the situations that subscriptions, payments and mails come in, as seen on Tuesday 24 November 2026 at 10:00.

Like the demo customers, and those the demo does not have. `SITUATIONS["in_grace"]()` → a Server.
"""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

from bot.accounts.port import Server
from tests.actions.rendering import TODAY, ago, at, invoice, licence, mail, payment, server, subscription


def ends_in(days: int) -> date:
    """The day `days` from today, negative for the past."""
    return TODAY + timedelta(days=days)


def valid(alias: str = "ESPERANZA-01", days: int = 120, **given: object) -> Server:
    return server(
        alias,
        **{
            "subscription": subscription(ends_in(days)),
            "payments": (payment(charged_at=at(ends_in(-10))),),
            "invoices": (invoice(ends_in(-2), "A-1012"),),
            "connection_mails": (mail(sent_at=at(ends_in(-10), "12:30")),),
            "licences": (licence("SAE", 5, server_alias=alias),),
            **given,
        },
    )


def in_grace(alias: str = "RUIZ-01", ended_days_ago: int = 2) -> Server:
    rejected = payment("rejected", "debit_card", at(ends_in(-ended_days_ago)), id="p-2")
    return valid(alias, -ended_days_ago, payments=(rejected, payment(method="debit_card", charged_at=at(ends_in(-368)))))


def suspended(alias: str = "OCAMPO-01", ended_days_ago: int = 12, **given: object) -> Server:
    return valid(alias, -ended_days_ago, **{"status": "suspended", "payments": (payment(charged_at=at(ends_in(-377))),), **given})


def deleted(alias: str = "LIRIO-01") -> Server:
    return valid(alias, -41, status="deleted", payments=(payment(charged_at=at(ends_in(-72))),))


def creating(alias: str = "CENTRAL-01", minutes: int = 6, method: str = "credit_card") -> Server:
    charge = payment(method=method, charged_at=ago(minutes=minutes))
    return valid(alias, 364, status="provisioning", payments=(charge,), invoices=(), connection_mails=(), licences=())


def pending(alias: str = "NORTE-01", charged_on: date = date(2026, 11, 23), method: str = "bank_account") -> Server:
    charge = payment("pending", method, at(charged_on))
    dates = subscription(None)
    return valid(alias, status="provisioning", subscription=dates, payments=(charge,), invoices=(), connection_mails=(), licences=())


def late(alias: str = "MERCADO-01") -> Server:
    return pending(alias, date(2026, 11, 13))


def bounced(alias: str = "VISION-01") -> Server:
    credited = payment(method="debit_card", charged_at=at(date(2026, 11, 20)))
    return valid(alias, 363, payments=(credited,), invoices=(), connection_mails=(mail("bounced", at(date(2026, 11, 20), "11:15")),))


SITUATIONS: dict[str, Callable[[], Server]] = {
    "valid": valid,
    "ends_in_5": lambda: valid("HIDALGO-01", 5),
    "ends_tomorrow": lambda: valid("HIDALGO-01", 1),
    "ends_today": lambda: valid("HIDALGO-01", 0),
    "in_grace": in_grace,
    "grace_first_day": lambda: in_grace(ended_days_ago=1),
    "grace_last_day": lambda: in_grace(ended_days_ago=3),
    "grace_pending": lambda: valid("RUIZ-01", -2, payments=(payment("pending", "debit_card", at(ends_in(-1))),)),
    "grace_late": lambda: valid("RUIZ-01", -3, payments=(payment("pending", "debit_card", at(date(2026, 11, 13))),)),
    "suspended": suspended,
    "suspended_rejected": lambda: suspended(payments=(payment("rejected", charged_at=at(ends_in(-12)), reason=None),)),
    "suspended_last_day": lambda: suspended(ended_days_ago=30),
    "suspended_still_valid": lambda: suspended(ended_days_ago=-20),
    "deleted": deleted,
    "deleted_early": lambda: valid("LIRIO-01", -5, status="deleted"),
    "cancelled": lambda: valid("LIRIO-01", 20, status="cancelled"),
    "creating": creating,
    "creating_without_dates": lambda: server(
        "CENTRAL-01", "provisioning", subscription=subscription(None), payments=(payment(charged_at=ago(minutes=6)),)
    ),
    "creating_late": lambda: creating(minutes=50),
    "pending": pending,
    "late": late,
    "pending_credit_card": lambda: pending(method="credit_card"),
    "first_charge_rejected": lambda: server(
        "NORTE-01", "provisioning", subscription=subscription(None), payments=(payment("rejected", "bank_account"),)
    ),
    "bounced": bounced,
    "mail_queued": lambda: valid(connection_mails=(mail("queued", ago(minutes=2)),)),
    "no_mail": lambda: valid(connection_mails=()),
    "refunded": lambda: valid(payments=(payment("refunded"),)),
    "no_renewal": lambda: valid(subscription=subscription(ends_in(20), auto_renew=False, next_charge_on=None)),
    "valid_rejected": lambda: valid("HIDALGO-01", 2, payments=(payment("rejected", charged_at=ago(days=1)),)),
    "no_records": lambda: server("VACIO-01", subscription=None),
}

FIVE = (
    valid("SIERRA-01", 40),
    valid("SIERRA-02", 75, payments=(payment(method="bank_account", charged_at=at(ends_in(-4))),), invoices=()),
    in_grace("SIERRA-03"),
    creating("SIERRA-04", method="bank_account"),
    suspended("SIERRA-05", subscription=subscription(ends_in(-12), price=Decimal("990.00"))),
)
"""As C-1009 has them: two active, one in grace, one being created, one suspended."""
