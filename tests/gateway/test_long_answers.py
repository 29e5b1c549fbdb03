"""An answer longer than the channel shows at once: one message, one seq, several parts."""

from __future__ import annotations

from bot.channels.web.render import PART_CHARACTERS
from harness.dialogue import reply, result
from tests.gateway.client import Visitor, answers

PARAGRAPH = "Tu servidor vence el martes 24 de noviembre. " * 30
LONG = "\n\n".join(f"{n}. {PARAGRAPH}".strip() for n in range(8))


async def test_a_long_answer_comes_in_parts_and_stays_one_message(gateway, visitor: Visitor) -> None:
    gateway.dialogue.script["todo"] = result(reply(LONG))
    answer = await visitor.ask("todo")
    assert answer["text"] == LONG
    assert len(answer["parts"]) > 1
    assert all(0 < len(part) <= PART_CHARACTERS for part in answer["parts"])
    assert "\n\n".join(answer["parts"]) == LONG  # cut between paragraphs
    assert len(answers(await visitor.messages())) == 1
    async with visitor.stream() as events:
        async for event in events:
            if event["event"] == "message" and event["data"]["kind"] == "answer":
                assert event["data"] == answer
                break


async def test_an_answer_that_fits_has_no_parts(gateway, visitor: Visitor) -> None:
    gateway.dialogue.script["justo"] = result(reply("ñ" * PART_CHARACTERS))
    assert "parts" not in await visitor.ask("justo")
