"""What is owed to customers by people, alike on both databases and whether messages come one by one or in batches."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import insert

from bot.conversations import answers, batches, cases, dues, inbox, presence, take_over
from bot.conversations.answers import Offer, OwnChoice
from bot.conversations.models import Conversation, Escalation
from bot.conversations.tables import DUE
from bot.protocol.turn import Choice
from tests.conversations_ledger.conftest import rows, told
from tests.conversations_ledger.test_cases import case

SHIFT = timedelta(minutes=15)


async def escalate(desk) -> None:
    await desk.ask("un asesor", told("Va.", effects=(case("cliente_pide_asesor"),)))


async def owed(ledger):
    (one,) = await rows(ledger, Conversation)
    return one.owed_since


@pytest.mark.parametrize("way", ["one", "batch"])
async def test_from_the_case_to_the_agents_word_and_again_from_the_customers(ledger, desk, way) -> None:
    async def say(text: str) -> None:
        if way == "one":
            await desk.say(text)
        else:
            await batches.accept_many(ledger, [desk.inbound(text)], desk.now, desk.terms())

    begun = desk.now
    await escalate(desk)
    desk.now += timedelta(minutes=5)
    await say("¿sigues ahí?")
    assert await owed(ledger) == begun, "still since the case"
    await take_over.take_over(ledger, desk.conversation, "ana", desk.now, SHIFT)
    await take_over.say(ledger, desk.conversation, "ana", "Hola", "a" * 32, desk.now, SHIFT)
    assert await owed(ledger) is None
    await say("gracias")
    assert await owed(ledger) is None
    desk.now += timedelta(minutes=1)
    await say("¿y mi respaldo?")
    assert await owed(ledger) == desk.now
    (row,) = await cases.waiting(ledger)
    assert (row.code, row.owed_since, row.agent) == ("7K2M9X", desk.now, "ana")
    await cases.close(ledger, desk.conversation, "7K2M9X", "ana", desk.now)
    assert await cases.waiting(ledger) == []
    desk.now += timedelta(hours=1)
    await say("no quedó")
    (row,) = await cases.waiting(ledger)
    assert (row.code, row.reopened, row.owed_since) == ("7K2M9X", 1, desk.now)


async def test_taking_over_what_waits_for_a_turn_owes_it(ledger, desk) -> None:
    await desk.say("hola, ¿me ayudan?")
    assert await owed(ledger) is None, "the assistant answers"
    await take_over.take_over(ledger, desk.conversation, "ana", desk.now, SHIFT)
    await take_over.hand_back(ledger, desk.conversation, "ana")
    (row,) = await cases.waiting(ledger)
    assert (row.code, row.summary, row.owed_since) == (None, "hola, ¿me ayudan?", desk.now)
    await cases.nothing_owed(ledger, desk.conversation)
    assert await cases.waiting(ledger) == []


async def test_what_nobody_asks_for_expires(ledger, desk) -> None:
    await escalate(desk)
    await cases.nothing_owed(ledger, desk.conversation)
    assert await cases.expire(ledger, desk.now + cases.SILENT) == []
    later = desk.now + cases.SILENT + timedelta(seconds=1)
    assert await cases.expire(ledger, later) == [desk.conversation]
    assert [(row.state, row.closed_at) for row in await rows(ledger, Escalation)] == [("expired", later)]
    assert await cases.oldest(ledger) is None


async def test_one_of_a_kind_is_due_and_settled_once(ledger, desk) -> None:
    await escalate(desk)
    for hours in (1, 2):
        at = desk.now + timedelta(hours=hours)
        await ledger.write(
            lambda connection, at=at: dues.promise(connection, desk.conversation, "call_back", at, desk.now, "+525510001001")
        )
    (call,) = await dues.open_ones(ledger, "call_back")
    assert (call.at, call.code, call.desk) == (desk.now + timedelta(hours=2), "7K2M9X", "C-1009")
    at = {"conversation_id": desk.conversation, "at": desk.now, "state": "open", "created_at": desk.now, "agent": "ana"}
    row = {**at, "kind": "later", "message": "a" * 32, "text": "Ya quedó."}
    await ledger.write(lambda connection: connection.execute(insert(DUE), row))
    for other in await dues.open_ones(ledger, "later"):
        assert await dues.settle_call(ledger, other.id, "done", "ana", desk.now) is None, "it is no call"
    settled = await dues.settle_call(ledger, call.id, "done", "ana", desk.now)
    assert settled.conversation_id == desk.conversation
    assert await owed(ledger) is None, "who was called was answered"
    assert await dues.settle_call(ledger, call.id, "not_reached", "beto", desk.now) is None
    became = [(row.state, row.closed_by) for row in await dues.of(ledger, desk.conversation)]
    assert became == [("cancelled", None), ("done", "ana"), ("open", None)]


async def test_the_place_in_the_queue(ledger, desk) -> None:
    await ledger.write(lambda connection: dues.promise(connection, desk.conversation, "chat", desk.now, desk.now))
    assert await ledger.read(lambda connection: dues.place(connection, desk.conversation)) == 1
    await take_over.take_over(ledger, desk.conversation, "ana", desk.now, SHIFT)
    assert await dues.open_ones(ledger, "chat") == []
    assert not await dues.leave(ledger, desk.conversation, desk.now)


async def test_who_is_there(ledger, desk) -> None:
    await presence.seen(ledger, "a" * 32, "ana", None, desk.now)
    await presence.seen(ledger, "b" * 32, "beto", desk.conversation, desk.now)
    await presence.seen(ledger, "b" * 32, "beto", desk.conversation, desk.now + timedelta(seconds=30))
    assert await presence.on_line(ledger, desk.now + timedelta(seconds=30)) == ["ana", "beto"]
    assert await presence.on_line(ledger, desk.now + timedelta(seconds=50)) == ["beto"]
    assert await presence.looking(ledger, [desk.conversation], desk.now) == {desk.conversation: ["beto"]}
    await presence.gone(ledger, "b" * 32)
    await presence.forget(ledger, desk.now + timedelta(hours=1))
    assert await presence.on_line(ledger, desk.now) == []


@pytest.mark.parametrize("way", ["one", "batch"])
async def test_a_button_of_the_house_is_kept_and_answered_without_the_dialogue(ledger, desk, way) -> None:
    pressed = []

    def keep(_connection, conversation, button, _now) -> str | None:
        pressed.append((conversation, button.intent, button.entities))
        return "Anotado." if button.intent == "casa_llamada" else None

    await desk.say("un asesor")
    offer = Offer("¿Te llamamos?", (OwnChoice("10:00 a 10:30", "casa_llamada", {"n": 1}, desk.now + timedelta(hours=1)),))
    answered = await answers.commit(ledger, await desk.claim(), told("Va.", Choice("Factura", "faq_factura", {})), desk.now, offer)
    assert answered.answer.text == "Va.\n\n¿Te llamamos?"
    assert [each.title for each in answered.answer.buttons] == ["Factura", "10:00 a 10:30"]
    inbound, terms = desk.inbound(button=answered.answer.buttons[1].id), desk.terms(keep=keep)
    if way == "one":
        await inbox.accept(ledger, inbound, desk.now, terms)
    else:
        await batches.accept_many(ledger, [inbound], desk.now, terms)
    assert pressed == [(desk.conversation, "casa_llamada", {"n": 1})]
    assert await owed(ledger) == desk.now, "somebody is asked for"
    turn = await desk.claim()
    assert (turn.asked, turn.last.fixed_answer) == ((), "Anotado.")
