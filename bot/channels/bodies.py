"""How much of a request's body is read belongs to its route: a chat message is small, whatever another route must take."""

from __future__ import annotations

from aiohttp import web

from bot.errors import Malformed

SMALL = 64 * 1024
"""Bytes of the largest body that a widget or the demo portal sends. A handler that reads a body by itself gets no more either."""


async def read_body(request: web.Request, most: int = SMALL) -> bytes:
    """The whole body, of at most so many bytes.

    Raises HTTPRequestEntityTooLarge, before reading where the length is announced; Malformed where it is not what its encoding says.
    """
    if request.content_length is not None and request.content_length > most:
        raise web.HTTPRequestEntityTooLarge(most, request.content_length)
    body = bytearray()
    try:
        async for chunk in request.content.iter_any():
            body += chunk
            if len(body) > most:
                raise web.HTTPRequestEntityTooLarge(most, len(body))
    except web.RequestPayloadError:
        raise Malformed from None
    return bytes(body)
