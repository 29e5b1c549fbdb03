"""The door of every page: who is signed in, whether they may, whether they meant it; and what they see when something goes wrong.

A request that changes something carries the session's own word (CSRF) and comes from a page of ours. When the session is over in the
middle of a reply, what was written comes back with the sign-in page.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Final
from urllib.parse import quote, urlsplit

import structlog
from aiohttp import web

from bot.console import audit, pages, sessions, texts
from bot.console.models import Role, Stage
from bot.console.sessions import Session
from bot.conversations.clean import clean_text
from bot.errors import Conflict, LedgerUnavailable, Malformed, NotYours
from bot.limits import Limit, TooMany, client_address
from bot.resources import RESOURCES

log = structlog.get_logger()

Page = Callable[[web.Request], Awaitable[web.StreamResponse]]
COOKIE: Final = "console_session"
"""By HTTPS `__Host-` stands before it: no neighbour of our host can plant it, and it goes over no open line."""
HOME: Final = "/console/cola"
SIGN_IN: Final = "/console/entrar"
ACCOUNT: Final = "/console/cuenta"
JUST_NOW: Final = timedelta(minutes=10)
"""So long who has signed in may change how they sign in."""
FORM: Final = "application/x-www-form-urlencoded"
SIGN_IN_LIMIT = web.AppKey("sign-ins", Limit)

_SHOWN: Final[dict[type[Exception], tuple[int, str]]] = {
    NotYours: (404, texts.NOT_FOUND),
    Conflict: (409, texts.STALE),
    Malformed: (400, texts.MALFORMED),
    TooMany: (429, texts.TOO_MANY),
    LedgerUnavailable: (503, texts.UNAVAILABLE),
    web.HTTPNotFound: (404, texts.NOT_FOUND),
    web.HTTPForbidden: (403, texts.STALE),
    web.HTTPRequestEntityTooLarge: (413, texts.TOO_LONG),
}


def open_to_all(page: Page) -> Page:
    """A page for who is not signed in; one that changes something must be asked for by a page of ours."""

    async def handle(request: web.Request) -> web.StreamResponse:
        try:
            if request.method == "POST":
                _refuse_other_sites(request)
            return await page(request)
        except Exception as error:
            return _explain(request, error)

    return handle


def signed_in(page: Page, role: Role = "agent", stage: Stage = "in", *, used: bool = True, again: bool = False) -> Page:
    """A page for agents of this role or a higher one. `used`: asking for it is a sign that somebody is there.

    `again`: only for who has signed in just now; whoever found the browser open signs in again.
    """

    async def handle(request: web.Request) -> web.StreamResponse:
        try:
            session = await session_of(request, used=used)
            if session is not None and session.stage == "in" != stage:
                return see(HOME)  # a page of the way in, for who is in
            if session is None or session.stage != stage:
                return await _ask_to_sign_in(request)
            request[pages.SESSION] = session
            if request.method == "POST":
                await _check_meant(request, session)
            if not session.may(role):
                await audit.note(
                    request.app[RESOURCES].ledger,
                    "negado",
                    session.name,
                    address_of(request),
                    request.app[RESOURCES].now(),
                    detail=request.path,
                )
                return pages.message(request, 403, texts.FORBIDDEN)
            if again and not timedelta() <= request.app[RESOURCES].now() - session.since < JUST_NOW:
                return await _ask_to_sign_in_again(request, session)
            return await page(request)
        except Exception as error:
            return _explain(request, error)

    return handle


async def session_of(request: web.Request, *, used: bool = True) -> Session | None:
    """The session that the browser has, at whatever stage."""
    word = request.cookies.get(_cookie(request)[0])
    resources = request.app[RESOURCES]
    return await sessions.find(resources.ledger, word, resources.now(), used=used) if word else None


def remember(request: web.Request, response: web.StreamResponse, word: str) -> None:
    """Give the browser its session."""
    name, path, secure = _cookie(request)
    response.set_cookie(name, word, path=path, httponly=True, samesite="Lax", secure=secure)


def _cookie(request: web.Request) -> tuple[str, str, bool]:
    """Name, path and `Secure` of what the browser keeps; the name with `__Host-` must be good everywhere."""
    return (f"__Host-{COOKIE}", "/", True) if _is_https(request) else (COOKIE, "/console", False)


def _is_https(request: web.Request) -> bool:
    if request.remote in request.app[RESOURCES].settings.trusted_proxies:
        return request.headers.get("X-Forwarded-Proto") == "https"
    return request.scheme == "https"


def origin_of(request: web.Request) -> str:
    """As the agent's browser knows us."""
    return f"{'https' if _is_https(request) else 'http'}://{request.host}"


