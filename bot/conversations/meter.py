"""What messages cost: every report of a price stands on its delivery, so each sum is a query and nothing has to be counted along."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, func, select

from bot.conversations.base import Channel
from bot.conversations.ledger import Ledger
from bot.conversations.tables import DELIVERY, MESSAGE

FREE_CATEGORY = "service"
"""Of which a number has so many free in a month: answers to what a customer wrote."""
DEAREST = 10


@dataclass(frozen=True)
class Line:
    """Messages of one number and category that were priced in a month; `billable` of them cost something beyond what is free."""

    number: str
    category: str
    messages: int
    billable: int


@dataclass(frozen=True)
class Month:
    """A month of a channel: `answers` that went out, their `sendings` (repeats and further parts counted), and who cost most."""

    lines: tuple[Line, ...]
    answers: int
    sendings: int
    dearest: tuple[tuple[str, int], ...]

    @property
    def billable(self) -> int:
        """Of all numbers and categories."""
        return sum(line.billable for line in self.lines)

    def free_used(self, number: str, free: int) -> int:
        """How many of a number's free messages are used up."""
        return min(free, self._of(number))

    def cost(self, free: int, price: Decimal) -> Decimal:
        """What it costs, where each number has `free` messages of the free category; in whole cents."""
        numbers = {line.number for line in self.lines}
        paid = self.billable - sum(self.free_used(number, free) for number in numbers)
        return (paid * price).quantize(Decimal("0.01"))

    def _of(self, number: str) -> int:
        return sum(line.billable for line in self.lines if line.number == number and line.category == FREE_CATEGORY)


def bounds(year: int, month: int, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The first moment of a month, and of the one after it."""
    after = (year + 1, 1) if month == 12 else (year, month + 1)  # noqa: PLR2004
    return datetime(year, month, 1, tzinfo=zone), datetime(*after, 1, tzinfo=zone)


async def month(ledger: Ledger, channel: Channel, begin: datetime, end: datetime) -> Month:
    """What was priced and answered from `begin` on, before `end`. Raises LedgerUnavailable."""
    return await ledger.read(lambda connection: _month(connection, channel, begin, end))


def _month(connection: Connection, channel: Channel, begin: datetime, end: datetime) -> Month:
    priced = (DELIVERY.c.channel == channel, DELIVERY.c.state != "failed", DELIVERY.c.priced_at >= begin, DELIVERY.c.priced_at < end)
    number, category = func.coalesce(DELIVERY.c.number, "?"), func.coalesce(DELIVERY.c.category, FREE_CATEGORY)
    lines = (
        select(number, category, func.count(), func.count().filter(DELIVERY.c.billable))
        .where(*priced)
        .group_by(number, category)
        .order_by(number, category)
    )
    dearest = (
        select(MESSAGE.c.conversation_id, func.count().label("number"))
        .join_from(DELIVERY, MESSAGE, MESSAGE.c.id == DELIVERY.c.message_id)
        .where(*priced, DELIVERY.c.billable)
        .group_by(MESSAGE.c.conversation_id)
        .order_by(func.count().desc(), MESSAGE.c.conversation_id)
        .limit(DEAREST)
    )
    answered = (
        select(func.count(MESSAGE.c.id.distinct()), func.count())
        .join_from(DELIVERY, MESSAGE, MESSAGE.c.id == DELIVERY.c.message_id)
        .where(DELIVERY.c.channel == channel, MESSAGE.c.kind == "answer", DELIVERY.c.sent_at >= begin, DELIVERY.c.sent_at < end)
    )
    answers, sendings = connection.execute(answered).one()
    most: Sequence[tuple[str, int]] = [(row.conversation_id, row.number) for row in connection.execute(dearest)]
    return Month(tuple(Line(*row) for row in connection.execute(lines)), answers, sendings, tuple(most))
