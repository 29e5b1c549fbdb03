"""Until when a customer can read what is said in a conversation.

On WhatsApp as long as its window is open; in the chat of somebody whom the portal does not name until their session is over, for with
another session they have another conversation (decisions 0005, 0023).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, func, select

from bot.conversations import people
from bot.conversations.base import WINDOWS, Channel
from bot.conversations.tables import CONVERSATION, WEB_SESSION
from bot.errors import NotYours

MARGIN: Final = timedelta(minutes=1)
"""What is said less than this before the end may come too late."""


@dataclass(frozen=True)
class Reachable:
    """`until` is None where there is no end."""

    channel: Channel
    until: datetime | None

    def is_over(self, now: datetime) -> bool:
        """Whether it is the end, or about to be."""
        return self.until is not None and self.until <= now + MARGIN


def read(connection: Connection, conversation: str, now: datetime) -> Reachable:
    """How it is by now; where the customer never wrote, or has no session, it is over. Raises NotYours."""
    place = connection.execute(select(CONVERSATION.c.channel, CONVERSATION.c.person).where(CONVERSATION.c.id == conversation)).one_or_none()
    if place is None:
        raise NotYours("conversation")
    window = WINDOWS.get(place.channel)
    if window is not None:
        return Reachable(place.channel, (people.reach(connection, conversation).last_inbound_at or now - window) + window)
    if place.person is not None:
        return Reachable(place.channel, None)
    own = WEB_SESSION.c.conversation_id == conversation, WEB_SESSION.c.revoked_at.is_(None)
    return Reachable(place.channel, connection.scalar(select(func.max(WEB_SESSION.c.expires_at)).where(*own)) or now)
