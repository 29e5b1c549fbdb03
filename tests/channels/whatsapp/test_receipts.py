"""Read marks: at once, with the typing sign, and never in anybody's way."""

from __future__ import annotations

import asyncio
import time

from bot.channels.whatsapp.graph import Graph
from bot.channels.whatsapp.receipts import AT_ONCE, Receipts
from tests.channels.whatsapp.conftest import NUMBER, World
from tests.channels.whatsapp.platform import TOKEN


async def settled(receipts: Receipts) -> None:
    await asyncio.gather(*receipts._running)


async def test_a_message_is_marked_read_and_an_answer_announced(world: World) -> None:
    receipts = Receipts(world.graph)
    receipts.seen(NUMBER, "wamid.A1=")
    await settled(receipts)
    mark = {"messaging_product": "whatsapp", "status": "read", "message_id": "wamid.A1=", "typing_indicator": {"type": "text"}}
    assert world.platform.marks == [mark]
    assert world.platform.tokens == [f"Bearer {TOKEN}"]


async def test_when_many_wait_the_rest_is_dropped_and_nobody_waits(world: World) -> None:
    receipts = Receipts(world.graph)
    began = time.perf_counter()
    for n in range(1000):
        receipts.seen(NUMBER, f"wamid.{n}")
    assert time.perf_counter() - began < 0.5
    await settled(receipts)
    assert len(world.platform.marks) == AT_ONCE
    receipts.seen(NUMBER, "wamid.later")
    await settled(receipts)
    assert world.platform.marks[-1]["message_id"] == "wamid.later"


async def test_a_platform_that_is_away_is_nobodys_trouble(world: World) -> None:
    await world.platform.stop()
    receipts = Receipts(world.graph)
    receipts.seen(NUMBER, "wamid.A1=")
    await settled(receipts)


async def test_closing_drops_what_is_under_way(open_world) -> None:
    world = open_world(whatsapp_api_base="http://10.255.255.1")  # nobody answers there
    graph = Graph(world.resources.settings)
    receipts = Receipts(graph)
    receipts.seen(NUMBER, "wamid.A1=")
    await asyncio.sleep(0)
    await receipts.close()
    await graph.close()
    assert not receipts._running
