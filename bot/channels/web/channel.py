"""The web chat as a channel: the customer's browser fetches what was said, so it carries nothing and needs no workers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from aiohttp import web

from bot import texts as common
from bot.channels.base import Limits, TextKey
from bot.channels.web import handlers, render, texts
from bot.channels.web.keys import PORTAL_KEYS
from bot.conversations import base
from bot.conversations.messages import ShownMessage
from bot.settings import Settings
from bot.worker import Worker

_TEXTS = {"delay": texts.delay, "parked": common.parked, "resend_failed": common.resend_failed, "code_failed": common.code_failed}


class WebChannel:
    """The web chat (design section 10)."""

    name: base.Channel = "web"

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    @property
    def limits(self) -> Limits:
        """Of the widget."""
        return Limits(text_characters=4096, buttons=10, button_title_characters=20, burst=self._settings.burst_seconds)

    def routes(self) -> Sequence[web.RouteDef]:
        """Below /webchat/."""
        return [
            web.post("/webchat/session", handlers.open_session),
            web.post("/webchat/logout", handlers.log_out),
            web.post("/webchat/messages", handlers.send_message),
            web.get("/webchat/messages", handlers.read_messages, allow_head=False),
            web.get("/webchat/stream", handlers.stream, allow_head=False),
            web.post("/webchat/read", handlers.mark_read),
            web.post("/webchat/typing", handlers.typing),
            web.post("/webchat/feedback", handlers.rate),
        ]

    @asynccontextmanager
    async def running(self, app: web.Application) -> AsyncIterator[Sequence[Worker]]:
        """No workers; the portal's keys are asked for as long as it serves."""
        yield ()
        if PORTAL_KEYS in app:
            await app[PORTAL_KEYS].close()

    def render(self, message: ShownMessage) -> dict[str, Any]:
        """JSON of the HTTP contract."""
        return render.message(message)

    def text(self, key: TextKey, now: datetime) -> str | None:
        """Texts that speak of this chat."""
        return _TEXTS[key](self._settings, now)
