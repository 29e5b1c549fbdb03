"""What a channel reports of what it has taken: how far each delivery has come, what went wrong, what it cost.

Reports come late, twice, in any order, and before the reply to the sending was read; the outcome is the same. Those of a whole batch are
applied in one transaction, with a few statements however many there are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, TypeVar

from sqlalchemy import Connection, Row, bindparam, exists, select, tuple_, update

from bot.conversations import outbox
from bot.conversations.base import DeliveryState
from bot.conversations.ledger import Ledger
from bot.conversations.tables import DELIVERY, MESSAGE

Reported = Literal["sent", "failed", "delivered", "read"]

FORWARD: Final[dict[Reported, tuple[DeliveryState, ...]]] = {
    "sent": ("pending", "ambiguous"),
    "failed": ("pending", "ambiguous", "sent"),
    "delivered": ("pending", "ambiguous", "sent", "failed"),
    "read": ("pending", "ambiguous", "sent", "failed", "delivered"),
}
"""From which states a report may move a delivery to this one: late and repeated reports change nothing, and what has reached one of the
customer's devices has not failed because another one never took it."""
CHUNK: Final = 400

_KEPT: Final = ("state", "external_id", "error", "number", "sent_at", "billable", "category", "priced_at")
_DELIVERY = select(
    DELIVERY.c.id, DELIVERY.c.message_id, DELIVERY.c.part, *(DELIVERY.c[name] for name in _KEPT), MESSAGE.c.conversation_id, MESSAGE.c.kind
).join_from(DELIVERY, MESSAGE, MESSAGE.c.id == DELIVERY.c.message_id)
_MOVE = (
    update(DELIVERY)
    .where(DELIVERY.c.id == bindparam("delivery"))
    .values({name: bindparam(f"new_{name}", type_=DELIVERY.c[name].type) for name in _KEPT})
)
T = TypeVar("T")


@dataclass(frozen=True)
class Report:
    """`ours` is what was sent along with the message (`outbox.DueDelivery.key`), where the channel repeats it; `at` is the channel's time."""

    external_id: str
    state: Reported
    at: datetime
    ours: str | None = None
    error: str | None = None
    number: str | None = None
    billable: bool | None = None
    category: str | None = None


@dataclass(frozen=True)
class News:
    """A report that changed a delivery's state. `before` is where it stood; `repeated`: it is about another sending of the same message."""

    report: Report
    before: DeliveryState
    conversation: str
    message: str
    repeated: bool


async def apply(ledger: Ledger, reports: Sequence[Report], now: datetime) -> list[News]:
    """Move the deliveries forward; what was news. Reports of what we do not know are none of ours."""
    return await ledger.write(lambda connection: apply_within(connection, reports, now)) if reports else []


async def come_in(ledger: Ledger, number: str, since: datetime) -> bool:
    """Whether reports come in: one with a price, on a message that was sent from this number of ours after that moment."""
    later = exists().where(DELIVERY.c.number == number, DELIVERY.c.sent_at > since, DELIVERY.c.priced_at > since)
    return bool(await ledger.read(lambda connection: connection.scalar(select(later))))


def apply_within(connection: Connection, reports: Sequence[Report], now: datetime) -> list[News]:
    """The same, as part of a transaction."""
    rows = {row.id: row for row in _rows(connection, reports)}
    by_id = {row.external_id: row.id for row in rows.values() if row.external_id is not None}
    by_key = {f"{row.message_id}.{row.part}": row.id for row in rows.values()}
    kept = {number: {name: getattr(row, name) for name in _KEPT} for number, row in rows.items()}
    news: list[News] = []
    for report in reports:
        number = by_id.get(report.external_id) or by_key.get(report.ours or "")
        if number is not None and (before := _fold(kept[number], report)) is not None:
            row, repeated = rows[number], kept[number]["external_id"] != report.external_id
            news.append(News(report, before, row.conversation_id, row.message_id, repeated))
    changed = [(number, values) for number, values in kept.items() if any(values[name] != getattr(rows[number], name) for name in _KEPT)]
    if changed:
        connection.execute(_MOVE, [{"delivery": number, **{f"new_{name}": values[name] for name in _KEPT}} for number, values in changed])
    for number, _ in changed:
        if rows[number].state == "pending" and rows[number].kind == "answer":  # settled by its report: so was what it carried
            outbox.mark_privacy_told(connection, rows[number].conversation_id, now)
    return news


def _fold(values: dict[str, Any], report: Report) -> DeliveryState | None:
    """Take one report into a delivery's columns; the state before, if it moved."""
    if values["external_id"] is None:
        values["external_id"] = report.external_id
    other = values["external_id"] != report.external_id  # another sending of the same message: only what it reached counts
    if report.state != "failed":
        _price(values, report)
        values["number"] = values["number"] or report.number
        values["sent_at"] = values["sent_at"] or report.at
    if values["state"] not in FORWARD[report.state] or (other and report.state in {"sent", "failed"}):
        return None
    before: DeliveryState = values["state"]
    values["state"], values["error"] = report.state, None if report.error is None else report.error[:200]
    return before


def _price(values: dict[str, Any], report: Report) -> None:
    """What is billable once was billed; the first moment at which a price was told is when."""
    if report.billable is None:
        return
    values["billable"] = bool(values["billable"]) or report.billable
    values["category"] = values["category"] or (report.category or "")[:32] or None
    values["priced_at"] = min(values["priced_at"] or report.at, report.at)


def _rows(connection: Connection, reports: Sequence[Report]) -> Iterator[Row[Any]]:
    """The deliveries that are reported on, locked: two batches may be about the same."""
    for chunk in _chunks({report.external_id for report in reports}):
        yield from connection.execute(
            _DELIVERY.where(DELIVERY.c.external_id.in_(chunk)).order_by(DELIVERY.c.id).with_for_update(of=DELIVERY)
        )
    for keys in _chunks({key for report in reports if (key := _key(report.ours)) is not None}):
        wanted = _DELIVERY.where(tuple_(DELIVERY.c.message_id, DELIVERY.c.part).in_(keys))
        yield from connection.execute(wanted.order_by(DELIVERY.c.id).with_for_update(of=DELIVERY))


def _key(ours: str | None) -> tuple[str, int] | None:
    message, _, part = (ours or "").partition(".")
    return (message, int(part)) if len(message) == 32 and part.isascii() and part.isdigit() and len(part) < 4 else None  # noqa: PLR2004


def _chunks(wanted: Iterable[T]) -> Iterator[list[T]]:
    listed = sorted(wanted)  # type: ignore[type-var]
    for start in range(0, len(listed), CHUNK):
        yield listed[start : start + CHUNK]
