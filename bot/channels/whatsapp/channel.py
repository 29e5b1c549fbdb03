"""WhatsApp as a channel: Meta brings us what customers write, and we carry each message to it ourselves."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from aiohttp import web

from bot import texts as common
from bot.channels.base import Limits, TextKey
from bot.channels.whatsapp import render, statuses, webhook
from bot.channels.whatsapp.budget import Budget
from bot.channels.whatsapp.graph import Graph
from bot.channels.whatsapp.receipts import Receipts
from bot.channels.whatsapp.sender import Sender
from bot.channels.whatsapp.writing import AgentWriting
from bot.conversations import base
from bot.conversations.messages import ShownMessage
from bot.resources import RESOURCES
from bot.settings import Settings
from bot.worker import Worker


class WhatsAppChannel:
    """The company's numbers on the WhatsApp Business Cloud API."""

    name: base.Channel = "whatsapp"

    def __init__(self, settings: Settings) -> None:
        self._settings, self._graph = settings, Graph(settings)
        self._receipts = Receipts(self._graph)

    @property
    def limits(self) -> Limits:
        """Of a message without buttons, and of a reply button."""
        return Limits(render.TEXT, render.ROWS, render.REPLY_TITLE, burst=self._settings.burst_seconds)

    def routes(self) -> Sequence[web.RouteDef]:
        """Below /whatsapp/."""
        return webhook.routes(self._receipts.seen, statuses.apply)

    @asynccontextmanager
    async def running(self, app: web.Application) -> AsyncIterator[Sequence[Worker]]:
        """Carries deliveries and watches what they cost; read marks and typing signs are sent in between."""
        resources = app[RESOURCES]
        sender, writing = Sender(resources, self._graph), AgentWriting(resources, self._receipts.seen)
        resources.feed.on_writing(writing.hear)
        try:
            yield (sender.worker, Budget(resources).worker)
        finally:
            await writing.close()
            await self._receipts.close()
            await sender.drain()
            await self._graph.close()

    def render(self, message: ShownMessage) -> list[dict[str, Any]]:
        """What the Cloud API takes, without to whom it goes: one content, more where a limit wants it."""
        return render.contents(message)

    def text(self, key: TextKey, now: datetime) -> str | None:
        """The house's own words; a slow answer is told by the typing sign, which costs nothing."""
        if key == "delay":
            return None
        return {"parked": common.parked, "resend_failed": common.resend_failed, "code_failed": common.code_failed}[key](self._settings, now)
