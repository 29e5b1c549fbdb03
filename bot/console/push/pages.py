"""What the console's pages and their service worker ask of us: the key, the switches of this browser, and the script that shows what it is told."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Final

import msgspec
from aiohttp import web
from sqlalchemy import Connection
from yarl import URL

from bot.console import access, alerts, audit, pages, texts
from bot.console.push import service, subscriptions
from bot.console.push.service import PushService, Target
from bot.errors import Malformed
from bot.resources import RESOURCES

SERVICE = web.AppKey("push service", PushService)
WORKER: Final = Path(__file__).resolve().parent.parent / "static" / "servicio.js"
WORKER_CSP: Final = "default-src 'none'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
"""It shows what it is told and opens a page: it loads nothing and asks for nothing."""
SIGN: Final = 8
"""Characters by which the audit tells browsers apart."""


class _Keys(msgspec.Struct):
    p256dh: str
    auth: str


class _Subscription(msgspec.Struct):
    """As `PushSubscription.toJSON()` gives it."""

    endpoint: str
    keys: _Keys


async def worker_script(_request: web.Request) -> web.FileResponse:
    """GET /console/servicio.js: its place makes it the worker of all the console's pages, and of no others."""
    return web.FileResponse(WORKER, headers={"Cache-Control": "no-cache", "Content-Security-Policy": WORKER_CSP})


async def show(request: web.Request) -> web.Response:
    """GET /console/cuenta/navegador: {"key": ours, "" where nobody is told, "kinds": the switches of this browser, null where it is told nothing}."""
    own, session = request.app[SERVICE], request[pages.SESSION]
    kinds = await subscriptions.kinds_in(request.app[RESOURCES].ledger, session.id, own.public_key)
    return web.json_response({"key": own.public_key, "kinds": kinds}, headers=pages.HEADERS)


async def keep(request: web.Request) -> web.Response:
    """POST /console/cuenta/navegador: `suscripcion` (JSON) and `avisos` ("caso,plazo"); without a subscription it is told nothing. Raises Malformed."""
    resources, session, own = request.app[RESOURCES], request[pages.SESSION], request.app[SERVICE]
    fields = await access.form(request)
    told = fields.get("suscripcion", "")
    if not told:
        await subscriptions.forget(resources.ledger, session.id, _audited(request))
        return web.Response(status=204, headers=pages.HEADERS)
    target = _target(told)
    if not own.public_key or not service.is_target(target, here=own.here):
        raise Malformed
    wanted = set(fields.get("avisos", "").split(","))
    kinds = [kind for kind in alerts.KINDS if kind in wanted]
    known = (await alerts.of(resources.ledger, await alerts.look(resources), [session.name]))[session.name]
    await subscriptions.keep(resources.ledger, session.id, target, own.public_key, kinds, known, resources.now(), _audited(request))
    return web.Response(status=204, headers=pages.HEADERS)


def _audited(request: web.Request) -> subscriptions.Switched:
    """Writes down what this agent has switched on and off, and in which browser: by a sign of it and its maker's push service, not by its address."""
    name, address, now = request[pages.SESSION].name, access.address_of(request), request.app[RESOURCES].now()

    def note(connection: Connection, endpoint: str, before: Collection[str], after: Collection[str]) -> None:
        if changed := texts.switched(before, after):
            browser = f"navegador {subscriptions.digest(endpoint)[:SIGN]} de {URL(endpoint).raw_host}"
            audit.add(connection, "avisos", name, address, now, detail=f"{changed} · {browser}")

    return note


def _target(told: str) -> Target:
    """Raises Malformed."""
    try:
        said = msgspec.json.decode(told, type=_Subscription)
    except msgspec.MsgspecError:
        raise Malformed from None
    return Target(said.endpoint, said.keys.p256dh, said.keys.auth)
