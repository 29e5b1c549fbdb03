"""The tables of the live state (design section 8), as typed SQLAlchemy models.

Every state is checked by the database against the same words that `bot/accounts/port.py` declares. Rows belong to a desk and go
with it; reads go from the desk down, so each foreign key is the first column of an index. Moments are UTC, amounts whole cents,
dates local. There are no relationships: the store reads each table of a desk once.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import get_args

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, MetaData, String, Text, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from bot.accounts import port
from bot.database import NAMING, Moment, Money, one_of
from bot.rules.contact import normal_contacts

HEALTH_STATES = ("up", "down")
CONTACT_KINDS = ("phone", "mail")


def _belongs_to(column: str) -> ForeignKey:
    return ForeignKey(column, ondelete="CASCADE")


class Base(DeclarativeBase):
    """Metadata of the accounts database."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {str: String(200), datetime: Moment, Decimal: Money}  # noqa: RUF012


class Desk(Base):
    """A customer account, "escritorio de servicios"; `phones` is a JSON list of numbers in E.164."""

    __tablename__ = "desk"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str]
    email: Mapped[str] = mapped_column(String(320))
    phones: Mapped[list[str]] = mapped_column(JSON)


class DeskContact(Base):
    """What a desk is found by: each of its telephones in E.164 and its address, as `bot.rules.contact` writes them.

    Made from the desk's own columns by `contacts_of`; `python -m bot accounts contacts` makes them for desks that were filled in otherwise.
    """

    __tablename__ = "desk_contact"
    __table_args__ = (Index(None, "kind", "value"), one_of("kind", CONTACT_KINDS))

    desk_id: Mapped[str] = mapped_column(_belongs_to("desk.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(8), primary_key=True)
    value: Mapped[str] = mapped_column(String(320), primary_key=True)


def contacts_of(desk_id: str, email: str, phones: Iterable[str]) -> list[DeskContact]:
    """The rows that a desk is found by; what is no number or no address gives none."""
    return [DeskContact(desk_id=desk_id, kind=kind, value=value) for kind, value in normal_contacts(email, phones)]


class VirtualServer(Base):
    """A contracted server; aliases are upper case and differ within a desk."""

    __tablename__ = "virtual_server"
    __table_args__ = (
        UniqueConstraint("desk_id", "alias"),
        CheckConstraint("alias = upper(alias)", name="alias"),
        one_of("status", get_args(port.ServerStatus)),
    )

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    desk_id: Mapped[str] = mapped_column(_belongs_to("desk.id"))
    alias: Mapped[str] = mapped_column(String(64))
    solution: Mapped[str]
    os: Mapped[str]
    status: Mapped[str] = mapped_column(String(16))
    host: Mapped[str | None]


class ServerHealth(Base):
    """What was seen of a machine at one moment; the newest row is its state."""

    __tablename__ = "server_health"
    __table_args__ = (one_of("state", HEALTH_STATES),)

    server_id: Mapped[str] = mapped_column(_belongs_to("virtual_server.id"), primary_key=True)
    at: Mapped[datetime] = mapped_column(primary_key=True)
    state: Mapped[str] = mapped_column(String(8))


class Subscription(Base):
    """The subscription of one server: its current period, both dates missing before the first credit."""

    __tablename__ = "subscription"
    __table_args__ = (
        UniqueConstraint("server_id"),
        one_of("status", get_args(port.SubscriptionStatus)),
        CheckConstraint("(starts_on IS NULL) = (ends_on IS NULL) AND (ends_on IS NULL OR ends_on >= starts_on)", name="period"),
        CheckConstraint("price_cents >= 0", name="price"),
    )

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    server_id: Mapped[str] = mapped_column(_belongs_to("virtual_server.id"))
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    status: Mapped[str] = mapped_column(String(16))
    auto_renew: Mapped[bool]
    price: Mapped[Decimal] = mapped_column("price_cents")
    currency: Mapped[str] = mapped_column(String(3))
    next_charge_on: Mapped[date | None]


class Payment(Base):
    """One charge; `masked` holds no more than the last four digits."""

    __tablename__ = "payment"
    __table_args__ = (
        Index(None, "subscription_id", "charged_at"),
        one_of("method", get_args(port.PaymentMethod)),
        one_of("status", get_args(port.PaymentStatus)),
        CheckConstraint("amount_cents > 0", name="amount"),
        CheckConstraint("status <> 'credited' OR credited_at IS NOT NULL", name="credited_at"),
    )

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    subscription_id: Mapped[str] = mapped_column(_belongs_to("subscription.id"))
    amount: Mapped[Decimal] = mapped_column("amount_cents")
    currency: Mapped[str] = mapped_column(String(3))
    method: Mapped[str] = mapped_column(String(16))
    masked: Mapped[str] = mapped_column(String(64))
    status: Mapped[str] = mapped_column(String(16))
    charged_at: Mapped[datetime]
    credited_at: Mapped[datetime | None]
    reason: Mapped[str | None]


class Backup(Base):
    """One nightly backup of a whole server."""

    __tablename__ = "backup"
    __table_args__ = (
        one_of("status", get_args(port.BackupStatus)),
        CheckConstraint("(status = 'running') = (finished_at IS NULL)", name="finished_at"),
        CheckConstraint("bytes IS NULL OR (status = 'ok' AND bytes >= 0)", name="bytes"),
    )

    server_id: Mapped[str] = mapped_column(_belongs_to("virtual_server.id"), primary_key=True)
    started_at: Mapped[datetime] = mapped_column(primary_key=True)
    finished_at: Mapped[datetime | None]
    status: Mapped[str] = mapped_column(String(16))
    bytes: Mapped[int | None] = mapped_column(BigInteger)


class Invoice(Base):
    """The invoice of a credited payment; without a number until it is issued."""

    __tablename__ = "invoice"
    __table_args__ = (UniqueConstraint("number"),)

    payment_id: Mapped[str] = mapped_column(_belongs_to("payment.id"), primary_key=True)
    number: Mapped[str | None] = mapped_column(String(64))
    available_on: Mapped[date]


class ConnectionMail(Base):
    """One sending of a server's connection data. `request_key` names the request of ours that asked for it, once."""

    __tablename__ = "connection_mail"
    __table_args__ = (
        Index(None, "server_id", "queued_at"),
        UniqueConstraint("request_key"),
        one_of("status", get_args(port.MailStatus)),
        CheckConstraint("(status = 'queued') = (sent_at IS NULL)", name="sent_at"),
    )

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    server_id: Mapped[str] = mapped_column(_belongs_to("virtual_server.id"))
    sent_to: Mapped[str] = mapped_column(String(320))
    queued_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    status: Mapped[str] = mapped_column(String(16))
    request_key: Mapped[str | None]


class Licence(Base):
    """An Aspel licence of a desk, perhaps installed on one of its servers."""

    __tablename__ = "licence"
    __table_args__ = (one_of("status", get_args(port.LicenceStatus)), CheckConstraint("users > 0", name="users"))

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    desk_id: Mapped[str] = mapped_column(_belongs_to("desk.id"), index=True)
    server_id: Mapped[str | None] = mapped_column(ForeignKey("virtual_server.id", ondelete="SET NULL"), index=True)
    product: Mapped[str]
    kind: Mapped[str]
    users: Mapped[int]
    status: Mapped[str] = mapped_column(String(16))


class PlanChange(Base):
    """A change of a server to another solution; the newest one counts."""

    __tablename__ = "plan_change"
    __table_args__ = (one_of("state", get_args(port.PlanChangeState)),)

    server_id: Mapped[str] = mapped_column(_belongs_to("virtual_server.id"), primary_key=True)
    requested_at: Mapped[datetime] = mapped_column(primary_key=True)
    to_solution: Mapped[str]
    state: Mapped[str] = mapped_column(String(16))


class Incident(Base):
    """Something that fails for several servers; open while `ended_at` is missing."""

    __tablename__ = "incident"
    __table_args__ = (CheckConstraint("ended_at IS NULL OR ended_at >= started_at", name="ended_at"),)

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    text: Mapped[str] = mapped_column(Text)


class IncidentServer(Base):
    """Which servers an incident touches."""

    __tablename__ = "incident_server"

    incident_id: Mapped[str] = mapped_column(_belongs_to("incident.id"), primary_key=True)
    server_id: Mapped[str] = mapped_column(_belongs_to("virtual_server.id"), primary_key=True, index=True)
