"""When something may be said in a conversation: now, later, and no later than its customer can read it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.conversations import reachable
from bot.conversations.base import WINDOWS
from bot.conversations.reachable import Reachable
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
    reachable: Reachable

    @property
    def window_ends(self) -> datetime | None:
        """Until when the channel carries what we say, where it does so for some time only."""
        return self.reachable.until if self.reachable.channel in WINDOWS else None

    @property
    def session_ends(self) -> datetime | None:
        """Until when a visitor of the chat can read it, who will have another conversation then."""
        return None if self.reachable.channel in WINDOWS else self.reachable.until

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
    """For 30 days from now, and no longer than the customer can read it; offered is the line's next opening, where that lies between.

    Raises NotYours.
    """
    settings, now = resources.settings, resources.now()
    calendar = BusinessCalendar(settings.timezone, settings.extra_holidays)
    reach = await resources.ledger.read(lambda connection: reachable.read(connection, conversation, now))
    last = now + AHEAD if reach.until is None else min(now + AHEAD, reach.until - 2 * reachable.MARGIN)  # one for who says it
    opening = calendar.at(calendar.next_business_day(calendar.local_date(now)), settings.support_hours.opens)
    return Bounds(calendar, now, last, opening if opening <= last else max(now + _MINUTE, last - timedelta(hours=1)), reach)
