"""Where the invoice of a server's last credited payment stands (FAQ 16)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Literal

from actions.turn import Moment
from bot.accounts.port import Invoice, Payment, Server
from bot.rules.payment import invoice_available_on

State = Literal["unpaid", "available", "later", "tomorrow", "today", "late"]


def invoice_state(moment: Moment, server: Server) -> State:
    """Where the invoice of its last credited payment stands."""
    payment = credited(server)
    if payment is None:
        return "unpaid"
    invoice, day = invoice_of(moment, server, payment)
    return _state(invoice, day, moment.today)


def credited(server: Server) -> Payment | None:
    """Its last credited payment."""
    return next((each for each in server.payments if each.status == "credited"), None)


def invoice_of(moment: Moment, server: Server, payment: Payment) -> tuple[Invoice | None, date]:
    """The invoice of a payment, and the day on which it can be downloaded."""
    invoice = next((each for each in server.invoices if each.payment_id == payment.id), None)
    if invoice:
        return invoice, invoice.available_on
    return None, invoice_available_on(moment.calendar, payment.credited_at or payment.charged_at, moment.settings.invoice_business_days)


def _state(invoice: Invoice | None, day: date, today: date) -> State:
    if day > today:
        return "tomorrow" if day - today == timedelta(days=1) else "later"
    if invoice and invoice.number:
        return "available"
    return "today" if day == today else "late"
