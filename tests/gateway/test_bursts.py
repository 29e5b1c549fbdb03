"""Bursts over real HTTP: what asks nothing yet waits for the next message and gets one answer with it; what asks is answered at once."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.conversations import operators
from bot.resources import RESOURCES
from harness.dialogue import reply, result
from tests.gateway.client import Visitor, all_answered, answers, each_answered_once, notices
from tests.gateway.conftest import FAST
from tests.support.hangs import eventually

BURST = ("hola", "oye una duda", "mi server", "cuando se vence")
LONG = timedelta(minutes=5)
"""Longer than any test waits: what is answered was answered for another reason."""
PATIENT = replace(FAST, gather_most=LONG, typing_life=LONG, delay_notice_after=timedelta(hours=1))
TYPING = "/webchat/typing"


@pytest.fixture(autouse=True)
def openings(dialogue) -> None:
    dialogue.openings.update(BURST[:3])


async def waits(gateway, number: int = 1) -> None:
    """Until the dialogue was asked so often, and the turn lies in the ledger again."""

    async def put_back() -> bool:
        depth = await operators.depth(gateway.app[RESOURCES].ledger)
        return len(gateway.dialogue.turns) >= number and depth["received"] > 0 and depth["processing"] == 0

    await eventually(put_back)


async def test_a_burst_gets_one_answer_when_it_asks(start) -> None:
    gateway = await start(timings=PATIENT, burst_seconds=LONG)
    async with Visitor(gateway.url("/")) as visitor:
        await visitor.open()
        for n, text in enumerate(BURST[:3], start=1):
            assert (await visitor.send(text))[0] == 202
            await waits(gateway, n)
        assert answers(await visitor.messages()) == []
        answer = await visitor.ask(BURST[3])
        messages = await visitor.messages()
    assert answer["text"] == "eco: " + "\n".join(BURST)
    assert each_answered_once(messages, *BURST)
    assert notices(messages) == []
    asked = [[message["text"] for message in turn["messages"]] for turn in gateway.dialogue.turns]
    assert asked == [list(BURST[:n]) for n in range(1, 5)]
    assert all(turn["may_wait"] and turn["attempt"] == 1 and turn["events"] == [] for turn in gateway.dialogue.turns)


async def test_what_asks_is_answered_at_once(start) -> None:
    gateway = await start(timings=PATIENT, burst_seconds=LONG)
    async with Visitor(gateway.url("/")) as visitor:
        await visitor.open()
        assert (await visitor.ask("cuando se vence"))["text"] == "eco: cuando se vence"
    assert len(gateway.dialogue.turns) == 1


async def test_a_greeting_alone_is_answered_when_the_wait_is_over_and_not_a_poll_later(start) -> None:
    gateway = await start(timings=replace(PATIENT, poll_seconds=60.0), burst_seconds=timedelta(seconds=0.3))
    async with Visitor(gateway.url("/")) as visitor:
        await visitor.open()
        began = time.monotonic()
        assert (await visitor.ask("hola"))["text"] == "eco: hola"
        took = time.monotonic() - began
    assert 0.3 <= took < 15
    assert [turn["may_wait"] for turn in gateway.dialogue.turns] == [True, False]


async def test_without_a_wait_it_is_answered_at_once(start) -> None:
    gateway = await start(timings=PATIENT, burst_seconds=timedelta())
    async with Visitor(gateway.url("/")) as visitor:
        await visitor.open()
        assert (await visitor.ask("hola"))["text"] == "eco: hola"
    assert [turn["may_wait"] for turn in gateway.dialogue.turns] == [False]


async def test_a_dialogue_that_waits_unasked_is_not_believed(start) -> None:
    gateway = await start(timings=PATIENT, burst_seconds=timedelta())
    gateway.dialogue.script["hola"] = {"wait": True}
    async with Visitor(gateway.url("/")) as visitor:
        await visitor.open()
        await visitor.send("hola")
        await eventually(lambda: len(gateway.dialogue.turns) >= 2)
        gateway.dialogue.script.clear()
        assert all_answered(await visitor.until(all_answered))


async def test_typing_is_waited_for_and_no_longer_than_the_bound(start) -> None:
    timings = replace(PATIENT, gather_most=timedelta(seconds=1.2), poll_seconds=60.0)
    gateway = await start(timings=timings, burst_seconds=timedelta(seconds=0.4))
    async with Visitor(gateway.url("/")) as visitor:
        await visitor.open()
        began = time.monotonic()
        await visitor.send("hola")
        await waits(gateway)
        assert (await visitor.call("POST", TYPING))[0] == 204
        await visitor.until(all_answered)
        took = time.monotonic() - began
    assert 1.2 <= took < 15
    assert len(gateway.dialogue.turns) == 2


async def test_typing_at_one_gateway_is_waited_for_by_the_other(start) -> None:
    one, other = [await start(timings=PATIENT, burst_seconds=timedelta(seconds=0.5)) for _ in range(2)]
    async with Visitor(one.url("/")) as visitor:
        await visitor.open()
        await visitor.send("hola")
        await waits(one)
        visitor.base = other.url("/").rstrip("/")
        assert (await visitor.call("POST", TYPING))[0] == 204
        await asyncio.sleep(1)  # the wait would have been over
        assert answers(await visitor.messages()) == []
        await visitor.ask("cuando se vence")
        assert each_answered_once(await visitor.messages(), "hola", "cuando se vence")


async def test_typing_is_believed_of_the_session_only_and_not_too_often(start) -> None:
    gateway = await start(timings=PATIENT, burst_seconds=LONG)
    async with Visitor(gateway.url("/")) as visitor, Visitor(gateway.url("/")) as nobody:
        await visitor.open()
        assert (await nobody.call("POST", TYPING))[0] == 401
        assert (await visitor.call("GET", TYPING))[0] == 405
        assert (await visitor.call("POST", TYPING, data=b"\x00nonsense"))[0] == 204  # nothing of it is read
        statuses = [(await visitor.call("POST", TYPING))[0] for _ in range(40)]
        assert statuses.count(429) >= 20
        messages = await visitor.messages()
        assert messages == []
        assert (await visitor.call("POST", "/webchat/logout"))[0] == 204
        gateway.clock.forward(minutes=1)
        assert (await visitor.call("POST", TYPING))[0] == 401


async def test_the_sign_of_an_answer_being_made_stays_while_it_waits(start) -> None:
    gateway = await start(timings=PATIENT, burst_seconds=LONG)
    async with Visitor(gateway.url("/")) as visitor:
        await visitor.open()
        async with visitor.stream() as events:
            await visitor.send("hola")
            await waits(gateway)
            signs = set()
            with suppress(TimeoutError):
                async with asyncio.timeout(0.5):  # many polls
                    async for event in events:
                        if event["event"] == "typing":
                            signs.add(event["data"]["typing"])
    assert signs == {True}


async def test_a_button_pressed_while_a_greeting_waits_lets_both_be_answered(start) -> None:
    gateway = await start(timings=PATIENT, burst_seconds=LONG)
    choices = [{"title": "SIERRA-02", "intent": "consultar_suscripcion", "entities": {}}]
    gateway.dialogue.script["cual"] = result(reply("¿De cuál?", buttons=choices))
    async with Visitor(gateway.url("/")) as visitor:
        await visitor.open()
        (button,) = (await visitor.ask("cual"))["buttons"]
        gateway.dialogue.script.clear()
        await visitor.send("hola")
        await waits(gateway, 2)
        await visitor.send(button=button["id"])
        messages = await visitor.until(all_answered)
    assert [m["text"] for m in answers(messages)[1:]] == ["eco: hola", "[SIERRA-02] cual"]
    assert [turn["may_wait"] for turn in gateway.dialogue.turns] == [True, True, False, False]


async def test_a_wait_outlives_its_gateway(start) -> None:
    one = await start(timings=PATIENT, burst_seconds=timedelta(seconds=0.6))
    async with Visitor(one.url("/")) as visitor:
        await visitor.open()
        await visitor.send("hola")
        await waits(one)
        await one.server.close()
        other = await start(timings=PATIENT)
        visitor.base = other.url("/").rstrip("/")
        messages = await visitor.until(all_answered)
    assert each_answered_once(messages, "hola")
    assert [turn["may_wait"] for turn in other.dialogue.turns] == [True, False]


async def test_an_outage_in_a_wait_is_no_reason_to_wait_again(start) -> None:
    gateway = await start(timings=PATIENT, burst_seconds=timedelta(seconds=0.2))
    async with Visitor(gateway.url("/")) as visitor:
        await visitor.open()
        await visitor.send("hola")
        await waits(gateway)
        gateway.dialogue.mode = "503"
        await eventually(lambda: len(gateway.dialogue.turns) >= 3)
        gateway.dialogue.mode = "ok"
        await visitor.until(all_answered)
    assert [turn["may_wait"] for turn in gateway.dialogue.turns][:3] == [True, False, False]
