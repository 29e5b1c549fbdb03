"""Topics that far more customers ask about than usually do at this hour of the week: counted once a minute, kept while they last.

Customers are counted, not questions: one who asks ten times is one. A surge is a row, so that every gateway tells the same one since the same
moment, and each agent hears of it once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final, cast
from urllib.parse import urlencode

from sqlalchemy import Connection, Row, Select, Table, delete, func, insert, select, update

from bot.console import models
from bot.conversations.ledger import Ledger
from bot.conversations.tables import CLOSED, MESSAGE, UNDERSTANDING
from bot.resources import Resources
from bot.rules import surge
from bot.rules.calendar import BusinessCalendar
from bot.rules.surge import FEWEST_WEEKS, WEEKS, WINDOW
from bot.settings import Settings

SURGE: Final = cast(Table, models.Surge.__table__)
NOT_UNDERSTOOD: Final = ""
QUIET: Final = timedelta(minutes=30)
"""So long a surge must not be seen any more until it is over: one that comes and goes rings once."""
KEPT: Final = timedelta(days=90)
COUNTED_AGAIN: Final = timedelta(minutes=10)
"""What is usual is counted anew so seldom: an hour of the weeks before changes little in it."""
_WEEK: Final = timedelta(weeks=1)
_DAY: Final = timedelta(days=1)
Counts = Mapping[str, int]


@dataclass(frozen=True)
class Found:
    """A topic that surges now."""

    topic: str
    number: int
    usually: float
    since: datetime


class SurgeWatch:
    """Looks for surges, with what is usual kept for some minutes; each process has one of its own."""

    def __init__(self, resources: Resources) -> None:
        self._resources = resources
        self._before: Sequence[Counts] = ()
        self._counted_at: datetime | None = None

    async def step(self) -> bool:
        """Look, and write down what is so; always False. Raises LedgerUnavailable."""
        ledger, now = self._resources.ledger, self._resources.now()
        if self._counted_at is None or not timedelta() <= now - self._counted_at < COUNTED_AGAIN:
            self._before, self._counted_at = await _weeks_before(ledger, self._resources.settings, now), now
        found = await _look(ledger, self._before, now) if len(self._before) >= FEWEST_WEEKS else []
        await _keep(ledger, found, now)
        return False


async def present(ledger: Ledger, now: datetime) -> Sequence[Row[Any]]:
    """Those that go on, the largest first. One that no gateway has seen for a while is not told as if it went on."""
    query = select(SURGE).where(SURGE.c.ended_at.is_(None), SURGE.c.seen_at > now - QUIET).order_by(SURGE.c.number.desc(), SURGE.c.id)
    return await ledger.read(lambda connection: connection.execute(query).all())


async def over(ledger: Ledger, since: datetime, now: datetime, most: int) -> Sequence[Row[Any]]:
    """The newest of those that were seen from a moment on and do not go on."""
    gone = SURGE.c.ended_at.is_not(None) | (SURGE.c.seen_at <= now - QUIET)
    query = select(SURGE).where(SURGE.c.seen_at >= since, gone).order_by(SURGE.c.seen_at.desc(), SURGE.c.id).limit(most)
    return await ledger.read(lambda connection: connection.execute(query).all())


async def can_tell(ledger: Ledger, settings: Settings, now: datetime) -> bool:
    """Whether there are weeks enough to say what is usual at this hour."""
    return len(_hours_before(await _oldest(ledger), settings, now)) >= FEWEST_WEEKS


def path_of(topic: str) -> str:
    """The conversations about it."""
    return f"/console/conversaciones?{urlencode({'tema': topic} if topic else {'decision': 'refused'})}"


async def _weeks_before(ledger: Ledger, settings: Settings, now: datetime) -> Sequence[Counts]:
    """How many customers asked about each topic in this hour of the weeks before, of as many weeks as there are."""
    hours = _hours_before(await _oldest(ledger), settings, now)
    return [await ledger.read(partial(_customers, end=end)) for end in hours]


async def _oldest(ledger: Ledger) -> datetime | None:
    oldest = select(MESSAGE.c.at).where(CLOSED).order_by(MESSAGE.c.at).limit(1)
    return await ledger.read(lambda connection: connection.scalar(oldest))


def _hours_before(oldest: datetime | None, settings: Settings, now: datetime) -> list[datetime]:
    """The ends of this hour in the weeks before, by the clock on the wall, of which everything is still there.

    A week in which this was a day off tells nothing of a day of work.
    """
    if oldest is None:
        return []
    calendar = BusinessCalendar(settings.timezone, settings.extra_holidays)
    first = max(oldest, now - timedelta(days=settings.keep_messages_days) + _DAY)
    is_work = calendar.is_business_day(calendar.local_date(now))
    ends = [(calendar.local(now) - week * _WEEK).astimezone(now.tzinfo) for week in range(1, WEEKS + 1)]
    return [end for end in ends if end - WINDOW >= first and (calendar.is_business_day(calendar.local_date(end)) or not is_work)]


def _customers(connection: Connection, end: datetime) -> Counts:
    """How many customers asked about each topic in the hour to `end`."""
    query = _in_the_hour(end, _topic(), func.count(MESSAGE.c.conversation_id.distinct()).label("number")).group_by("topic")
    return {row.topic: row.number for row in connection.execute(query)}


def _arrivals(connection: Connection, topic: str, end: datetime) -> Sequence[datetime]:
    """When each customer asked about it first in that hour, in order."""
    first = func.min(MESSAGE.c.at)
    query = _in_the_hour(end, first).where(_topic() == topic).group_by(MESSAGE.c.conversation_id).order_by(first)
    return connection.scalars(query).all()


def _in_the_hour(end: datetime, *columns: Any) -> Select[Any]:
    """Of what was understood in the hour to `end`: by the index of messages that nobody works on any more."""
    joined = select(*columns).join_from(MESSAGE, UNDERSTANDING, MESSAGE.c.id == UNDERSTANDING.c.message_id)
    return joined.where(CLOSED, MESSAGE.c.at > end - WINDOW, MESSAGE.c.at <= end)


def _topic() -> Any:
    return func.coalesce(UNDERSTANDING.c.intent, NOT_UNDERSTOOD).label("topic")


async def _look(ledger: Ledger, weeks: Sequence[Counts], now: datetime) -> list[Found]:
    def work(connection: Connection) -> list[Found]:
        found = []
        for topic, number in _customers(connection, now).items():
            before = [week.get(topic, 0) for week in weeks]
            if surge.is_surge(number, before):
                usually = surge.usual(before)
                found.append(Found(topic, number, usually, surge.began(_arrivals(connection, topic, now), usually, now)))
        return found

    return await ledger.read(work)


async def _keep(ledger: Ledger, found: Sequence[Found], now: datetime) -> None:
    """Write down what surges, and what no longer does; nothing where nothing does and did."""
    going_on = select(SURGE.c.id, SURGE.c.topic, SURGE.c.seen_at).where(SURGE.c.ended_at.is_(None)).order_by(SURGE.c.id)
    if not found and not await ledger.read(lambda connection: connection.execute(going_on.limit(1)).first()):
        return

    def work(connection: Connection) -> None:
        surging = {each.topic: each for each in found}
        for row in connection.execute(going_on.with_for_update()).all():
            own = update(SURGE).where(SURGE.c.id == row.id)
            gone = now - row.seen_at >= QUIET  # also while no gateway looked
            if gone:
                connection.execute(own.values(ended_at=row.seen_at))
            elif each := surging.pop(row.topic, None):
                connection.execute(own.values(number=each.number, usually=each.usually, seen_at=now))
        new = [
            {"topic": each.topic, "since": each.since, "seen_at": now, "number": each.number, "usually": each.usually}
            for each in surging.values()
        ]
        if new:
            connection.execute(insert(SURGE), new)
        connection.execute(delete(SURGE).where(SURGE.c.seen_at < now - KEPT))

    await ledger.write_again(work)
