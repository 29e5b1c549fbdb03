"""Who a request speaks for: the session its bearer token names, checked in the ledger each time."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from datetime import datetime

import structlog
from aiohttp import hdrs, web
from sqlalchemy import Connection

from bot.channels.webchat.parse import SessionRequest
from bot.conversations import sessions
from bot.conversations.sessions import OpenSession
from bot.errors import AccountsUnavailable, IdentityError, TokenExpired, TokenInvalid
from bot.gateway.errors import NoSession, SessionOver
from bot.gateway.keys import PORTAL_KEY, RESOURCES
from bot.gateway.resources import Resources
from bot.identity.portal import read_portal_token
from bot.identity.session import SessionClaims, read_session, sign_session

log = structlog.get_logger()


async def session_of(request: web.Request) -> OpenSession:
    """The session of the request's bearer token. Raises NoSession, SessionOver."""
    resources, claims = request.app[RESOURCES], claims_of(request)
    return _checked(await sessions.find(resources.ledger, claims.session, resources.now()), claims)


def claims_of(request: web.Request) -> SessionClaims:
    """What the request's bearer token says; whether its session was ended only the ledger knows. Raises NoSession, SessionOver."""
    scheme, _, token = request.headers.get(hdrs.AUTHORIZATION, "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise NoSession("no bearer token")
    resources = request.app[RESOURCES]
    try:
        return read_session(resources.settings.session_secret, token.strip(), resources.now())
    except TokenExpired as error:
        raise SessionOver(str(error)) from None
    except TokenInvalid as error:
        raise NoSession(str(error)) from None


def guard_of(claims: SessionClaims, now: datetime) -> Callable[[Connection], None]:
    """The same check as part of a transaction that does something in the session's name. It raises NoSession, SessionOver."""

    def guard(connection: Connection) -> None:
        _checked(sessions.find_within(connection, claims.session, now), claims)

    return guard


def _checked(found: OpenSession | None, claims: SessionClaims) -> OpenSession:
    if found is None:
        raise SessionOver("revoked or unknown")
    if (found.conversation, found.desk) != (claims.conversation, claims.desk):
        raise NoSession("the token does not fit its session")
    return found


async def _open_session(resources: Resources, token: str) -> OpenSession:
    now = resources.now()
    claims = read_session(resources.settings.session_secret, token, now)
    return _checked(await sessions.find(resources.ledger, claims.session, now), claims)


async def begin_or_resume(request: web.Request, asked: SessionRequest) -> OpenSession:
    """The session for what a widget shows: the earlier conversation when it was of the same subject, else a new one.

    An earlier session that is not good any more opens nothing. Raises TokenInvalid, TokenExpired (portal token), LedgerUnavailable.
    """
    resources = request.app[RESOURCES]
    settings, now = resources.settings, resources.now()
    desk = None if asked.token is None else await _proved_desk(request, asked.token)
    earlier = None
    if asked.session is not None:
        with contextlib.suppress(IdentityError):
            earlier = await _open_session(resources, asked.session)
    if earlier is not None and asked.token is None:
        return earlier  # proved by nothing new: it goes on, and ends when it would have ended
    if earlier is not None and earlier.desk == desk:
        return await sessions.prolong(resources.ledger, earlier, settings.session_ttl, now)
    return await sessions.begin(resources.ledger, desk, settings.session_ttl, now)


async def _proved_desk(request: web.Request, token: str) -> str:
    resources = request.app[RESOURCES]
    desk = read_portal_token(request.app[PORTAL_KEY], token, resources.now())
    try:
        known = await resources.accounts.desk_exists(desk)
    except AccountsUnavailable:
        log.warning("desk taken on the portal's word: live state is away")
        return desk
    if not known:
        raise TokenInvalid("no such desk")
    return desk


def token_of(resources: Resources, session: OpenSession) -> str:
    """The bearer token of a session."""
    claims = SessionClaims(session.id, session.conversation, session.desk, session.expires_at)
    return sign_session(resources.settings.session_secret, claims, resources.now())
