"""What the assistant needs to know of a customer, and nothing of where it is kept.

A company connects its own system by writing one class with the methods of `AccountsPort`; the actions read through it, and
only the gateway looks desks up and calls what has to do with mails. Every read returns the moment it was made, because each live value told to a
customer carries it. All moments are aware datetimes; dates are local (settings.timezone); money is Decimal in `currency`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal, Protocol

ServerStatus = Literal["provisioning", "active", "suspended", "cancelled", "deleted"]
SubscriptionStatus = Literal["pending", "active", "grace", "expired", "cancelled"]
PaymentMethod = Literal["bank_account", "debit_card", "credit_card"]
PaymentStatus = Literal["pending", "credited", "rejected", "refunded"]
BackupStatus = Literal["running", "ok", "failed"]
MailStatus = Literal["queued", "sent", "bounced"]
LicenceStatus = Literal["active", "grace", "expired", "cancelled"]
PlanChangeState = Literal["requested", "in_progress", "done", "cancelled"]


@dataclass(frozen=True)
class Subscription:
    """One server's subscription. `ends_on` is valid until 23:59:59 of that day; None before the first credit."""

    starts_on: date | None
    ends_on: date | None
    status: SubscriptionStatus
    auto_renew: bool
    price: Decimal
    currency: str
    next_charge_on: date | None


@dataclass(frozen=True)
class Payment:
    """One charge. `masked` shows the last four digits only, as "Visa ···· 4242"."""

    id: str
    amount: Decimal
    currency: str
    method: PaymentMethod
    masked: str
    status: PaymentStatus
    charged_at: datetime
    credited_at: datetime | None
    reason: str | None


@dataclass(frozen=True)
class Backup:
    """One nightly backup of the whole server. `bytes` is None while running or after a failure."""

    started_at: datetime
    finished_at: datetime | None
    status: BackupStatus
    bytes: int | None


@dataclass(frozen=True)
class Invoice:
    """The invoice of one payment; `number` is None until it is issued."""

    payment_id: str
    number: str | None
    available_on: date


@dataclass(frozen=True)
class ConnectionMail:
    """One sending of the connection data; `sent_to` is the full address, for masking by the rules."""

    sent_to: str
    sent_at: datetime | None
    queued_at: datetime
    status: MailStatus


@dataclass(frozen=True)
class Licence:
    """An Aspel licence of the desk; `server_alias` is None when it is not tied to one server."""

    product: str
    kind: str
    users: int
    status: LicenceStatus
    server_alias: str | None


@dataclass(frozen=True)
class PlanChange:
    """A change to another solution that was asked for."""

    to_solution: str
    requested_at: datetime
    state: PlanChangeState


@dataclass(frozen=True)
class Health:
    """The last known state of the machine."""

    at: datetime
    state: Literal["up", "down"]


@dataclass(frozen=True)
class Incident:
    """An open incident that touches this server."""

    started_at: datetime
    text: str


@dataclass(frozen=True)
class Server:
    """One virtual server with all that is told about it; lists are newest first."""

    id: str
    alias: str
    solution: str
    os: str
    status: ServerStatus
    host: str | None
    health: Health | None
    incident: Incident | None
    subscription: Subscription | None
    payments: tuple[Payment, ...]
    backups: tuple[Backup, ...]
    invoices: tuple[Invoice, ...]
    connection_mails: tuple[ConnectionMail, ...]
    licences: tuple[Licence, ...]
    plan_change: PlanChange | None


@dataclass(frozen=True)
class Desk:
    """A customer account ("escritorio de servicios") as it was at `read_at`; servers in order of alias, deleted ones included."""

    id: str
    name: str
    email: str
    phones: tuple[str, ...]
    servers: tuple[Server, ...]
    licences: tuple[Licence, ...]
    read_at: datetime

    def server(self, alias: str) -> Server | None:
        """The desk's server with this alias, or None: the check that a chosen server belongs to the desk."""
        return next((server for server in self.servers if server.alias == alias.upper()), None)


class PhoneBook(Protocol):
    """What an implementation may offer besides: WhatsApp brings up to 1,000 numbers at once, and waits while they are looked up."""

    async def desks_by_phones(self, phones: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """`desks_by_phone` of each of these numbers; those without a desk may be left out."""


class AccountsPort(Protocol):
    """The live state.

    What an implementation raises beside DeskUnknown and MailKeyUsed, how long it takes and what it returns wrongly is taken care of by
    `bot.accounts.guard.Guarded`, through which everybody else calls it.
    """

    async def read_desk(self, desk_id: str) -> Desk:
        """The desk and all its servers. Raises DeskUnknown."""

    async def desk_exists(self, desk_id: str) -> bool:
        """Whether the id names a desk."""

    async def desks_by_phone(self, phone: str) -> tuple[str, ...]:
        """Ids of all desks with this telephone, in E.164 as "+525510001001" (see `bot.rules.contact`); () when there is none."""

    async def desks_by_mail(self, address: str) -> tuple[str, ...]:
        """Ids of all desks with this address, in lower case and without blanks around it; () when there is none."""

    async def queue_connection_mail(self, desk_id: str, alias: str, key: str, now: datetime) -> ConnectionMail:
        """Ask for the connection data of one server (its alias in any case) to be mailed again to the registered address.

        `key` makes it idempotent: the same key returns the same mail. Raises DeskUnknown when there is no such desk or server of it,
        MailKeyUsed when the key was used for another server.
        """

    async def connection_mail_sent(self, key: str, now: datetime) -> None:
        """The mail that was queued with this key was handed to the mail server; a key that is unknown or was told before changes nothing."""

    async def close(self) -> None:
        """Release connections."""
