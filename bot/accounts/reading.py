"""From the rows of one desk to the values that the actions see: the queries and the assembling, apart from connections and time-outs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, cast

from sqlalchemy import Column, Connection, Row, Select, Table, bindparam, func, inspect, select

from bot.accounts import models, port
from bot.errors import DeskUnknown

NEWEST: Final = 30
"""Payments, backups and mails that are read of each server: enough for a month of nights, however long the history is."""


def _table(model: type[models.Base]) -> Table:
    return cast(Table, model.__table__)


def _columns(model: type[models.Base]) -> list[Any]:
    """Its columns under the names of the model's attributes."""
    return [attribute.columns[0].label(attribute.key) for attribute in inspect(model).column_attrs]


_DESK, _SERVER, _SUBSCRIPTION, _PAYMENT = map(_table, (models.Desk, models.VirtualServer, models.Subscription, models.Payment))
_LICENCE, _INVOICE, _INCIDENT, _TOUCHED = map(_table, (models.Licence, models.Invoice, models.Incident, models.IncidentServer))
_OF_DESK = _SERVER.c.desk_id == bindparam("desk")


def _of_server(table: Table) -> Any:
    return table.join(_SERVER, _SERVER.c.id == table.c.server_id)


def _newest(model: type[models.Base], owner: Column[Any], by: Column[Any], source: Any, count: int = NEWEST) -> Select[Any]:
    """The `count` newest rows of each owner, newest first."""
    place = func.row_number().over(partition_by=owner, order_by=by.desc()).label("place")
    ranked = select(*_columns(model), place).select_from(source).where(_OF_DESK).subquery()
    return select(ranked).where(ranked.c.place <= count).order_by(ranked.c.place)


def _newest_of_server(model: type[models.Base], by: str, count: int = NEWEST) -> Select[Any]:
    table = _table(model)
    return _newest(model, table.c.server_id, table.c[by], _of_server(table), count)


_PAID = _PAYMENT.join(_SUBSCRIPTION, _SUBSCRIPTION.c.id == _PAYMENT.c.subscription_id).join(
    _SERVER, _SERVER.c.id == _SUBSCRIPTION.c.server_id
)
_QUERIES: Final = {
    "servers": select(*_columns(models.VirtualServer)).where(_OF_DESK).order_by(_SERVER.c.alias),
    "subscriptions": select(*_columns(models.Subscription)).select_from(_of_server(_SUBSCRIPTION)).where(_OF_DESK),
    "payments": _newest(models.Payment, _PAYMENT.c.subscription_id, _PAYMENT.c.charged_at, _PAID),
    "invoices": select(*_columns(models.Invoice)).select_from(_PAID.join(_INVOICE, _INVOICE.c.payment_id == _PAYMENT.c.id)).where(_OF_DESK),
    "health": _newest_of_server(models.ServerHealth, "at", 1),
    "backups": _newest_of_server(models.Backup, "started_at"),
    "mails": _newest_of_server(models.ConnectionMail, "queued_at"),
    "licences": select(*_columns(models.Licence)).where(_LICENCE.c.desk_id == bindparam("desk")).order_by(_LICENCE.c.id),
    "changes": _newest_of_server(models.PlanChange, "requested_at", 1),
    "incidents": (
        select(_TOUCHED.c.server_id, *_columns(models.Incident))
        .select_from(_of_server(_TOUCHED).join(_INCIDENT, _INCIDENT.c.id == _TOUCHED.c.incident_id))
        .where(_OF_DESK, _INCIDENT.c.ended_at.is_(None))
        .order_by(_INCIDENT.c.started_at.desc())
    ),
}
"""One query a table, all of one desk: built once, because building costs more than running."""
_THE_DESK: Final = select(*_columns(models.Desk)).where(_DESK.c.id == bindparam("desk"))

Group = dict[str, list[Row[Any]]]


@dataclass(frozen=True)
class Rows:
    """What one desk has in each table, newest first where a table is a history; per-server tables by server id."""

    desk: Row[Any]
    servers: list[Row[Any]]
    health: Group
    subscriptions: Group
    payments: Group
    invoices: dict[str, Row[Any]]
    backups: Group
    mails: Group
    licences: list[Row[Any]]
    changes: Group
    incidents: Group


def read_rows(connection: Connection, desk_id: str) -> Rows:
    """Everything of one desk, one query a table. Raises DeskUnknown and what the database raises."""
    desk = connection.execute(_THE_DESK, {"desk": desk_id}).one_or_none()
    if desk is None:
        raise DeskUnknown("no desk with this id")
    found = {name: list(connection.execute(query, {"desk": desk_id})) for name, query in _QUERIES.items()}
    by_server = {
        name: _grouped("server_id", found[name]) for name in ("health", "subscriptions", "backups", "mails", "changes", "incidents")
    }
    return Rows(
        desk=desk,
        servers=found["servers"],
        payments=_grouped("subscription_id", found["payments"]),
        invoices={row.payment_id: row for row in found["invoices"]},
        licences=found["licences"],
        **by_server,
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


def _grouped(owner: str, rows: Iterable[Row[Any]]) -> Group:
    groups: Group = defaultdict(list)
    for row in rows:
        groups[getattr(row, owner)].append(row)
    return groups


def _checked(state: str) -> Any:
    """A state as its Literal: the CHECK constraint of its column holds the same words."""
    return state


def _server(rows: Rows, row: Row[Any], licences: tuple[port.Licence, ...]) -> port.Server:
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


def _subscription(row: Row[Any]) -> port.Subscription:
    return port.Subscription(row.starts_on, row.ends_on, _checked(row.status), row.auto_renew, row.price, row.currency, row.next_charge_on)


def _payment(row: Row[Any]) -> port.Payment:
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
