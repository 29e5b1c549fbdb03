"""Far more customers than usual who ask about one topic: seen, kept while it lasts, and told; on both databases."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from msgspec.structs import replace
from sqlalchemy import Connection, text

from bot.console import surges
from bot.console.surges import QUIET, SURGE, SurgeWatch
from bot.conversations import sessions
from bot.conversations.ledger import Ledger
from bot.identity.identity import ANONYMOUS
from bot.protocol.turn import Understood
from bot.resources import Resources
from bot.settings import Settings, load_settings
from tests.console.test_push_many import Heard
from tests.conversations_ledger.conftest import NOON, Desk, ledger, open_ledger, told, url

__all__ = ["ledger", "open_ledger", "url"]
WEEK, MINUTE = timedelta(weeks=1), timedelta(minutes=1)
WEDNESDAY = NOON + timedelta(days=2)
TOPIC = "servidor_no_responde"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings({"DEMO": "1", "DATA_DIR": str(tmp_path)})


@dataclass
class Town:
    """The ledger with customers who come when they are told, and who watches them."""

    ledger: Ledger
    settings: Settings
    now: datetime = WEDNESDAY

    def __post_init__(self) -> None:
        resources = SimpleNamespace(ledger=self.ledger, settings=self.settings, now=lambda: self.now)
        self.watch = SurgeWatch(cast(Resources, resources))

    async def come(self, at: datetime, topic: str | None = TOPIC, *, times: int = 1) -> None:
        """One customer, who asks so many times."""
        desk = Desk(self.ledger, await sessions.begin(self.ledger, ANONYMOUS, timedelta(hours=12), at))
        decision: Any = "answered" if topic else "refused"
        part = Understood("x", decision, topic, (), (), "text")
        for _ in range(times):
            desk.now = at
            await desk.ask("no abre", replace(told("Listo."), understood=(part,)))

    async def weeks(self, *numbers: int, topic: str | None = TOPIC) -> None:
        """So many customers in this hour of each week before, the last one first; the ledger is a little older."""
        await self.come(self.now - len(numbers) * WEEK - timedelta(hours=2), "saludo")
        for week, number in enumerate(numbers, 1):
            for _ in range(number):
                await self.come(self.now - week * WEEK - 20 * MINUTE, topic)

    async def look(self) -> list[tuple[str, int, float]]:
        await self.watch.step()
        return [(row.topic, row.number, row.usually) for row in await surges.present(self.ledger, self.now)]


@pytest.fixture
async def town(ledger: Ledger, settings: Settings) -> Town:
    return Town(ledger, settings)


async def test_a_crowd_is_seen_since_when_it_began(town: Town) -> None:
    await town.weeks(1, 0, 1, 0, 1, 1)
    await town.come(town.now - 50 * MINUTE)
    for minute in range(12):
        await town.come(town.now - (14 - minute) * MINUTE)
    assert await town.look() == [(TOPIC, 13, 0.6)]
    (row,) = await surges.present(town.ledger, town.now)
    assert row.since == town.now - 14 * MINUTE


async def test_a_new_ledger_says_that_it_cannot_tell(town: Town) -> None:
    for _ in range(30):
        await town.come(town.now - MINUTE)
    assert await town.look() == []
    assert not await surges.can_tell(town.ledger, town.settings, town.now)
    await town.come(town.now - 2 * WEEK - 2 * timedelta(hours=1))
    assert await surges.can_tell(town.ledger, town.settings, town.now)


async def test_neither_two_instead_of_one_nor_one_who_asks_often_nor_what_is_usual(town: Town) -> None:
    await town.weeks(1, 1, 1)
    await town.weeks(6, 5, 7, topic="consultar_pago")
    await town.come(town.now - MINUTE)
    await town.come(town.now - MINUTE, times=30)
    for _ in range(8):
        await town.come(town.now - MINUTE, "consultar_pago")
    assert await town.look() == []


async def test_what_is_not_understood_is_a_topic_too(town: Town) -> None:
    await town.weeks(1, 1, 1)
    for _ in range(25):
        await town.come(town.now - MINUTE, None)
    assert await town.look() == [("", 25, 0.0)]
    assert surges.path_of("") == "/console/conversaciones?decision=refused"


async def test_a_week_in_which_this_was_a_day_off_is_not_compared_with(ledger: Ledger, settings: Settings) -> None:
    """16 November 2026 was one, and two weeks are left: what came on it tells nothing, nor does it that nobody came."""
    town = Town(ledger, settings, NOON)
    await town.weeks(0, 9, 9)
    for _ in range(20):
        await town.come(town.now - MINUTE)
    await town.look()
    assert [week.get(TOPIC, 0) for week in town.watch._before] == [9, 9]


async def test_it_lasts_over_a_pause_and_ends_after_a_long_one(town: Town) -> None:
    await town.weeks(0, 0, 1, 0)
    crowd_at = town.now
    for minute in range(12):
        await town.come(crowd_at - minute * MINUTE)
    first = await town.look()
    (row,) = await surges.present(town.ledger, town.now)
    town.now = crowd_at + 55 * MINUTE  # most of the crowd is more than an hour ago
    assert await town.look() == []
    for minute in range(12):
        await town.come(town.now - minute * MINUTE)
    town.now += MINUTE
    assert len(await town.look()) == len(first) == 1
    (again,) = await surges.present(town.ledger, town.now)
    assert (again.id == row.id) is False, "it was gone for more than half an hour"
    ((ended,),) = await town.ledger.read(
        lambda connection: connection.execute(SURGE.select().with_only_columns(SURGE.c.ended_at).where(SURGE.c.id == row.id)).all()
    )
    assert ended == row.seen_at
    town.now += 10 * MINUTE
    await town.look()
    assert [each.id for each in await surges.present(town.ledger, town.now)] == [again.id], "the same goes on"
    town.now += QUIET + timedelta(hours=1)
    assert await town.look() == []
    gone = await surges.over(town.ledger, crowd_at - WEEK, town.now, 5)
    assert [each.id for each in gone] == [again.id, row.id]


async def test_two_gateways_keep_one_row(town: Town, open_ledger) -> None:
    await town.weeks(0, 0, 1, 0)
    for _ in range(12):
        await town.come(town.now - MINUTE)
    twin = Town(open_ledger(command_seconds=60), town.settings)
    assert await town.look() == await twin.look()
    assert len(await surges.present(town.ledger, town.now)) == 1


async def test_what_is_usual_is_not_counted_again_each_minute_and_a_quiet_minute_writes_nothing(town: Town) -> None:
    await town.weeks(0, 0, 1, 0)
    heard = Heard(town.ledger)
    town.watch._resources = cast(Resources, SimpleNamespace(ledger=heard, settings=town.settings, now=lambda: town.now))
    await town.watch.step()
    assert len(heard.statements) == 1 + 4 + 2, "the oldest message, four hours that were, this one, what goes on"
    heard.statements.clear()
    town.now += MINUTE
    await town.watch.step()
    assert [statement.split()[0] for statement in heard.statements] == ["SELECT", "SELECT"]


async def test_the_hour_is_found_by_an_index(town: Town) -> None:
    query = surges._in_the_hour(town.now, surges._topic())

    def plan(connection: Connection) -> str:
        if connection.dialect.name == "sqlite":
            prefix = "EXPLAIN QUERY PLAN"
        else:
            prefix = "EXPLAIN"
            connection.execute(text("SET LOCAL enable_seqscan = off"))  # there is next to nothing in it
        compiled = query.compile(dialect=connection.dialect, compile_kwargs={"literal_binds": True})
        return "\n".join(str(tuple(row)) for row in connection.execute(text(f"{prefix} {compiled}".replace(":", r"\:"))))

    assert "ix_message_closed" in await town.ledger.write(plan)
