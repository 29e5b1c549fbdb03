"""The twelve demo customers of design section 8: one for each situation that the assistant must handle, always relative to `now`.

`make run` seeds them, and each log-in to the demo portal re-creates that customer's rows, so that "ended 2 days ago" is true on any day.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, delete, select, text
from sqlalchemy.orm import Session

from bot.accounts import models
from bot.accounts.story import DAY, Card, Story
from bot.database import Database
from bot.errors import DeskUnknown
from bot.rules.calendar import BusinessCalendar

MEXICO: Final = BusinessCalendar(ZoneInfo("America/Mexico_City"))
SEED_LOCK: Final = 727_101

_VISA = Card("credit_card", "Visa ···· 4242")
_MASTERCARD = Card("credit_card", "Mastercard ···· 5108")
_DEBIT = Card("debit_card", "Débito Banorte ···· 3310")
_BANK = Card("bank_account", "Cuenta BBVA ···· 1187")


def demo_rows(desk_id: str, now: datetime, calendar: BusinessCalendar = MEXICO) -> list[models.Base]:
    """Every row of one demo customer as it is at `now`. Raises DeskUnknown for another id."""
    if desk_id not in CUSTOMERS:
        raise DeskUnknown("no demo customer with this id")
    name, domain, card, tell = CUSTOMERS[desk_id]
    story = Story(calendar, now, int(desk_id.removeprefix("C-")), name, domain, card)
    tell(story)
    return story.rows


async def seed(database: Database, now: datetime, calendar: BusinessCalendar = MEXICO) -> None:
    """Put all demo customers into the (migrated) database as they are at `now`; other desks stay. Twice is as good as once."""
    await _replace(database, list(CUSTOMERS), now, calendar)


async def reseed_desk(database: Database, desk_id: str, now: datetime, calendar: BusinessCalendar = MEXICO) -> None:
    """Put one demo customer's own rows back to its situation at `now`; nobody else's. Raises DeskUnknown for another id."""
    await _replace(database, [desk_id], now, calendar)


async def _replace(database: Database, desk_ids: list[str], now: datetime, calendar: BusinessCalendar) -> None:
    rows = [row for desk_id in desk_ids for row in demo_rows(desk_id, now, calendar)]

    def work(connection: Connection) -> None:
        if connection.dialect.name == "postgresql":  # two at once would both delete, then both insert
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": SEED_LOCK})
        own = select(models.VirtualServer.id).where(models.VirtualServer.desk_id.in_(desk_ids))
        incidents = select(models.IncidentServer.incident_id).where(models.IncidentServer.server_id.in_(own))
        others = select(models.IncidentServer.incident_id).where(models.IncidentServer.server_id.not_in(own))
        connection.execute(delete(models.Incident).where(models.Incident.id.in_(incidents), models.Incident.id.not_in(others)))
        connection.execute(delete(models.Desk).where(models.Desk.id.in_(desk_ids)))
        insert(connection, rows)

    await database.write(work)


def insert(connection: Connection, rows: Iterable[models.Base]) -> None:
    """Insert rows of any tables, those first that others refer to."""
    given = list(rows)
    with Session(connection) as session:
        for table in models.Base.metadata.sorted_tables:
            session.add_all(row for row in given if row.__table__ is table)
            session.flush()


def _esperanza(story: Story) -> None:
    server = story.running("ESPERANZA-01", ends_in=120, price="9588.00", gigabytes=12.4, paid=3, months=12)
    story.licence("Aspel SAE", 5, server)


def _hidalgo(story: Story) -> None:
    server = story.running("HIDALGO-01", ends_in=5, price="899.00", gigabytes=18.7)
    story.licence("Aspel SAE", 3, server)
    story.licence("Aspel BANCO", 1, server)


def _ruiz(story: Story) -> None:
    server = story.running("RUIZ-01", ends_in=-2, price="899.00", gigabytes=23.1)
    story.refused(server, "fondos insuficientes")
    story.licence("Aspel COI", 2, server)
    story.licence("Aspel NOI", 2, server)


def _ocampo(story: Story) -> None:
    server = story.stopped("OCAMPO-01", ended_ago=12, price="899.00", gigabytes=9.6, status="suspended")
    story.licence("Aspel SAE", 1, server, kind="licencia permanente")


def _lirio(story: Story) -> None:
    story.stopped("LIRIO-01", ended_ago=41, price="899.00", gigabytes=7.2, status="deleted", paid=4)
    story.licence("Aspel CAJA", 1, None, status="expired")


def _central(story: Story) -> None:
    credited_at = story.now - timedelta(minutes=6)
    _being_created(story, "CENTRAL-01", credited_at)
    story.licence("Aspel CAJA", 2, None)


def _being_created(story: Story, alias: str, credited_at: datetime) -> None:
    server = story.server(alias, "provisioning")
    subscription = story.subscription(server, "active", "899.00", starts_on=story.calendar.local_date(credited_at))
    story.charge(subscription, "credited", credited_at - timedelta(seconds=24), credited_at)


def _norte(story: Story) -> None:
    _waiting(story, "NORTE-01", story.business_days_ago(1, time(11, 20)))
    story.licence("Aspel SAE", 2, None)


def _mercado(story: Story) -> None:
    _waiting(story, "MERCADO-01", story.business_days_ago(6, time(10, 40)))


def _waiting(story: Story, alias: str, charged_at: datetime) -> None:
    server = story.server(alias, "provisioning", "Nube Profesional")
    subscription = story.subscription(server, "pending", "1499.00")
    story.charge(subscription, "pending", charged_at)


def _sierra(story: Story) -> None:
    first = story.running("SIERRA-01", ends_in=20, price="1499.00", gigabytes=31.8, solution="Nube Profesional")
    second = story.running("SIERRA-02", ends_in=12, price="899.00", gigabytes=14.9, os="Windows Server 2019")
    third = story.running("SIERRA-03", ends_in=-1, price="899.00", gigabytes=11.3, paid=4)
    story.refused(third, "tarjeta vencida")
    _being_created(story, "SIERRA-04", story.now - timedelta(minutes=4))
    story.stopped("SIERRA-05", ended_ago=10, price="899.00", gigabytes=8.8, status="suspended")
    requested_at = story.now - timedelta(days=3)
    story.rows.append(models.PlanChange(server_id=first.id, requested_at=requested_at, to_solution="Nube Empresarial", state="in_progress"))
    story.licence("Aspel SAE", 10, first)
    story.licence("Aspel PROD", 3, first)
    story.licence("Aspel COI", 4, second)


def _mitla(story: Story) -> None:
    server = story.server("MITLA-01", "active")
    subscription = story.subscription(server, "active", "899.00", ends_on=story.today + 17 * DAY)
    story.mail(server, story.paid_periods(subscription, 6))
    story.nights(server, 16.2, failed=2)
    story.licence("Aspel SAE", 2, server)


def _vision(story: Story) -> None:
    credited_at = story.business_days_ago(2, time(12, 30))
    server = story.server("VISION-01", "active")
    subscription = story.subscription(server, "active", "899.00", starts_on=story.calendar.local_date(credited_at))
    story.charge(subscription, "credited", credited_at - timedelta(seconds=24), credited_at)
    story.mail(server, credited_at, "bounced")
    story.nights(server, 4.1, since=story.calendar.local_date(credited_at) + DAY)


def _aguila(story: Story) -> None:
    credited_at = story.business_days_ago(10, time(13, 15))
    server = story.server("AGUILA-01", "active", "Nube Profesional")
    story.rows = [row for row in story.rows if not isinstance(row, models.ServerHealth)]
    story.seen(server, "up", 77, 62)
    story.seen(server, "down", 47, 32, 17, 2)
    started_at = story.now - timedelta(minutes=50)
    incident = models.Incident(
        id=f"{story.desk.id}:i",
        started_at=started_at,
        ended_at=None,
        text="Falla de red en el centro de datos; trabajamos en restablecer el servicio.",
    )
    story.rows += [incident, models.IncidentServer(incident_id=incident.id, server_id=server.id)]
    subscription = story.subscription(server, "active", "1499.00", starts_on=story.calendar.local_date(credited_at))
    story.mail(server, story.paid_before(subscription, 5))
    charged_at = story.calendar.at(story.calendar.add_business_days(story.calendar.local_date(credited_at), -2), time(10, 15))
    story.charge(subscription, "credited", charged_at, credited_at, invoice="A-1012")
    story.nights(server, 27.5)
    story.licence("Aspel SAE", 4, server)
    story.licence("Aspel FACTURE", 2, server)


CUSTOMERS: Final[dict[str, tuple[str, str, Card, Callable[[Story], None]]]] = {
    "C-1001": ("Abarrotes La Esperanza", "abarroteslaesperanza", _VISA, _esperanza),
    "C-1002": ("Ferretería Hidalgo", "ferreteriahidalgo", _MASTERCARD, _hidalgo),
    "C-1003": ("Despacho Contable Ruiz", "despachoruiz", _DEBIT, _ruiz),
    "C-1004": ("Taller Mecánico Ocampo", "tallerocampo", _MASTERCARD, _ocampo),
    "C-1005": ("Boutique Lirio", "boutiquelirio", _VISA, _lirio),
    "C-1006": ("Papelería Central", "papeleriacentral", _VISA, _central),
    "C-1007": ("Refaccionaria del Norte", "refaccionariadelnorte", _BANK, _norte),
    "C-1008": ("Grupo Mercado", "grupomercado", _BANK, _mercado),
    "C-1009": ("Consultores Sierra", "consultoressierra", _MASTERCARD, _sierra),
    "C-1010": ("Dulcería Mitla", "dulceriamitla", _VISA, _mitla),
    "C-1011": ("Óptica Visión", "opticavision", _VISA, _vision),
    "C-1012": ("Transportes Águila", "transportesaguila", _BANK, _aguila),
}
"""Id → name, mail domain, how it pays, and its situation."""
