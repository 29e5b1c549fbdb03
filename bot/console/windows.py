"""When something may be said in a conversation: now, later, and on WhatsApp only while its window is open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, select

from bot.conversations import people
from bot.conversations.base import WINDOWS
from bot.conversations.tables import CONVERSATION
from bot.errors import NotYours
from bot.resources import Resources
from bot.rules.calendar import BusinessCalendar

AHEAD: Final = timedelta(days=30)
_FORM: Final = "%Y-%m-%dT%H:%M"
_MINUTE: Final = timedelta(minutes=1)


@dataclass(frozen=True)
class Bounds:
    """Between which moments something may be said later in a conversation, and the one that is offered first."""

    calendar: BusinessCalendar
    first: datetime
    last: datetime
    offered: datetime
    window_ends: datetime | None

    def written(self, at: datetime) -> str:
        """As a browser's field for date and time takes it: what clocks in Mexico show."""
        return self.calendar.local(at).strftime(_FORM)

    def is_over(self, now: datetime) -> bool:
        """Whether nothing can be said here any more, until the customer writes."""
        return self.window_ends is not None and self.window_ends <= now

    def read(self, text: str) -> datetime | None:
        """The moment, where it lies between the bounds."""
        try:
            at = datetime.strptime(text, _FORM).replace(tzinfo=self.calendar.timezone)
        except ValueError:
            return None
        return at if self.first <= at <= self.last else None


async def bounds(resources: Resources, conversation: str) -> Bounds:
    """For 30 days from now, on WhatsApp no longer than its window is open; offered is the line's next opening, where that lies between.

    Raises NotYours.
    """
    settings, now = resources.settings, resources.now()
    calendar = BusinessCalendar(settings.timezone, settings.extra_holidays)
    ends = await resources.ledger.read(lambda connection: _window_ends(connection, conversation, now))
    last = now + AHEAD if ends is None else min(now + AHEAD, ends)
    opening = calendar.at(calendar.next_business_day(calendar.local_date(now)), settings.support_hours.opens)
    return Bounds(calendar, now, last, opening if opening <= last else max(now + _MINUTE, last - timedelta(hours=1)), ends)


def _window_ends(connection: Connection, conversation: str, now: datetime) -> datetime | None:
    """None where the channel has no such window; where the customer never wrote it is over."""
    channel = connection.scalar(select(CONVERSATION.c.channel).where(CONVERSATION.c.id == conversation))
    if channel is None:
        raise NotYours("conversation")
    window = WINDOWS.get(channel)
    return None if window is None else (people.reach(connection, conversation).last_inbound_at or now - window) + window
