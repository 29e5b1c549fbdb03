"""From the rows of one desk to the values that the actions see: the queries and the assembling, apart from connections and time-outs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, cast

from sqlalchemy import Column, ColumnElement, Connection, Row, Select, Table, and_, bindparam, func, inspect, select

from bot.accounts import models, port
from bot.errors import DeskUnknown

NEWEST: Final = 30
"""Payments, backups and mails that are read of each server: enough for a month of nights, however long the history is."""


def _table(model: type[models.Base]) -> Table:
    return cast(Table, model.__table__)


def _columns(model: type[models.Base], prefix: str = "") -> list[Any]:
    """Its columns under the names of the model's attributes."""
    return [attribute.columns[0].label(prefix + attribute.key) for attribute in inspect(model).column_attrs]


_DESK, _SERVER, _SUBSCRIPTION, _PAYMENT, _INVOICE = map(
    _table, (models.Desk, models.VirtualServer, models.Subscription, models.Payment, models.Invoice)
)
_HEALTH, _CHANGE, _LICENCE, _INCIDENT, _TOUCHED = map(
    _table, (models.ServerHealth, models.PlanChange, models.Licence, models.Incident, models.IncidentServer)
)
_OF_DESK = _SERVER.c.desk_id == bindparam("desk")


def _of_server(table: Table) -> Any:
    return table.join(_SERVER, _SERVER.c.id == table.c.server_id)


def _is_last(table: Table, by: str) -> ColumnElement[bool]:
    """The newest row of each server."""
    other = table.alias()
    newest = select(func.max(other.c[by])).where(other.c.server_id == _SERVER.c.id).correlate(_SERVER).scalar_subquery()
    return and_(table.c.server_id == _SERVER.c.id, table.c[by] == newest)


def _newest(columns: Sequence[Any], owner: Column[Any], by: Column[Any], source: Any) -> Select[Any]:
    """The newest rows of each owner, newest first."""
    place = func.row_number().over(partition_by=owner, order_by=by.desc()).label("place")
    ranked = select(*columns, place).select_from(source).where(_OF_DESK).subquery()
    return select(ranked).where(ranked.c.place <= NEWEST).order_by(ranked.c.place)


def _newest_of_server(model: type[models.Base], by: str) -> Select[Any]:
    table = _table(model)
    return _newest(_columns(model), table.c.server_id, table.c[by], _of_server(table))


_SERVERS: Final = (
    select(
        *_columns(models.Desk, "desk_"),
        *_columns(models.VirtualServer, "server_"),
        *_columns(models.Subscription, "subscription_"),
        *_columns(models.ServerHealth, "health_"),
        *_columns(models.PlanChange, "change_"),
    )
    .select_from(
        _DESK.outerjoin(_SERVER, _SERVER.c.desk_id == _DESK.c.id)
        .outerjoin(_SUBSCRIPTION, _SUBSCRIPTION.c.server_id == _SERVER.c.id)
        .outerjoin(_HEALTH, _is_last(_HEALTH, "at"))
        .outerjoin(_CHANGE, _is_last(_CHANGE, "requested_at"))
    )
    .where(_DESK.c.id == bindparam("desk"))
    .order_by(_SERVER.c.alias)
)
"""The desk with what each of its servers has at most one of: one row for each server, or one without when there is none."""
_PAID = (
    _PAYMENT.join(_SUBSCRIPTION, _SUBSCRIPTION.c.id == _PAYMENT.c.subscription_id)
    .join(_SERVER, _SERVER.c.id == _SUBSCRIPTION.c.server_id)
    .outerjoin(_INVOICE, _INVOICE.c.payment_id == _PAYMENT.c.id)
)
_PAYMENT_COLUMNS = (*_columns(models.Payment), *_columns(models.Invoice, "invoice_"), _SERVER.c.id.label("server_id"))
_HISTORIES: Final = {
    "payments": _newest(_PAYMENT_COLUMNS, _PAYMENT.c.subscription_id, _PAYMENT.c.charged_at, _PAID),
    "backups": _newest_of_server(models.Backup, "started_at"),
    "mails": _newest_of_server(models.ConnectionMail, "queued_at"),
    "incidents": (
        select(_TOUCHED.c.server_id, *_columns(models.Incident))
        .select_from(_of_server(_TOUCHED).join(_INCIDENT, _INCIDENT.c.id == _TOUCHED.c.incident_id))
        .where(_OF_DESK, _INCIDENT.c.ended_at.is_(None))
        .order_by(_INCIDENT.c.started_at.desc())
    ),
}
_LICENCES: Final = select(*_columns(models.Licence)).where(_LICENCE.c.desk_id == bindparam("desk")).order_by(_LICENCE.c.id)

