"""Tells agents' browsers what is new, in the background: no page and no turn waits for a push service.

What a push service does not take now it is offered again, each time after a longer pause and as it asks (Retry-After), until there is nothing to be
alerted to any more, `LIFE` is over, or it was asked often enough. What is sent is the kind of the alert and the case's code, always as many bytes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

import msgspec
import structlog
from yarl import URL

from bot.console import alerts
from bot.console.push import subscriptions
from bot.console.push.service import AT_ONCE, Outcome, PushService
from bot.console.push.subscriptions import LIFE, Due
from bot.resources import Resources
from bot.worker import Worker

log = structlog.get_logger()

WITHOUT_KEY_SECONDS: Final = 60.0
"""Not only at the start: a gateway that still has the key may keep another browser until it ends."""
LEASE: Final = timedelta(minutes=1)
"""Longer than a call takes: who has not told the outcome by then is gone."""
ATTEMPTS: Final = 12
LONGEST_PAUSE: Final = timedelta(minutes=10)
SIZE: Final = 64
"""So that the length tells the push service nothing."""
URGENT: Final = frozenset({"llamada", "plazo", "alza"})
"""Told at once even to a telephone that saves its battery (RFC 8030, section 5.3)."""


def workers(resources: Resources, service: PushService) -> Sequence[Worker]:
    """To be started and stopped with the gateway, several gateways may do so at once. Where no key is set, browsers that were told are forgotten."""

    async def step() -> bool:
        return await tell(resources, service)

    async def forget() -> bool:
        if forgotten := await subscriptions.forget_all(resources.ledger):
            log.info("no VAPID_PRIVATE_KEY any more: browsers are forgotten", browsers=forgotten)
        return False

    told = Worker("pushes", step, resources.timings.push_seconds)
    return [told if service.public_key else Worker("pushes", forget, WITHOUT_KEY_SECONDS)]


async def tell(resources: Resources, service: PushService) -> bool:
    """Tell every browser what is new to it; whether there may be more to send."""
    ledger, now = resources.ledger, resources.now()
    browsers = await subscriptions.live(ledger, service.public_key, now)
    if not browsers:
        return False
    of_each = await alerts.of(ledger, await alerts.look(resources), {browser.agent for browser in browsers})
    await subscriptions.note(ledger, of_each, browsers, now)
    due = await subscriptions.claim(ledger, now, LEASE, AT_ONCE)
    for failed in await asyncio.gather(*(_send(resources, service, each) for each in due), return_exceptions=True):
        if failed is not None:
            raise failed
    return len(due) == AT_ONCE


async def _send(resources: Resources, service: PushService, due: Due) -> None:
    now = resources.now()
    life = due.at + LIFE - now
    if life <= timedelta():
        outcome = Outcome("refused", "too late")
    else:
        outcome = await service.send(due.target, payload(due), key=due.key, life=life, urgent=due.kind in URGENT, now=now)
    await _settle(resources, due, outcome)


async def _settle(resources: Resources, due: Due, outcome: Outcome) -> None:
    ledger, became = resources.ledger, str(outcome.became)
    if outcome.became == "sent":
        await subscriptions.settle(ledger, due, "sent")
    elif outcome.became == "gone":
        await subscriptions.gone(ledger, due.subscription)
    else:
        again_at = resources.now() + _pause(resources, due.attempts)
        again_at = max(again_at, outcome.again_at or again_at)
        if outcome.became == "later" and due.attempts < ATTEMPTS and again_at < due.at + LIFE:
            await subscriptions.postpone(ledger, due, again_at)
        else:
            became = "given up" if outcome.became == "later" else "refused"
            await subscriptions.settle(ledger, due, "given_up")
            log.warning("a browser could not be told", service=URL(due.target.endpoint).raw_host, why=outcome.why, attempts=due.attempts)
    resources.metrics.pushes.labels(became).inc()


def _pause(resources: Resources, attempts: int) -> timedelta:
    exact = min(resources.timings.back_off_first * 2 ** (attempts - 1), LONGEST_PAUSE)
    return exact * (1 + resources.jitter() / 4)


def payload(due: Due) -> bytes:
    """What the browser is told: nothing that is anybody's."""
    return msgspec.json.encode({"kind": due.kind, "code": due.code or ""}).ljust(SIZE)
