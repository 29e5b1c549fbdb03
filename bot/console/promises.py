"""The clock of what is owed: whoever waits for a person is answered within some minutes of the line's hours, and what is about to break shows."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final, Literal

from bot.rules.calendar import BusinessCalendar
from bot.rules.format import on_moment
from bot.rules.support import after_open_time, open_time
from bot.settings import Settings

Urgency = Literal["", "warn", "bad"]
SOON: Final = timedelta(minutes=15)


class Promises:
    """As of one moment."""

    def __init__(self, settings: Settings, now: datetime) -> None:
        self._calendar = BusinessCalendar(settings.timezone, settings.extra_holidays)
        self._hours, self._span, self._now = settings.support_hours, timedelta(minutes=settings.answer_minutes), now

    def due(self, since: datetime) -> datetime:
        """Until when an answer that is owed since then has to be there."""
        return after_open_time(self._calendar, self._hours, since, self._span)

    def left(self, since: datetime) -> timedelta:
        """How much of the line's hours is left until then; negative when it is late."""
        due = self.due(since)
        late = self._now > due
        span = open_time(self._calendar, self._hours, due if late else self._now, self._now if late else due)
        return -span if late else span

    def urgency(self, since: datetime) -> Urgency:
        """How it is shown: "bad" when late, "warn" when it soon will be."""
        if self._now > self.due(since):
            return "bad"
        return "warn" if self.left(since) <= SOON else ""

    def words(self, since: datetime) -> str:
        """As "Quedan 12 min", "Responder el lunes 30 de noviembre a las 9:40", "Tarde por 2 h 5 min"."""
        due, left = self.due(since), self.left(since)
        if self._now > due:
            return f"Tarde por {_span(-left)}"
        if due - self._now > left:  # the line closes before
            return f"Responder {on_moment(self._calendar.local(due), self._calendar.local(self._now))}"
        return f"Quedan {_span(left)}"


def _span(span: timedelta) -> str:
    hours, minutes = divmod(max(timedelta(), span) // timedelta(minutes=1), 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"
