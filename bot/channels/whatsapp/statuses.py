"""What Meta reports of what we sent: taken, delivered, read, failed; and what it cost. In any order, any number of times, before our own row.

`biz_opaque_callback_data` repeats the key of our delivery, so a sending whose reply never came is settled by its status.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Final

import structlog

from bot.channels.whatsapp.codes import Do, rule
from bot.channels.whatsapp.events import Status
from bot.channels.whatsapp.keys import external_id
from bot.channels.whatsapp.outcomes import OUTSIDE_CASE, UNDELIVERED_CASE
from bot.conversations import cases, reports
from bot.conversations.reports import News, Report, Reported
from bot.resources import Resources

log = structlog.get_logger()

_STATES: Final[dict[str, Reported]] = {"sent": "sent", "delivered": "delivered", "read": "read", "played": "read", "failed": "failed"}
"""Others occur in old code and mean nothing to us."""


async def apply(resources: Resources, statuses: Sequence[Status]) -> None:
    """Apply them in one transaction. Raises LedgerUnavailable (nothing was stored)."""
    now = resources.now()
    told = [_report(status, state, now) for status in statuses if (state := _STATES.get(status.state)) is not None]
    news = await reports.apply(resources.ledger, told, now)
    for each in news:
        _count(resources, each)
    for each in news:
        if each.report.state == "failed":
            await _open_case(resources, each)
    for conversation in {each.conversation for each in news}:
        resources.feed.moved(conversation)  # who has it open sees how far its messages have come


def _report(status: Status, state: Reported, now: datetime) -> Report:
    error = None
    if state == "failed":
        first = status.errors[0] if status.errors else None
        error = "failed" if first is None else f"{first.code} {first.title or ''}".strip()
    return Report(
        external_id=external_id(status.wamid),
        state=state,
        at=status.at or now,
        ours=status.callback,
        error=error,
        number=status.number,
        billable=status.billable,
        category=status.category,
    )


def _count(resources: Resources, news: News) -> None:
    report, metrics = news.report, resources.metrics
    metrics.deliveries.labels("whatsapp", report.state if report.state != "failed" else "failed_later").inc()
    if report.state == "failed":
        code = (report.error or "").partition(" ")[0]
        metrics.delivery_refusals.labels("whatsapp", code).inc()
        tell = log.error if code.isdigit() and rule(int(code)).alert else log.warning
        tell("whatsapp: a message that was taken has failed", code=code, message=news.message)
    if news.repeated:
        log.warning("whatsapp: a message arrived twice", message=news.message)
    if news.before in {"pending", "ambiguous"}:
        log.info("whatsapp: settled by its status", message=news.message, state=report.state)


async def _open_case(resources: Resources, news: News) -> None:
    """Its customer has no answer: agents can call."""
    code = (news.report.error or "").partition(" ")[0]
    outside = code.isdigit() and rule(int(code)).do is Do.OUTSIDE
    reason = OUTSIDE_CASE if outside else UNDELIVERED_CASE
    await resources.ledger.write(partial(cases.open_case, conversation=news.conversation, reason=reason, now=resources.now()))
