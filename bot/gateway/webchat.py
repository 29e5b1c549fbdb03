"""The web chat's endpoints (design section 10): each parses, asks the ledger, and answers in JSON."""

from __future__ import annotations

import contextlib

from aiohttp import hdrs, web

from bot.channels.webchat import parse, render
from bot.channels.webchat.stream import HEADERS, Stream
from bot.conversations import history, inbox, sessions
from bot.conversations.inbox import Inbound
from bot.conversations.sessions import OpenSession
from bot.gateway import texts
from bot.gateway.auth import begin_or_resume, session_of, token_of
from bot.gateway.keys import CORRELATION, DISPATCHER, MESSAGE_LIMIT, RESOURCES, SESSION_LIMIT
from bot.gateway.limits import client_address
from bot.rules.choices import match_choice


async def open_session(request: web.Request) -> web.Response:
    """POST /webchat/session."""
    resources = request.app[RESOURCES]
    request.app[SESSION_LIMIT].take(client_address(request, resources.settings.trusted_proxies))
    session = await begin_or_resume(request, parse.session_request(await request.read()))
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
    session = await session_of(request)
    request.app[MESSAGE_LIMIT].take(session.desk or session.conversation)
    message = parse.message_request(await request.read())
    resources = request.app[RESOURCES]
    inbound = Inbound(
        conversation=session.conversation,
        channel="web",
        scope=session.conversation,
        external_id=message.id,
        text=message.text,
        button=message.button,
        desk=session.desk,
        level=session.level,
        proof=f"session:{session.id}",
        correlation=request[CORRELATION],
    )
    notice = texts.privacy(_privacy_url(request))
    accepted = await inbox.accept(resources.ledger, inbound, resources.now(), match=match_choice, notice=notice)
    resources.hub.wake(session.conversation)
    request.app[DISPATCHER].worker.wake()
    return web.json_response({"seq": accepted.seq}, status=202)


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
    seq = parse.read_request(await request.read())
    if seq > session.cursor:
        raise parse.Malformed("cursor")
    await history.mark_read(request.app[RESOURCES].ledger, session.conversation, seq)
    return web.Response(status=204)


async def stream(request: web.Request) -> web.StreamResponse:
    """GET /webchat/stream?since=SEQ (or Last-Event-ID, which wins: it is the newer one)."""
    session = await session_of(request)
    since = parse.cursor(request.headers.get("Last-Event-ID") or request.query.get("since"), session.cursor)
    resources = request.app[RESOURCES]
    response = web.StreamResponse(headers=HEADERS)
    with resources.hub.listen(session.conversation) as listener, contextlib.suppress(ConnectionError):
        await response.prepare(request)
        running = Stream(resources.ledger, session.conversation, since, listener)
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
