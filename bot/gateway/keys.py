"""Typed keys of what the application and its requests carry."""

from __future__ import annotations

from aiohttp import web

from bot.gateway.backlog import Backlog
from bot.gateway.dispatcher import Dispatcher
from bot.gateway.limits import Limit
from bot.gateway.resources import Resources
from bot.identity.portal import PortalKey

RESOURCES = web.AppKey("resources", Resources)
DISPATCHER = web.AppKey("dispatcher", Dispatcher)
PORTAL_KEY = web.AppKey("portal_key", PortalKey)
SESSION_LIMIT = web.AppKey("session_limit", Limit)
BACKLOG = web.AppKey("backlog", Backlog)
MESSAGE_LIMIT = web.AppKey("message_limit", Limit)

CORRELATION = web.RequestKey("correlation", str)
