"""Typed keys of what the web chat's requests share."""

from __future__ import annotations

from aiohttp import web

from bot.channels.web.portal_keys import PortalKeys
from bot.limits import Limit

PORTAL_KEYS = web.AppKey("portal_keys", PortalKeys)
SESSION_LIMIT = web.AppKey("session_limit", Limit)
MESSAGE_LIMIT = web.AppKey("message_limit", Limit)
TYPING_LIMIT = web.AppKey("typing_limit", Limit)
VISITOR_LIMIT = web.AppKey("visitor_limit", Limit)
