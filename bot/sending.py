"""Sends a response before its handler has returned, so that whoever waits for it does not wait for what is only noted afterwards."""

from __future__ import annotations

import contextlib
from typing import Any

from aiohttp import web


async def send_json(request: web.Request, body: Any) -> web.Response:
    """The body as JSON, sent; the handler returns what this returns. A caller who is gone is told nothing."""
    response = web.json_response(body)
    with contextlib.suppress(ConnectionError):
        await response.prepare(request)
        await response.write_eof()
    return response
