"""Watches what WhatsApp has cost in this month, and tells operators once when it is more than they wanted to spend."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

import structlog

from bot.conversations import meter
from bot.resources import Resources
from bot.worker import Worker

log = structlog.get_logger()

LOOK_SECONDS: Final = 300.0


class Budget:
    """Spending of the month against WHATSAPP_BUDGET_MXN."""

    def __init__(self, resources: Resources) -> None:
        self._resources = resources
        self._told: tuple[int, int] | None = None
        self.worker = Worker("whatsapp budget", self.step, LOOK_SECONDS)

    async def step(self) -> bool:
        """Look once; always False (nothing is left to do)."""
        resources, settings = self._resources, self._resources.settings
        today = resources.now().astimezone(settings.timezone)
        this = (today.year, today.month)
        begin, end = meter.bounds(*this, settings.timezone)
        month = await meter.month(resources.ledger, "whatsapp", begin, end)
        spent = month.cost(settings.whatsapp_free_messages, Decimal(str(settings.whatsapp_price_mxn)))
        resources.metrics.spent.labels("whatsapp").set(float(spent))
        if 0 < settings.whatsapp_budget_mxn < spent and self._told != this:
            self._told = this
            log.error("whatsapp: the month's budget is spent", spent_mxn=float(spent), budget_mxn=settings.whatsapp_budget_mxn)
        return False
