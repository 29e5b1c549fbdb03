"""A turn that takes longer than its lease: kept by renewing it, and dropped when that failed and somebody else answered."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

from tests.gateway.client import Visitor, answers, notices
from tests.gateway.conftest import FAST
from tests.support.hangs import eventually

SHORT = timedelta(seconds=1)
LEASES = 3


async def lost(visitor: Visitor) -> bool:
    return 'gateway_turns_total{outcome="lease_lost"} 1.0' in (await visitor.call("GET", "/metrics"))[1].decode()


async def test_a_slow_turn_keeps_its_lease(start) -> None:
    one = await start(timings=replace(FAST, lease_life=SHORT, renew_seconds=0.1, delay_notice_after=SHORT))
    await start(timings=replace(FAST, lease_life=SHORT))  # another gateway that would take it
    one.dialogue.mode = "hang"
    async with Visitor(one.url("/")) as visitor:
        await visitor.open()
        await visitor.send("uno")
        await visitor.send("dos")
        await asyncio.sleep(LEASES * SHORT.total_seconds())  # nothing to wait for: that nothing happens is the point
        assert len(one.dialogue.turns) == 1
        assert len(notices(await visitor.messages())) == 1  # told once that it takes longer
        one.dialogue.mode = "ok"
        one.dialogue.release.set()
        messages = await visitor.until(lambda all_of: len(answers(all_of)) == 2)
    assert [m["text"] for m in answers(messages)] == ["eco: uno", "eco: dos"]
    assert [turn["messages"][0]["text"] for turn in one.dialogue.turns] == ["uno", "dos"]


async def test_a_result_that_comes_too_late_is_dropped(start) -> None:
    late = await start(timings=replace(FAST, lease_life=SHORT, renew_seconds=1000.0))
    late.dialogue.mode = "hang"
    async with Visitor(late.url("/")) as visitor, Visitor(late.url("/")) as there:
        await visitor.open()
        await visitor.send("uno")
        await eventually(lambda: bool(late.dialogue.turns))
        other = await start()
        late.dialogue.mode = "ok"
        there.base, there.session = other.url("/").rstrip("/"), visitor.session
        await there.answer_to(1)
        late.dialogue.release.set()  # now the first one has a result, too
        await eventually(lambda: lost(visitor))
        messages = await there.messages()
    assert [m["text"] for m in answers(messages)] == ["eco: uno"]
    assert len(late.dialogue.turns) == 2
