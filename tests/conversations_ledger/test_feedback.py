"""Feedback: of answers only, the last word counts, and it can be taken back."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from bot.conversations import feedback
from bot.conversations.models import Feedback, Message
from tests.conversations_ledger.conftest import NOON, rows

SECOND = timedelta(seconds=1)


async def values(ledger) -> list[tuple[int, str]]:
    return [(row.value, row.source) for row in await rows(ledger, Feedback)]


async def test_by_its_id_or_its_place(ledger, desk) -> None:
    seq = await desk.ask("hola")
    (answer,) = [message for message in await rows(ledger, Message) if message.kind == "answer"]
    assert await feedback.note(ledger, answer.id, 1, "reaction", NOON)
    assert await feedback.note(ledger, (desk.conversation, seq), -1, "button", NOON + SECOND)
    assert await values(ledger) == [(-1, "button")]


async def test_what_is_no_answer_has_none(ledger, desk) -> None:
    await desk.ask("hola")
    for message in ((desk.conversation, 1), (desk.conversation, 99), "nothing"):
        assert not await feedback.note(ledger, message, 1, "button", NOON)
    assert await values(ledger) == []


async def test_it_is_news_once_and_can_be_taken_back(ledger, desk) -> None:
    answer = (desk.conversation, await desk.ask("hola"))
    told = [await feedback.note(ledger, answer, value, "button", NOON + n * SECOND) for n, value in enumerate((1, 1, 0, 0, -1))]
    assert told == [True, False, True, False, True]
    assert await values(ledger) == [(-1, "button")]


async def test_what_comes_late_is_no_news_even_after_it_was_taken_back(ledger, desk) -> None:
    answer = (desk.conversation, await desk.ask("hola"))
    assert not await feedback.note(ledger, answer, 0, "reaction", NOON)
    assert not await feedback.note(ledger, answer, 1, "reaction", NOON - SECOND)
    assert await values(ledger) == [(0, "reaction")]


async def test_many_at_once_through_several_processes(open_ledger, desk) -> None:
    answer = (desk.conversation, await desk.ask("hola"))
    told = await asyncio.gather(*(feedback.note(open_ledger(), answer, 1, "button", NOON) for _ in range(6)))
    assert sum(told) == 1
