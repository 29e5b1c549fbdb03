"""The contract over every implementation that we have, and that it finds what a broken one does."""

import asyncio
import time
import unittest
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.accounts import SqlAccounts
from bot.accounts.contract import AccountsContract
from bot.accounts.demo import CUSTOMERS, seed
from bot.accounts.port import ConnectionMail
from bot.database import open_database
from bot.errors import DeskUnknown
from tests.accounts.desks import NOW, demo_desk
from tests.accounts.double import MemoryAccounts


class Ours(AccountsContract):
    desk_id, server, other = "C-1009", "SIERRA-02", ("C-1011", "VISION-01")


class TestSql(Ours):
    @pytest.fixture(autouse=True)
    def seeded(self, url) -> None:
        async def fill() -> None:
            async with open_database(url) as database:
                await seed(database, datetime.now(tz=NOW.tzinfo))

        asyncio.run(fill())
        self.url = url

    async def open(self) -> SqlAccounts:
        return SqlAccounts(open_database(self.url))


class TestMemory(Ours):
    async def open(self) -> MemoryAccounts:
        return MemoryAccounts(demo_desk(desk_id, NOW) for desk_id in CUSTOMERS)


# --- broken ones: each of these must fail the named test ---------------------------------------------------------------


def with_first_server(desk, **changes):
    return replace(desk, servers=(replace(desk.servers[0], **changes), *desk.servers[1:]))


class Naive(MemoryAccounts):
    async def read_desk(self, desk_id):
        desk = await super().read_desk(desk_id)
        return replace(desk, read_at=desk.read_at.replace(tzinfo=None))


class Floats(MemoryAccounts):
    async def read_desk(self, desk_id):
        desk = await super().read_desk(desk_id)
        return with_first_server(desk, subscription=replace(desk.servers[0].subscription, price=899.0))


class Another(MemoryAccounts):
    async def read_desk(self, desk_id):
        await super().read_desk(desk_id)
        return await super().read_desk("C-1001")


class NoneForUnknown(MemoryAccounts):
    async def read_desk(self, desk_id):
        return await super().read_desk(desk_id) if desk_id in self.desks else None


class KeyErrors(MemoryAccounts):
    async def read_desk(self, desk_id):
        return replace(self.desks[desk_id], read_at=NOW)


class Truthy(MemoryAccounts):
    async def desk_exists(self, desk_id):
        return self.desks.get(desk_id)


class Slow(MemoryAccounts):
    async def read_desk(self, desk_id):
        await asyncio.sleep(2.1 if desk_id in self.desks else 0)
        return await super().read_desk(desk_id)


class Blocking(MemoryAccounts):
    async def read_desk(self, desk_id):
        time.sleep(0.4 if desk_id in self.desks else 0)  # noqa: ASYNC251 - that is what is found
        return await super().read_desk(desk_id)


class BlockingOnce(MemoryAccounts):
    """Imports something at the first call, or the machine was busy."""

    blocked = False

    async def read_desk(self, desk_id):
        if not self.blocked:
            self.blocked = True
            time.sleep(0.4)  # noqa: ASYNC251
        return await super().read_desk(desk_id)


def test_one_that_blocks_once_is_asked_again():
    class Run(Ours):
        async def open(self):
            return BlockingOnce(demo_desk(desk_id, NOW) for desk_id in CUSTOMERS)

    Run().test_what_it_returns_and_raises_and_how_long_it_takes()


class Lists(MemoryAccounts):
    async def desks_by_phone(self, phone):
        return list(await super().desks_by_phone(phone))


class NeverFound(MemoryAccounts):
    async def desks_by_mail(self, address):
        return ()


class Tomorrow(MemoryAccounts):
    async def read_desk(self, desk_id):
        desk = await super().read_desk(desk_id)
        return replace(desk, read_at=desk.read_at + timedelta(days=1))


class Changing(MemoryAccounts):
    async def read_desk(self, desk_id):
        return replace(await super().read_desk(desk_id), name=str(time.perf_counter()))


