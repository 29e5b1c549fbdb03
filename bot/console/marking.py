"""Notes, tags, corrections and prepared answers, as forms send them."""

from __future__ import annotations

from aiohttp import web

from bot.console import access, audit, intents, marks, pages
from bot.console.access import form, see
from bot.console.transcript import path_of
from bot.errors import Malformed
from bot.resources import RESOURCES

NOTE_CHARACTERS = 4000
LISTED = 200


async def note(request: web.Request) -> web.Response:
    """POST …/notas. Raises Malformed, NotYours."""
    text = (await form(request)).get("nota", "").strip()
    if not 0 < len(text) <= NOTE_CHARACTERS:
        raise Malformed
    resources, conversation = request.app[RESOURCES], request.match_info["id"]
    await marks.add_note(resources.ledger, conversation, request[pages.SESSION].name, text, resources.now())
    await _note(request, "nota")
    return see(path_of(conversation))


async def tag(request: web.Request) -> web.Response:
    """POST …/etiquetas: one more, or one less. Raises NotYours."""
    fields, resources, conversation = await form(request), request.app[RESOURCES], request.match_info["id"]
    if "quitar" in fields:
        await marks.remove_tag(resources.ledger, conversation, fields["quitar"])
    else:
        await marks.add_tag(resources.ledger, conversation, request[pages.SESSION].name, fields.get("etiqueta", ""), resources.now())
    await _note(request, "etiqueta", fields.get("etiqueta") or f"sin {fields.get('quitar', '')}")
    return see(path_of(conversation))


async def correct(request: web.Request) -> web.Response:
    """POST …/correcciones: what a part of a message really was; "" takes it back. Raises Malformed, NotYours."""
    fields, resources, conversation = await form(request), request.app[RESOURCES], request.match_info["id"]
    message, right, part = fields.get("mensaje", ""), fields.get("tema", ""), fields.get("n", "")
    if not (part.isdecimal() and len(part) < 4) or (right and not intents.may_be_right(right)):  # noqa: PLR2004 - digits
        raise Malformed
    if right:
        await marks.correct(resources.ledger, conversation, message, int(part), right, request[pages.SESSION].name, resources.now())
    else:
        await marks.take_back(resources.ledger, conversation, message, int(part))
    await _note(request, "corrección", right)
    resources.feed.moved(conversation)
    if request.headers.get("X-Console"):
        return web.Response(status=204)
    return see(path_of(conversation))


async def corrections(request: web.Request) -> web.Response:
    """GET /console/correcciones: the newest."""
    rows = await marks.corrections(request.app[RESOURCES].ledger, LISTED)
    return pages.render(request, "correcciones.html", rows=rows)


async def prepared(request: web.Request) -> web.Response:
    """GET /console/plantillas."""
    return pages.render(request, "plantillas.html", rows=await marks.prepared(request.app[RESOURCES].ledger))


async def keep_prepared(request: web.Request) -> web.Response:
    """POST /console/plantillas: a new text, another one for a title, or one less. Raises Malformed."""
    fields, resources = await form(request), request.app[RESOURCES]
    title, text, gone = fields.get("titulo", "").strip(), fields.get("texto", "").strip(), fields.get("quitar", "")
    if gone.isdecimal() and len(gone) < 10:  # noqa: PLR2004 - digits
        await marks.forget_prepared(resources.ledger, int(gone))
    elif title and 0 < len(text) <= NOTE_CHARACTERS:
        await marks.keep_prepared(resources.ledger, title, text, request[pages.SESSION].name, resources.now())
    else:
        raise Malformed
    await _note(request, "plantilla", title or gone)
    return see("/console/plantillas")


async def _note(request: web.Request, what: audit.What, detail: str = "") -> None:
    resources, who = request.app[RESOURCES], request[pages.SESSION].name
    conversation = request.match_info.get("id")
    await audit.note(resources.ledger, what, who, access.address_of(request), resources.now(), conversation, detail)
