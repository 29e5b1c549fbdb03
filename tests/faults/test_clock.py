"""The clock of a gateway is set back: order stays that of the seqs, and nobody waits until the clock has caught up."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.identity.portal import issue_portal_token
from bot.settings import Secret
from harness.dialogue import reply, result
from tests.crash.post_office import PostOffice
from tests.gateway.client import Visitor, answers
from tests.gateway.conftest import FAST
from tests.support.hangs import eventually

BACK = [{"hours": -1}, {"days": -1}]
pytestmark = pytest.mark.parametrize("jump", BACK, ids=["an hour", "a day"])
RESEND = {"kind": "resend_connection_mail", "payload": {"desk": "C-1011", "server": "VISION-01"}}


def in_order(messages: list[dict]) -> bool:
    said = [m["seq"] for m in messages if m["author"] == "customer"]
    return [m["in_reply_to"] for m in answers(messages)] == said


async def test_between_two_messages(gateway, visitor: Visitor, jump: dict) -> None:
    await visitor.ask("uno")
    gateway.clock.forward(**jump)
    await visitor.ask("dos")
    messages = await visitor.messages()
    assert [m["text"] for m in answers(messages)] == ["eco: uno", "eco: dos"]
    assert [m["seq"] for m in messages] == [1, 2, 3, 4, 5]
    assert len(gateway.dialogue.turns[1]["events"]) == 2  # the same sitting


async def test_between_claim_and_commit(gateway, visitor: Visitor, jump: dict) -> None:
    gateway.dialogue.mode = "hang"
    for text in ("uno", "dos"):
        await visitor.send(text)
    await eventually(lambda: bool(gateway.dialogue.turns))
    gateway.clock.forward(**jump)
    gateway.dialogue.mode = "ok"
    gateway.dialogue.release.set()
    messages = await visitor.until(lambda all_of: len(answers(all_of)) == 2)
    assert in_order(messages)
    assert [m["text"] for m in answers(messages)] == ["eco: uno", "eco: dos"]
    ran = [turn["messages"][0]["text"] for turn in gateway.dialogue.turns]
    assert list(dict.fromkeys(ran)) == ["uno", "dos"]  # the first may run twice, for its lease seems to be over; it is committed once


async def test_during_the_back_off(start, jump: dict) -> None:
    gateway = await start(timings=replace(FAST, back_off_first=timedelta(seconds=30), back_off_most=timedelta(seconds=30)))
    gateway.dialogue.mode = "503"
    async with Visitor(gateway.url("/")) as visitor:
        await visitor.open()
        for text in ("uno", "dos"):
            await visitor.send(text)
        await eventually(lambda: postponed(visitor))
        gateway.dialogue.mode = "ok"
        gateway.clock.forward(**jump)
        messages = await visitor.until(lambda all_of: len(answers(all_of)) == 2)
    assert in_order(messages)


async def postponed(visitor: Visitor, what: str = 'gateway_turns_total{outcome="postponed"}') -> bool:
    return what in (await visitor.call("GET", "/metrics"))[1].decode()


async def test_after_a_gateway_died_in_the_middle(start, jump: dict) -> None:
    """Its lease was written by a clock that went ahead: the next gateway's does not."""
    first = await start(timings=replace(FAST, drain_seconds=0.0, turn_seconds=60.0))
    first.dialogue.mode = "hang"
    async with Visitor(first.url("/")) as visitor:
        await visitor.open()
        await visitor.send("uno")
        await eventually(lambda: bool(first.dialogue.turns))
        await first.server.close()
        first.dialogue.mode = "ok"
        second = await start()
        second.clock.forward(**jump)
        visitor.base = second.url("/").rstrip("/")
        assert (await visitor.answer_to(1))["text"] == "eco: uno"
        await visitor.ask("dos")
        assert in_order(await visitor.messages())


async def test_before_an_effect_is_tried_again(start, seeded, tmp_path, jump: dict) -> None:
    patient = replace(FAST, back_off_first=timedelta(seconds=30), back_off_most=timedelta(seconds=30))
    async with PostOffice() as office:
        gateway = await start(smtp_url=Secret(office.url), timings=patient)
        office.refusing = True
        gateway.dialogue.script["x"] = result(reply("Listo."), effects=[RESEND])
        async with Visitor(gateway.url("/")) as visitor:
            await visitor.open(token=issue_portal_token(gateway.settings, "C-1011", gateway.clock()))
            await visitor.ask("x")
            await eventually(lambda: postponed(visitor, 'gateway_effects_total{kind="resend_connection_mail",outcome="postponed"}'))
            office.refusing = False
            gateway.clock.forward(**jump)
            await eventually(lambda: office.mails != [])
    assert len(office.mails) == 1


async def test_during_the_attempts_of_a_poison_message(start, jump: dict) -> None:
    """The patience with it is counted by the clock: it must not last until the clock has caught up."""
    gateway = await start(timings=replace(FAST, park_attempts=4, park_after=timedelta(minutes=10)))
    gateway.dialogue.poison.add("veneno")
    async with Visitor(gateway.url("/")) as visitor:
        await visitor.open()
        for text in ("veneno", "dos"):
            await visitor.send(text)
        await eventually(lambda: postponed(visitor))
        gateway.clock.forward(**jump)
        messages = await visitor.until(answers)
    assert [m["text"] for m in answers(messages)] == ["eco: dos"]
    assert any("No pudimos responder" in m["text"] for m in messages)
