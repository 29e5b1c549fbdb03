"""Signing in by the company's OpenID Connect provider: there with a fresh attempt, back with what it says. Every failure reads as that of a password.

The way there is a page and no redirection: Chromium holds a form to `form-action` through every redirection after it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import structlog
from aiohttp import web

from bot.console import access, accounts, attempts, audit, entrance, pages, texts
from bot.console.access import form
from bot.console.provider import Provider
from bot.errors import SignOnRefused
from bot.resources import RESOURCES

log = structlog.get_logger()

PROVIDER = web.AppKey("sign-on provider", Provider)
_PARTS: Final = ("state", "code", "iss", "error")


async def begin(request: web.Request) -> web.StreamResponse:
    """POST /console/empresa: on to the provider."""
    provider, resources = _provider(request), request.app[RESOURCES]
    request.app[access.SIGN_IN_LIMIT].take(access.address_of(request))
    fields = await form(request)
    after, draft = access.own_path(fields.get("sigue", "")), fields.get("texto", "")
    try:
        await provider.described()  # nothing is kept for a provider that is away
        attempt = await attempts.begin(resources.ledger, resources.sealer, after, draft, resources.now())
        response = pages.render(request, "empresa.html", address=await provider.address_for(attempt))
    except SignOnRefused as refused:
        return await _refused(request, refused, after, draft)
    _keep(request, response, attempt.word)
    return response


async def finish(request: web.Request) -> web.StreamResponse:
    """GET /console/empresa/regreso: back from it, with a code or a refusal."""
    provider, resources, now = _provider(request), request.app[RESOURCES], request.app[RESOURCES].now()
    try:
        answer = _answer_in(request)
        word = request.cookies.get(_cookie(request)[0])
        attempt = await attempts.take(resources.ledger, resources.sealer, word, answer.get("state", ""), now)
    except SignOnRefused as refused:
        request.app[access.SIGN_IN_LIMIT].take(access.address_of(request))
        return await _refused(request, refused, access.HOME, "")  # and one that is under way in this browser goes on
    response: web.StreamResponse
    try:
        person = await provider.person(answer, attempt, now)
        agent = await accounts.of_person(resources.ledger, resources.settings, person, access.address_of(request), now)
    except SignOnRefused as refused:
        response = await _refused(request, refused, attempt.after, attempt.draft)
    else:
        response = await entrance.admit(request, agent, attempt.after, attempt.draft, by="sign_on", proved_twice=person.proved_twice)
    _keep(request, response, "")
    return response


def _provider(request: web.Request) -> Provider:
    """Raises HTTPNotFound where the company has none."""
    if PROVIDER not in request.app:
        raise web.HTTPNotFound
    return request.app[PROVIDER]


def _cookie(request: web.Request) -> tuple[str, str, bool]:
    """Name, path and `Secure` of what the browser keeps on its way: by HTTPS a name that no neighbour of our host can plant, which must be good everywhere."""
    secure = request.app[RESOURCES].settings.console_url.startswith("https:")
    return ("__Host-console_sign_on", "/", True) if secure else ("console_sign_on", "/console/empresa", False)


def _keep(request: web.Request, response: web.StreamResponse, word: str) -> None:
    """Strict it cannot be: it has to come along when the provider sends the browser back. "": nothing more."""
    name, path, secure = _cookie(request)
    seconds = int(attempts.LIFE.total_seconds()) if word else 0
    response.set_cookie(name, word, path=path, max_age=seconds, httponly=True, samesite="Lax", secure=secure)


def _answer_in(request: web.Request) -> Mapping[str, str]:
    """What the provider says by the browser. Raises SignOnRefused where it says it twice."""
    told = {name: request.query.getall(name) for name in _PARTS if name in request.query}
    if any(len(values) > 1 for values in told.values()):
        raise SignOnRefused("attempt")
    return {name: values[0] for name, values in told.items()}


async def _refused(request: web.Request, refused: SignOnRefused, after: str, draft: str) -> web.Response:
    resources, reason = request.app[RESOURCES], texts.SIGN_ON_REFUSED[refused.reason]
    log.warning("sign-on refused", reason=refused.reason)
    who, address = refused.agent or entrance.NOBODY, access.address_of(request)
    await audit.note(resources.ledger, "entrada_fallida", who, address, resources.now(), detail=f"{texts.SIGN_ON}: {reason}")
    return entrance.failed(request, after, draft)
