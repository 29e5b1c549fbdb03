"""Typed keys of what the web chat's requests share."""

from __future__ import annotations

from aiohttp import web

from bot.identity.portal import PortalKey
from bot.limits import Limit

PORTAL_KEY = web.AppKey("portal_key", PortalKey)
SESSION_LIMIT = web.AppKey("session_limit", Limit)
MESSAGE_LIMIT = web.AppKey("message_limit", Limit)
TYPING_LIMIT = web.AppKey("typing_limit", Limit)
VISITOR_LIMIT = web.AppKey("visitor_limit", Limit)
