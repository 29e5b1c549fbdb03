"""Read marks: at once, with the typing sign, and never in anybody's way."""

from __future__ import annotations

import asyncio
import time

from bot.channels.whatsapp.graph import Graph
from bot.channels.whatsapp.receipts import AT_ONCE, Receipts
from bot.channels.whatsapp.writing import EVERY, AgentWriting
from bot.conversations.models import Message
from tests.channels.whatsapp.conftest import NUMBER, Person, World
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


def signs(world: World) -> list[str]:
    """The messages under which the telephones show that somebody writes."""
    return [mark["message_id"] for mark in world.platform.marks]


async def test_who_writes_on_whatsapp_sees_that_an_agent_writes(world: World, ana: Person) -> None:
    receipts, feed = Receipts(world.graph), world.resources.feed
    writing = AgentWriting(world.resources, receipts.seen)
    feed.on_writing(writing.hear)
    await ana.writes("¿siguen ahí?")
    last = (await world.all(Message, Message.seq))[-1].external_id
    for _ in range(4):  # typed on: once is enough for a while
        feed.writes(ana.conversation, "agent")
        feed.writes(ana.conversation, "customer")
        world.forward(EVERY / 5)
        await writing.close()
        await settled(receipts)
    assert signs(world) == [last]
    world.forward(EVERY / 5)
    feed.writes(ana.conversation, "agent")
    await writing.close()
    await settled(receipts)
    assert signs(world) == [last, last]


async def test_where_nobody_wrote_on_whatsapp_nothing_is_shown(world: World) -> None:
    receipts = Receipts(world.graph)
    writing = AgentWriting(world.resources, receipts.seen)
    silent = await world.person()
    for conversation in (silent.conversation, "f" * 32):
        writing.hear(conversation)
    await writing.close()
    await settled(receipts)
    assert signs(world) == []
