"""What an open page hears: that something moved, and a sign of life. It then asks for what it shows, so that nothing is told twice."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Final

from aiohttp import web

from bot.console import access, pages
from bot.console.work import SHIFT
from bot.conversations import take_over
from bot.conversations.feed import Listener
from bot.resources import RESOURCES

PAUSE_SECONDS: Final = 0.3
"""Between two events, so that a busy morning does not make every page ask without end."""
WRITE_SECONDS: Final = 30.0
_HEADERS: Final = {"Content-Type": "text/event-stream; charset=utf-8", "Cache-Control": "no-store", "X-Accel-Buffering": "no"}
_MOVED: Final = b"event: moved\ndata: {}\n\n"
_ALIVE: Final = b"event: alive\ndata: {}\n\n"


async def stream(request: web.Request) -> web.StreamResponse:
    """GET /console/vivo?conversacion=ID (none: whatever moves)."""
    resources = request.app[RESOURCES]
    conversation = request.query.get("conversacion") or None
    response = web.StreamResponse(headers=_HEADERS)
    with resources.feed.listen(conversation) as listener, contextlib.suppress(ConnectionError, TimeoutError):
        await response.prepare(request)
        await _write(response, _ALIVE)
        await _run(request, response, listener, conversation)
    return response


async def _run(request: web.Request, response: web.StreamResponse, listener: Listener, conversation: str | None) -> None:
    resources = request.app[RESOURCES]
    while not listener.ended:
        try:
            async with asyncio.timeout(resources.timings.keep_alive_seconds):
                await listener.changed.wait()
            listener.changed.clear()
            listener.news.clear()
            listener.moved = False
            await _write(response, _MOVED)
            await asyncio.sleep(PAUSE_SECONDS)
        except TimeoutError:
            session = await access.session_of(request, used=False)
            if session is None or session.stage != "in":
                return
            if conversation is not None:
                await take_over.renew(resources.ledger, conversation, request[pages.SESSION].name, resources.now(), SHIFT)
            await _write(response, _ALIVE)


async def _write(response: web.StreamResponse, data: bytes) -> None:
    async with asyncio.timeout(WRITE_SECONDS):
        await response.write(data)
