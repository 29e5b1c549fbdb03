"""The demo portal: stands for a company's service desk, whose back end knows its customer and mints the token."""

from __future__ import annotations

import json

from aiohttp import web
from yarl import URL

from bot.accounts import demo as demo_accounts
from bot.accounts import own_database
from bot.accounts.story import phone_of
from bot.channels.bodies import read_body
from bot.channels.web.keys import SESSION_LIMIT
from bot.errors import DeskUnknown, Malformed
from bot.gateway.errors import UnknownCustomer
from bot.identity.portal import PERSON_ID, issue_portal_token
from bot.limits import client_address
from bot.resources import RESOURCES
from bot.rules.calendar import BusinessCalendar

META = "graph.facebook.com"
SITUATIONS = {
    "C-1001": "Un servidor activo, al corriente y con respaldo de anoche",
    "C-1002": "Su servidor vence en 5 días",
    "C-1003": "Cargo rechazado: está en periodo de gracia",
    "C-1004": "Venció hace 12 días: servidor suspendido",
    "C-1005": "Venció hace 41 días: servidor eliminado",
    "C-1006": "Pagó hace 6 minutos: su servidor se está creando",
    "C-1007": "Pagó con cuenta bancaria y espera la confirmación",
    "C-1008": "Su pago lleva más días de lo normal sin confirmarse",
    "C-1009": "Cinco servidores en distintas situaciones",
    "C-1010": "El respaldo falló las últimas dos noches",
    "C-1011": "No le llegó el correo de conexión; aún sin factura",
    "C-1012": "Servidor caído por un incidente; factura disponible",
}
"""What each demo customer lives through, as the portal page tells it."""


async def customers(_request: web.Request) -> web.Response:
    """GET /demo/customers: [{"id", "name", "situation", "phone"}]."""
    listed = [
        {"id": desk, "name": name, "situation": SITUATIONS.get(desk, ""), "phone": phone_of(int(desk.removeprefix("C-")))}
        for desk, (name, *_) in demo_accounts.CUSTOMERS.items()
    ]
    return web.json_response(listed)


async def whatsapp(request: web.Request) -> web.Response:
    """GET /whatsapp-demo: to the page of the stand-in, at the host by which we are known here. Raises HTTPNotFound where Meta is the real one."""
    stand_in = URL(request.app[RESOURCES].settings.whatsapp_api_base)
    if stand_in.host == META:
        raise web.HTTPNotFound
    return web.Response(status=302, headers={"Location": str(stand_in.with_host(request.url.host or "127.0.0.1"))})


async def log_in(request: web.Request) -> web.Response:
    """POST /demo/login {"customer", "person"?}: that customer's rows as new, and the portal's token. Raises UnknownCustomer."""
    resources = request.app[RESOURCES]
    settings, now = resources.settings, resources.now()
    request.app[SESSION_LIMIT].take(f"demo {client_address(request, settings.trusted_proxies)}")
    desk, person = _logged_in(await read_body(request))
    database = own_database(resources.accounts)
    if database is None:
        raise UnknownCustomer  # a company's own system holds no demo customers
    try:
        await demo_accounts.reseed_desk(database, desk, now, BusinessCalendar(settings.timezone, settings.extra_holidays))
    except DeskUnknown:
        raise UnknownCustomer from None
    return web.json_response({"token": issue_portal_token(settings, desk, now, person)})


def _logged_in(body: bytes) -> tuple[str, str | None]:
    try:
        fields = json.loads(body)
    except (ValueError, RecursionError):
        raise Malformed from None
    desk, person = (fields.get("customer"), fields.get("person")) if isinstance(fields, dict) else (None, None)
    if not isinstance(desk, str):
        raise Malformed
    if person is not None and not (isinstance(person, str) and PERSON_ID.fullmatch(person)):
        raise Malformed
    return desk, person
