"""The actions are told that a turn comes; whatever becomes of that, the turn is answered."""

from __future__ import annotations

import pytest

from bot import clock
from bot.identity.portal import issue_portal_token
from bot.identity.turn import read_turn
from harness.dialogue import SECRET
from harness.ports import free_port
from tests.gateway.client import Visitor, answers
from tests.support.hangs import eventually

pytestmark = pytest.mark.usefixtures("seeded")


async def opened(gateway, visitor: Visitor, desk: str) -> Visitor:
    await visitor.open(token=issue_portal_token(gateway.settings, desk, clock.now()))
    return visitor


async def test_the_actions_hear_of_a_customers_turn(gateway) -> None:
    async with Visitor(gateway.url("/")) as visitor:
        await (await opened(gateway, visitor, "C-1001")).send("hola")
        await visitor.answer_to(1)
    await eventually(lambda: len(gateway.dialogue.foretold) == 1)
    (turn,) = gateway.dialogue.turns
    assert gateway.dialogue.foretold == [turn["token"]]
    assert read_turn(SECRET, turn["token"], clock.now()).desk == "C-1001"


async def test_nothing_is_told_of_a_visitor(gateway, visitor: Visitor) -> None:
    await visitor.send("hola")
    await visitor.answer_to(1)
    assert gateway.dialogue.foretold == []


@pytest.mark.parametrize("mode", ["hang", "500"])
async def test_actions_that_do_not_want_to_know(gateway, mode: str) -> None:
    gateway.dialogue.ahead_mode = mode
    async with Visitor(gateway.url("/")) as visitor:
        await opened(gateway, visitor, "C-1001")
        for text in ("uno", "dos"):
            await visitor.send(text)
        messages = await visitor.until(lambda all_of: len(answers(all_of)) == 2)
    assert [m["text"] for m in answers(messages)] == ["eco: uno", "eco: dos"]


async def test_no_actions_there(start) -> None:
    gateway = await start(actions_url=(f"http://127.0.0.1:{free_port()}",))
    async with Visitor(gateway.url("/")) as visitor:
        await (await opened(gateway, visitor, "C-1001")).send("hola")
        assert (await visitor.answer_to(1))["text"] == "eco: hola"
