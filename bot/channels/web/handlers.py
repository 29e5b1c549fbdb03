"""The web chat's endpoints (design section 10): each parses, asks the ledger, and answers in JSON."""

from __future__ import annotations

import contextlib
from datetime import timedelta

from aiohttp import hdrs, web
from sqlalchemy import Connection

from bot.channels.base import BACKLOG, DISPATCHER
from bot.channels.bodies import read_body
from bot.channels.web import parse, render, texts
from bot.channels.web.keys import MESSAGE_LIMIT, SESSION_LIMIT, TYPING_LIMIT, VISITOR_LIMIT
from bot.channels.web.session import begin_or_resume, claims_of, session_of, session_within, token_of, who_of
from bot.channels.web.stream import HEADERS, Stream
from bot.conversations import feedback, gathering, history, inbox, notices, sessions
from bot.conversations.sessions import OpenSession
from bot.errors import LedgerUnavailable, Malformed, NotYours
from bot.identity.session import SessionClaims
from bot.limits import CALM, TooMany, client_address
from bot.resources import CORRELATION, RESOURCES, Resources
from bot.rules.choices import match_choice
from bot.texts import SECRETS
from bot.turns.next_steps import keeper


async def open_session(request: web.Request) -> web.Response:
    """POST /webchat/session."""
    resources = request.app[RESOURCES]
    _refuse_other_sites(request, resources)
    request.app[SESSION_LIMIT].take(client_address(request, resources.settings.trusted_proxies))
    session = await begin_or_resume(request, parse.session_request(await read_body(request)))
    body = {"conversation": session.conversation, "cursor": session.cursor, "epoch": session.epoch}
    return web.json_response({"session": token_of(resources, session), **body})


def _refuse_other_sites(request: web.Request, resources: Resources) -> None:
    """A page elsewhere can send this as a plain form, without the browser asking first. Raises NotYours."""
    here = request.headers.get("Sec-Fetch-Site", "same-origin") in {"same-origin", "none"}
    if not here and request.headers.get(hdrs.ORIGIN) not in resources.settings.allowed_origins:
        raise NotYours


async def log_out(request: web.Request) -> web.Response:
    """POST /webchat/logout: the session of a person ends; where the portal names no person, every session of the conversation."""
    session = await session_of(request)
    resources = request.app[RESOURCES]
    only = session.id if session.identity.person else None
    await sessions.revoke(resources.ledger, session.conversation, resources.now(), only)
    resources.feed.end(session.conversation)
    return web.Response(status=204)


async def send_message(request: web.Request) -> web.Response:
    """POST /webchat/messages: stored, then acknowledged, then answered."""
    claims = claims_of(request)
    backlog, visitor = request.app[BACKLOG], claims.desk is None
    await backlog.check(visitor=visitor)
    await _take_from_limits(request, claims)
    message = parse.message_request(await read_body(request))
    inbound = inbox.Inbound(
        conversation=claims.conversation,
        channel="web",
        scope=claims.conversation,
        external_id=message.id,
        text=message.text,
        button=message.button,
        correlation=request[CORRELATION],
    )
    resources = request.app[RESOURCES]
    notice = texts.privacy(resources.settings, _own_address(request))
    terms = inbox.Terms(
        who_of(claims, resources.now()),
        mask=resources.mask,
        match=match_choice,
        notice=notice,
        secrets_notice=SECRETS,
        seal=resources.sealer.seal,
        keep=keeper(resources.settings),
    )
    accepted = await request.app[DISPATCHER].accept(inbound, terms)
    if not accepted.repeated:
        backlog.add(visitor=visitor)
    return web.json_response({"seq": accepted.seq}, status=202)


async def _take_from_limits(request: web.Request, claims: SessionClaims) -> None:
    """Raises TooMany, NoSession, SessionOver; the first time of a flood it is told, so that nobody wonders where the messages are."""
    resources = request.app[RESOURCES]
    if claims.desk is None:
        request.app[VISITOR_LIMIT].take(client_address(request, resources.settings.trusted_proxies))
    try:
        request.app[MESSAGE_LIMIT].take(claims.desk or claims.conversation)
    except TooMany as refused:
        if refused.first:
            session = await session_of(request)  # a session that was logged out writes nothing, not even this
            await _tell_flood(resources, session.conversation, refused.retry_after)
        raise


