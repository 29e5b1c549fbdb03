"""One message through the real gateway: accepted once, answered once, shown in order."""

from __future__ import annotations

import asyncio
import uuid

from harness.dialogue import reply, result
from tests.gateway.client import Visitor, all_answered, answers, each_answered_once


async def test_a_question_is_answered(visitor: Visitor) -> None:
    status, accepted = await visitor.send("¿Cómo obtengo mi factura?")
    assert (status, accepted) == (202, {"seq": 1})
    answer = await visitor.answer_to(1)
    assert answer["text"] == "eco: ¿Cómo obtengo mi factura?"
    assert answer["author"] == "bot"
    first, notice, last = await visitor.messages()
    assert (first["author"], first["kind"], first["text"]) == ("customer", "text", "¿Cómo obtengo mi factura?")
    assert "in_reply_to" not in first
    assert notice["kind"] == "notice"
    assert "/privacidad" in notice["text"]
    assert [first["seq"], notice["seq"], last["seq"]] == [1, 2, 3]


async def test_the_privacy_notice_comes_once(visitor: Visitor) -> None:
    await visitor.ask("uno")
    await visitor.ask("dos")
    assert [m["kind"] for m in await visitor.messages()] == ["text", "notice", "answer", "text", "answer"]


async def test_the_turn_carries_identity_text_and_events(gateway, visitor: Visitor) -> None:
    await visitor.ask("uno")
    await visitor.ask("dos")
    first, second = gateway.dialogue.turns
    assert first["messages"] == [{"text": "uno", "button": None}]
    assert first["conversation"] == visitor.conversation
    assert first["events"] == []
    assert second["events"] == [{"event": "user"}, {"event": "bot"}]
    assert first["turn"] != second["turn"]


async def test_several_replies_become_one_answer(gateway, visitor: Visitor) -> None:
    gateway.dialogue.script["dos cosas"] = result(reply("La primera."), reply("La segunda."))
    answer = await visitor.ask("dos cosas")
    assert answer["text"] == "La primera.\n\nLa segunda."


async def test_the_same_id_again_gives_the_same_answer_and_no_second_turn(gateway, visitor: Visitor) -> None:
    message_id = str(uuid.uuid4())
    await visitor.ask("hola", message_id=message_id)
    assert await visitor.send("hola", message_id=message_id) == (202, {"seq": 1})
    assert await visitor.send("hola", message_id=message_id.upper()) == (202, {"seq": 1})
    await visitor.ask("otra")
    assert [turn["messages"][0]["text"] for turn in gateway.dialogue.turns] == ["hola", "otra"]


async def test_twenty_copies_at_once_are_one_message(gateway, visitor: Visitor) -> None:
    message_id = str(uuid.uuid4())
    replies = await asyncio.gather(*(visitor.send("hola", message_id=message_id) for _ in range(20)))
    assert set(map(str, replies)) == {str((202, {"seq": 1}))}
    await visitor.answer_to(1)
    assert len(gateway.dialogue.turns) == 1
    assert len(answers(await visitor.messages())) == 1


async def test_the_same_id_with_other_text_is_a_conflict(visitor: Visitor) -> None:
    message_id = str(uuid.uuid4())
    await visitor.ask("hola", message_id=message_id)
    status, error = await visitor.send("adiós", message_id=message_id)
    assert (status, error["error"]) == (409, "conflict")
    assert [m["text"] for m in await visitor.messages() if m["author"] == "customer"] == ["hola"]


async def test_the_same_id_in_another_conversation_is_another_message(gateway, visitor: Visitor) -> None:
    message_id = str(uuid.uuid4())
    await visitor.ask("hola", message_id=message_id)
    async with Visitor(gateway.url("/")) as other:
        await other.open()
        await other.ask("hola", message_id=message_id)
    assert len(gateway.dialogue.turns) == 2


async def test_messages_are_answered_in_order_one_turn_at_a_time(gateway, visitor: Visitor) -> None:
    texts = [f"n={n}" for n in range(10)]
    for text in texts:
        status, _ = await visitor.send(text)
        assert status == 202
    messages = await visitor.until(all_answered)
    assert [message["text"] for turn in gateway.dialogue.turns for message in turn["messages"]] == texts
    assert each_answered_once(messages, *texts)
    assert [m["seq"] for m in messages] == list(range(1, len(messages) + 1))
    events_before = [len(turn["events"]) for turn in gateway.dialogue.turns]
    assert events_before == [0] + [2] * (len(events_before) - 1)  # what the turn before handed back, no more


async def test_many_conversations_at_once(gateway) -> None:
    async def talk(n: int) -> list[str]:
        async with Visitor(gateway.url("/")) as someone:
            await someone.open()
            return [(await someone.ask(f"{n}/{k}"))["text"] for k in range(3)]

    told = await asyncio.gather(*(talk(n) for n in range(15)))
    assert told == [[f"eco: {n}/{k}" for k in range(3)] for n in range(15)]
