"""Turns: one at a time under a fenced lease; an answer is stored whole or not at all; late holders write nothing."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bot.conversations import answers, history, notices, operators, queue, sessions
from bot.conversations.models import Button, Delivery, Effect, Episode, Escalation, Message, Reading, Understanding
from bot.errors import LeaseLost
from bot.identity.identity import ANONYMOUS
from bot.protocol.turn import Choice
from bot.protocol.turn import Effect as Ask
from tests.conversations_ledger.conftest import CUSTOMER, LIFE, NOON, Desk, rows, told

SECOND = timedelta(seconds=1)


async def test_a_claim_brings_all_that_the_turn_needs(desk) -> None:
    await desk.say("hola")
    turn = await desk.claim()
    assert (turn.last.text, turn.last.seq, turn.identity, turn.attempts, turn.events) == ("hola", 1, CUSTOMER, 1, ())
    assert turn.last.press is None
    assert turn.correlation == "c0ffee"


async def test_a_conversation_is_held_by_one(desk, open_ledger) -> None:
    await desk.say("hola")
    claims = await asyncio.gather(*(queue.claim(open_ledger(), NOON, LIFE) for _ in range(6)))
    assert sum(claim is not None for claim in claims) == 1


async def test_claims_of_many_conversations_at_once_never_meet(ledger, open_ledger) -> None:
    desks = [Desk(ledger, await sessions.begin(ledger, ANONYMOUS, LIFE, NOON)) for _ in range(8)]
    for desk in desks:
        await desk.say("hola")
    ledgers = [open_ledger() for _ in range(4)]

    async def work(mine) -> list[str]:
        taken = []
        while (turn := await queue.claim(mine, NOON, LIFE)) is not None:
            taken.append(turn.lease.conversation)
            await answers.commit(mine, turn, told("Listo."), NOON)
        return taken

    taken = [conversation for some in await asyncio.gather(*map(work, ledgers)) for conversation in some]
    missed = await work(ledger)  # a claimer that met only locked rows went home early
    assert sorted(taken + missed) == sorted(desk.conversation for desk in desks)


async def test_everything_of_an_answer_is_stored(ledger, desk) -> None:
    effects = (Ask("escalate", {"reason": "r", "code": "SV-1", "summary": "s"}), Ask("resend_connection_mail", {"desk": "C-1009"}))
    seq = await desk.ask("hola", told("Va.", Choice("Factura", "faq_factura", {"servidor": "SIERRA-01"}), effects=effects))
    inbound, answer = await rows(ledger, Message, Message.seq)
    assert (seq, answer.seq, answer.in_reply_to, answer.kind, answer.actions, answer.responses) == (
        2,
        2,
        1,
        "answer",
        ["action_x"],
        ["utter_x"],
    )
    assert (inbound.state, inbound.answered_at, inbound.answered_by, inbound.episode_id) == (
        "answered",
        NOON,
        answer.seq,
        answer.episode_id,
    )
    (part,) = await rows(ledger, Understanding)
    assert (part.message_id, part.decision, part.ranking[0]["confidence"]) == (inbound.id, "answered", 0.9)
    (reading,) = await rows(ledger, Reading)
    assert (reading.reply_id, reading.source, reading.server, reading.value, reading.read_at) == (
        answer.id,
        "subscription",
        "SIERRA-02",
        "2026-11-28",
        NOON,
    )
    (button,) = await rows(ledger, Button)
    assert (button.title, button.origin_text, button.entities) == ("Factura", "hola", {"servidor": "SIERRA-01"})
    assert [(e.n, e.kind, e.state) for e in await rows(ledger, Effect, Effect.n)] == [
        (0, "escalate", "done"),
        (1, "resend_connection_mail", "pending"),
    ]
    assert [e.code for e in await rows(ledger, Escalation)] == ["SV-1"]
    assert await rows(ledger, Delivery) == []  # on the web the customer fetches it
    assert [[event["n"] for event in e.events] for e in await rows(ledger, Episode)] == [[0, 1]]


async def test_messages_of_a_conversation_are_taken_in_order(desk) -> None:
    await desk.say("n=0")
    for n in range(3):
        turn = await desk.claim()
        assert turn.text == f"n={n}"
        await desk.say(f"n={n + 1}")  # while the turn runs: it begins the next
        assert await desk.claim() is None
        await desk.answer(turn)
    assert (await desk.claim()).text == "n=3"


async def test_turns_are_fair_between_conversations(ledger, desk) -> None:
    await desk.say("n=0")
    other = Desk(ledger, await sessions.begin(ledger, ANONYMOUS, LIFE, NOON))
    other.now = NOON + SECOND
    await other.say("yo también")
    desk.now = other.now + SECOND
    order = []
    for n in range(1, 4):
        turn = await desk.claim()
        order.append(turn.text)
        if turn.lease.conversation == desk.conversation:
            await desk.say(f"n={n}")
        await desk.answer(turn)
    assert order == ["n=0", "yo también", "n=1"]


async def test_a_late_holder_writes_nothing(ledger, desk) -> None:
    await desk.say("hola")
    late = await desk.claim()
    desk.now += LIFE
    holder = await desk.claim()
    assert (holder.last.id, holder.attempts) == (late.last.id, 2)
    for attempt in (
        answers.commit(ledger, late, told("tarde"), desk.now),
        queue.renew(ledger, late.lease, desk.now, LIFE),
        queue.postpone(ledger, late, desk.now, "x"),
        queue.park(ledger, late, "x", "y", desk.now),
    ):
        with pytest.raises(LeaseLost):
            await attempt
    await desk.answer(holder)
    assert [m.text for m in await rows(ledger, Message, Message.seq)] == ["hola", "Listo."]


async def test_an_answer_is_committed_once(ledger, desk) -> None:
    await desk.say("hola")
    turn = await desk.claim()
    await desk.answer(turn)
    with pytest.raises(LeaseLost):
        await desk.answer(turn)


async def test_a_renewed_lease_is_not_taken(ledger, desk) -> None:
    await desk.say("hola")
    turn = await desk.claim()
    desk.now += timedelta(seconds=20)
    await queue.renew(ledger, turn.lease, desk.now, LIFE)
    desk.now += timedelta(seconds=20)
    assert await desk.claim() is None
    await desk.answer(turn)


async def test_a_clock_that_goes_back_doubles_nothing_and_nobody_waits_for_it(ledger, desk) -> None:
    await desk.say("hola")
    late = await desk.claim()
    desk.now -= timedelta(hours=1)
    turn = await desk.claim()  # the lease seems to end in an hour: whoever has it will find that it was taken
    await desk.answer(turn)
    with pytest.raises(LeaseLost):
        await desk.answer(late)
    await desk.say("otra")
    assert (await desk.claim()).last.text == "otra"


async def test_a_back_off_from_before_the_clock_went_back_is_not_waited_for(ledger, desk) -> None:
    await desk.say("hola")
    await queue.postpone(ledger, await desk.claim(), desk.now + SECOND, "dialogue unavailable")
    desk.now -= timedelta(days=1)
    assert (await desk.claim()).last.text == "hola"


async def test_a_postponed_message_waits_and_those_behind_it_wait_with_it(ledger, desk) -> None:
    await desk.say("hola")
    await queue.postpone(ledger, await desk.claim(), desk.now + SECOND, "dialogue unavailable")
    await desk.say("otra")
    assert await desk.claim() is None
    desk.now += SECOND
    turn = await desk.claim()
    assert (turn.last.text, turn.attempts, turn.first_attempt_at) == ("hola", 2, NOON)


async def test_bringing_forward_takes_only_what_waited_for_that_reason(ledger, desk) -> None:
    other = Desk(ledger, await sessions.begin(ledger, ANONYMOUS, LIFE, NOON))
    for one, error in ((desk, "dialogue unavailable"), (other, "poison")):
        await one.say("hola")
        await queue.postpone(ledger, await one.claim(), NOON + timedelta(minutes=1), error)
    await queue.bring_forward(ledger, "dialogue unavailable", NOON)
    assert (await desk.claim()).lease.conversation == desk.conversation
    assert await desk.claim() is None


async def test_a_parked_message_lets_the_others_go_on_and_can_be_tried_again(ledger, desk) -> None:
    await desk.say("veneno")
    poisoned = await desk.claim()
    await desk.say("hola")
    await queue.park(ledger, poisoned, "aborted", "Llama a la línea.", desk.now)
    assert (await desk.claim()).last.text == "hola"
    (parked,) = await operators.parked(ledger)
    assert (parked.seq, parked.attempts, parked.error) == (1, 1, "aborted")
    assert await operators.retry_parked(ledger, parked.message, desk.now) is True
    assert await operators.retry_parked(ledger, parked.message, desk.now) is False
    desk.now += LIFE
    turn = await desk.claim()
    assert (turn.text, turn.attempts) == ("veneno", 1)  # "hola" was tried already, so it is not joined to it
    await desk.answer(turn)
    shown = await history.messages_after(ledger, desk.conversation, 0)
    assert [(m.kind, m.in_reply_to) for m in shown] == [("text", None), ("text", None), ("notice", 1), ("answer", 1)]


async def test_a_message_that_comes_while_its_conversation_is_answered_is_not_forgotten(desk, open_ledger) -> None:
    """Accept and commit race on the same row, through two processes, many times."""
    other = Desk(open_ledger(), desk.session)
    await desk.say("n=0")
    for n in range(1, 15):
        turn = await desk.claim()
        assert turn is not None, n
        await asyncio.gather(desk.answer(turn), other.say(f"n={n}"))
    assert (await desk.claim()).last.text == "n=14"


async def test_a_waiting_customer_is_told_once_by_any_number_of_processes(desk, open_ledger) -> None:
    await desk.say("hola")
    later = NOON + timedelta(seconds=7)
    before = later - timedelta(seconds=6)
    assert await notices.overdue(desk.ledger, ["web"], NOON - SECOND) == []
    assert await notices.overdue(desk.ledger, ["web"], before) == [(desk.conversation, "web")]
    assert await notices.overdue(desk.ledger, ["whatsapp"], before) == []
    told_by = await asyncio.gather(*(notices.tell_delay(open_ledger(), desk.conversation, before, "espera", later) for _ in range(5)))
    assert sum(told_by) == 1
    assert await notices.overdue(desk.ledger, ["web"], before) == []
    await desk.answer()
    assert await notices.tell_delay(desk.ledger, desk.conversation, later, "espera", later) is False  # nothing waits any more
    assert [(m.seq, m.kind) for m in await rows(desk.ledger, Message, Message.seq)] == [(1, "text"), (2, "notice"), (3, "answer")]


async def test_the_depth_of_the_queue(ledger, desk) -> None:
    await desk.say("uno")
    await desk.claim()
    await desk.say("dos")
    assert await operators.depth(ledger) == {"received": 1, "processing": 1, "failed": 0}