async def _tell_flood(resources: Resources, conversation: str, retry_after: int) -> None:
    now = resources.now()
    text = texts.flood(resources.settings, now + timedelta(seconds=retry_after))
    with contextlib.suppress(LedgerUnavailable):  # the refusal itself says it too
        if await notices.tell_flood(resources.ledger, conversation, text, now, CALM):
            resources.metrics.notices.labels("flood").inc()
            resources.feed.moved(conversation)


async def read_messages(request: web.Request) -> web.Response:
    """GET /webchat/messages?since=SEQ: those after it, with the `feedback` that was given; `cursor` is where the next request goes on."""
    session = await session_of(request)
    since = parse.cursor(request.query.get("since"), session.cursor)
    messages = await history.messages_after(request.app[RESOURCES].ledger, session.conversation, since)
    cursor = messages[-1].seq if messages else since
    answers = [message.seq for message in messages if message.kind == "answer"]
    thought = await feedback.given(request.app[RESOURCES].ledger, session.conversation, answers) if answers else {}
    rendered = [render.message(message) | ({"feedback": thought[message.seq]} if message.seq in thought else {}) for message in messages]
    return web.json_response({"messages": rendered, "cursor": cursor})


async def mark_read(request: web.Request) -> web.Response:
    """POST /webchat/read {"seq"}."""
    claims, resources = claims_of(request), request.app[RESOURCES]
    seq, now = parse.read_request(await read_body(request)), resources.now()

    def reader(connection: Connection) -> str:
        session = session_within(connection, claims, now)
        if seq > session.cursor:
            raise Malformed("cursor")
        return session.conversation

    await history.mark_read(resources.ledger, seq, reader)
    return web.Response(status=204)


async def typing(request: web.Request) -> web.Response:
    """POST /webchat/typing: the customer writes on. The agent who has the conversation sees it.

    Nothing is kept of it but until when, and only while a message waits for its answer.
    """
    claims, resources = claims_of(request), request.app[RESOURCES]
    request.app[TYPING_LIMIT].take(claims.conversation)
    timings, now = resources.timings, resources.now()

    def writer(connection: Connection) -> str:
        return session_within(connection, claims, now).conversation

    noted = await gathering.note_typing(resources.ledger, writer, now, timings.typing_life, timings.gather_most)
    if noted.until is not None:
        request.app[DISPATCHER].look_at(noted.until)
    if noted.to_agent:
        resources.feed.writes(noted.conversation, "customer")
    return web.Response(status=204)


async def rate(request: web.Request) -> web.Response:
    """POST /webchat/feedback {"seq", "value"}: what the customer thinks of an answer. What is no answer of this conversation keeps nothing."""
    session, resources = await session_of(request), request.app[RESOURCES]
    request.app[TYPING_LIMIT].take(f"feedback {session.conversation}")
    said = parse.feedback_request(await read_body(request))
    await feedback.note(resources.ledger, (session.conversation, said.seq), said.value, "button", resources.now())
    return web.Response(status=204)


async def stream(request: web.Request) -> web.StreamResponse:
    """GET /webchat/stream?since=SEQ (or Last-Event-ID, which wins: it is the newer one)."""
    session = await session_of(request)
    since = parse.cursor(request.headers.get("Last-Event-ID") or request.query.get("since"), session.cursor)
    resources = request.app[RESOURCES]
    response = web.StreamResponse(headers=HEADERS)
    with resources.feed.listen(session.conversation) as listener, contextlib.suppress(ConnectionError):
        await response.prepare(request)
        running = Stream(resources.ledger, session.conversation, since, listener)
        await running.run(response, resources.timings.keep_alive_seconds, lambda: _still_good(request, session))
    return response


async def _still_good(request: web.Request, session: OpenSession) -> bool:
    resources = request.app[RESOURCES]
    found = await sessions.find(resources.ledger, session.id, resources.now())
    return found is not None and found.epoch == session.epoch


def _own_address(request: web.Request) -> str:
    """Under which the browser knows us: "https://chat.example"."""
    settings, scheme = request.app[RESOURCES].settings, request.scheme
    if request.remote in settings.trusted_proxies:
        scheme = "https" if request.headers.get("X-Forwarded-Proto") == "https" else scheme
    host = request.headers.get(hdrs.HOST, "")
    if not host or not set(host) <= _HOST_CHARACTERS:
        host = f"{settings.bind_host}:{settings.bind_port}"
    return f"{scheme}://{host}"


_HOST_CHARACTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-:[]")