Group = dict[str, list[Row[Any]]]


@dataclass(frozen=True)
class Rows:
    """What one desk has: its servers, its licences, and by server id what a server may have several of, newest first."""

    servers: list[Row[Any]]
    licences: list[Row[Any]]
    payments: Group
    backups: Group
    mails: Group
    incidents: Group


def read_rows(connection: Connection, desk_id: str) -> Rows:
    """Everything of one desk in six queries, built once, because building costs more than running. Raises DeskUnknown and what the database raises."""
    one = {"desk": desk_id}
    servers = list(connection.execute(_SERVERS, one))
    if not servers:
        raise DeskUnknown("no desk with this id")
    histories = {name: _by_server(connection.execute(query, one)) for name, query in _HISTORIES.items()}
    return Rows(servers, list(connection.execute(_LICENCES, one)), **histories)


def assemble(rows: Rows, read_at: datetime) -> port.Desk:
    """The desk as the port describes it."""
    aliases = {row.server_id: row.server_alias for row in rows.servers}
    licences = {
        row.id: port.Licence(row.product, row.kind, row.users, _checked(row.status), aliases.get(row.server_id or ""))
        for row in rows.licences
    }
    servers = tuple(
        _server(rows, row, tuple(licences[one.id] for one in rows.licences if one.server_id == row.server_id))
        for row in rows.servers
        if row.server_id is not None
    )
    desk = rows.servers[0]
    return port.Desk(desk.desk_id, desk.desk_name, desk.desk_email, tuple(desk.desk_phones), servers, tuple(licences.values()), read_at)


def _by_server(rows: Iterable[Row[Any]]) -> Group:
    groups: Group = defaultdict(list)
    for row in rows:
        groups[row.server_id].append(row)
    return groups


def _checked(state: str) -> Any:
    """A state as its Literal: the CHECK constraint of its column holds the same words."""
    return state


def _server(rows: Rows, row: Row[Any], licences: tuple[port.Licence, ...]) -> port.Server:
    payments = rows.payments.get(row.server_id, [])
    incident = next(iter(rows.incidents.get(row.server_id, ())), None)
    return port.Server(
        id=row.server_id,
        alias=row.server_alias,
        solution=row.server_solution,
        os=row.server_os,
        status=_checked(row.server_status),
        host=row.server_host,
        health=port.Health(row.health_at, _checked(row.health_state)) if row.health_at is not None else None,
        incident=port.Incident(incident.started_at, incident.text) if incident else None,
        subscription=_subscription(row) if row.subscription_id is not None else None,
        payments=tuple(_payment(payment) for payment in payments),
        backups=tuple(port.Backup(b.started_at, b.finished_at, _checked(b.status), b.bytes) for b in rows.backups.get(row.server_id, ())),
        invoices=tuple(
            port.Invoice(payment.id, payment.invoice_number, payment.invoice_available_on)
            for payment in payments
            if payment.invoice_payment_id is not None
        ),
        connection_mails=tuple(
            port.ConnectionMail(m.sent_to, m.sent_at, m.queued_at, _checked(m.status)) for m in rows.mails.get(row.server_id, ())
        ),
        licences=licences,
        plan_change=_change(row) if row.change_requested_at is not None else None,
    )


def _change(row: Row[Any]) -> port.PlanChange:
    return port.PlanChange(row.change_to_solution, row.change_requested_at, _checked(row.change_state))


def _subscription(row: Row[Any]) -> port.Subscription:
    return port.Subscription(
        row.subscription_starts_on,
        row.subscription_ends_on,
        _checked(row.subscription_status),
        row.subscription_auto_renew,
        row.subscription_price,
        row.subscription_currency,
        row.subscription_next_charge_on,
    )


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
