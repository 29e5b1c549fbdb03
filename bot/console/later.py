"""Answers that an agent writes now and that go out later."""

from __future__ import annotations

from aiohttp import web

from bot.console import access, audit, pages, texts, transcript
from bot.console.windows import Bounds, bounds
from bot.console.work import refusal_of, said_in
from bot.conversations import later
from bot.errors import Conflict, Malformed
from bot.resources import RESOURCES


async def plan(request: web.Request) -> web.Response:
    """POST …/programar: the reply goes out at `cuando`. What cannot be comes back with the reason, and with the text."""
    resources, session, conversation = request.app[RESOURCES], request[pages.SESSION], request.match_info["id"]
    fields = await access.form(request)
    words, message = said_in(fields)
    allowed = await bounds(resources, conversation)
    at, refusal = allowed.read(fields.get("cuando", "")), refusal_of(words, message)
    if refusal is not None or at is None:
        return await transcript.page(request, 400, refusal or _wrong_hour(allowed), words)
    try:
        await later.plan(resources.ledger, conversation, session.name, words, message, at, resources.now())
    except Conflict as conflict:
        return await transcript.page(request, 409, texts.LATER_ANOTHER if str(conflict) == "another" else texts.NOT_TAKEN, words)
    resources.feed.moved(conversation)
    await _note(request, f"programada para {allowed.written(at).replace('T', ' ')}")
    return access.see(f"{transcript.path_of(conversation)}#responder")


def _wrong_hour(allowed: Bounds) -> str:
    if allowed.session_ends is not None:
        return texts.LATER_SESSION
    return texts.LATER_WHEN if allowed.window_ends is None else texts.LATER_WINDOW


async def withdraw(request: web.Request) -> web.Response:
    """POST …/programada: it is not said; its text stands in the box again (and beside it until something else is said), unless it is thrown away. Raises Malformed, Conflict."""
    resources, session, conversation = request.app[RESOURCES], request[pages.SESSION], request.match_info["id"]
    fields = await access.form(request)
    number = fields.get("id", "")
    if not number.isdecimal() or len(number) > 9:  # noqa: PLR2004 - digits of an id
        raise Malformed
    which = resources.ledger, conversation, int(number), session.name, resources.now()
    thrown_away = "descartar" in fields
    words = "" if thrown_away else await later.withdraw(*which)
    if thrown_away:
        await later.put_away(*which)
    resources.feed.moved(conversation)
    await _note(request, "programada, y descartada" if thrown_away else "programada, y retirada")
    return access.see(f"{transcript.path_of(conversation)}#responder") if thrown_away else await transcript.page(request, draft=words)


async def _note(request: web.Request, detail: str) -> None:
    resources, who = request.app[RESOURCES], request[pages.SESSION].name
    address, conversation = access.address_of(request), request.match_info["id"]
    await audit.note(resources.ledger, "respuesta", who, address, resources.now(), conversation, detail)
