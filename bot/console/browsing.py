"""The list of conversations: filters, words, pages, and the views of it that an agent keeps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, cast
from urllib.parse import parse_qsl

from aiohttp import web
from sqlalchemy import Connection, Row, Table, delete, insert, select

from bot.console import agents, filters, intents, marks, models, pages
from bot.console.access import form, see
from bot.conversations import listing
from bot.conversations.clean import clean_text
from bot.errors import Malformed
from bot.resources import RESOURCES

VIEW = cast(Table, models.SavedView.__table__)
NAME_CHARACTERS: Final = 60
QUERY_CHARACTERS: Final = 4000
MOST_VIEWS: Final = 50
LIST = "/console/conversaciones"


async def show(request: web.Request) -> web.Response:
    """GET /console/conversaciones."""
    resources = request.app[RESOURCES]
    wanted = filters.read(request.query, resources.settings.timezone)
    before, agent = filters.place(request.query.get("antes", "")), request[pages.SESSION].agent

    def work(connection: Connection) -> tuple[listing.Page, Sequence[str], Sequence[str], Sequence[Row[Any]]]:
        page = listing.find_within(connection, wanted.wanted, before)
        return page, marks.tag_names(connection), agents.names(connection), _views(connection, agent)

    page, tags, names, views = await resources.ledger.read(work)
    return pages.render(
        request,
        "conversaciones.html",
        filters=wanted,
        rows=page.rows,
        following=wanted.address(LIST, antes=filters.at_place(page.after)) if page.after else None,
        first=wanted.address(LIST) if "antes" in request.query else None,
        export=wanted.address(f"{LIST}.csv"),
        tags=tags,
        agents=names,
        intents=intents.titles(),
        views=views,
    )


async def keep_view(request: web.Request) -> web.Response:
    """POST /console/vistas: these filters under a name of the agent's own, or one less. Raises Malformed."""
    fields, resources, agent = await form(request), request.app[RESOURCES], request[pages.SESSION].agent
    name = clean_text(fields.get("quitar") or fields.get("nombre", "")).strip()[:NAME_CHARACTERS]
    query = dict(parse_qsl(fields.get("filtros", "").lstrip("?")[:QUERY_CHARACTERS]))
    wanted = filters.read(query, resources.settings.timezone)
    if not name or not ("quitar" in fields or wanted.any):
        raise Malformed
    mine = (VIEW.c.agent_id == agent, VIEW.c.name == name)
    row = {"agent_id": agent, "name": name, "query": wanted.address("").lstrip("?")}

    def work(connection: Connection) -> None:
        connection.execute(delete(VIEW).where(*mine))
        if "quitar" not in fields:
            connection.execute(insert(VIEW), row)

    await resources.ledger.write(work)
    return see(LIST if "quitar" in fields else wanted.address(LIST))


def _views(connection: Connection, agent: str) -> Sequence[Row[Any]]:
    query = select(VIEW.c.name, VIEW.c.query).where(VIEW.c.agent_id == agent).order_by(VIEW.c.name).limit(MOST_VIEWS)
    return connection.execute(query).all()
