"""What agents put off: a case leaves the queue until its time comes, and earlier where leaving it alone would break a promise."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any, Final

from aiohttp import web
from sqlalchemy import Connection, Row
from sqlalchemy.exc import IntegrityError

from bot.console import access, audit, pages
from bot.console.promises import Promises
from bot.conversations import dues
from bot.conversations.ledger import Ledger
from bot.errors import Malformed, NotYours
from bot.resources import RESOURCES
from bot.rules.calendar import BusinessCalendar

CHOICES: Final[dict[str, Callable[[BusinessCalendar, time, datetime], datetime]]] = {
    "una hora": lambda _calendar, _opens, now: now + timedelta(hours=1),
    "el siguiente día hábil": lambda calendar, opens, now: calendar.at(calendar.next_business_day(calendar.local_date(now)), opens),
    "tres días hábiles": lambda calendar, opens, now: calendar.at(calendar.add_business_days(calendar.local_date(now), 3), opens),
}
"""Until when, by what agents read."""


def rests(case: Any, due: Any, promises: Promises, now: datetime) -> bool:
    """Whether a case of the queue is left alone: until its time comes, its customer writes, or the answer that is owed is about to be late."""
    if due is None or due.at <= now:
        return False
    return case.owed_since is None or (case.owed_since <= due.created_at and promises.urgency(case.owed_since) == "")


async def open_one(ledger: Ledger, conversation: str) -> Row[Any] | None:
    """The conversation's second look, where one is due."""
    return next((due for due in await dues.of(ledger, conversation) if due.kind == "snooze" and due.state == "open"), None)


async def put_off(request: web.Request) -> web.Response:
    """POST …/posponer: `cuando` is one of CHOICES, "" takes it back. Raises Malformed, NotYours."""
    resources, session, conversation = request.app[RESOURCES], request[pages.SESSION], request.match_info["id"]
    when = (await access.form(request)).get("cuando", "")
    if when and when not in CHOICES:
        raise Malformed
    settings, now = resources.settings, resources.now()
    calendar = BusinessCalendar(settings.timezone, settings.extra_holidays)
    at = CHOICES[when](calendar, settings.support_hours.opens, now) if when else None

    def work(connection: Connection) -> None:
        if at is None:
            dues.end(connection, conversation, "snooze", "cancelled", now, session.name)
        else:
            dues.promise(connection, conversation, "snooze", at, now)

    try:
        await resources.ledger.write(work)
    except IntegrityError:
        raise NotYours("conversation") from None
    resources.feed.moved(conversation)
    detail = f"pospuesto: {when or 'ya no'}"
    await audit.note(resources.ledger, "caso", session.name, access.address_of(request), now, conversation, detail)
    return access.see(f"/console/conversaciones/{conversation}")
