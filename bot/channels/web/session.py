"""Who a request speaks for: the session its bearer token names, checked in the ledger each time."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import structlog
from aiohttp import hdrs, web
from sqlalchemy import Connection

from bot.channels.web.keys import PORTAL_KEYS
from bot.channels.web.parse import SessionRequest
from bot.conversations import sessions
from bot.conversations.inbox import Inbound
from bot.conversations.sessions import OpenSession
from bot.errors import AccountsUnavailable, IdentityError, NoSession, SessionOver, TokenExpired, TokenInvalid, TokenUsed
from bot.identity.identity import ANONYMOUS, Identity
from bot.identity.portal import PortalToken, read_portal_token
from bot.identity.session import SessionClaims, read_session, sign_session
from bot.resources import RESOURCES, Resources

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


def who_of(claims: SessionClaims, now: datetime) -> Callable[[Connection, Inbound], Identity]:
    """The same check as part of the transaction that stores a message: who the session says is writing. It raises NoSession, SessionOver."""

    def who(connection: Connection, _inbound: Inbound) -> Identity:
        return session_within(connection, claims, now).identity

    return who


def session_within(connection: Connection, claims: SessionClaims, now: datetime) -> OpenSession:
    """The session of these claims, as part of a transaction. Raises NoSession, SessionOver."""
    return _checked(sessions.find_within(connection, claims.session, now), claims)


def _checked(found: OpenSession | None, claims: SessionClaims) -> OpenSession:
    if found is None or found.epoch != claims.epoch:
        raise SessionOver("revoked or unknown, or of a ledger that was replaced since")
    if (found.conversation, found.identity.desk) != (claims.conversation, claims.desk):
        raise NoSession("the token does not fit its session")
    return found


async def begin_or_resume(request: web.Request, asked: SessionRequest) -> OpenSession:
    """The session for what a widget shows: the person's conversation, or the earlier one when it was of the same subject, else a new one.

    An earlier session that is not good any more opens nothing; one of before the ledger was replaced does, if its conversation is there.
    A token opens one session; shown again beside that session it proves nothing new, and the session goes on as it is.
    Raises TokenInvalid, TokenUsed, TokenExpired (portal token), LedgerUnavailable.
    """
    resources = request.app[RESOURCES]
    life, now = resources.settings.session_ttl, resources.now()
    token = None if asked.token is None else await _proved(request, asked.token)
    who = ANONYMOUS if token is None else token.who
    earlier = None if asked.session is None else await _earlier_session(resources, asked.session, who)
    if earlier is not None and token is None:
        return earlier  # proved by nothing new: it goes on, and ends when it would have ended
    use = None if token is None else token.use
    if earlier is None or earlier.identity.subject != who.subject:
        return await sessions.begin(resources.ledger, who, life, now, use)
    try:
        return await sessions.prolong(resources.ledger, earlier, who, life, now, use)
    except TokenUsed:
        if earlier.expires_at <= now:
            raise
        return earlier


async def _earlier_session(resources: Resources, token: str, who: Identity) -> OpenSession | None:
    now = resources.now()
    with contextlib.suppress(IdentityError):
        claims = read_session(resources.settings.session_secret, token, now)
        found = await sessions.find(resources.ledger, claims.session, now)
        if found is not None:
            return _checked(found, replace(claims, epoch=found.epoch))
        if who.desk is not None and who.desk == claims.desk:
            return await sessions.lost(resources.ledger, claims, who, now)
    return None


async def _proved(request: web.Request, token: str) -> PortalToken:
    resources = request.app[RESOURCES]
    read = read_portal_token(await request.app[PORTAL_KEYS].of(token), token, resources.now())
    try:
        known = await resources.accounts.desk_exists(str(read.who.desk))
    except AccountsUnavailable:
        log.warning("desk taken on the portal's word: live state is away")
        known = True
    if not known:
        raise TokenInvalid("no such desk")
    return read


def token_of(resources: Resources, session: OpenSession) -> str:
    """The bearer token of a session."""
    claims = SessionClaims(session.id, session.conversation, session.identity.desk, session.epoch, session.expires_at)
    return sign_session(resources.settings.session_secret, claims, resources.now())
