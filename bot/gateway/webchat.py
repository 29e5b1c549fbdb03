"""The web chat's endpoints (design section 10): each parses, asks the ledger, and answers in JSON."""

from __future__ import annotations

import contextlib
from datetime import timedelta

from aiohttp import hdrs, web

from bot.channels.bodies import read_body
from bot.channels.webchat import parse, render
from bot.channels.webchat.stream import HEADERS, Stream
from bot.conversations import history, inbox, pressure, sessions
from bot.conversations.inbox import Inbound, Terms
from bot.conversations.sessions import OpenSession
from bot.errors import LedgerUnavailable
from bot.gateway import texts
from bot.gateway.auth import begin_or_resume, claims_of, guard_of, session_of, token_of
from bot.gateway.keys import BACKLOG, CORRELATION, DISPATCHER, MESSAGE_LIMIT, RESOURCES, SESSION_LIMIT
from bot.gateway.limits import CALM, TooMany, client_address
from bot.gateway.resources import Resources
from bot.identity.session import SessionClaims
from bot.rules.choices import match_choice


async def open_session(request: web.Request) -> web.Response:
    """POST /webchat/session."""
    resources = request.app[RESOURCES]
    request.app[SESSION_LIMIT].take(client_address(request, resources.settings.trusted_proxies))
    session = await begin_or_resume(request, parse.session_request(await read_body(request)))
    body = {"session": token_of(resources, session), "conversation": session.conversation, "cursor": session.cursor}
    return web.json_response(body)


async def log_out(request: web.Request) -> web.Response:
    """POST /webchat/logout: every session of the conversation ends, here and on the server."""
    session = await session_of(request)
    resources = request.app[RESOURCES]
    await sessions.revoke(resources.ledger, session.conversation, resources.now())
    resources.hub.end(session.conversation)
    return web.Response(status=204)


async def send_message(request: web.Request) -> web.Response:
    """POST /webchat/messages: stored, then acknowledged, then answered."""
    claims = claims_of(request)
    resources, backlog, dispatcher = request.app[RESOURCES], request.app[BACKLOG], request.app[DISPATCHER]
    await backlog.check()
    await _take_from_limit(request, claims)
    inbound = _inbound(request, claims, parse.message_request(await read_body(request)))
    now = resources.now()
    with dispatcher.place() as place:
        terms = Terms(guard_of(claims, now), match_choice, texts.privacy(_privacy_url(request)), place.lease_life, place.begin)
        accepted = await inbox.accept(resources.ledger, inbound, now, terms)
    backlog.add()
    resources.hub.publish(claims.conversation, accepted.messages, typing=accepted.turn is not None)
    return web.json_response({"seq": accepted.seq}, status=202)


def _inbound(request: web.Request, claims: SessionClaims, message: parse.MessageRequest) -> Inbound:
    return Inbound(
        conversation=claims.conversation,
        channel="web",
        scope=claims.conversation,
        external_id=message.id,
        text=message.text,
        button=message.button,
        desk=claims.desk,
        level="anonymous" if claims.desk is None else "portal",
        proof=f"session:{claims.session}",
        correlation=request[CORRELATION],
    )


async def _take_from_limit(request: web.Request, claims: SessionClaims) -> None:
    """Raises TooMany, NoSession, SessionOver; the first time of a flood it is told, so that nobody wonders where the messages are."""
    try:
        request.app[MESSAGE_LIMIT].take(claims.desk or claims.conversation)
    except TooMany as refused:
        if refused.first:
            session = await session_of(request)  # a session that was logged out writes nothing, not even this
            await _tell_flood(request.app[RESOURCES], session.conversation, refused.retry_after)
        raise


async def _tell_flood(resources: Resources, conversation: str, retry_after: int) -> None:
    now = resources.now()
    text = texts.flood(resources.settings, now + timedelta(seconds=retry_after))
    with contextlib.suppress(LedgerUnavailable):  # the refusal itself says it too
        if await pressure.tell_flood(resources.ledger, conversation, text, now, CALM):
            resources.metrics.notices.labels("flood").inc()
            resources.hub.wake(conversation)


async def read_messages(request: web.Request) -> web.Response:
    """GET /webchat/messages?since=SEQ: those after it; `cursor` is where the next request goes on."""
    session = await session_of(request)
    since = parse.cursor(request.query.get("since"), session.cursor)
    messages = await history.messages_after(request.app[RESOURCES].ledger, session.conversation, since)
    cursor = messages[-1].seq if messages else since
    return web.json_response({"messages": [render.message(message) for message in messages], "cursor": cursor})


async def mark_read(request: web.Request) -> web.Response:
    """POST /webchat/read {"seq"}."""
    session = await session_of(request)
    seq = parse.read_request(await read_body(request))
    if seq > session.cursor:
        raise parse.Malformed("cursor")
    resources = request.app[RESOURCES]
    resources.metrics.deliveries.labels("read").inc(await history.mark_read(resources.ledger, session.conversation, seq))
    return web.Response(status=204)


async def stream(request: web.Request) -> web.StreamResponse:
    """GET /webchat/stream?since=SEQ (or Last-Event-ID, which wins: it is the newer one)."""
    session = await session_of(request)
    since = parse.cursor(request.headers.get("Last-Event-ID") or request.query.get("since"), session.cursor)
    resources = request.app[RESOURCES]
    response = web.StreamResponse(headers=HEADERS)
    with resources.hub.listen(session.conversation) as listener, contextlib.suppress(ConnectionError):
        await response.prepare(request)
        sent = resources.metrics.deliveries.labels("sent").inc
        running = Stream(resources.ledger, session.conversation, since, listener, sent)
        await running.run(response, resources.timings.keep_alive_seconds, lambda: _still_good(request, session))
    return response


async def _still_good(request: web.Request, session: OpenSession) -> bool:
    resources = request.app[RESOURCES]
    return await sessions.find(resources.ledger, session.id, resources.now()) is not None


def _privacy_url(request: web.Request) -> str:
    resources = request.app[RESOURCES]
    if resources.settings.privacy_url:
        return resources.settings.privacy_url
    scheme = request.scheme
    if request.remote in resources.settings.trusted_proxies:
        scheme = "https" if request.headers.get("X-Forwarded-Proto") == "https" else scheme
    host = request.headers.get(hdrs.HOST, "")
    if not host or not set(host) <= _HOST_CHARACTERS:
        host = f"{resources.settings.bind_host}:{resources.settings.bind_port}"
    return f"{scheme}://{host}/privacidad"


_HOST_CHARACTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-:[]")
