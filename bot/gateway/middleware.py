"""What every request passes through: correlation id, log line and metrics; errors as JSON; headers; cross-origin rules."""

from __future__ import annotations

import secrets
import time

import structlog
from aiohttp import HttpVersion11, hdrs, web
from aiohttp.typedefs import Handler

from bot.gateway import errors
from bot.limits import TooMany
from bot.resources import CORRELATION, RESOURCES

log = structlog.get_logger()

CROSS_ORIGIN = "/webchat/"
"""Addresses that pages of allowed origins may ask."""
_API = (CROSS_ORIGIN, "/demo/", "/health/", "/metrics")
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}
CSP_API = "default-src 'none'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
_ALSO_TEXT = {"application/javascript", "image/svg+xml"}
_CORS_ALLOWED = {
    "Access-Control-Allow-Methods": "GET, POST",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, Last-Event-ID",
    "Access-Control-Max-Age": "600",
}


@web.middleware
async def observe(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Name the request for all logs of it, count it, and write one line without its content."""
    request[CORRELATION] = secrets.token_hex(8)
    resource = request.match_info.route.resource
    route = resource.canonical if resource else "none"
    started = time.perf_counter()
    with structlog.contextvars.bound_contextvars(correlation=request[CORRELATION]):
        status = 499  # the client went away
        try:
            response = await handler(request)
            status = response.status
        finally:
            passed = time.perf_counter() - started
            metrics = request.app[RESOURCES].metrics
            metrics.requests.labels(request.method if request.method in hdrs.METH_ALL else "other", route, str(status)).inc()
            metrics.request_seconds.labels(route).observe(passed)
            log.info("request", method=request.method, route=route, status=status, ms=round(passed * 1000, 1))
    return response


@web.middleware
async def explain_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn every error into the JSON of the contract; what is not expected becomes a 500 that is logged without content."""
    try:
        return await handler(request)
    except ConnectionError:
        raise  # the client is gone: there is nobody to explain it to
    except Exception as error:
        response = errors.response_to(error)
        if isinstance(error, TooMany):
            request.app[RESOURCES].metrics.refused.labels(error.limit).inc()
        if response is None:
            log.exception("request failed", kind=type(error).__name__)
            response = errors.internal_error()
        return response


@web.middleware
async def refuse_unclear(request: web.Request, handler: Handler) -> web.StreamResponse:
    """A request of HTTP/1.0 in chunks, which that version does not know: a proxy may see it end elsewhere, so its connection ends with it."""
    if request.version >= HttpVersion11 or hdrs.TRANSFER_ENCODING not in request.headers:
        return await handler(request)
    response = errors.malformed()
    response.force_close()
    return response


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Headers of every response, just before it is sent (event streams included)."""
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("Content-Security-Policy", CSP_API)
    response.headers.popall(hdrs.SERVER, None)  # which Python and which aiohttp is nobody's affair
    if response.charset is None and (response.content_type.startswith("text/") or response.content_type in _ALSO_TEXT):
        response.charset = "utf-8"
    if CORRELATION in request:
        response.headers["X-Correlation-ID"] = request[CORRELATION]
    if request.path.startswith(_API):
        response.headers.setdefault("Cache-Control", "no-store")
    origin = request.headers.get(hdrs.ORIGIN)
    if request.path.startswith(CROSS_ORIGIN):
        response.headers.add("Vary", "Origin")
        if origin in request.app[RESOURCES].settings.allowed_origins:
            response.headers["Access-Control-Allow-Origin"] = origin
            response.headers["Access-Control-Expose-Headers"] = "Retry-After, X-Correlation-ID"


async def preflight(request: web.Request) -> web.Response:
    """OPTIONS /webchat/…: allowed to the exact origins of ALLOWED_ORIGINS only, and never with credentials."""
    if request.headers.get(hdrs.ORIGIN) not in request.app[RESOURCES].settings.allowed_origins:
        return web.Response(status=403)
    return web.Response(status=204, headers=_CORS_ALLOWED)
