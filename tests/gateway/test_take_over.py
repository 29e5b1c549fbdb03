"""A conversation is taken over while its turn runs: the late answer is nobody's, and the assistant goes on with the next message."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

from bot.conversations import take_over
from bot.resources import RESOURCES
from tests.gateway.client import GUARD_SECONDS, Visitor, answers
from tests.gateway.conftest import FAST
from tests.gateway.test_stream import until

SHIFT = timedelta(minutes=10)


async def turns_that_ended(visitor: Visitor, outcome: str, number: float) -> None:
    async with asyncio.timeout(GUARD_SECONDS):
        while f'outcome="{outcome}"}} {number}' not in (await visitor.call("GET", "/metrics"))[1].decode():  # noqa: ASYNC110 - the page tells nobody
            await asyncio.sleep(0.01)


async def until_asked(gateway, number: int) -> None:
    async with asyncio.timeout(GUARD_SECONDS):
        while len(gateway.dialogue.turns) < number:  # noqa: ASYNC110 - the stand-in tells nobody
            await asyncio.sleep(0.01)


async def test_the_answer_of_a_turn_that_was_taken_over_is_never_given(gateway, visitor: Visitor) -> None:
    resources = gateway.app[RESOURCES]
    gateway.dialogue.mode = "hang"
    await visitor.send("primera")
    await until_asked(gateway, 1)
    await visitor.send("esperaba")
    await take_over.take_over(resources.ledger, visitor.conversation, "ana", gateway.clock(), SHIFT)
    gateway.dialogue.mode = "ok"
    gateway.dialogue.release.set()
    await turns_that_ended(visitor, "lease_lost", 1.0)
    await visitor.send("con ella")
    assert answers(await visitor.messages()) == []
    await take_over.hand_back(resources.ledger, visitor.conversation, "ana")
    assert (await visitor.ask("sigamos"))["text"] == "eco: sigamos"
    assert [m["text"] for m in answers(await visitor.messages())] == ["eco: sigamos"]
    assert [turn["messages"][0]["text"] for turn in gateway.dialogue.turns] == ["primera", "sigamos"]


async def test_a_late_turn_does_not_put_out_the_typing_sign_of_the_next_one(start) -> None:
    gateway = await start(timings=replace(FAST, poll_seconds=60.0))  # no poll mends the sign meanwhile
    resources, first = gateway.app[RESOURCES], gateway.dialogue.release
    gateway.dialogue.mode = "hang"
    async with Visitor(gateway.url("/")) as visitor:
        await visitor.open()
        with resources.feed.listen(visitor.conversation) as sign:
            await visitor.send("primera")
            await until_asked(gateway, 1)
            await take_over.take_over(resources.ledger, visitor.conversation, "ana", gateway.clock(), SHIFT)
            await take_over.hand_back(resources.ledger, visitor.conversation, "ana")
            second = gateway.dialogue.release = asyncio.Event()
            await visitor.send("segunda")
            await until_asked(gateway, 2)
            first.set()  # the first turn comes back, too late
            await turns_that_ended(visitor, "lease_lost", 1.0)
            assert sign.typing
            second.set()
            assert (await visitor.answer_to(3))["text"] == "eco: segunda"
            await turns_that_ended(visitor, "answered", 1.0)
            assert not sign.typing
        assert [m["text"] for m in answers(await visitor.messages())] == ["eco: segunda"]


async def test_what_an_agent_left_behind_goes_on_by_itself(gateway, visitor: Visitor) -> None:
    await visitor.ask("hola")
    await take_over.take_over(gateway.app[RESOURCES].ledger, visitor.conversation, "ana", gateway.clock(), SHIFT)
    async with visitor.stream() as events:
        await until(events, "state", owner="agent")
        await visitor.send("¿sigues ahí?")
        gateway.clock.forward(minutes=11)
        await until(events, "state", owner="bot")
    assert (await visitor.ask("hola de nuevo"))["text"] == "eco: hola de nuevo"
    assert len(answers(await visitor.messages())) == 2
