"""Tells a customer who waits: one notice when the answer takes longer than a few seconds, whatever the reason."""

from __future__ import annotations

from bot.conversations import notices
from bot.gateway import texts
from bot.gateway.resources import Resources
from bot.gateway.worker import Worker


class DelayNotices:
    """Looks for customers who wait, in all conversations of the ledger; several gateways may do so at once."""

    def __init__(self, resources: Resources) -> None:
        self._ledger, self._hub, self._metrics = resources.ledger, resources.hub, resources.metrics
        self._timings, self._now = resources.timings, resources.now
        self._settings = resources.settings
        self.worker = Worker("delay notices", self.step, resources.timings.poll_seconds)

    async def step(self) -> bool:
        """Tell everybody who has waited too long now."""
        now = self._now()
        before = now - self._timings.delay_notice_after
        for conversation in await notices.overdue(self._ledger, before):
            if await notices.tell_delay(self._ledger, conversation, before, texts.delay(self._settings, now), now):
                self._metrics.notices.labels("delay").inc()
                self._hub.wake(conversation)
        return False
