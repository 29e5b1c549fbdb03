"""Desks that are read ahead: the gateway names a turn while the dialogue still reads its message, so that its action need not wait.

What is read ahead is good for the actions of that one turn and for two seconds. Nothing depends on it: an action reads what is missing.
"""

from __future__ import annotations

import asyncio
from typing import Final

from bot.accounts.port import AccountsPort, Desk

GOOD_FOR_SECONDS: Final = 2.0

Key = tuple[str, str]
"""Turn and desk."""


class ReadAhead:
    """The desks of turns that are about to ask."""

    def __init__(self) -> None:
        self._reading: dict[Key, asyncio.Task[Desk]] = {}

    def begin(self, accounts: AccountsPort, turn: str, desk: str) -> None:
        """Read the desk of a turn, once."""
        key = (turn, desk)
        if key in self._reading:
            return
        task = self._reading[key] = asyncio.create_task(_read(accounts, desk))
        task.add_done_callback(lambda done: self._keep(key, done))

    async def desk(self, accounts: AccountsPort, turn: str, desk: str) -> Desk:
        """The desk as it was read ahead, or else as it is now. Raises DeskUnknown, AccountsUnavailable."""
        ahead = self._reading.get((turn, desk))
        return await (asyncio.shield(ahead) if ahead is not None else accounts.read_desk(desk))

    def _keep(self, key: Key, done: asyncio.Task[Desk]) -> None:
        if done.cancelled() or done.exception() is not None:  # whoever waited for it knows; whoever comes later tries again
            del self._reading[key]
        else:
            asyncio.get_running_loop().call_later(GOOD_FOR_SECONDS, self._reading.pop, key)


async def _read(accounts: AccountsPort, desk: str) -> Desk:
    return await accounts.read_desk(desk)
