"""Tells a customer who waits: one notice when the answer takes longer than a few seconds, whatever the reason."""

from __future__ import annotations

from collections.abc import Callable, Collection

from bot.conversations import notices
from bot.resources import Resources
from bot.worker import Worker


class DelayNotices:
    """Looks for customers who wait, in all conversations of the ledger; several gateways may do so at once.

    `text` gives a channel's words for it; where it has none nobody is told.
    """

    def __init__(self, resources: Resources, channels: Collection[str], text: Callable[[str], str | None]) -> None:
        self._ledger, self._feed, self._metrics = resources.ledger, resources.feed, resources.metrics
        self._timings, self._now = resources.timings, resources.now
        self._channels, self._text = channels, text
        self.worker = Worker("delay notices", self.step, resources.timings.poll_seconds)

    async def step(self) -> bool:
        """Tell everybody who has waited too long now."""
        now, told = self._now(), {name: text for name in self._channels if (text := self._text(name)) is not None}
        before = now - self._timings.delay_notice_after
        for conversation, channel in await notices.overdue(self._ledger, told, before):
            if await notices.tell_delay(self._ledger, conversation, before, told[channel], now):
                self._metrics.notices.labels("delay").inc()
                self._feed.moved(conversation)
        return False
