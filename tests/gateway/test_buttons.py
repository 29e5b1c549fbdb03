"""Buttons: a press names a row of this conversation, once; what is typed may choose the same row."""

from __future__ import annotations

import asyncio
import uuid

import pytest

from harness.dialogue import reply, result
from tests.gateway.client import Visitor, answers

CHOICES = [
    {"title": "SIERRA-01", "intent": "consultar_suscripcion", "entities": {"servidor": "SIERRA-01"}},
    {"title": "SIERRA-02", "intent": "consultar_suscripcion", "entities": {"servidor": "SIERRA-02"}},
]
QUESTION = "¿cuándo vence mi servidor?"


@pytest.fixture
async def asked(gateway, visitor: Visitor):
    """The answer that offers two servers."""
    gateway.dialogue.script[QUESTION] = result(reply("¿De cuál?", buttons=CHOICES))
    answer = await visitor.ask(QUESTION)
    del gateway.dialogue.script[QUESTION]
    return answer


async def test_buttons_show_an_id_and_a_title(asked) -> None:
    assert [button["title"] for button in asked["buttons"]] == ["SIERRA-01", "SIERRA-02"]
    assert all(set(button) == {"id", "title"} for button in asked["buttons"])


async def test_a_press_repeats_the_original_text_with_its_meaning(gateway, visitor: Visitor, asked) -> None:
    answer = await visitor.ask(button=asked["buttons"][1]["id"])
    assert gateway.dialogue.turns[-1]["messages"][0] == {
        "text": QUESTION,
        "button": {"intent": "consultar_suscripcion", "entities": {"servidor": "SIERRA-02"}, "title": "SIERRA-02"},
    }
    assert answer["text"] == f"[SIERRA-02] {QUESTION}"
    said = [m["text"] for m in await visitor.messages() if m["author"] == "customer"]
    assert said == [QUESTION, "SIERRA-02"]


@pytest.mark.parametrize("typed", ["2", "la 2", "la segunda", "SIERRA-02", "sierra 02", "la última"])
async def test_typed_words_choose_the_same_button(gateway, visitor: Visitor, asked, typed: str) -> None:
    await visitor.ask(typed)
    message = gateway.dialogue.turns[-1]["messages"][0]
    assert message["text"] == QUESTION
    assert message["button"]["entities"] == {"servidor": "SIERRA-02"}
    assert [m["text"] for m in await visitor.messages() if m["author"] == "customer"][-1] == typed


@pytest.mark.parametrize("typed", ["sí", "el 3", "¿y la factura?", "SIERRA-09"])
async def test_other_words_are_words(gateway, visitor: Visitor, asked, typed: str) -> None:
    await visitor.ask(typed)
    assert gateway.dialogue.turns[-1]["messages"][0] == {"text": typed, "button": None}


async def test_typed_words_choose_from_the_last_answer_only(gateway, visitor: Visitor, asked) -> None:
    await visitor.ask("¿y la factura?")
    await visitor.ask("la segunda")
    assert gateway.dialogue.turns[-1]["messages"][0]["button"] is None


async def test_a_chosen_position_counts_used_buttons_too(gateway, visitor: Visitor, asked) -> None:
    gateway.dialogue.script[QUESTION] = result(reply("¿De cuál?", buttons=CHOICES))
    again = await visitor.ask(button=asked["buttons"][0]["id"])
    assert again["buttons"][0]["id"] != asked["buttons"][0]["id"]
    await visitor.ask("2")
    assert gateway.dialogue.turns[-1]["messages"][0]["button"]["title"] == "SIERRA-02"


async def test_a_used_button(visitor: Visitor, asked) -> None:
    await visitor.ask(button=asked["buttons"][0]["id"])
    status, error = await visitor.send(button=asked["buttons"][0]["id"])
    assert (status, error["error"]) == (409, "button_used")
    await visitor.ask(button=asked["buttons"][1]["id"])  # the other one still is a choice


async def test_a_button_pressed_again_with_the_same_id_is_the_same_press(gateway, visitor: Visitor, asked) -> None:
    message_id = str(uuid.uuid4())
    status, first = await visitor.send(button=asked["buttons"][0]["id"], message_id=message_id)
    assert (status, await visitor.send(button=asked["buttons"][0]["id"], message_id=message_id)) == (202, (202, first))
    await visitor.answer_to(first["seq"])
    assert len(gateway.dialogue.turns) == 2


async def test_a_double_click_is_one_press(gateway, visitor: Visitor, asked) -> None:
    replies = await asyncio.gather(*(visitor.send(button=asked["buttons"][0]["id"]) for _ in range(5)))
    assert sorted(status for status, _ in replies) == [202, 409, 409, 409, 409]
    messages = await visitor.until(lambda all_of: len(answers(all_of)) == 2)
    assert [m["seq"] for m in messages] == list(range(1, len(messages) + 1))  # the refused ones left no gap


async def test_an_expired_button(gateway, visitor: Visitor, asked) -> None:
    gateway.clock.forward(hours=11, minutes=59)
    visitor_again = await visitor.open(session=visitor.session)
    assert visitor_again["cursor"] == 3
    gateway.clock.forward(minutes=1)
    await_status, _ = await visitor.send(button=asked["buttons"][0]["id"])
    assert await_status in {401, 409}  # the session ended with it, at the default SESSION_TTL


async def test_an_expired_button_in_a_session_that_goes_on(start) -> None:
    from datetime import timedelta

    gateway = await start(session_ttl=timedelta(days=7))
    gateway.dialogue.script[QUESTION] = result(reply("¿De cuál?", buttons=CHOICES))
    async with Visitor(gateway.url("/")) as visitor:
        await visitor.open()
        asked = await visitor.ask(QUESTION)
        gateway.clock.forward(hours=13)
        status, error = await visitor.send(button=asked["buttons"][0]["id"])
        assert (status, error["error"]) == (409, "button_expired")
        await visitor.ask("la segunda")
        assert gateway.dialogue.turns[-1]["messages"][0]["button"] is None


async def test_a_button_of_another_conversation_is_refused(gateway, visitor: Visitor, asked) -> None:
    async with Visitor(gateway.url("/")) as thief:
        await thief.open()
        status, error = await thief.send(button=asked["buttons"][0]["id"])
        assert (status, error["error"]) == (403, "forbidden")
        assert await thief.messages() == []
    assert (await visitor.send(button=asked["buttons"][0]["id"]))[0] == 202  # and it was not used up


async def test_an_unknown_button_is_refused_alike(visitor: Visitor) -> None:
    status, error = await visitor.send(button=uuid.uuid4().hex)
    assert (status, error["error"]) == (403, "forbidden")
