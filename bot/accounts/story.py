"""Builds believable rows for demo customers: what a subscription, its charges, nights and mails look like around one moment.

`bot/accounts/demo.py` says who is in which situation; here stands how a situation looks in the tables. Nothing is random, so the same
moment always gives the same rows.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from bot.accounts import models
from bot.accounts.port import PaymentMethod, PaymentStatus, ServerStatus, SubscriptionStatus
from bot.rules import backup, payment
from bot.rules.calendar import BusinessCalendar
from bot.rules.subscription import add_months, grace_last_day

DAY = timedelta(days=1)
WINDOWS = "Windows Server 2012 R2"
NIGHTS = 14
CHARGE_AHEAD = 3  # business days before the end at which bank and debit charges are made, so that they are confirmed in time


def phone_of(number: int) -> str:
    """The telephone of the desk with this number, in E.164."""
    return f"+52551000{number}"


@dataclass(frozen=True)
class Card:
    """How a customer pays."""

    method: PaymentMethod
    masked: str


@dataclass
class Story:
    """The rows of one desk as they are built; `number` is that of its id, for ids and invoice numbers of its own."""

    calendar: BusinessCalendar
    now: datetime
    number: int
    name: str
    domain: str
    card: Card
    rows: list[models.Base] = field(default_factory=list)
    _invoices: int = 0
    _payments: int = 0

    def __post_init__(self) -> None:
        phones = [phone_of(self.number)]
        self.desk = models.Desk(id=f"C-{self.number}", name=self.name, email=f"contacto@{self.domain}.example", phones=phones)
        self.rows += [self.desk, *models.contacts_of(self.desk.id, self.desk.email, phones)]

    @property
    def today(self) -> date:
        """The local day of `now`."""
        return self.calendar.local_date(self.now)

    def business_days_ago(self, n: int, clock: time) -> datetime:
        """A moment on the n-th business day before today."""
        return self.calendar.at(self.calendar.add_business_days(self.today, -n), clock)

    def server(self, alias: str, status: ServerStatus, solution: str = "Nube Esencial", os: str = WINDOWS) -> models.VirtualServer:
        """A server; one that runs or ran has a host, and is up when it is active."""
        host = None if status == "provisioning" else f"{alias.lower()}.nube.example"
        row = models.VirtualServer(
            id=f"{self.desk.id}:{alias}", desk_id=self.desk.id, alias=alias, solution=solution, os=os, status=status, host=host
        )
        self.rows.append(row)
        if status == "active":
            self.seen(row, "up", 32, 17, 2)
        return row

    def seen(self, server: models.VirtualServer, state: str, *minutes_ago: float) -> None:
        """The machine was seen in this state that many minutes ago."""
        self.rows += [models.ServerHealth(server_id=server.id, at=self.now - timedelta(minutes=ago), state=state) for ago in minutes_ago]

    def subscription(
        self,
        server: models.VirtualServer,
        status: SubscriptionStatus,
        price: str,
        *,
        ends_on: date | None = None,
        starts_on: date | None = None,
        months: int = 1,
        auto_renew: bool = True,
    ) -> models.Subscription:
        """Its current period: `months` up to `ends_on`, or from `starts_on`; neither of them before the first credit."""
        if ends_on:
            starts_on = add_months(ends_on + DAY, -months)
        elif starts_on:
            ends_on = add_months(starts_on, months) - DAY
        next_charge_on = ends_on if auto_renew and status == "active" else None
        if next_charge_on and payment.needs_confirmation(self.card.method):
            next_charge_on = max(self.today, self.calendar.add_business_days(next_charge_on, -CHARGE_AHEAD))
        row = models.Subscription(
            id=f"{server.id}:s",
            server_id=server.id,
            starts_on=starts_on,
            ends_on=ends_on,
            status=status,
            auto_renew=auto_renew,
            price=Decimal(price),
            currency="MXN",
            next_charge_on=next_charge_on,
        )
        self.rows.append(row)
        return row

    def charge(
        self,
        subscription: models.Subscription,
        status: PaymentStatus,
        charged_at: datetime,
        credited_at: datetime | None = None,
        *,
        reason: str | None = None,
        invoice: str | None = None,
    ) -> models.Payment:
        """One charge of the price, and the invoice of a credited one: with a number once its day has come."""
        self._payments += 1
        row = models.Payment(
            id=f"P-{self.number}-{self._payments:02}",
            subscription_id=subscription.id,
            amount=subscription.price,
            currency=subscription.currency,
            method=self.card.method,
            masked=self.card.masked,
            status=status,
            charged_at=charged_at,
            credited_at=credited_at,
            reason=reason,
        )
        self.rows.append(row)
        if credited_at:
            self._invoices += 1
            available_on = payment.invoice_available_on(self.calendar, credited_at)
            number = (invoice or f"A-{(self.number - 1001) * 60 + self._invoices + 100:04}") if available_on <= self.today else None
            self.rows.append(models.Invoice(payment_id=row.id, number=number, available_on=available_on))
        return row

    def paid_periods(self, subscription: models.Subscription, count: int, months: int = 1) -> datetime:
        """Credited charges of the current period and of those before it, `count` in all, oldest first; returns the first credit."""
        assert subscription.starts_on
        return self._paid_from(subscription, [add_months(subscription.starts_on, -months * back) for back in reversed(range(count))])

    def paid_before(self, subscription: models.Subscription, count: int) -> datetime:
        """Credited charges of the `count` monthly periods before the current one; returns the first credit."""
        assert subscription.starts_on
        return self._paid_from(subscription, [add_months(subscription.starts_on, -back) for back in range(count, 0, -1)])

    def _paid_from(self, subscription: models.Subscription, starts: list[date]) -> datetime:
        return min([self._paid(subscription, start) for start in starts])

    def _paid(self, subscription: models.Subscription, starts_on: date) -> datetime:
        if payment.needs_confirmation(self.card.method):
            charged_on = self.calendar.add_business_days(starts_on - DAY, -CHARGE_AHEAD)
            charged_at = self.calendar.at(charged_on, time(10, 15))
            credited_at = self.calendar.at(self.calendar.add_business_days(charged_on, 2), time(8, 40))
        else:
            charged_at = self.calendar.at(starts_on - DAY, time(6, 10))
            credited_at = charged_at + timedelta(seconds=24)
        self.charge(subscription, "credited", charged_at, credited_at)
        return credited_at

    def refused(self, server: models.VirtualServer, reason: str) -> None:
        """The charge that should have renewed this server was rejected, around the end of its validity."""
        subscription = next(row for row in self.rows if isinstance(row, models.Subscription) and row.server_id == server.id)
        assert subscription.ends_on
        days_ahead = 2 if payment.needs_confirmation(self.card.method) else 0
        charged_on = self.calendar.add_business_days(subscription.ends_on, -days_ahead)
        self.charge(subscription, "rejected", self.calendar.at(charged_on, time(10, 15)), reason=reason)

    def mail(self, server: models.VirtualServer, credited_at: datetime, status: str = "sent") -> None:
        """The connection mail that followed the first credit."""
        queued_at = credited_at + timedelta(minutes=13)
        sent_at = queued_at + timedelta(seconds=40)
        mail_id = f"{server.id}:m"
        self.rows.append(
            models.ConnectionMail(
                id=mail_id, server_id=server.id, sent_to=self.desk.email, queued_at=queued_at, sent_at=sent_at, status=status
            )
        )

    def nights(
        self, server: models.VirtualServer, gigabytes: float, until: date | None = None, since: date | None = None, failed: int = 0
    ) -> None:
        """Up to 14 backups, the last on the night of `until` (last night unless told), none before `since`; the last `failed` failed."""
        last = min(until or date.max, backup.last_night(self.calendar, self.now))
        for back in range(NIGHTS):
            night = last - back * DAY
            if since and night < since:
                break
            started_at = self.calendar.at(night, time(2, 3 + (night.day * 7 + self.number) % 9, night.day))
            size = int((gigabytes - back * 0.035) * 1e9) + night.day * 1_234_567
            minutes = 4 if back < failed else 18 + (night.day * 5) % 13
            self.rows.append(
                models.Backup(
                    server_id=server.id,
                    started_at=started_at,
                    finished_at=started_at + timedelta(minutes=minutes),
                    status="failed" if back < failed else "ok",
                    bytes=None if back < failed else size,
                )
            )

    def licence(
        self, product: str, users: int, server: models.VirtualServer | None, status: str = "active", kind: str = "suscripción anual"
    ) -> None:
        """An Aspel licence of the desk."""
        licence_id = f"{self.desk.id}:l{sum(isinstance(row, models.Licence) for row in self.rows) + 1}"
        self.rows.append(
            models.Licence(
                id=licence_id,
                desk_id=self.desk.id,
                server_id=server.id if server else None,
                product=product,
                kind=kind,
                users=users,
                status=status,
            )
        )

    def running(
        self, alias: str, *, ends_in: int, price: str, gigabytes: float, paid: int = 6, months: int = 1, **server: str
    ) -> models.VirtualServer:
        """The plain case: a server that is paid, up, mailed and backed up every night. `ends_in` may be negative: in grace."""
        row = self.server(alias, "active", **server)
        ends_on = self.today + ends_in * DAY
        subscription = self.subscription(row, "active" if ends_in >= 0 else "grace", price, ends_on=ends_on, months=months)
        self.mail(row, self.paid_periods(subscription, paid, months))
        self.nights(row, gigabytes)
        return row

    def stopped(
        self, alias: str, *, ended_ago: int, price: str, gigabytes: float, status: ServerStatus, paid: int = 5
    ) -> models.VirtualServer:
        """A server that was not renewed: backed up until its grace ended."""
        row = self.server(alias, status)
        ends_on = self.today - ended_ago * DAY
        subscription = self.subscription(row, "expired", price, ends_on=ends_on, auto_renew=False)
        self.mail(row, self.paid_periods(subscription, paid))
        self.nights(row, gigabytes, until=grace_last_day(ends_on))
        if status == "suspended":
            self.rows.append(
                models.ServerHealth(server_id=row.id, at=self.calendar.at(grace_last_day(ends_on) + DAY, time(0, 5)), state="down")
            )
        return row
