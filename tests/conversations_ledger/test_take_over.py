"""Take-overs: one agent at a time, nothing of the assistant's comes in between, and the next message after them is answered."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bot.conversations import answers, inbox, operators, queue, take_over
from bot.conversations.models import Conversation, Message
from bot.errors import Conflict, LeaseLost, NotYours
from tests.conversations_ledger.conftest import LIFE, NOON, rows, told

SHIFT = timedelta(minutes=10)
SECOND = timedelta(seconds=1)


async def owner(ledger) -> tuple:
    (row,) = await rows(ledger, Conversation)
    return row.owner, row.agent, row.owner_until


async def states(ledger) -> list[tuple[str, str | None]]:
    return [(message.text, message.state) for message in await rows(ledger, Message, Message.seq)]


async def test_an_agent_takes_a_conversation_and_hands_it_back(ledger, desk) -> None:
    await take_over.take_over(ledger, desk.conversation, "ana", NOON, SHIFT)
    assert await owner(ledger) == ("agent", "ana", NOON + SHIFT)
    await take_over.take_over(ledger, desk.conversation, "ana", NOON + SECOND, SHIFT)  # for longer
    assert await owner(ledger) == ("agent", "ana", NOON + SECOND + SHIFT)
    await take_over.hand_back(ledger, desk.conversation, "ana")
    assert await owner(ledger) == ("bot", None, None)


async def test_who_does_not_have_it_cannot_take_it_or_hand_it_back(ledger, desk) -> None:
    with pytest.raises(NotYours):
        await take_over.take_over(ledger, "nobody", "ana", NOON, SHIFT)
    with pytest.raises(Conflict, match="not taken"):
        await take_over.hand_back(ledger, desk.conversation, "ana")
    await take_over.take_over(ledger, desk.conversation, "ana", NOON, SHIFT)
    with pytest.raises(Conflict, match="taken"):
        await take_over.take_over(ledger, desk.conversation, "beto", NOON + SHIFT - SECOND, SHIFT)
    with pytest.raises(Conflict, match="not taken"):
        await take_over.hand_back(ledger, desk.conversation, "beto")
    await take_over.take_over(ledger, desk.conversation, "beto", NOON + SHIFT, SHIFT)  # she has left
    assert await owner(ledger) == ("agent", "beto", NOON + 2 * SHIFT)


async def test_of_two_agents_in_the_same_moment_one_wins(desk, open_ledger) -> None:
    for attempt in range(8):
        agents = [f"a{attempt}", f"b{attempt}"]
        taken = [take_over.take_over(open_ledger(), desk.conversation, agent, NOON, SHIFT) for agent in agents]
        results = await asyncio.gather(*taken, return_exceptions=True)
        winners = [agent for agent, result in zip(agents, results, strict=True) if result is None]
        assert [str(result) for result in results if result is not None] == ["taken"]
        assert (await owner(desk.ledger))[:2] == ("agent", winners[0])
        await take_over.hand_back(desk.ledger, desk.conversation, winners[0])


async def test_a_turn_that_runs_is_refused_and_never_answered(ledger, desk) -> None:
    await desk.say("con el asistente")
    await desk.say("esperaba")
    late = await desk.claim()
    await take_over.take_over(ledger, desk.conversation, "ana", NOON, SHIFT)
    for attempt in (
        answers.commit(ledger, late, told("tarde"), NOON),
        queue.postpone(ledger, late, NOON, "x"),
        queue.park(ledger, late, "x", "y", NOON),
        queue.renew(ledger, late.lease, NOON, LIFE),
    ):
        with pytest.raises(LeaseLost):
            await attempt
    accepted = await desk.say("con ella")
    assert (accepted.answering, accepted.turn) == (False, None)
    assert await queue.claim(ledger, NOON + timedelta(hours=1), LIFE) is None
    await take_over.hand_back(ledger, desk.conversation, "ana")
    with pytest.raises(LeaseLost):
        await answers.commit(ledger, late, told("aún más tarde"), NOON)
    assert await queue.claim(ledger, NOON + timedelta(hours=1), LIFE) is None
    await desk.ask("sigamos")
    with_agent = [(text, "with_agent") for text in ("con el asistente", "esperaba", "con ella")]
    assert await states(ledger) == [*with_agent, ("sigamos", "answered"), ("Listo.", None)]


async def test_a_message_that_comes_while_an_agent_has_it_is_not_queued(ledger, desk) -> None:
    await take_over.take_over(ledger, desk.conversation, "ana", NOON, SHIFT)
    accepted = await inbox.accept(ledger, desk.inbound("hola"), NOON, desk.terms(lease_life=LIFE))
    assert (accepted.answering, accepted.turn) == (False, None)
    (row,) = await rows(ledger, Conversation)
    assert (row.ready_at, row.lease_until) == (None, None)
    assert await operators.depth(ledger) == {"received": 0, "processing": 0, "failed": 0}


async def test_taking_over_and_accepting_at_once_leave_no_message_between_them(desk, open_ledger) -> None:
    for n in range(8):
        taking = take_over.take_over(open_ledger(), desk.conversation, "ana", NOON, SHIFT)
        accepting = inbox.accept(open_ledger(), desk.inbound(f"n={n}"), NOON, desk.terms())
        await asyncio.gather(taking, accepting)
        assert await desk.claim() is None
        await take_over.hand_back(desk.ledger, desk.conversation, "ana")
    assert {state for _, state in await states(desk.ledger)} == {"with_agent"}


async def test_what_agents_leave_behind_is_handed_back_once_by_any_number_of_processes(desk, open_ledger) -> None:
    await take_over.take_over(desk.ledger, desk.conversation, "ana", NOON, SHIFT)
    assert await take_over.expire(desk.ledger, NOON + SHIFT - SECOND) == []
    expired = await asyncio.gather(*(take_over.expire(open_ledger(), NOON + SHIFT) for _ in range(5)))
    assert sorted(expired) == [[], [], [], [], [desk.conversation]]
    assert await owner(desk.ledger) == ("bot", None, None)
    with pytest.raises(Conflict):
        await take_over.hand_back(desk.ledger, desk.conversation, "ana")
    await desk.ask("hola")


async def test_a_message_between_the_end_of_a_shift_and_its_hand_back_is_answered(ledger, desk) -> None:
    await take_over.take_over(ledger, desk.conversation, "ana", NOON, SHIFT)
    desk.now = NOON + SHIFT
    accepted = await inbox.accept(ledger, desk.inbound("¿hay alguien?"), desk.now, desk.terms(lease_life=LIFE))
    assert (accepted.answering, accepted.turn) == (True, None)
    assert await desk.claim() is None
    await take_over.expire(ledger, desk.now)
    await desk.answer()
    assert await states(ledger) == [("¿hay alguien?", "answered"), ("Listo.", None)]


async def test_what_an_operator_puts_back_meanwhile_is_answered_after_the_hand_back(ledger, desk) -> None:
    await desk.say("veneno")
    await queue.park(ledger, await desk.claim(), "aborted", None, NOON)
    await take_over.take_over(ledger, desk.conversation, "ana", NOON, SHIFT)
    (parked,) = await operators.parked(ledger)
    assert await operators.retry_parked(ledger, parked.message, NOON)
    assert await desk.claim() is None
    await take_over.hand_back(ledger, desk.conversation, "ana")
    await desk.answer()
    assert await states(ledger) == [("veneno", "answered"), ("Listo.", None)]
