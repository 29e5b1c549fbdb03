"""Stands before every implementation of `AccountsPort`, so that none of them can make an answer late, broken or wrong.

Whatever the implementation does, a call ends within two seconds and in one of four ways: a value that keeps to the contract,
DeskUnknown, MailKeyUsed, or AccountsUnavailable. The one thing that cannot be cut is code that blocks the event loop itself;
`python -m bot accounts check` measures that.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Final

import structlog

from bot.accounts import port
from bot.accounts.validation import Problem, problems_of
from bot.errors import AccountsUnavailable, DeskUnknown, MailKeyUsed
from bot.rules.contact import normal_mail, normal_phone

ACCOUNTS_SECONDS: Final = 2.0
CLOSING_SECONDS: Final = 5.0
LOG_SECONDS: Final = 60.0
MOST_HANGING: Final = 100
"""Calls that were given up and still run. More are not begun: each holds memory and perhaps a connection."""
SHOWN_PROBLEMS: Final = 5
AT_ONCE: Final = 16
"""Look-ups of an implementation that takes one number at a time."""

log = structlog.get_logger()


class Guarded:
    """`AccountsPort` over another one. `seconds` is what any call may take.

    Errors: DeskUnknown and MailKeyUsed pass. Every other exception, ValueError of the implementation too, is AccountsUnavailable with
    the kind of error only, because its words may hold an address, a password or a row. Mistakes of the caller are found before the
    implementation is asked, and only they are ValueError.
    """

    def __init__(self, source: port.AccountsPort, seconds: float = ACCOUNTS_SECONDS) -> None:
        self.source = source
        self._seconds = seconds
        self._hanging: set[asyncio.Task[Any]] = set()
        self._logged: dict[tuple[str, str], float] = {}

    async def read_desk(self, desk_id: str) -> port.Desk:
        """The desk and all its servers. Raises DeskUnknown, AccountsUnavailable."""
        return await self._ask("read_desk", lambda desk: desk_problems(desk, desk_id), desk_id)

    async def desk_exists(self, desk_id: str) -> bool:
        """Whether the id names a desk. Raises AccountsUnavailable."""
        return await self._ask("desk_exists", lambda exists: problems_of(exists, bool), desk_id)

    async def desks_by_phone(self, phone: str) -> tuple[str, ...]:
        """Ids of the desks with this telephone, however it is written; none for what is no number. Raises AccountsUnavailable."""
        return await self._look_up("desks_by_phone", normal_phone(phone))

    async def desks_by_phones(self, phones: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """The same for many numbers in E.164, all at once where the implementation can (`desks_by_phones`), else some at a time."""
        if callable(getattr(self.source, "desks_by_phones", None)):
            return await self._ask("desks_by_phones", _mapping_problems, phones)
        found: dict[str, tuple[str, ...]] = {}
        for start in range(0, len(phones), AT_ONCE):
            some = phones[start : start + AT_ONCE]
            found.update(zip(some, await asyncio.gather(*map(self.desks_by_phone, some)), strict=True))
        return found

    async def desks_by_mail(self, address: str) -> tuple[str, ...]:
        """Ids of the desks with this address, whatever its case; none for what is no address. Raises AccountsUnavailable."""
        return await self._look_up("desks_by_mail", normal_mail(address))

    async def queue_connection_mail(self, desk_id: str, alias: str, key: str, now: datetime) -> port.ConnectionMail:
        """Ask for the connection data to be mailed; one mail for each key.

        Raises DeskUnknown, MailKeyUsed, AccountsUnavailable, ValueError for a naive `now`.
        """
        _check_aware(now)
        return await self._ask("queue_connection_mail", lambda mail: problems_of(mail, port.ConnectionMail), desk_id, alias, key, now)

    async def connection_mail_sent(self, key: str, now: datetime) -> None:
        """The mail that was queued with this key went out. Raises AccountsUnavailable, ValueError for a naive `now`."""
        _check_aware(now)
        await self._ask("connection_mail_sent", lambda _: (), key, now)

    async def close(self) -> None:
        """Release connections, after those calls that were given up have let go of theirs (or some seconds). Raises nothing."""
        if self._hanging:
            await asyncio.wait(self._hanging, timeout=CLOSING_SECONDS)
        try:
            await self._in_time("close", (), CLOSING_SECONDS)
        except Exception as error:
            self._tell("close", type(error).__name__)

    async def _look_up(self, method: str, normal: str | None) -> tuple[str, ...]:
        return await self._ask(method, lambda desks: problems_of(desks, tuple[str, ...]), normal) if normal else ()

    async def _ask(self, method: str, problems: Callable[[Any], Any], *arguments: Any) -> Any:
        if len(self._hanging) >= MOST_HANGING:
            self._tell(method, "too many calls still hang")
            raise AccountsUnavailable("too many calls still hang")
        try:
            value = await self._in_time(method, arguments, self._seconds)
            found = problems(value)
        except (DeskUnknown, MailKeyUsed):
            raise
        except Exception as error:
            self._tell(method, type(error).__name__)
            raise AccountsUnavailable(type(error).__name__) from error
        if found:
            self._tell(method, "the contract is broken", found)
            raise AccountsUnavailable("the contract is broken")
        return value

    async def _in_time(self, method: str, arguments: tuple[Any, ...], seconds: float) -> Any:
        """What the method returns, or TimeoutError in time even when cancelling it would hang on a dead connection."""
        task = asyncio.ensure_future(self._call(method, arguments))
        try:
            done, _ = await asyncio.wait({task}, timeout=seconds)
        except asyncio.CancelledError:
            self._give_up(task)
            raise
        if not done:
            self._give_up(task)
            raise TimeoutError
        if task.cancelled():  # by the implementation itself: nobody cancels us
            raise TimeoutError
        return task.result()

    async def _call(self, method: str, arguments: tuple[Any, ...]) -> Any:
        return await getattr(self.source, method)(*arguments)

    def _give_up(self, task: asyncio.Task[Any]) -> None:
        self._hanging.add(task)
        task.add_done_callback(self._forget)
        task.cancel()

    def _forget(self, task: asyncio.Task[Any]) -> None:
        self._hanging.discard(task)
        if not task.cancelled():
            task.exception()  # seen, so that asyncio does not complain: the caller was told long ago

    def _tell(self, method: str, kind: str, problems: list[Problem] | None = None) -> None:
        """Say it in the log, once a minute for each method and kind, without words of the implementation."""
        last, now = self._logged.get((method, kind)), time.monotonic()
        if last is not None and now - last < LOG_SECONDS:
            return
        self._logged[method, kind] = now
        fields = {"fields": [f"{problem.field}: {problem.text}" for problem in problems[:SHOWN_PROBLEMS]]} if problems else {}
        log.warning("accounts cannot be read", method=method, kind=kind, **fields)


def desk_problems(desk: Any, asked: str) -> list[Problem]:
    """What breaks the contract in the desk that was returned for the id `asked`."""
    found = problems_of(desk, port.Desk)
    return found or ([] if desk.id == asked else [Problem("id", "is another than was asked for: compare ids letter by letter")])


def _mapping_problems(found: Any) -> list[Problem]:
    if not isinstance(found, dict):
        return [Problem("", "must be a dict from each number to the ids of its desks")]
    return [problem for desks in found.values() for problem in problems_of(desks, tuple[str, ...])]


def _check_aware(moment: datetime) -> None:
    if moment.tzinfo is None:
        raise ValueError("a moment needs a time zone")
