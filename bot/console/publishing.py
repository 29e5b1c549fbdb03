"""Publishing what was corrected: what a proof found, turn by turn, and the decision."""

from __future__ import annotations

from typing import Any, Final

from aiohttp import web

from bot.console import access, audit, marks, pages, publications, texts
from bot.console.publications import Publisher, broken
from bot.errors import Conflict, Malformed, NotYours
from bot.resources import RESOURCES

PATH: Final = "/console/publicar"
PUBLISHER = web.AppKey("publisher", Publisher)
MOST_SHOWN: Final = 200


async def show(request: web.Request, status: int = 200, notice: str = "") -> web.Response:
    """GET /console/publicar."""
    ledger = request.app[RESOURCES].ledger
    rows = await publications.newest(ledger)
    last = next((row for row in rows if row.result), None)
    items = _worst_first(last.result["items"]) if last else []
    since = next((row.started_at for row in rows if row.state == "published"), None)
    corrections = await marks.corrections(ledger)
    return pages.render(
        request,
        "publicar.html",
        status,
        rows=rows,
        last=last,
        items=items[:MOST_SHOWN],
        more=max(0, len(items) - MOST_SHOWN),
        broken=len(broken(last.result)) if last else 0,
        said=await publications.texts_of(ledger, [item["key"] for item in items[:MOST_SHOWN]]),
        fresh=sum(since is None or row.at > since for row in corrections),
        running=any(row.state in {"waiting", "running"} for row in rows),
        notice=notice,
    )


async def act(request: web.Request) -> web.Response:
    """POST /console/publicar: `probar`, `publicar` all the same, `descartar`, or go back (`volver`). Raises Malformed, NotYours, Conflict."""
    fields, resources, session = await access.form(request), request.app[RESOURCES], request[pages.SESSION]
    ledger, now, publisher = resources.ledger, resources.now(), request.app[PUBLISHER]
    what, which = fields.get("hacer", ""), fields.get("cual", "")
    refused: str | None = None
    if what == "probar":
        await publications.ask(ledger, session.name, now)
    elif what in {"publicar", "descartar", "volver"}:
        row = next((each for each in await publications.newest(ledger) if each.id == which), None)
        if row is None:
            raise NotYours("publication")
        if what == "publicar":
            refused = await publisher.publish(resources, which, str(row.model), session.name)
        elif what == "descartar":
            await publications.decide(ledger, which, "refused", session.name, now, "proved")
        else:
            refused = await _go_back(request, row)
    else:
        raise Malformed
    await audit.note(ledger, "publicación", session.name, access.address_of(request), now, detail=f"{what} {which}".strip())
    return await show(request, 502, texts.NOT_CHANGED.format(razon=refused)) if refused else access.see(PATH)


async def _go_back(request: web.Request, row: Any) -> str | None:
    if row.state != "published":
        raise Conflict("decided")
    resources, name = request.app[RESOURCES], request[pages.SESSION].name
    refused = await request.app[PUBLISHER].change("use", str(row.before))
    if refused is None:
        await publications.decide(resources.ledger, row.id, "rolled_back", name, resources.now(), "published")
    return refused


def _worst_first(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What breaks, then what gets right, then what nobody has judged."""

    def order(item: dict[str, Any]) -> int:
        if item["was_right"] is None:
            return 2
        return 0 if item["was_right"] and not item["is_right"] else 1

    return sorted(items, key=order)
