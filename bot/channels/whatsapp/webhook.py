"""The webhook's addresses."""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable, Sequence

from aiohttp import web

from bot.resources import RESOURCES


def routes(_seen: Callable[[str, str], None], _apply: Callable[..., Awaitable[None]]) -> Sequence[web.RouteDef]:
    """Below /whatsapp/."""
    return [web.get("/whatsapp/webhook", verify, allow_head=False)]


async def verify(request: web.Request) -> web.Response:
    """GET /whatsapp/webhook: Meta asks whether the address is ours."""
    asked, wanted = request.query, request.app[RESOURCES].settings.whatsapp_verify_token
    given = asked.get("hub.verify_token", "")
    if asked.get("hub.mode") != "subscribe" or not hmac.compare_digest(given.encode(), wanted.encode()) or "hub.challenge" not in asked:
        raise web.HTTPForbidden
    return web.Response(text=asked["hub.challenge"])
