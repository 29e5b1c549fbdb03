"""When a charge is confirmed and when its invoice can be downloaded (FAQ 16, 20)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from bot.rules.calendar import BusinessCalendar

_NOT_IN_LINE = frozenset({"bank_account", "debit_card"})


@dataclass(frozen=True)
class Window:
    """The local business days between which a charge is confirmed, both included."""

    earliest_day: date
    latest_day: date


def needs_confirmation(method: str) -> bool:
    """Whether charges by `method` (a PaymentMethod) take business days to be confirmed: bank account and debit card."""
    return method in _NOT_IN_LINE


def confirmation_window(calendar: BusinessCalendar, charged_at: datetime, business_days: int = 3) -> Window:
    """The days in which a charge is confirmed: the last two of the `business_days` that follow the day of the charge (2–3)."""
    charged_on = calendar.local_date(charged_at)
    earliest = calendar.add_business_days(charged_on, max(1, business_days - 1))
    return Window(earliest, calendar.add_business_days(charged_on, business_days))


def is_overdue(calendar: BusinessCalendar, charged_at: datetime, now: datetime, business_days: int = 3) -> bool:
    """Whether the window is over, the whole of its last day included: a charge still pending must be escalated."""
    return calendar.local_date(now) > confirmation_window(calendar, charged_at, business_days).latest_day


def invoice_available_on(calendar: BusinessCalendar, credited_at: datetime, business_days: int = 5) -> date:
    """The day the invoice can be downloaded: after that many whole business days from the credit, that is on the next one."""
    return calendar.add_business_days(calendar.local_date(credited_at), business_days + 1)
