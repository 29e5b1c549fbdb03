"""Watches the processes behind the gateway after a failed turn, and brings the waiting messages forward when they are back.

Without it a customer would wait for the end of a back-off although the dialogue answers again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import structlog

from bot.conversations import queue
from bot.resources import Resources
from bot.turns.dialogue_client import DialogueClient
from bot.worker import Worker

log = structlog.get_logger()


class OutageWatch:
    """Probes dialogue and actions while one of them is away; `back` is called when both are ready again."""

    def __init__(self, resources: Resources, dialogue: DialogueClient, errors: Sequence[str], back: Callable[[], None]) -> None:
        self._ledger, self._dialogue, self._now = resources.ledger, dialogue, resources.now
        self._actions_urls, self._poll_seconds = resources.settings.actions_url, resources.timings.poll_seconds
        self._errors, self._back, self._outage = errors, back, resources.metrics.outage
        self._suspected = self._away = False
        self.worker = Worker("outage", self.step, self._poll_seconds)

    def suspect(self) -> None:
        """A turn failed: look whether something is away."""
        self._suspected = True
        self.worker.wake()

    async def step(self) -> bool:
        """Look once, if there is a suspicion; bring messages forward when what was away is back."""
        if not self._suspected:
            return False
        ready = await self._all_ready()
        if ready and self._away:
            log.info("dialogue and actions are ready again")
            for error in self._errors:
                await queue.bring_forward(self._ledger, error, self._now())
            self._back()
        elif not ready and not self._away:
            log.warning("dialogue or actions are not ready")
        self._outage.set(not ready)
        self._suspected = self._away = not ready  # a failure while all are ready is the turn's own: its back-off is right
        return False

    async def _all_ready(self) -> bool:
        return all(await asyncio.gather(self._dialogue.ready(), self._dialogue.part_ready(self._actions_urls)))
