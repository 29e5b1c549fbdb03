"""Reading a desk before its action asks: once, for that turn only, and never in the way."""

from __future__ import annotations

import asyncio

import pytest

from actions import ahead
from actions.ahead import ReadAhead
from bot import clock
from bot.accounts.port import Desk
from bot.errors import AccountsUnavailable, DeskUnknown
from tests.support.hangs import eventually


class Counting:
    """Live state that counts its readings; it waits for `gate` and fails with `error`."""

    def __init__(self) -> None:
        self.read: list[str] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.error: Exception | None = None

    async def read_desk(self, desk_id: str) -> Desk:
        self.read.append(desk_id)
        await self.gate.wait()
        if self.error is not None:
            raise self.error
        return Desk(desk_id, "Nombre", "a@example.mx", (), (), (), clock.now())


@pytest.fixture
def accounts() -> Counting:
    return Counting()


async def test_it_is_read_once_for_all_actions_of_the_turn(accounts: Counting) -> None:
    reading = ReadAhead()
    reading.begin(accounts, "t-1", "C-1")
    reading.begin(accounts, "t-1", "C-1")  # a retry of the same turn
    one, other = await reading.desk(accounts, "t-1", "C-1"), await reading.desk(accounts, "t-1", "C-1")
    assert one is other  # two questions of one message are answered from the same moment
    assert accounts.read == ["C-1"]


async def test_an_action_waits_for_what_is_being_read(accounts: Counting) -> None:
    reading = ReadAhead()
    accounts.gate.clear()
    reading.begin(accounts, "t-1", "C-1")
    asked = asyncio.create_task(reading.desk(accounts, "t-1", "C-1"))
    await eventually(lambda: accounts.read == ["C-1"])
    assert not asked.done()
    accounts.gate.set()
    assert (await asked).id == "C-1"
    assert accounts.read == ["C-1"]


@pytest.mark.parametrize(("turn", "desk"), [("t-2", "C-1"), ("t-1", "C-2")])
async def test_another_turn_or_desk_gets_its_own(accounts: Counting, turn: str, desk: str) -> None:
    reading = ReadAhead()
    reading.begin(accounts, "t-1", "C-1")
    assert (await reading.desk(accounts, turn, desk)).id == desk
    await eventually(lambda: sorted(accounts.read) == sorted(["C-1", desk]))


async def test_what_nobody_told_of_is_read_when_it_is_asked_for(accounts: Counting) -> None:
    assert (await ReadAhead().desk(accounts, "t-1", "C-1")).id == "C-1"


@pytest.mark.parametrize("error", [AccountsUnavailable("away"), DeskUnknown("none")])
async def test_a_failure_is_told_to_who_waits_and_not_kept(accounts: Counting, error: Exception) -> None:
    reading = ReadAhead()
    accounts.error = error
    reading.begin(accounts, "t-1", "C-1")
    with pytest.raises(type(error)):
        await reading.desk(accounts, "t-1", "C-1")
    accounts.error = None
    assert (await reading.desk(accounts, "t-1", "C-1")).id == "C-1"
    assert accounts.read == ["C-1", "C-1"]


async def test_a_failure_that_nobody_waits_for_is_forgotten(accounts: Counting) -> None:
    reading = ReadAhead()
    accounts.error = AccountsUnavailable("away")
    reading.begin(accounts, "t-1", "C-1")
    await eventually(lambda: not reading._reading)


async def test_an_action_that_is_given_up_does_not_stop_the_reading(accounts: Counting) -> None:
    reading = ReadAhead()
    accounts.gate.clear()
    reading.begin(accounts, "t-1", "C-1")
    asked = asyncio.create_task(reading.desk(accounts, "t-1", "C-1"))
    await eventually(lambda: bool(accounts.read))
    asked.cancel()
    await asyncio.gather(asked, return_exceptions=True)
    accounts.gate.set()
    assert (await reading.desk(accounts, "t-1", "C-1")).id == "C-1"
    assert accounts.read == ["C-1"]


async def test_it_is_soon_forgotten(accounts: Counting, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ahead, "GOOD_FOR_SECONDS", 0.01)
    reading = ReadAhead()
    reading.begin(accounts, "t-1", "C-1")
    first = await reading.desk(accounts, "t-1", "C-1")
    await eventually(lambda: not reading._reading)
    assert (await reading.desk(accounts, "t-1", "C-1")).read_at > first.read_at
