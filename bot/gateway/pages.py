"""Files for a browser: the widget, the demo portal, the privacy page. Nothing inline, nothing from elsewhere."""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from pathlib import Path

import jinja2
from aiohttp import web

from bot import texts
from bot.gateway.joined import join
from bot.resources import RESOURCES
from bot.rules.support import hours_words

WIDGET = Path(__file__).resolve().parent.parent / "widget"
PORTAL_FILES = frozenset({"portal.css", "portal.js", "icon.svg"})
CSP_PAGE = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
PAGE_HEADERS = {"Content-Security-Policy": CSP_PAGE, "Cache-Control": "no-cache"}
_ANYWHERE = {"Cache-Control": "no-cache", "Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}
templates = jinja2.Environment(loader=jinja2.FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=jinja2.StrictUndefined)


async def portal(_request: web.Request) -> web.FileResponse:
    """GET /: the demo portal."""
    return web.FileResponse(WIDGET / "portal.html", headers=PAGE_HEADERS)


async def portal_file(request: web.Request) -> web.FileResponse:
    """GET /portal/NAME: one of the portal's own files, by name and nothing else. Raises HTTPNotFound."""
    name = request.match_info["name"]
    if name not in PORTAL_FILES:
        raise web.HTTPNotFound
    return web.FileResponse(WIDGET / name, headers={"Cache-Control": "no-cache"})


@cache
def widget_file() -> tuple[bytes, str]:
    """The widget as one file, and its ETag."""
    content = join(WIDGET / "src" / "element.js").encode()
    return content, sha256(content).hexdigest()[:20]


async def widget(request: web.Request) -> web.Response:
    """GET /widget.js: loaded by pages of any origin (what they may then ask is ALLOWED_ORIGINS' affair); revalidated by its ETag."""
    content, tag = widget_file()
    known = any(etag.value in {tag, "*"} for etag in request.if_none_match or ())
    response = (
        web.Response(status=304, headers=_ANYWHERE)
        if known
        else web.Response(body=content, content_type="text/javascript", charset="utf-8", headers=_ANYWHERE)
    )
    response.etag = tag
    return response


async def privacy(request: web.Request) -> web.Response:
    """GET /privacidad: the privacy notice, for companies that have no page of their own."""
    settings = request.app[RESOURCES].settings
    page = templates.get_template("privacidad.html").render(
        phone=settings.support_phone,
        hours=hours_words(settings.support_hours),
        responsible=texts.responsible(settings),
        purposes=texts.purposes(),
        message_days=settings.keep_messages_days,
        sealed_days=settings.keep_sealed_days,
    )
    return web.Response(text=page, content_type="text/html", headers=PAGE_HEADERS)


async def privacy_style(_request: web.Request) -> web.FileResponse:
    """GET /privacidad.css."""
    return web.FileResponse(Path(__file__).parent / "privacidad.css", headers={"Cache-Control": "no-cache"})