class Crossed(MemoryAccounts):
    """Remembers what was asked last, as an object that keeps it in a field does."""

    async def read_desk(self, desk_id):
        self.last = desk_id
        await asyncio.sleep(0.01)
        return await super().read_desk(self.last)


class BrokenByCancelling(MemoryAccounts):
    async def read_desk(self, desk_id):
        try:
            await asyncio.sleep(0.01)
        except asyncio.CancelledError:
            self.desks.clear()
            raise
        return await super().read_desk(desk_id)


class Unclosable(MemoryAccounts):
    async def close(self):
        raise RuntimeError("was never opened")


class EveryTimeAMail(MemoryAccounts):
    async def queue_connection_mail(self, desk_id, alias, key, now):
        return await super().queue_connection_mail(desk_id, alias, f"{key} {now}", now)


class Forgetful(MemoryAccounts):
    async def connection_mail_sent(self, key, now):
        return None


class ToAnybody(MemoryAccounts):
    async def queue_connection_mail(self, desk_id, alias, key, now):
        if alias == "VISION-01":
            return ConnectionMail("x@y.example", None, now, "queued")
        return await super().queue_connection_mail(desk_id, alias, key, now)


class SharedKeys(MemoryAccounts):
    async def queue_connection_mail(self, desk_id, alias, key, now):
        if (await self.read_desk(desk_id)).server(alias) is None:
            raise DeskUnknown("none")
        return self.mails.setdefault(key, ("", ConnectionMail("x@y.example", None, now, "queued")))[1]


BROKEN = [
    (Naive, "what_it_returns", "read_at has no time zone"),
    (Floats, "what_it_returns", r"servers\[0\].subscription.price is float, must be Decimal"),
    (Another, "what_it_returns", "id is another than was asked for"),
    (NoneForUnknown, "what_it_returns", "returned something: raise DeskUnknown"),
    (KeyErrors, "what_it_returns", r"raised KeyError \(test_contract.py:\d+\): raise DeskUnknown"),
    (Truthy, "what_it_returns", "must return True"),
    (Slow, "what_it_returns", "took 2.1 s"),
    (Blocking, "what_it_returns", "blocked the event loop for 0.4 s"),
    (Lists, "what_it_returns", "is list, must be tuple"),
    (NeverFound, "what_it_returns", "does not find the desk"),
    (Tomorrow, "a_reading_says", "future"),
    (Changing, "many_may_ask", "differ"),
    (Crossed, "many_may_ask", "another"),
    (BrokenByCancelling, "who_gives_up", "no desk"),
    (Unclosable, "may_be_closed", "was never opened"),
    (EveryTimeAMail, "same_key", "several mails"),
    (Forgetful, "went_out", "sent again"),
    (ToAnybody, "no_mail_for", "raise DeskUnknown"),
    (SharedKeys, "a_key_belongs", "raise MailKeyUsed"),
]


@pytest.mark.parametrize(("kind", "test", "says"), BROKEN, ids=lambda value: getattr(value, "__name__", None))
def test_the_contract_finds_what_is_broken(kind, test, says):
    class Run(Ours):
        async def open(self):
            return kind(demo_desk(desk_id, NOW) for desk_id in CUSTOMERS)

    (method,) = [getattr(Run(), name) for name in dir(Run) if name.startswith("test_") and test in name]
    with pytest.raises((AssertionError, RuntimeError, DeskUnknown), match=says):
        method()


def test_without_a_server_no_mail_is_asked_for():
    class Run(TestMemory):
        server = None

        async def open(self):
            opened.append(await super().open())
            return opened[-1]

    opened, skipped = [], 0
    for name in [name for name in dir(Run) if name.startswith("test_")]:
        try:
            getattr(Run(), name)()
        except unittest.SkipTest:
            skipped += 1
    assert (len(opened), skipped) == (6, 4)
    assert not any(accounts.mails for accounts in opened)


def test_every_test_of_the_contract_is_failed_by_somebody():
    tests = [name for name in dir(AccountsContract) if name.startswith("test_")]
    idle = [name for name in tests if not any(test in name for _, test, _ in BROKEN)]
    assert idle == ["test_the_desk_can_be_looked_up"]
