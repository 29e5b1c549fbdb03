"""Waiting for the rest of a burst: the wait lies in the ledger, so that it outlives a process and any gateway may end it.

A turn that asks nothing yet is put back with the moment at which it is taken at the latest (`gathers_until`, and the same in `ready_at`). A
message that comes brings it forward (`inbox.py`), a sign that the customer types moves it back, up to a bound from the first message on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, bindparam, exists, select, update

from bot.conversations.ledger import Ledger
from bot.conversations.queue import OpenTurn
from bot.conversations.tables import CONVERSATION, MESSAGE, OPEN
from bot.errors import LeaseLost

_HELD = and_(
    CONVERSATION.c.id == bindparam("conversation"), CONVERSATION.c.lease_token == bindparam("token"), CONVERSATION.c.owner == "bot"
)
_TYPING_UNTIL = select(CONVERSATION.c.id, CONVERSATION.c.typing_until).where(_HELD).with_for_update()
_LATER_ONES = select(exists().where(MESSAGE.c.conversation_id == bindparam("conversation"), MESSAGE.c.seq > bindparam("last"), OPEN))
_UNREAD = (
    update(MESSAGE)
    .where(MESSAGE.c.id.in_(bindparam("messages", expanding=True)))
    .values(state="received", attempts=0, first_attempt_at=None, last_error=None)
)
_PLACE = (
    select(
        CONVERSATION.c.ready_at, CONVERSATION.c.gathers_until, CONVERSATION.c.lease_until, CONVERSATION.c.owner, CONVERSATION.c.owner_until
    )
    .where(CONVERSATION.c.id == bindparam("conversation"))
    .with_for_update()
)
_OLDEST = select(MESSAGE.c.at).where(MESSAGE.c.conversation_id == bindparam("conversation"), OPEN).order_by(MESSAGE.c.seq).limit(1)


@dataclass(frozen=True)
class Typing:
    """What a sign of typing changes: `until` is the new end of a burst's wait, None where none goes on; `to_agent`: a person has the conversation."""

    conversation: str
    until: datetime | None
    to_agent: bool


def goes_on(place: Any) -> bool:
    """Whether a burst is being gathered in the conversation of this row (of `ready_at`, `gathers_until`, `lease_until`)."""
    return place.gathers_until is not None and place.gathers_until == place.ready_at and place.lease_until is None


async def wait_for_more(ledger: Ledger, turn: OpenTurn, now: datetime, pause: timedelta, most: timedelta) -> datetime:
    """Put a turn back, nothing of it done: its customer seems to have more to say. When it is taken again at the latest.

    That is after `pause`, or as long as the customer types, but `most` after the first message; at once where another message is there
    already. Raises LeaseLost.
    """
    lease = turn.lease
    held = {"conversation": lease.conversation, "token": lease.token}

    def work(connection: Connection) -> datetime:
        place = connection.execute(_TYPING_UNTIL, held).one_or_none()
        if place is None:
            raise LeaseLost(lease.conversation)
        values: dict[str, Any] = {"lease_token": lease.token + 1, "lease_until": None, "ready_at": now}
        if not connection.scalar(_LATER_ONES, {"conversation": lease.conversation, "last": turn.last.seq}):
            until = max(now, min(max(now + pause, place.typing_until or now), turn.first_at + most))
            values.update(ready_at=until, gathers_until=until)
        connection.execute(update(CONVERSATION).where(CONVERSATION.c.id == lease.conversation).values(values))
        connection.execute(_UNREAD, {"messages": [message.id for message in turn.messages]})
        return values["ready_at"]

    return await ledger.write(work)


async def note_typing(ledger: Ledger, writer: Callable[[Connection], str], now: datetime, life: timedelta, most: timedelta) -> Typing:
    """The customer types, and will for about `life`: a burst that is gathered waits for it, up to `most` after its first message.

    `writer` says, in the same transaction, whose conversation it is, and refuses by raising. Where nothing waits for an answer nothing is
    kept.
    """

    def work(connection: Connection) -> Typing:
        conversation = writer(connection)
        place = connection.execute(_PLACE, {"conversation": conversation}).one_or_none()
        to_agent = place is not None and place.owner == "agent" and (place.owner_until is None or place.owner_until > now)
        if place is None or place.ready_at is None:
            return Typing(conversation, None, to_agent)
        until = now + life
        values, end = {"typing_until": until}, None
        if goes_on(place):
            first_at = connection.execute(_OLDEST, {"conversation": conversation}).scalar_one()
            end = max(place.ready_at, min(until, first_at + most))
            values.update(ready_at=end, gathers_until=end)
        connection.execute(update(CONVERSATION).where(CONVERSATION.c.id == conversation).values(values))
        return Typing(conversation, end, to_agent)

    return await ledger.write(work)
