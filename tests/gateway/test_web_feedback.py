"""POST /webchat/feedback: an answer of one's own conversation, and nothing else."""

from __future__ import annotations

import pytest

from tests.gateway.client import Visitor


@pytest.fixture
async def tab(gateway):
    async with Visitor(gateway.url("/")) as someone:
        await someone.open()
        yield someone


async def rate(tab: Visitor, seq: object, value: object) -> int:
    return (await tab.call("POST", "/webchat/feedback", json={"seq": seq, "value": value}))[0]


async def thought(tab: Visitor) -> dict[int, int]:
    return {message["seq"]: message["feedback"] for message in await tab.messages() if "feedback" in message}


async def test_the_last_word_counts(tab: Visitor) -> None:
    await tab.ask("hola")
    (answer,) = (message["seq"] for message in await tab.messages() if message["kind"] == "answer")
    for value, left in ((1, {answer: 1}), (-1, {answer: -1}), (-1, {answer: -1}), (0, {})):
        assert await rate(tab, answer, value) == 204
        assert await thought(tab) == left


async def test_only_answers_are_rated_and_only_ones_own(gateway, tab: Visitor) -> None:
    await tab.ask("hola")
    async with Visitor(gateway.url("/")) as other:
        await other.open()
        for seq in range(1, 6):
            assert await rate(other, seq, 1) == 204
        for seq in (1, 2, 99):
            assert await rate(tab, seq, 1) == 204
    assert await thought(tab) == {}


@pytest.mark.parametrize(("seq", "value"), [(0, 1), (1, 2), (1, "1"), (1, None), ("1", 1), (None, 1), (1, True), (10**9, 1)])
async def test_what_is_no_feedback_is_refused(tab: Visitor, seq: object, value: object) -> None:
    assert await rate(tab, seq, value) == 400


async def test_nobody_without_a_session(tab: Visitor) -> None:
    tab.session = None
    assert await rate(tab, 1, 1) == 401


async def test_a_flood_is_refused(tab: Visitor) -> None:
    await tab.ask("hola")
    assert 429 in [await rate(tab, 3, 1) for _ in range(30)]
