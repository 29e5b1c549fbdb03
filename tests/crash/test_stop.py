"""SIGTERM (a deploy): what runs is finished first, what waits is left to the next process, and no turn runs twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.dialogue import StandIn
from tests.crash.keeper import Browser, Keeper
from tests.support.hangs import eventually


@pytest.mark.parametrize("waiting", [0, 5])
async def test_a_polite_stop_drains(waiting: int, tmp_path: Path, dialogue: StandIn) -> None:
    dialogue.mode = "hang"
    texts = [f"n={n}" for n in range(1 + waiting)]
    async with Keeper(tmp_path, dialogue, "never") as keeper, Browser(keeper.url) as browser:
        await browser.open()
        await browser.say(*texts)
        await eventually(lambda: bool(dialogue.turns))
        keeper.process.terminate()
        dialogue.mode = "ok"
        dialogue.release.set()
        await keeper.died(1)
        assert keeper.exits == [0]
        await browser.answered(len(texts))
        await browser.check(*texts)
    assert [message["text"] for turn in dialogue.turns for message in turn["messages"]] == texts
