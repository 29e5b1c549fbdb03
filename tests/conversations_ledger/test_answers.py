"""One answer may cover several messages of a burst; an open case keeps its folio for itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import insert, update
from sqlalchemy.exc import IntegrityError

from bot.conversations import answers, queue, sessions
from bot.conversations.models import Escalation, Message, Understanding
from bot.conversations.queue import OpenMessage, OpenTurn
from bot.protocol.turn import Effect as Ask
from tests.conversations_ledger.conftest import CUSTOMER, NOON, Desk, rows, told


async def burst(desk) -> OpenTurn:
    """The turn of three messages that were written one after the other."""
    for text in ("hola", "oye", "¿cuándo vence?"):
        await desk.say(text)
    turn = await desk.claim()
    written = [message for message in await rows(desk.ledger, Message, Message.seq) if message.author == "customer"]
    return replace(turn, messages=tuple(OpenMessage(m.id, m.seq, m.text, None) for m in written[-3:]))


async def test_an_answer_covers_every_message_of_its_turn(ledger, desk) -> None:
    turn = await burst(desk)
    committed = await answers.commit(ledger, turn, told("El 28."), NOON)
    assert (committed.answer.seq, committed.answer.in_reply_to, committed.more) == (4, 3, False)
    *written, answer = await rows(ledger, Message, Message.seq)
    assert [(m.state, m.answered_by, m.answered_at) for m in written] == [("answered", 4, NOON)] * 3
    assert (answer.kind, answer.in_reply_to, answer.answered_by) == ("answer", 3, None)
    assert [part.message_id for part in await rows(ledger, Understanding)] == [written[-1].id]
    assert await desk.claim() is None


async def test_what_came_after_the_burst_waits_for_its_own_answer(ledger, desk) -> None:
    turn = await burst(desk)
    await desk.say("otra cosa")
    assert (await answers.commit(ledger, turn, told("El 28."), NOON)).more
    assert (await desk.claim()).last.text == "otra cosa"


async def test_a_burst_is_postponed_and_given_up_whole(ledger, desk) -> None:
    turn = await burst(desk)
    await queue.postpone(ledger, turn, NOON, "away")
    assert [(m.state, m.last_error) for m in await rows(ledger, Message)] == [("received", "away")] * 3
    again = replace(turn, lease=(await desk.claim()).lease)
    assert await queue.park(ledger, again, "poison", "Llama.", NOON) is False
    *written, notice = await rows(ledger, Message, Message.seq)
    assert [(m.state, m.last_error) for m in written] == [("failed", "poison")] * 3
    assert (notice.kind, notice.in_reply_to) == ("notice", 3)


async def test_a_second_answer_to_the_last_of_a_burst_cannot_be_stored(ledger, desk) -> None:
    await answers.commit(ledger, await burst(desk), told("El 28."), NOON)
    second = {"id": "x", "conversation_id": desk.conversation, "seq": 99, "author": "bot", "kind": "answer", "in_reply_to": 3, "text": ""}
    with pytest.raises(IntegrityError):
        await ledger.write(lambda connection: connection.execute(insert(Message), {**second, "at": NOON, "attempts": 0}))


def case(code: str) -> Ask:
    return Ask("escalate", {"reason": "pago vencido", "code": code, "summary": "s"})


async def test_the_folio_of_anothers_open_case_cannot_be_given_again_and_nothing_of_that_turn_is_kept(ledger, desk) -> None:
    other = Desk(ledger, await sessions.begin(ledger, CUSTOMER, timedelta(hours=12), NOON))
    await other.ask("uno", told("Folio SV-1.", effects=(case("SV-1"),)))
    await desk.say("dos")
    turn = await desk.claim()
    with pytest.raises(IntegrityError):
        await answers.commit(ledger, turn, told("Folio SV-1.", effects=(case("SV-1"),)), NOON)
    said = {m.text for m in await rows(ledger, Message, Message.seq) if m.conversation_id == desk.conversation}
    assert said == {"dos"}
    await answers.commit(ledger, turn, told("Folio SV-2.", effects=(case("SV-2"),)), NOON)  # the lease still stands
    assert [one.code for one in await rows(ledger, Escalation, Escalation.id)] == ["SV-1", "SV-2"]


async def test_the_folio_of_a_closed_case_may_come_again(ledger, desk) -> None:
    await desk.ask("uno", told("Folio SV-1.", effects=(case("SV-1"),)))
    await ledger.write(lambda connection: connection.execute(update(Escalation).values(state="solved")))
    await desk.ask("dos", told("Folio SV-1.", effects=(case("SV-1"),)))
    assert [one.state for one in await rows(ledger, Escalation, Escalation.id)] == ["solved", "open"]
