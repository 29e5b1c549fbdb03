"""What the company's system says of a customer at this moment, for the agent who asks for it: read through the port, and entered in the audit first, in the disclosure ledger before it is shown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web

from bot.accounts.port import Desk, Server
from bot.console import access, audit, pages
from bot.console.live_values import BACKUPS, PAYMENTS, SERVERS
from bot.conversations import disclosures
from bot.errors import AccountsUnavailable, DeskUnknown
from bot.resources import RESOURCES
from bot.rules import format as words
from bot.rules.calendar import BusinessCalendar


@dataclass(frozen=True)
class Panel:
    """`servers`: alias, and what is said of each as (what, words); `unread`: why there is nothing."""

    name: str
    contact: str
    servers: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
    read_at: datetime | None
    unread: str = ""


async def read(request: web.Request, conversation: str, desk: str) -> Panel:
    """The panel of this desk, now. Somebody looked, whether or not it could be read."""
    resources, name = request.app[RESOURCES], request[pages.SESSION].name
    await audit.note(resources.ledger, "datos", name, access.address_of(request), resources.now(), conversation, desk)
    try:
        found = await resources.accounts.read_desk(desk)
    except AccountsUnavailable:
        return Panel("", "", (), None, "El sistema de cuentas no responde. Inténtalo de nuevo en un momento.")
    except DeskUnknown:
        return Panel("", "", (), None, "El sistema de cuentas ya no conoce esta cuenta.")
    calendar = BusinessCalendar(resources.settings.timezone, resources.settings.extra_holidays)
    panel = _panel(found, calendar, resources.now())
    await disclosures.note(resources.ledger, conversation, "read", name, list(_seen(panel, found.read_at)), resources.now())
    return panel


def _seen(panel: Panel, read_at: datetime) -> Iterator[dict[str, str]]:
    """The fields, as they are entered in the disclosure ledger; no values."""
    entered = {"source": "cuenta", "read_at": read_at.isoformat()}
    yield from ({**entered, "field": field} for field in ("nombre", "contacto"))
    for alias, facts in panel.servers:
        yield from ({**entered, "server": alias, "field": what} for what, _ in facts)


def _panel(desk: Desk, calendar: BusinessCalendar, now: datetime) -> Panel:
    contact = ", ".join([desk.email, *desk.phones])
    servers = tuple((server.alias, tuple(_facts(server, calendar, now))) for server in desk.servers)
    return Panel(desk.name, contact, servers, desk.read_at)


def _facts(server: Server, calendar: BusinessCalendar, now: datetime) -> Iterator[tuple[str, str]]:
    def at(moment: datetime) -> str:
        local = calendar.local(moment)
        return f"{words.near_date(local.date(), calendar.local_date(now))}, {words.clock_time(local)}"

    yield "Estado", SERVERS.get(server.status, server.status)
    if server.health:
        yield "Equipo", f"{'en línea' if server.health.state == 'up' else 'caído'}, {at(server.health.at)}"
    if server.incident:
        yield "Incidente", f"{server.incident.text} (desde {at(server.incident.started_at)})"
    if server.subscription and server.subscription.ends_on:
        renewal = "se renueva sola" if server.subscription.auto_renew else "sin renovación automática"
        yield "Vence", f"{words.near_date(server.subscription.ends_on, calendar.local_date(now))}, {renewal}"
    if server.payments:
        last = server.payments[0]
        status = PAYMENTS.get(last.status, last.status)
        yield (
            "Último cargo",
            f"{words.money(last.amount, last.currency)}, {last.masked}, {status}, {at(last.charged_at)}{_because(last.reason)}",
        )
    if server.backups:
        yield "Respaldo", f"{BACKUPS[server.backups[0].status]}, {at(server.backups[0].started_at)}"
    if server.connection_mails:
        mail = server.connection_mails[0]
        yield "Correo de conexión", f"{mail.sent_to}, {at(mail.sent_at or mail.queued_at)}"


def _because(reason: str | None) -> str:
    return f" ({reason})" if reason else ""
