"""The agents' own work: the queue of cases, a conversation taken, answered and handed back. The server says who has it, at every call."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from aiohttp import web

from bot.console import access, audit, pages, sessions, texts, transcript
from bot.console.access import form, see
from bot.console.transcript import path_of
from bot.conversations import cases, take_over
from bot.conversations.take_over import Taken
from bot.errors import Conflict
from bot.resources import RESOURCES

SHIFT: Final = timedelta(minutes=15)
"""So long an agent has a conversation after the last sign of life in it; then the assistant answers again."""
ON_LINE: Final = timedelta(minutes=5)
MOST_CHARACTERS: Final = 4096
_ID_CHARACTERS: Final = 32


async def queue(request: web.Request, status: int = 200, notice: str = "") -> web.Response:
    """GET /console/cola."""
    resources, session = request.app[RESOURCES], request[pages.SESSION]
    now = resources.now()
    return pages.render(
        request,
        "cola.html",
        status,
        cases=await cases.open_ones(resources.ledger),
        mine=await cases.held_by(resources.ledger, session.name, now),
        on_line=await sessions.on_line(resources.ledger, now - ON_LINE),
        notice=notice,
    )


async def find_case(request: web.Request) -> web.Response:
    """GET /console/folio?folio=CODE: straight to its conversation."""
    code = request.query.get("folio", "").strip()
    conversation = await cases.find(request.app[RESOURCES].ledger, code)
    return see(path_of(conversation)) if conversation else await queue(request, 404, texts.NO_CASE.format(folio=code[:16]))


async def take(request: web.Request) -> web.Response:
    """POST …/tomar: from now on the assistant is silent here. Raises NotYours."""
    resources, session, conversation = request.app[RESOURCES], request[pages.SESSION], request.match_info["id"]
    try:
        await take_over.take_over(resources.ledger, conversation, session.name, resources.now(), SHIFT)
    except Taken as taken:
        return await transcript.page(request, 409, texts.TAKEN.format(agente=taken.agent))
    resources.feed.moved(conversation, typing=False)
    await _note(request, "toma")
    return see(f"{path_of(conversation)}#responder")


async def reply(request: web.Request) -> web.Response:
    """POST …/responder: to the customer, on their channel. What cannot be sent comes back with the reason."""
    resources, session, conversation = request.app[RESOURCES], request[pages.SESSION], request.match_info["id"]
    fields = await form(request)
    words, message = fields.get("texto", "").replace("\r\n", "\n"), fields.get("mensaje", "")
    refusal = texts.EMPTY if not words.strip() else texts.TOO_LONG if len(words) > MOST_CHARACTERS else None
    if refusal is not None:
        return await transcript.page(request, 400, refusal, words)
    if len(message) != _ID_CHARACTERS or not message.isalnum():
        return await transcript.page(request, 400, texts.MALFORMED, words)
    try:
        said = await take_over.say(resources.ledger, conversation, session.name, words, message, resources.now(), SHIFT)
    except Conflict:
        return await transcript.page(request, 409, texts.NOT_TAKEN, words)
    if said is not None:
        resources.feed.moved(conversation, [said])
        await _note(request, "respuesta", f"mensaje {said.seq}")
    return see(f"{path_of(conversation)}#responder")


async def give_back(request: web.Request) -> web.Response:
    """POST …/devolver: the customer is told, and the assistant answers the next message."""
    resources, session, conversation = request.app[RESOURCES], request[pages.SESSION], request.match_info["id"]
    try:
        await take_over.hand_back(resources.ledger, conversation, session.name, (texts.HANDED_BACK, resources.now()))
    except Conflict:
        return await transcript.page(request, 409, texts.NOT_TAKEN)
    resources.feed.moved(conversation)
    await _note(request, "devolución")
    return see(path_of(conversation))


async def close_case(request: web.Request) -> web.Response:
    """POST …/casos: it is solved. Raises NotYours."""
    code = (await form(request)).get("folio", "")
    await cases.close(request.app[RESOURCES].ledger, request.match_info["id"], code)
    request.app[RESOURCES].feed.moved(request.match_info["id"])
    await _note(request, "caso", code)
    return see(path_of(request.match_info["id"]))


async def _note(request: web.Request, what: audit.What, detail: str = "") -> None:
    resources, who = request.app[RESOURCES], request[pages.SESSION].name
    await audit.note(resources.ledger, what, who, access.address_of(request), resources.now(), request.match_info["id"], detail)
