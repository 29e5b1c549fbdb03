"""A burst is one turn and one answer; a message that asks nothing yet waits for the next, in the ledger, and no longer than it may."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import pytest

from bot.conversations import answers, gathering, history, inbox, notices, queue, sessions, take_over
from bot.conversations.bursts import ALONE_FROM, MOST_MESSAGES
from bot.conversations.models import Button, Conversation, Message
from bot.errors import LeaseLost
from bot.identity.identity import ANONYMOUS, Identity, Level
from bot.protocol.turn import READ_CHARACTERS, Choice
from tests.conversations_ledger.conftest import CUSTOMER, LIFE, NOON, Desk, rows, told

SECOND = timedelta(seconds=1)
PAUSE, MOST = 2 * SECOND, 8 * SECOND


async def waits(desk: Desk, turn=None) -> datetime:
    """The turn (default: the next) is put back, to be taken again at this moment."""
    turn = turn or await desk.claim()
    assert turn.may_wait
    return await gathering.wait_for_more(desk.ledger, turn, desk.now, PAUSE, MOST)


async def types(desk: Desk, *, to_agent: bool = False) -> datetime | None:
    noted = await gathering.note_typing(desk.ledger, lambda _: desk.conversation, desk.now, 4 * SECOND, MOST)
    assert (noted.conversation, noted.to_agent) == (desk.conversation, to_agent)
    return noted.until


async def say_later(desk: Desk, text: str, seconds: float = 0.7) -> None:
    desk.now += timedelta(seconds=seconds)
    await desk.say(text)


async def test_what_waits_is_one_turn_with_one_answer(ledger, desk) -> None:
    for text in ("hola", "oye una duda", "mi server", "cuando se vence"):
        await say_later(desk, text)
    turn = await desk.claim()
    assert turn.text == "hola\noye una duda\nmi server\ncuando se vence"
    assert ([message.seq for message in turn.messages], turn.last.seq) == ([1, 2, 3, 4], 4)
    assert (turn.accepted_at, turn.first_at) == (desk.now, NOON + timedelta(seconds=0.7))
    left = Choice("oye una duda", "faq_factura", text="oye una duda")  # a question of the burst that was left over
    await desk.answer(turn, told("El 28.", Choice("Renovar", "faq_formas_pago"), left))
    assert await desk.claim() is None
    stored = await rows(ledger, Message, Message.seq)
    assert [(m.state, m.answered_by, m.in_reply_to) for m in stored] == [*[("answered", 5, None)] * 4, (None, None, 4)]
    assert {button.title: button.origin_text for button in await rows(ledger, Button)} == {
        "Renovar": turn.text,
        "oye una duda": "oye una duda",
    }


async def test_a_message_that_comes_while_the_turn_runs_begins_the_next(desk) -> None:
    await desk.say("uno")
    turn = await desk.claim()
    await say_later(desk, "dos")
    await say_later(desk, "tres")
    await desk.answer(turn)
    assert (await desk.claim()).text == "dos\ntres"


async def test_a_pressed_button_ends_the_burst_before_it_and_is_a_turn_of_its_own(ledger, desk) -> None:
    await desk.ask("¿de cuál?", told("¿Cuál?", Choice("SIERRA-02", "consultar_suscripcion")))
    (button,) = await rows(ledger, Button)
    await desk.say("hola")
    await desk.say("mira")
    await desk.say(button=button.id)
    await desk.say("gracias")
    taken = []
    while (turn := await desk.claim()) is not None:
        taken.append((turn.text, turn.last.press is not None, turn.may_wait))
        await desk.answer(turn)
    assert taken == [("hola\nmira", False, False), ("¿de cuál?", True, False), ("gracias", False, True)]


async def test_who_writes_with_another_proof_begins_another_turn(ledger, desk) -> None:
    proved = Identity(CUSTOMER.desk, CUSTOMER.person, Level.SIGNED_IN, "code")
    for who in (CUSTOMER, CUSTOMER, proved):
        await inbox.accept(ledger, desk.inbound("hola"), desk.now, desk.terms(who))
    first = await desk.claim()
    assert (len(first.messages), first.identity, first.may_wait) == (2, CUSTOMER, False)
    await desk.answer(first)
    second = await desk.claim()
    assert (len(second.messages), second.identity) == (1, proved)


async def test_a_burst_is_no_longer_than_what_is_read(desk) -> None:
    for _ in range(3):
        await desk.say("x" * (READ_CHARACTERS // 2 - 1))
    turn = await desk.claim()
    assert (len(turn.messages), len(turn.text) <= READ_CHARACTERS, turn.may_wait) == (2, True, False)
    await desk.answer(turn)
    assert len((await desk.claim()).messages) == 1


async def test_a_long_message_is_taken_alone(desk) -> None:
    for text in ("x" * 4096, "hola"):
        await desk.say(text)
    assert [len(message.text) for message in (await desk.claim()).messages] == [4096]


async def test_a_burst_has_a_bounded_number_of_messages(desk) -> None:
    for n in range(MOST_MESSAGES + 1):
        await desk.say(f"n={n}")
    turn = await desk.claim()
    assert (len(turn.messages), turn.may_wait) == (MOST_MESSAGES, False)
    await desk.answer(turn)
    assert (await desk.claim()).text == f"n={MOST_MESSAGES}"


async def test_what_failed_is_not_joined_to_what_came_after_it_and_in_the_end_stands_alone(ledger, desk) -> None:
    for text in ("veneno", "hola"):
        await desk.say(text)
    for _ in range(ALONE_FROM):
        turn = await desk.claim()
        assert [message.text for message in turn.messages] == ["veneno", "hola"]
        await queue.postpone(ledger, turn, desk.now, "x")
        await desk.say("otra")
    turn = await desk.claim()
    assert turn.text == "veneno"
    await queue.park(ledger, turn, "x", "Llama.", desk.now)
    order = []
    while (turn := await desk.claim()) is not None:
        order.append(turn.text)
        await desk.answer(turn)
    assert order == ["hola", "otra\notra"]


async def test_a_greeting_waits_and_is_answered_when_nothing_follows(ledger, desk) -> None:
    await desk.say("hola")
    assert await waits(desk) == NOON + PAUSE
    assert await desk.claim() is None
    desk.now = NOON + PAUSE
    turn = await desk.claim()
    assert (turn.text, turn.may_wait, turn.attempts, turn.first_attempt_at) == ("hola", False, 1, desk.now)
    await desk.answer(turn)
    (place,) = await rows(ledger, Conversation)
    assert (place.ready_at, place.gathers_until, place.lease_until) == (None, None, None)


async def test_the_next_message_is_taken_at_once_with_what_waited(desk) -> None:
    await desk.say("hola")
    await waits(desk)
    await say_later(desk, "oye una duda")
    turn = await desk.claim()
    assert (turn.text, turn.may_wait) == ("hola\noye una duda", True)
    assert await waits(desk, turn) == desk.now + PAUSE
    await say_later(desk, "mi server")
    assert (await desk.claim()).text == "hola\noye una duda\nmi server"


async def test_it_waits_no_longer_than_the_bound_from_the_first_message_on(desk) -> None:
    await desk.say("hola")
    until = await waits(desk)
    while until < NOON + MOST:
        await say_later(desk, "este", 1.5)
        until = await waits(desk)
    assert until == NOON + MOST
    desk.now = until
    turn = await desk.claim()
    assert (turn.text.count("este"), turn.may_wait) == (4, False)


async def test_typing_prolongs_the_wait_up_to_the_bound(desk) -> None:
    await desk.say("hola")
    await waits(desk)
    desk.now += SECOND
    assert await types(desk) == NOON + 5 * SECOND
    desk.now = NOON + 3 * SECOND
    assert await desk.claim() is None
    desk.now = NOON + 4.5 * SECOND
    assert await types(desk) == NOON + MOST
    desk.now = NOON + MOST
    assert (await desk.claim()).may_wait is False


async def test_typing_that_began_before_the_turn_is_waited_for_and_what_was_typed_is_not(desk) -> None:
    await desk.say("hola")
    turn = await desk.claim()
    assert await types(desk) is None
    assert await waits(desk, turn) == NOON + 4 * SECOND
    await say_later(desk, "mira")  # that was it
    assert await waits(desk) == desk.now + PAUSE


async def test_typing_shortens_no_wait_and_wakes_nothing(ledger, desk) -> None:
    assert await types(desk) is None  # nothing waits: nothing is kept
    (place,) = await rows(ledger, Conversation)
    assert (place.typing_until, place.ready_at) == (None, None)
    await desk.say("hola")
    await queue.postpone(ledger, await desk.claim(), NOON + timedelta(minutes=1), "dialogue unavailable")
    assert await types(desk) is None  # a back-off is none of its business
    desk.now += 30 * SECOND
    assert await desk.claim() is None


async def test_a_back_off_is_not_cut_short_by_the_next_message(ledger, desk) -> None:
    await desk.say("hola")
    await waits(desk)
    desk.now += PAUSE
    await queue.postpone(ledger, await desk.claim(), desk.now + 10 * SECOND, "dialogue unavailable")
    await desk.say("otra")
    assert await desk.claim() is None
    desk.now += 10 * SECOND
    assert (await desk.claim()).text == "hola"


async def test_a_message_that_came_while_it_was_read_is_taken_at_once(desk) -> None:
    await desk.say("hola")
    turn = await desk.claim()
    await say_later(desk, "cuando vence")
    assert await waits(desk, turn) == desk.now
    assert (await desk.claim()).text == "hola\ncuando vence"


@pytest.mark.parametrize("at_once", [False, True])
async def test_the_wait_and_the_next_message_race_and_neither_is_forgotten(desk, open_ledger, at_once: bool) -> None:
    """Through two processes, many times."""
    other = Desk(open_ledger(), desk.session)
    for n in range(15):
        await desk.say("hola")
        turn = await desk.claim()
        terms = other.terms(lease_life=LIFE if at_once else None)
        _, accepted = await asyncio.gather(waits(desk, turn), inbox.accept(other.ledger, other.inbound("mi server"), desk.now, terms))
        assert accepted.turn is None
        both = await desk.claim()
        assert both is not None, n
        assert both.text == "hola\nmi server"
        await desk.answer(both)


async def test_a_holder_that_was_overtaken_puts_nothing_back(desk) -> None:
    await desk.say("hola")
    late = await desk.claim()
    desk.now += LIFE
    holder = await desk.claim()
    with pytest.raises(LeaseLost):
        await gathering.wait_for_more(desk.ledger, late, desk.now, PAUSE, MOST)
    await desk.answer(holder)


async def test_an_agent_who_takes_over_ends_the_wait(ledger, desk) -> None:
    await desk.say("hola")
    await waits(desk)
    await take_over.take_over(ledger, desk.conversation, "ana", desk.now, LIFE)
    desk.now += MOST
    assert await desk.claim() is None
    assert await types(desk, to_agent=True) is None
    desk.now += LIFE
    assert await types(desk) is None, "the agent's time is over"


async def test_a_clock_that_goes_back_leaves_nobody_waiting(desk) -> None:
    await desk.say("hola")
    await waits(desk)
    desk.now -= timedelta(hours=1)
    turn = await desk.claim()
    await waits(desk, turn)
    desk.now += PAUSE
    assert (await desk.claim()).may_wait is False


async def test_who_is_waited_for_is_not_told_that_the_answer_takes_long(ledger, desk) -> None:
    await desk.say("hola")
    await waits(desk)
    desk.now += SECOND
    await types(desk)
    desk.now = NOON + 7 * SECOND  # the wait of 5 s is over, the dialogue is slow
    turn = await desk.claim()

    async def overdue(seconds: int) -> bool:
        before = NOON + (seconds - 6) * SECOND
        found = bool(await notices.overdue(ledger, ["web"], before))
        assert found == await notices.tell_delay(ledger, desk.conversation, before, "espera", NOON + seconds * SECOND)
        return found

    assert [await overdue(seconds) for seconds in (7, 10, 11)] == [False, False, True]
    await desk.answer(turn)
    assert [m.kind for m in await history.messages_after(ledger, desk.conversation, 0)] == ["text", "notice", "answer"]


async def test_from_the_message_on_an_answer_is_shown_as_being_made_also_while_more_is_waited_for(ledger, desk) -> None:
    async def answering() -> bool:
        (pulse,) = (await history.pulses(ledger, [desk.conversation])).values()
        return pulse.answering(desk.now)

    await desk.say("hola")
    seen = [await answering()]
    turn = await desk.claim()
    seen.append(await answering())
    await waits(desk, turn)
    seen.append(await answering())
    desk.now += PAUSE
    await desk.answer()
    seen.append(await answering())
    assert seen == [True, True, True, False]


async def test_waits_of_many_conversations_end_each_at_its_own_moment(ledger) -> None:
    desks = [Desk(ledger, await sessions.begin(ledger, ANONYMOUS, LIFE, NOON)) for _ in range(3)]
    for n, desk in enumerate(desks):
        desk.now = NOON + n * SECOND / 2
        await desk.say("hola")
        await waits(desk)
    for n, desk in enumerate(desks):
        turn = await queue.claim(ledger, NOON + PAUSE + n * SECOND / 2, LIFE)
        assert turn.lease.conversation == desk.conversation
        assert await queue.claim(ledger, NOON + PAUSE + n * SECOND / 2, LIFE) is None
        await answers.commit(ledger, turn, told("¡Hola!"), desk.now)
