"""One table from what went wrong to what the client is told; no handler makes an error response of its own."""

from __future__ import annotations

from aiohttp import web

from bot.errors import (
    AccountsUnavailable,
    Conflict,
    LedgerUnavailable,
    Malformed,
    NoSession,
    NotYours,
    SessionOver,
    TokenExpired,
    TokenInvalid,
    TooLong,
)
from bot.gateway import texts
from bot.limits import TooMany
from bot.turns.backlog import TooBusy

RETRY_SECONDS = 5


class UnknownCustomer(Malformed):
    """There is no such demo customer."""


_TABLE: dict[type[Exception], tuple[int, str]] = {
    UnknownCustomer: (404, "unknown_customer"),
    TooLong: (413, "too_large"),
    web.HTTPRequestEntityTooLarge: (413, "too_large"),
    NoSession: (401, "session"),
    SessionOver: (401, "session_expired"),
    TokenInvalid: (401, "token"),
    TokenExpired: (401, "token_expired"),
    NotYours: (403, "forbidden"),
    TooBusy: (429, "busy"),
    TooMany: (429, "rate"),
    LedgerUnavailable: (503, "unavailable"),
    AccountsUnavailable: (503, "unavailable"),
    web.HTTPNotFound: (404, "not_found"),
    web.HTTPMethodNotAllowed: (405, "method"),
}
_CONFLICTS = {"used": "button_used", "expired": "button_expired"}


def response_to(error: Exception) -> web.Response | None:
    """The response to an error of the table, None for one that is not expected."""
    status, code = _status_and_code(error)
    if status is None:
        return None
    response = web.json_response({"error": code, "message": texts.ERRORS[code]}, status=status)
    if isinstance(error, TooMany):
        response.headers["Retry-After"] = str(error.retry_after)
    elif status == 503:  # noqa: PLR2004
        response.headers["Retry-After"] = str(RETRY_SECONDS)
    elif status == 401:  # noqa: PLR2004
        response.headers["WWW-Authenticate"] = "Bearer"
    elif isinstance(error, web.HTTPMethodNotAllowed):
        response.headers["Allow"] = error.headers["Allow"]
    return response


def _status_and_code(error: Exception) -> tuple[int | None, str]:
    if isinstance(error, Conflict):
        return 409, _CONFLICTS.get(str(error), "conflict")
    for kind, (status, code) in _TABLE.items():
        if isinstance(error, kind):
            return status, code
    if isinstance(error, Malformed):
        return 400, error.code
    if isinstance(error, web.HTTPException) and error.status >= 400:  # noqa: PLR2004
        return error.status, "malformed"
    return None, "internal"


def malformed() -> web.Response:
    """The response to a request that is none."""
    return web.json_response({"error": "malformed", "message": texts.ERRORS["malformed"]}, status=400)


def internal_error() -> web.Response:
    """The response to what nobody expected; it says nothing of it."""
    return web.json_response({"error": "internal", "message": texts.ERRORS["internal"]}, status=500)
