"""From the rows of one desk to the values that the actions see: the queries and the assembling, apart from connections and time-outs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeVar

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute, aliased

from bot.accounts import models, port
from bot.errors import DeskUnknown

NEWEST: Final = 30
"""Payments, backups and mails that are read of each server: enough for a month of nights, however long the history is."""

M = TypeVar("M", bound=models.Base)


@dataclass(frozen=True)
class Rows:
    """What one desk has in each table, newest first where a table is a history; per-server tables by server id."""

    desk: models.Desk
    servers: list[models.VirtualServer]
    health: dict[str, list[models.ServerHealth]]
    subscriptions: dict[str, list[models.Subscription]]
    payments: dict[str, list[models.Payment]]
    invoices: dict[str, models.Invoice]
    backups: dict[str, list[models.Backup]]
    mails: dict[str, list[models.ConnectionMail]]
    licences: list[models.Licence]
    changes: dict[str, list[models.PlanChange]]
    incidents: dict[str, list[models.Incident]]


async def read_rows(session: AsyncSession, desk_id: str) -> Rows:
    """Everything of one desk, one query a table. Raises DeskUnknown and what the database raises."""
    desk = await session.get(models.Desk, desk_id)
    if desk is None:
        raise DeskUnknown("no desk with this id")
    server = models.VirtualServer
    servers = list(await session.scalars(select(server).where(server.desk_id == desk_id).order_by(server.alias)))
    ids = [row.id for row in servers]
    subscriptions = list(await session.scalars(select(models.Subscription).where(models.Subscription.server_id.in_(ids))))
    payment = models.Payment
    payments = await _newest(session, payment, payment.subscription_id, payment.charged_at, [row.id for row in subscriptions])
    paid = [row.id for row in payments]
    return Rows(
        desk=desk,
        servers=servers,
        health=_by_server(await _newest(session, models.ServerHealth, models.ServerHealth.server_id, models.ServerHealth.at, ids, count=1)),
        subscriptions=_by_server(subscriptions),
        payments=_grouped((row.subscription_id, row) for row in payments),
        invoices={row.payment_id: row for row in await session.scalars(select(models.Invoice).where(models.Invoice.payment_id.in_(paid)))},
        backups=_by_server(await _newest(session, models.Backup, models.Backup.server_id, models.Backup.started_at, ids)),
        mails=_by_server(
            await _newest(session, models.ConnectionMail, models.ConnectionMail.server_id, models.ConnectionMail.queued_at, ids)
        ),
        licences=list(await session.scalars(select(models.Licence).where(models.Licence.desk_id == desk_id).order_by(models.Licence.id))),
        changes=_by_server(
            await _newest(session, models.PlanChange, models.PlanChange.server_id, models.PlanChange.requested_at, ids, count=1)
        ),
        incidents=await _open_incidents(session, ids),
    )


def assemble(rows: Rows, read_at: datetime) -> port.Desk:
    """The desk as the port describes it."""
    aliases = {row.id: row.alias for row in rows.servers}
    licences = {
        row.id: port.Licence(row.product, row.kind, row.users, _checked(row.status), aliases.get(row.server_id or ""))
        for row in rows.licences
    }
    servers = tuple(_server(rows, row, tuple(licences[one.id] for one in rows.licences if one.server_id == row.id)) for row in rows.servers)
    desk = rows.desk
    return port.Desk(desk.id, desk.name, desk.email, tuple(desk.phones), servers, tuple(licences.values()), read_at)


async def _newest(
    session: AsyncSession,
    model: type[M],
    of: InstrumentedAttribute[str],
    by: InstrumentedAttribute[datetime],
    ids: list[str],
    *,
    count: int = NEWEST,
) -> list[M]:
    """The `count` newest rows of each owner in `ids`, newest first."""
    place = func.row_number().over(partition_by=of, order_by=by.desc()).label("place")
    ranked = select(model, place).where(of.in_(ids)).subquery()
    newest = aliased(model, ranked)
    return list(await session.scalars(select(newest).where(ranked.c.place <= count).order_by(ranked.c.place)))


async def _open_incidents(session: AsyncSession, ids: list[str]) -> dict[str, list[models.Incident]]:
    incident, touches = models.Incident, models.IncidentServer
    query = select(touches.server_id, incident).join(incident, incident.id == touches.incident_id)
    found = await session.execute(query.where(touches.server_id.in_(ids), incident.ended_at.is_(None)).order_by(incident.started_at.desc()))
    return _grouped((server_id, row) for server_id, row in found.tuples())


def _grouped(pairs: Iterable[tuple[str, M]]) -> dict[str, list[M]]:
    groups: dict[str, list[M]] = defaultdict(list)
    for key, row in pairs:
        groups[key].append(row)
    return groups


def _by_server(rows: Iterable[M]) -> dict[str, list[M]]:
    return _grouped((row.server_id, row) for row in rows)  # type: ignore[attr-defined]


def _checked(state: str) -> Any:
    """A state as its Literal: the CHECK constraint of its column holds the same words."""
    return state


def _server(rows: Rows, row: models.VirtualServer, licences: tuple[port.Licence, ...]) -> port.Server:
    subscription = next(iter(rows.subscriptions.get(row.id, ())), None)
    payments = rows.payments.get(subscription.id, []) if subscription else []
    health = next(iter(rows.health.get(row.id, ())), None)
    incident = next(iter(rows.incidents.get(row.id, ())), None)
    change = next(iter(rows.changes.get(row.id, ())), None)
    invoices = [rows.invoices[payment.id] for payment in payments if payment.id in rows.invoices]
    return port.Server(
        id=row.id,
        alias=row.alias,
        solution=row.solution,
        os=row.os,
        status=_checked(row.status),
        host=row.host,
        health=port.Health(health.at, _checked(health.state)) if health else None,
        incident=port.Incident(incident.started_at, incident.text) if incident else None,
        subscription=_subscription(subscription) if subscription else None,
        payments=tuple(_payment(payment) for payment in payments),
        backups=tuple(port.Backup(b.started_at, b.finished_at, _checked(b.status), b.bytes) for b in rows.backups.get(row.id, ())),
        invoices=tuple(port.Invoice(invoice.payment_id, invoice.number, invoice.available_on) for invoice in invoices),
        connection_mails=tuple(
            port.ConnectionMail(m.sent_to, m.sent_at, m.queued_at, _checked(m.status)) for m in rows.mails.get(row.id, ())
        ),
        licences=licences,
        plan_change=port.PlanChange(change.to_solution, change.requested_at, _checked(change.state)) if change else None,
    )


def _subscription(row: models.Subscription) -> port.Subscription:
    return port.Subscription(row.starts_on, row.ends_on, _checked(row.status), row.auto_renew, row.price, row.currency, row.next_charge_on)


def _payment(row: models.Payment) -> port.Payment:
    return port.Payment(
        row.id,
        row.amount,
        row.currency,
        _checked(row.method),
        row.masked,
        _checked(row.status),
        row.charged_at,
        row.credited_at,
        row.reason,
    )
