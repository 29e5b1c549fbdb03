"""A message that fails each time: given up after its attempts, and nobody waits for it longer than that."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.conversations import operators
from bot.resources import RESOURCES
from tests.gateway.client import Visitor, answers, notices
from tests.gateway.conftest import FAST

FEW = replace(FAST, park_attempts=3, park_after=timedelta(0), delay_notice_after=timedelta(hours=1))


@pytest.mark.parametrize("failure", ["the action fails", "the dialogue answers garbage"])
async def test_the_ones_around_it_go_on_here_and_elsewhere(start, failure: str) -> None:
    gateway = await start(timings=FEW)
    gateway.dialogue.mode = "hang"
    if failure == "the action fails":
        gateway.dialogue.poison.add("veneno")
    else:
        gateway.dialogue.script.update({text: {"replies": [{"text": 7}]} for text in ("veneno", "veneno\ndos\ntres")})
    async with Visitor(gateway.url("/")) as visitor, Visitor(gateway.url("/")) as other:
        await visitor.open()
        await other.open()
        for text in ("uno", "veneno", "dos", "tres"):
            await visitor.send(text)
        gateway.dialogue.mode = "ok"
        gateway.dialogue.release.set()
        assert (await other.ask("hola"))["text"] == "eco: hola"
        messages = await visitor.until(lambda all_of: len(answers(all_of)) == 3)
        (notice,) = notices(messages)
        said = {m["seq"]: m["text"] for m in messages if m["author"] == "customer"}
        assert [said[m["in_reply_to"]] for m in answers(messages)] == ["uno", "dos", "tres"]
        assert said[notice["in_reply_to"]] == "veneno"
        assert "55 8000 9480" in notice["text"]
        asked = [[m["text"] for m in turn["messages"]] for turn in gateway.dialogue.turns if turn["conversation"] == visitor.conversation]
        together = ["veneno", "dos", "tres"]
        assert asked == [["uno"], together, together, ["veneno"], ["dos"], ["tres"]]  # a burst that fails twice is taken apart
        ledger = gateway.app[RESOURCES].ledger
        (parked,) = await operators.parked(ledger)
        assert (parked.conversation, parked.attempts) == (visitor.conversation, 3)

        gateway.dialogue.poison.clear()
        gateway.dialogue.script.clear()
        assert await operators.retry_parked(ledger, parked.message, gateway.clock())  # when it is mended, an operator tries it again
        messages = await visitor.until(lambda all_of: len(answers(all_of)) == 4)
        assert (answers(messages)[-1]["text"], answers(messages)[-1]["in_reply_to"]) == ("eco: veneno", parked.seq)


async def test_five_poisoned_conversations_do_not_stop_the_rest(start) -> None:
    gateway = await start(timings=replace(FEW, park_attempts=100), rate_turns_at_once=2)
    gateway.dialogue.poison.add("veneno")
    everybody = [Visitor(gateway.url("/")) for _ in range(10)]
    for visitor in everybody:
        await visitor.open()
    for visitor in everybody[:5]:
        await visitor.send("veneno")
    for visitor in everybody[5:]:
        assert (await visitor.ask("hola"))["text"] == "eco: hola"
    for visitor in everybody:
        await visitor.http.close()
