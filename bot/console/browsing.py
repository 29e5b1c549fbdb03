"""The list of conversations: filters, words, pages."""

from __future__ import annotations

from aiohttp import web

from bot.console import filters, intents, marks, pages
from bot.conversations import listing
from bot.resources import RESOURCES

LIST = "/console/conversaciones"


async def show(request: web.Request) -> web.Response:
    """GET /console/conversaciones."""
    resources = request.app[RESOURCES]
    wanted = filters.read(request.query, resources.settings.timezone)
    page = await listing.find(resources.ledger, wanted.wanted, filters.place(request.query.get("antes", "")))
    return pages.render(
        request,
        "conversaciones.html",
        filters=wanted,
        rows=page.rows,
        following=wanted.address(LIST, antes=filters.at_place(page.after)) if page.after else None,
        first=wanted.address(LIST) if "antes" in request.query else None,
        export=wanted.address(f"{LIST}.csv"),
        tags=await marks.tag_names(resources.ledger),
        intents=intents.titles(),
    )
