"""Words for values that move: dates relative to today, money, the support line. Written {name} or {name:value} in an expression.

{day:N} the date N days from today, or hoy, ayer, mañana · {weekday:N} its name · {business:N} the date N business days from today ·
{cancel_by:N} the last day to cancel, for a change, a server that ends in N days, or words that it has passed · {money:899} ·
{phone} the support line's number · {line} its number, asesor or soporte · {ask} a question back.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Final

from bot.rules.calendar import BusinessCalendar
from bot.rules.format import MONTHS, WEEKDAYS
from bot.rules.subscription import change_cutoff
from bot.settings import Settings

_NEAR: Final = {
    -1: r"\bayer\b",
    0: r"\bhoy\b",
    1: r"(?<!de la )(?<!por la )(?<!en la )(?<!pasado )\bmañana\b",  # tomorrow, not in the morning
}
_NEAR_WEEKDAY: Final = {-1: "|ayer", 0: "|hoy", 1: "|mañana"}
_TOO_LATE: Final = r"ya pas(ó|aron)|venció|terminó|ya no (se puede|alcanz|hay tiempo|est[aá]s? a tiempo)|fuera de (plazo|tiempo)"
_MACRO: Final = re.compile(r"\{([a-z_]+)(?::([^{}]*))?\}")


@dataclass(frozen=True)
class Macros:
    """What the macros stand for on one day, with one company's calendar, line and cut-off."""

    calendar: BusinessCalendar
    today: date
    phone: str
    cutoff_hours: int

    @classmethod
    def at(cls, settings: Settings, now: datetime) -> Macros:
        """Those of an installation at a moment."""
        calendar = BusinessCalendar(settings.timezone, settings.extra_holidays)
        return cls(calendar, calendar.local_date(now), settings.support_phone, settings.change_cutoff_business_hours)

    def compiled(self, expression: str) -> re.Pattern[str]:
        """The expression with its macros replaced. Raises ValueError (re.error too) when it is none."""
        return re.compile(_MACRO.sub(self._replaced, expression), re.IGNORECASE)

    def _replaced(self, found: re.Match[str]) -> str:
        name, value = found.groups()
        if value is not None and name in self._with_value:
            return self._with_value[name](value)
        if value is None and name in self._alone:
            return self._alone[name]
        raise ValueError(f"{found[0]} is no macro")

    @cached_property
    def _alone(self) -> dict[str, str]:
        number = r"\s?".join(re.escape(part) for part in self.phone.split())
        return {"phone": number, "line": f"({number}|asesor|soporte)", "ask": r"(¿[^?]+\?)"}

    @cached_property
    def _with_value(self) -> dict[str, Callable[[str], str]]:
        return {
            "day": lambda n: self._written(self._after(n)),
            "weekday": lambda n: f"({WEEKDAYS[self._after(n).weekday()]}{_NEAR_WEEKDAY.get(int(n), '')})",
            "business": lambda n: self._written(self.calendar.add_business_days(self.today, int(n))),
            "cancel_by": self._cancel_by,
            "money": _money,
        }

    def _after(self, days: str) -> date:
        return self.today + timedelta(days=int(days))

    def _written(self, day: date) -> str:
        """Any way in which people write a date."""
        month, near = MONTHS[day.month - 1], _NEAR.get((day - self.today).days)
        ways = [
            rf"\b0?{day.day}(\.?º)? (de )?{month}",
            rf"\b0?{day.day}[/-]0?{day.month}\b",
            rf"\b0?{day.day}[ -]{month[:3]}",
            day.isoformat(),
            *([near] if near else []),
        ]
        return f"({'|'.join(ways)})"

    def _cancel_by(self, ends_in: str) -> str:
        day = change_cutoff(self.calendar, self._after(ends_in), self.cutoff_hours).last_day
        return self._written(day) if day >= self.today else f"({self._written(day)}|{_TOO_LATE})"


def _money(amount: str) -> str:
    """With or without the comma of thousands; cents when they are given, else perhaps .00."""
    value = float(amount)
    if value % 1:
        return f"{value:,.2f}".replace(",", ",?").replace(".", r"\.")
    return f"{int(value):,}".replace(",", ",?") + r"(\.00)?"