def see(path: str) -> web.Response:
    """Go on there with GET."""
    return web.Response(status=303, headers={"Location": path, "Cache-Control": "no-store"})


def forget(request: web.Request, response: web.StreamResponse) -> None:
    """The browser has no session any more."""
    name, path, secure = _cookie(request)
    response.del_cookie(name, path=path, secure=secure, httponly=True, samesite="Lax")


def address_of(request: web.Request) -> str:
    """Where the agent is, for the audit."""
    return client_address(request, request.app[RESOURCES].settings.trusted_proxies)


def own_path(path: str) -> str:
    """An address of the console to go on to; anything else becomes its first page."""
    parts = urlsplit(path)
    is_own = not parts.scheme and not parts.netloc and parts.path.startswith("/console/") and "\\" not in path
    return path if is_own and path.isprintable() else HOME


async def form(request: web.Request) -> dict[str, str]:
    """The fields of a form, of what can be stored. Raises Malformed."""
    if request.content_type != FORM:
        raise Malformed
    try:
        return {name: clean_text(value) for name, value in (await request.post()).items() if isinstance(value, str)}
    except ValueError:
        raise Malformed from None


async def _ask_to_sign_in(request: web.Request) -> web.StreamResponse:
    if request.headers.get("X-Console") or request.headers.get("Accept") == "text/event-stream":
        return web.Response(status=401)  # a script of ours asked: it tells the agent
    if request.method == "GET":
        return see(f"{SIGN_IN}?sigue={quote(request.path_qs, safe='/')}")
    fields = await form(request)
    draft = fields.get("texto", "")
    after = request.path.rpartition("/")[0] if draft else HOME
    notice = texts.OVER_WITH_DRAFT if draft else texts.OVER
    return pages.render(request, "entrar.html", 401, notice=notice, after=own_path(after), draft=draft, name="")


async def _ask_to_sign_in_again(request: web.Request, session: Session) -> web.Response:
    resources = request.app[RESOURCES]
    await sessions.end(resources.ledger, session, resources.now())
    del request[pages.SESSION]
    response = pages.render(request, "entrar.html", 401, notice=texts.AGAIN, after=ACCOUNT, draft="", name=session.name)
    forget(request, response)
    return response


async def _check_meant(request: web.Request, session: Session) -> None:
    _refuse_other_sites(request)
    given = request.headers.get("X-CSRF") or (await form(request)).get("csrf", "")
    if not pages.same(given, session.csrf):
        raise web.HTTPForbidden


def _refuse_other_sites(request: web.Request) -> None:
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
        raise web.HTTPForbidden


def _explain(request: web.Request, error: Exception) -> web.StreamResponse:
    if isinstance(error, web.HTTPException) and error.status < 400:  # noqa: PLR2004 - a redirection is no error
        raise error
    if isinstance(error, ConnectionError):
        raise error
    for kind, (status, text) in _SHOWN.items():
        if isinstance(error, kind):
            return pages.message(request, status, text)
    if not isinstance(error, web.HTTPException):
        log.error("a page of the console failed", kind=type(error).__name__, exc_info=error)
    return pages.message(request, error.status if isinstance(error, web.HTTPException) else 500, texts.BROKEN)
