"""The live state in an SQL database of our own: what `make run` uses and what a company replaces or fills.

A desk is read whole, in one transaction and few queries, so that all its values belong to the same moment. Reading takes at
most `seconds`, whatever the database does: a query that hangs is abandoned and cleaned up behind the answer.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Coroutine
from datetime import datetime
from typing import Any, Final, TypeVar, cast

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot import clock
from bot.accounts import models, port
from bot.accounts.reading import assemble, read_rows
from bot.database import DATABASE_ERRORS
from bot.errors import AccountsUnavailable, DeskUnknown
from bot.transactions import transactions

ACCOUNTS_SECONDS: Final = 2.0
CLOSING_SECONDS: Final = 5.0

MAIL = tuple(getattr(models.ConnectionMail, name) for name in ("server_id", "sent_to", "sent_at", "queued_at", "status"))

T = TypeVar("T")


class SqlAccounts:
    """`AccountsPort` over the tables of `bot/accounts/models.py`; takes the engine over and closes it."""

    def __init__(self, engine: AsyncEngine, seconds: float = ACCOUNTS_SECONDS) -> None:
        self.engine = engine
        self._transactions = transactions(engine)
        self._seconds = seconds
        self._abandoned: set[asyncio.Task[Any]] = set()

    async def read_desk(self, desk_id: str) -> port.Desk:
        """The desk and all its servers, as they are now. Raises DeskUnknown, AccountsUnavailable."""
        return await self._in_time(self._read_desk(desk_id))

    async def desk_exists(self, desk_id: str) -> bool:
        """Whether the id names a desk. Raises AccountsUnavailable."""
        return await self._in_time(self._desk_exists(desk_id))

    async def queue_connection_mail(self, desk_id: str, alias: str, key: str, now: datetime) -> port.ConnectionMail:
        """Queue the connection data of one server to the desk's address; the same key returns the mail queued before.

        Raises DeskUnknown when there is no such desk or server of it, AccountsUnavailable, ValueError for a naive `now` or a key that
        was used for another server.
        """
        if now.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        return await self._in_time(self._queue_connection_mail(desk_id, alias, key, now))

    async def connection_mail_sent(self, key: str, now: datetime) -> None:
        """Note that the mail queued with this key went out; a key that is unknown or was noted before changes nothing.

        Raises AccountsUnavailable, ValueError for a naive `now`.
        """
        if now.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        await self._in_time(self._connection_mail_sent(key, now))

    async def close(self) -> None:
        """Release connections, after those reads that were abandoned have let go of theirs (or some seconds)."""
        if self._abandoned:
            await asyncio.wait(self._abandoned, timeout=CLOSING_SECONDS)
        await self._transactions.close()

    async def _in_time(self, work: Coroutine[Any, Any, T]) -> T:
        """The result of `work`, or AccountsUnavailable in time even when cancelling it would hang on a dead connection."""
        task = asyncio.ensure_future(work)
        try:
            done, _ = await asyncio.wait({task}, timeout=self._seconds)
        except asyncio.CancelledError:
            self._abandon(task)
            raise
        if not done:
            self._abandon(task)
            raise AccountsUnavailable(f"no answer within {self._seconds} s")
        try:
            return task.result()
        except DATABASE_ERRORS as error:
            raise AccountsUnavailable(type(error).__name__) from error

    def _abandon(self, task: asyncio.Task[Any]) -> None:
        self._abandoned.add(task)
        task.add_done_callback(self._forget)
        task.cancel()

    def _forget(self, task: asyncio.Task[Any]) -> None:
        self._abandoned.discard(task)
        if not task.cancelled():
            task.exception()  # seen, so that asyncio does not complain: the caller was told long ago

    async def _read_desk(self, desk_id: str) -> port.Desk:
        read_at = clock.now()
        if not desk_id.isprintable():  # PostgreSQL takes neither NUL nor lone surrogates, and no id has them
            raise DeskUnknown("no desk with this id")
        return await self._transactions.read(lambda connection: assemble(read_rows(connection, desk_id), read_at))

    async def _desk_exists(self, desk_id: str) -> bool:
        if not desk_id.isprintable():
            return False
        known = select(models.Desk.id).where(models.Desk.id == desk_id)
        return await self._transactions.read(lambda connection: connection.scalar(known)) is not None

    async def _queue_connection_mail(self, desk_id: str, alias: str, key: str, now: datetime) -> port.ConnectionMail:
        if not (desk_id + alias).isprintable():
            raise DeskUnknown("no such desk, or no such server of it")

        def work(connection: Connection) -> port.ConnectionMail:
            return _mail_of_key(connection, desk_id, alias, key, now)

        try:
            return await self._transactions.write(work)
        except IntegrityError:  # another process queued the same key in between: now it is there
            return await self._transactions.write(work)

    async def _connection_mail_sent(self, key: str, now: datetime) -> None:
        mail = models.ConnectionMail
        sent = update(mail).where(mail.request_key == key, mail.status == "queued").values(status="sent", sent_at=now)

        def work(connection: Connection) -> None:
            connection.execute(sent)

        await self._transactions.write(work)


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
        raise ValueError("this key was used for another server")
    return port.ConnectionMail(row.sent_to, row.sent_at, row.queued_at, cast("port.MailStatus", row.status))
