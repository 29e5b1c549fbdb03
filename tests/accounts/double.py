"""The plainest implementation of the port: desks in memory. Also the shape of a company's own class."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from bot import clock
from bot.accounts.port import ConnectionMail, Desk
from bot.errors import DeskUnknown, MailKeyUsed
from bot.rules.contact import normal_mail, normal_phone


class MemoryAccounts:
    """Desks as they were given, read now; what was mailed by its key."""

    def __init__(self, desks: Iterable[Desk]) -> None:
        self.desks = {desk.id: desk for desk in desks}
        self.mails: dict[str, tuple[str, ConnectionMail]] = {}

    async def read_desk(self, desk_id: str) -> Desk:
        if desk_id not in self.desks:
            raise DeskUnknown("no desk with this id")
        return replace(self.desks[desk_id], read_at=clock.now())

    async def desk_exists(self, desk_id: str) -> bool:
        return desk_id in self.desks

    async def desks_by_phone(self, phone: str) -> tuple[str, ...]:
        return tuple(desk.id for desk in self.desks.values() if phone in map(normal_phone, desk.phones))

    async def desks_by_mail(self, address: str) -> tuple[str, ...]:
        return tuple(desk.id for desk in self.desks.values() if normal_mail(desk.email) == address)

    async def queue_connection_mail(self, desk_id: str, alias: str, key: str, now: datetime) -> ConnectionMail:
        desk = await self.read_desk(desk_id)
        server = desk.server(alias)
        if server is None:
            raise DeskUnknown("no such server of this desk")
        owner, mail = self.mails.setdefault(key, (server.id, ConnectionMail(desk.email, None, now, "queued")))
        if owner != server.id:
            raise MailKeyUsed("this key was used for another server")
        return mail

    async def connection_mail_sent(self, key: str, now: datetime) -> None:
        if key in self.mails:
            server, mail = self.mails[key]
            self.mails[key] = (server, replace(mail, status="sent", sent_at=now))

    async def close(self) -> None:
        return None
