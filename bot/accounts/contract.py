"""The contract of `AccountsPort` as tests, to be run over any implementation: ours, a double, a company's own class.

They need nothing but pytest. Subclass:

    class TestErp(AccountsContract):
        desk_id, server, other = "C-1001", "ESPERANZA-01", ("C-1002", "HIDALGO-01")

        async def open(self):
            return ErpAccounts(...)

Each test opens an implementation in an event loop of its own and closes it. Those about mails ask for mails: they are skipped
where `server` is None.
"""

from __future__ import annotations

import asyncio
import unittest
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any, ClassVar, TypeVar

from bot import clock
from bot.accounts.examination import STRANGE_IDS, Asked, examine
from bot.accounts.port import AccountsPort, ConnectionMail, Desk
from bot.accounts.validation import problems_of
from bot.errors import DeskUnknown, MailKeyUsed

T = TypeVar("T")
AT_ONCE = 20


class AccountsContract:
    """What every implementation is held to.

    `desk_id` names a desk with a telephone and an address; `server` one of its servers that mails may be asked for, `other` a desk and
    server that are another customer's.
    """

    desk_id: ClassVar[str]
    server: ClassVar[str | None] = None
    other: ClassVar[tuple[str, str] | None] = None

    async def open(self) -> AccountsPort:
        """A new object, as the factory makes it."""
        raise NotImplementedError

    # --- reading ------------------------------------------------------------------------------------------------------

    def test_what_it_returns_and_raises_and_how_long_it_takes(self) -> None:
        """All that `python -m bot accounts check` looks at."""
        problems = _problems(self._with(lambda accounts: examine(accounts, self.desk_id)))
        assert not problems, "\n".join(problems)

    def test_the_desk_can_be_looked_up(self) -> None:
        """The examination looks it up only by what it has."""
        desk = self._read()
        assert desk.phones, "choose a desk with a telephone"
        assert "@" in desk.email, "choose a desk with an address"

    def test_a_reading_says_when_it_was_made(self) -> None:
        """Every live value is told with that moment."""
        assert self._read().read_at <= clock.now() + timedelta(seconds=5), "read_at lies in the future"

    def test_many_may_ask_at_once(self) -> None:
        """Customers do not wait for each other, and one's desk is not another's."""
        ids = [self.desk_id, *([self.other[0]] if self.other else [])] * (AT_ONCE // 2)

        async def ask(accounts: AccountsPort) -> list[Desk]:
            return list(await asyncio.gather(*(accounts.read_desk(desk_id) for desk_id in ids)))

        desks = self._with(ask)
        assert [desk.id for desk in desks] == ids, "one customer's desk came for another's"
        assert len({replace(desk, read_at=desks[0].read_at) for desk in desks}) == len(set(ids)), "two readings of one desk differ"

    def test_who_gives_up_leaves_it_usable(self) -> None:
        """The guard cancels what takes too long."""

        async def ask(accounts: AccountsPort) -> Desk:
            given_up = asyncio.ensure_future(accounts.read_desk(self.desk_id))
            await asyncio.sleep(0)
            given_up.cancel()
            await asyncio.gather(given_up, return_exceptions=True)
            return await accounts.read_desk(self.desk_id)

        assert self._with(ask).id == self.desk_id, "a reading that was cancelled broke the next one"

    def test_it_may_be_closed_unused(self) -> None:
        """A process that is stopped at once."""
        self._with(_nothing)

    # --- mails --------------------------------------------------------------------------------------------------------

    def test_the_same_key_is_the_same_mail(self) -> None:
        """A turn that is tried again does not send again."""
        server, key, now = self._server(), uuid.uuid4().hex, clock.now()

        async def ask(accounts: AccountsPort) -> list[ConnectionMail]:
            first = await accounts.queue_connection_mail(self.desk_id, server, key, now)
            again = await accounts.queue_connection_mail(self.desk_id, server.lower(), key, now + timedelta(hours=1))
            others = [accounts.queue_connection_mail(self.desk_id, server, key, now) for _ in range(AT_ONCE)]
            return [first, again, *await asyncio.gather(*others)]

        mails = self._with(ask)
        problems = [f"{problem.field} {problem.text}" for mail in mails for problem in problems_of(mail, ConnectionMail)]
        assert not problems, "\n".join(problems)
        assert len({(mail.sent_to, mail.queued_at) for mail in mails}) == 1, "one key gave several mails"

    def test_a_mail_that_went_out_may_be_told_twice(self) -> None:
        """The gateway may die between the mail and its mark."""
        server, key, now = self._server(), uuid.uuid4().hex, clock.now()

        async def ask(accounts: AccountsPort) -> ConnectionMail:
            await accounts.queue_connection_mail(self.desk_id, server, key, now)
            for later in (timedelta(0), timedelta(minutes=1)):
                await accounts.connection_mail_sent(key, now + later)
            await accounts.connection_mail_sent(uuid.uuid4().hex, now)  # never queued: nothing happens
            return await accounts.queue_connection_mail(self.desk_id, server, key, now)

        mail = self._with(ask)
        assert mail.status != "queued", "it would be sent again"

    def test_no_mail_for_what_is_not_there(self) -> None:
        """Ids and aliases are what customers typed."""
        server = self._server()
        pairs = [(strange, server) for strange in STRANGE_IDS] + [(self.desk_id, strange) for strange in STRANGE_IDS]
        pairs += [(self.desk_id, self.other[1])] if self.other else []
        taken = [pair for pair in pairs if not isinstance(self._refusal(*pair, uuid.uuid4().hex), DeskUnknown)]
        assert not taken, f"raise DeskUnknown for {taken!a}"

    def test_a_key_belongs_to_one_server(self) -> None:
        """Two requests never share one; a mix-up must not mail one customer's data for another's request."""
        server, key = self._server(), uuid.uuid4().hex
        if self.other is None:
            raise unittest.SkipTest("no server of another customer is named")
        other = self.other

        async def ask(accounts: AccountsPort) -> BaseException | None:
            await accounts.queue_connection_mail(self.desk_id, server, key, clock.now())
            return await _error(accounts.queue_connection_mail(*other, key, clock.now()))

        assert isinstance(self._with(ask), MailKeyUsed), "raise MailKeyUsed"

    # --- how ----------------------------------------------------------------------------------------------------------

    def _with(self, ask: Callable[[AccountsPort], Awaitable[T]]) -> T:
        async def run() -> T:
            accounts = await self.open()
            try:
                return await ask(accounts)
            finally:
                await accounts.close()

        return asyncio.run(run())

    def _read(self) -> Desk:
        return self._with(lambda accounts: accounts.read_desk(self.desk_id))

    def _refusal(self, desk_id: str, alias: str, key: str) -> BaseException | None:
        return self._with(lambda accounts: _error(accounts.queue_connection_mail(desk_id, alias, key, clock.now())))

    def _server(self) -> str:
        if self.server is None:
            raise unittest.SkipTest("no server is named that mails may be asked for")
        return self.server


async def _nothing(_accounts: AccountsPort) -> None:
    return None


async def _error(call: Awaitable[Any]) -> BaseException | None:
    try:
        await call
    except Exception as error:
        return error
    return None


def _problems(asked: list[Asked]) -> list[str]:
    return [f"{each.call}: {problem}" for each in asked for problem in each.problems]
