"""A demo customer's desk without a database, so that its situation can be asserted on hundreds of days."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

from sqlalchemy import inspect

from bot.accounts import models, port
from bot.accounts.demo import demo_rows
from bot.accounts.reading import Rows, assemble

NOW = datetime(2026, 11, 24, 16, 20, tzinfo=UTC)  # Tuesday 24, 10:20 in Mexico City


def moments(count: int = 400) -> list[datetime]:
    """One moment on each of `count` days, at all hours and minutes."""
    return [datetime(2026, 3, 1, tzinfo=UTC) + timedelta(days=day, minutes=day * 397 % 1440) for day in range(count)]


def demo_desk(desk_id: str, now: datetime) -> port.Desk:
    """The desk as the store would return it right after it was seeded."""
    rows = demo_rows(desk_id, now)

    def of(model, key=None, newest=None):
        found = [row for row in rows if isinstance(row, model)]
        if newest:
            found.sort(key=lambda row: getattr(row, newest), reverse=True)
        if key is None:
            return found
        groups = {}
        for row in found:
            groups.setdefault(getattr(row, key), []).append(row)
        return groups

    def last(model, by, server):
        found = of(model, "server_id", by).get(server.id)
        return found[0] if found else None

    desk = of(models.Desk)[0]
    subscriptions = {row.server_id: row for row in of(models.Subscription)}
    invoices = {row.payment_id: row for row in of(models.Invoice)}
    incidents = {row.id: row for row in of(models.Incident)}
    payments = of(models.Payment, "subscription_id", "charged_at")
    return assemble(
        Rows(
            servers=[
                row_of(
                    desk_=desk,
                    server_=server,
                    subscription_=(models.Subscription, subscriptions.get(server.id)),
                    health_=(models.ServerHealth, last(models.ServerHealth, "at", server)),
                    change_=(models.PlanChange, last(models.PlanChange, "requested_at", server)),
                )
                for server in sorted(of(models.VirtualServer), key=lambda row: row.alias)
            ],
            payments={
                server_id: [
                    row_of(**{"": paid}, invoice_=(models.Invoice, invoices.get(paid.id))) for paid in payments.get(subscription.id, [])
                ]
                for server_id, subscription in subscriptions.items()
            },
            backups=of(models.Backup, "server_id", "started_at"),
            mails=of(models.ConnectionMail, "server_id", "queued_at"),
            licences=of(models.Licence),
            incidents={row.server_id: [incidents[row.incident_id]] for row in of(models.IncidentServer)},
        ),
        now,
    )


def row_of(**parts):
    """A row of a join: the values of each part under its prefix; of an outer join's part `(model, None)` there are only NULLs."""
    values = {}
    for prefix, part in parts.items():
        model, found = part if isinstance(part, tuple) else (type(part), part)
        values.update({prefix + column.key: found and getattr(found, column.key) for column in inspect(model).column_attrs})
    return SimpleNamespace(**values)
