"""A real gateway process is killed in each window of a message's way: one answer in the end, in order, nothing lost, nothing shown twice."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from harness.dialogue import StandIn
from tests.crash.dying_gateway import INSIDE, POINTS
from tests.crash.keeper import Browser, Keeper
from tests.support.hangs import eventually

KILLED = -9
TURN_POINTS = [name for name in POINTS if "mail" not in name and "effect" not in name]
INSIDE_A_TURN = [name for name in INSIDE if "delivery" not in name]
ON_BOTH = [*INSIDE_A_TURN, "after the store", "before the commit", "after the commit", "after the wait"]


def changes_for(database: str, request: pytest.FixtureRequest) -> dict[str, str]:
    return {} if database == "sqlite" else {"DATABASE_URL": request.getfixturevalue("from_template")("ledger")}


@pytest.mark.parametrize(
    ("point", "database"),
    [*((point, "sqlite") for point in [*TURN_POINTS, *INSIDE_A_TURN]), *((point, "postgresql") for point in ON_BOTH)],
)
async def test_killed(point: str, database: str, request, tmp_path: Path, dialogue: StandIn) -> None:
    if point.endswith("the claim"):  # only a message that had to wait is claimed: its turn cannot begin as it is stored
        dialogue.mode = "hang"
    if point.endswith("the wait"):
        dialogue.openings.update(("uno", "dos"))
    async with (
        Keeper(tmp_path, dialogue, point, BURST_SECONDS="1", **changes_for(database, request)) as keeper,
        Browser(keeper.url) as browser,
    ):
        await browser.open()
        await browser.say("uno", "dos", "tres")
        dialogue.mode = "ok"
        dialogue.release.set()
        await browser.answered(3)
        await browser.check("uno", "dos", "tres")
        assert keeper.marker.exists()
        assert keeper.exits == [KILLED]
    assert keeper.exits == [KILLED, 0]  # and it stops politely


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
async def test_killed_while_the_dialogue_works(database: str, request, tmp_path: Path, dialogue: StandIn) -> None:
    dialogue.mode = "hang"
    async with Keeper(tmp_path, dialogue, "never", **changes_for(database, request)) as keeper, Browser(keeper.url) as browser:
        await browser.open()
        await browser.say("uno", "dos")
        await eventually(lambda: bool(dialogue.turns))
        await keeper.kill()
        await keeper.died(1)
        dialogue.mode = "ok"
        dialogue.release.set()
        await browser.say("tres")
        await browser.answered(3)
        await browser.check("uno", "dos", "tres")
    asked = [[message["text"] for message in turn["messages"]] for turn in dialogue.turns]
    assert asked[:2] == [["uno"], ["uno"]]  # what came after it was tried does not change it
    assert [text for turn in asked[2:] for text in turn] == ["dos", "tres"]
    assert dialogue.turns[0]["turn"] == dialogue.turns[1]["turn"]  # the same turn, from the same events
    assert dialogue.turns[0]["events"] == dialogue.turns[1]["events"]


async def test_killed_three_times_in_a_row(tmp_path: Path, dialogue: StandIn) -> None:
    """Restarts in a loop, with messages all the while."""
    texts = [f"n={n}" for n in range(12)]
    async with Keeper(tmp_path, dialogue, "never") as keeper, Browser(keeper.url) as browser:
        await browser.open()
        saying = asyncio.create_task(browser.say(*texts))
        for kills in range(1, 4):
            await browser.answered(kills)
            await keeper.kill()
            await keeper.died(kills)
        await saying
        await browser.answered(len(texts))
        await browser.check(*texts)
        assert keeper.exits == [KILLED] * 3


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
async def test_killed_while_it_waits_for_more(database: str, request, tmp_path: Path, dialogue: StandIn) -> None:
    """The wait lies in the ledger: whoever comes next ends it, with what was written meanwhile or without more."""
    dialogue.openings.update(("hola", "buenas"))
    async with (
        Keeper(tmp_path, dialogue, "never", BURST_SECONDS="3", **changes_for(database, request)) as keeper,
        Browser(keeper.url) as browser,
    ):
        await browser.open()
        for kills, said in enumerate((["hola"], ["buenas", "mi server"]), start=1):
            before = len(dialogue.turns)
            await browser.say(said[0])
            await eventually(lambda before=before: len(dialogue.turns) > before)
            await asyncio.sleep(0.3)  # it lies in the ledger again
            await keeper.kill()
            await keeper.died(kills)
            await browser.say(*said[1:])
            await browser.answered([1, 3][kills - 1])
        await browser.check("hola", "buenas", "mi server")
    asked = [([message["text"] for message in turn["messages"]], turn["may_wait"]) for turn in dialogue.turns]
    assert asked[:3] == [(["hola"], True), (["hola"], False), (["buenas"], True)]
