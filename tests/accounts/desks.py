"""A demo customer's desk without a database, so that its situation can be asserted on hundreds of days."""

from datetime import UTC, datetime, timedelta

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

    incidents = {row.id: row for row in of(models.Incident)}
    desk = Rows(
        desk=of(models.Desk)[0],
        servers=sorted(of(models.VirtualServer), key=lambda row: row.alias),
        health=of(models.ServerHealth, "server_id", "at"),
        subscriptions=of(models.Subscription, "server_id"),
        payments=of(models.Payment, "subscription_id", "charged_at"),
        invoices={row.payment_id: row for row in of(models.Invoice)},
        backups=of(models.Backup, "server_id", "started_at"),
        mails=of(models.ConnectionMail, "server_id", "queued_at"),
        licences=of(models.Licence),
        changes=of(models.PlanChange, "server_id", "requested_at"),
        incidents={row.server_id: [incidents[row.incident_id]] for row in of(models.IncidentServer)},
    )
    return assemble(desk, now)
