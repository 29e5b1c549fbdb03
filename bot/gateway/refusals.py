"""What a request hears that HTTP itself refuses, before any route of ours: aiohttp repeats its words, which may be somebody's cookie."""

from __future__ import annotations

import json

from aiohttp import web
from aiohttp.web_protocol import RequestHandler

from bot.gateway import texts

FIELD_BYTES = 64 * 1024
"""A header may be so long: a portal on our own host can give a browser many cookies, all of which come with the page and the widget."""

_handle_error = RequestHandler.handle_error


def _refuse(
    handler: RequestHandler, request: web.BaseRequest, status: int = 500, exc: BaseException | None = None, message: str | None = None
) -> web.StreamResponse:
    response = _handle_error(handler, request, status, exc, message)
    if isinstance(response, web.Response):
        code = "internal" if status == 500 else "malformed"  # noqa: PLR2004
        response.text = json.dumps({"error": code, "message": texts.ERRORS[code]})
        response.content_type = "application/json"
    return response


def say_little() -> None:
    """From now on every server of this process answers such a request in the JSON of the contract and without its own words."""
    RequestHandler.handle_error = _refuse  # type: ignore[method-assign, assignment]
