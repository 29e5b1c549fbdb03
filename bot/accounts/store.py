"""The live state in an SQL database of our own: what `make run` uses and what a company replaces or fills.

A desk is read whole, in one transaction and few queries, so that all its values belong to the same moment. What the database
raises passes; `bot.accounts.guard` stands before this.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import cast

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.exc import IntegrityError

from bot import clock
from bot.accounts import models, port
from bot.accounts.reading import assemble, read_rows
from bot.database import Database, is_listed, listed
from bot.errors import DeskUnknown, MailKeyUsed

MAIL = tuple(getattr(models.ConnectionMail, name) for name in ("server_id", "sent_to", "sent_at", "queued_at", "status"))


class SqlAccounts:
    """`AccountsPort` over the tables of `bot/accounts/models.py`; takes the database over and closes it."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def read_desk(self, desk_id: str) -> port.Desk:
        """The desk and all its servers, as they are now. Raises DeskUnknown."""
        read_at = clock.now()
        if not desk_id.isprintable():  # PostgreSQL takes neither NUL nor lone surrogates, and no id has them
            raise DeskUnknown("no desk with this id")
        return await self.database.read(lambda connection: assemble(read_rows(connection, desk_id), read_at))

    async def desk_exists(self, desk_id: str) -> bool:
        """Whether the id names a desk."""
        if not desk_id.isprintable():
            return False
        known = select(models.Desk.id).where(models.Desk.id == desk_id)
        return await self.database.read(lambda connection: connection.scalar(known)) is not None

    async def desks_by_phone(self, phone: str) -> tuple[str, ...]:
        """Ids of the desks with this telephone, in E.164."""
        return await self._desks_by("phone", phone)

    async def desks_by_phones(self, phones: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """The same for many numbers in one query; those without a desk are left out."""
        contact = models.DeskContact
        known = contact.kind == "phone", is_listed(models.DeskContact.__table__.c.value, "phones")
        found = select(contact.value, contact.desk_id).where(*known).order_by(contact.desk_id)

        def work(connection: Connection) -> dict[str, tuple[str, ...]]:
            desks: dict[str, tuple[str, ...]] = {}
            for phone, desk in connection.execute(found, {"phones": listed(phones)}):
                desks[phone] = (*desks.get(phone, ()), desk)
            return desks

        return await self.database.read(work)

    async def desks_by_mail(self, address: str) -> tuple[str, ...]:
        """Ids of the desks with this address, in lower case."""
        return await self._desks_by("mail", address)

    async def queue_connection_mail(self, desk_id: str, alias: str, key: str, now: datetime) -> port.ConnectionMail:
        """Queue the connection data of one server to the desk's address; the same key returns the mail queued before.

        Raises DeskUnknown when there is no such desk or server of it, MailKeyUsed.
        """
        if not (desk_id + alias).isprintable():
            raise DeskUnknown("no such desk, or no such server of it")

        def work(connection: Connection) -> port.ConnectionMail:
            return _mail_of_key(connection, desk_id, alias, key, now)

        try:
            return await self.database.write(work)
        except IntegrityError:  # another process queued the same key in between: now it is there
            return await self.database.write(work)

    async def connection_mail_sent(self, key: str, now: datetime) -> None:
        """Note that the mail queued with this key went out; a key that is unknown or was noted before changes nothing."""
        mail = models.ConnectionMail
        sent = update(mail).where(mail.request_key == key, mail.status == "queued").values(status="sent", sent_at=now)

        def work(connection: Connection) -> None:
            connection.execute(sent)

        await self.database.write(work)

    async def close(self) -> None:
        """Release connections."""
        await self.database.close()

    async def _desks_by(self, kind: str, value: str) -> tuple[str, ...]:
        contact = models.DeskContact
        found = select(contact.desk_id).where(contact.kind == kind, contact.value == value).order_by(contact.desk_id)
        return await self.database.read(lambda connection: tuple(connection.scalars(found)))


def _mail_of_key(connection: Connection, desk_id: str, alias: str, key: str, now: datetime) -> port.ConnectionMail:
    server, desk, mail = models.VirtualServer, models.Desk, models.ConnectionMail
    owned = select(server.id, desk.email).join(desk, desk.id == server.desk_id).where(desk.id == desk_id, server.alias == alias.upper())
    found = connection.execute(owned).one_or_none()
    if found is None:
        raise DeskUnknown("no such desk, or no such server of it")
    row = connection.execute(select(*MAIL).where(mail.request_key == key)).one_or_none()
    if row is None:
        queued = {
            "id": uuid.uuid4().hex,
            "server_id": found.id,
            "sent_to": found.email,
            "queued_at": now,
            "status": "queued",
            "request_key": key,
        }
        connection.execute(insert(mail), queued)
        return port.ConnectionMail(found.email, None, now, "queued")
    if row.server_id != found.id:
        raise MailKeyUsed("this key was used for another server")
    return port.ConnectionMail(row.sent_to, row.sent_at, row.queued_at, cast("port.MailStatus", row.status))
