"""What an open page hears: that something moved, and a sign of life. It then asks for what it shows, so that nothing is told twice."""

from __future__ import annotations

import asyncio
import contextlib
import json
from typing import Final

from aiohttp import web

from bot.console import access, pages
from bot.console.queue_watch import QueueWatch
from bot.console.work import SHIFT
from bot.conversations import presence, take_over
from bot.conversations.feed import Listener
from bot.conversations.ledger import new_id
from bot.errors import LedgerUnavailable
from bot.resources import RESOURCES

QUEUE_WATCH = web.AppKey("queue watch", QueueWatch)
PAUSE_SECONDS: Final = 0.3
"""Between two events, so that a busy morning does not make every page ask without end."""
LIST_PAUSE_SECONDS: Final = 5.0
"""The same for pages that show whatever moves."""
WRITE_SECONDS: Final = 30.0
_HEADERS: Final = {"Content-Type": "text/event-stream; charset=utf-8", "Cache-Control": "no-store", "X-Accel-Buffering": "no"}
_MOVED: Final = b"event: moved\ndata: {}\n\n"
_WRITES: Final = b"event: writes\ndata: {}\n\n"


async def stream(request: web.Request) -> web.StreamResponse:
    """GET /console/vivo?conversacion=ID; without one: when the queue looks otherwise, or with ?todo=1 whatever moves, a little later."""
    resources = request.app[RESOURCES]
    conversation = request.query.get("conversacion") or None
    response, page = web.StreamResponse(headers=_HEADERS), new_id()
    with resources.feed.listen(conversation) as listener, contextlib.suppress(ConnectionError, TimeoutError, LedgerUnavailable):
        try:
            await response.prepare(request)
            await _sign_of_life(request, response, page, conversation)
            await _run(request, response, listener, page, conversation)
        finally:
            with contextlib.suppress(LedgerUnavailable):
                await asyncio.shield(presence.gone(resources.ledger, page))
    return response


async def _run(request: web.Request, response: web.StreamResponse, listener: Listener, page: str, conversation: str | None) -> None:
    resources, loop = request.app[RESOURCES], asyncio.get_running_loop()
    every = resources.timings.keep_alive_seconds
    due, watch = loop.time() + every, request.app[QUEUE_WATCH]
    hears_all, looked, mood = "todo" in request.query, 0, (listener.typing, listener.owner)
    if not (conversation or hears_all):
        looked = await watch.looks(resources.ledger, 0.0)
    while not listener.ended:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout_at(due):
                await listener.changed.wait()
        if listener.changed.is_set():
            listener.changed.clear()
            if "customer" in listener.writing:
                await _write(response, _WRITES)
            has_moved = listener.moved or bool(listener.news) or mood != (listener.typing, listener.owner)
            listener.writing.clear()
            listener.news.clear()
            listener.moved, mood = False, (listener.typing, listener.owner)
            looks = 0 if conversation or hears_all else await watch.looks(resources.ledger, loop.time())
            if (conversation and has_moved) or hears_all or looks != looked:
                looked = looks
                await _write(response, _MOVED)
                await asyncio.sleep(min(LIST_PAUSE_SECONDS, every) if hears_all else PAUSE_SECONDS)
        if loop.time() >= due:  # however much moves
            session = await access.session_of(request, used=False)
            if session is None or session.stage != "in":
                return
            if conversation is not None:
                await take_over.renew(resources.ledger, conversation, session.name, resources.now(), SHIFT)
            await _sign_of_life(request, response, page, conversation)
            due = loop.time() + every


async def _sign_of_life(request: web.Request, response: web.StreamResponse, page: str, conversation: str | None) -> None:
    """We are there, and so is the agent; who else looks at this conversation."""
    resources, name = request.app[RESOURCES], request[pages.SESSION].name
    await presence.seen(resources.ledger, page, name, conversation, resources.now())
    looking = await presence.looking(resources.ledger, [conversation], resources.now()) if conversation else {}
    others = [agent for agents in looking.values() for agent in agents if agent != name]
    await _write(response, f"event: alive\ndata: {json.dumps({'others': others})}\n\n".encode())


async def _write(response: web.StreamResponse, data: bytes) -> None:
    async with asyncio.timeout(WRITE_SECONDS):
        await response.write(data)
