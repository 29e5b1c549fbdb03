"""A card that comes in two messages is gone from both, from what was made of the first, and from a turn that still runs."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
from sqlalchemy import Connection, event, select, text

from bot.conversations import batches, listing, search, sessions
from bot.conversations.listing import Wanted
from bot.conversations.models import Base, Button, Conversation, Message
from bot.conversations.tables import EPISODE
from bot.errors import LeaseLost
from bot.protocol.turn import Choice, Effect, Ranked, Reply, TurnResult, Understood
from tests.conversations_ledger.conftest import CUSTOMER, NOON, Desk, rows

_ID = re.compile(r"\b[0-9a-f]{32,64}\b")
"""An id may hold any four digits by chance."""
FIRST, SECOND = "mi tarjeta es 4242 4242", "4242 4242 gracias"


def read(text_: str) -> TurnResult:
    understood = Understood(text_, "answered", "contar", (Ranked("contar", 0.9),), ({"entity": "x", "text": text_},), "text")
    events = ({"event": "user", "text": text_, "parse_data": {"text": f"{text_} …"}},)
    return TurnResult((Reply("Listo.", (Choice("Pagar", "consultar_pago", {}),)),), events, (understood,))


async def everything(ledger) -> str:
    """All the tables as text."""

    def work(connection):
        rows_of_all = [[list(row) for row in connection.execute(select(table))] for table in Base.metadata.sorted_tables]
        return _ID.sub("", json.dumps(rows_of_all, default=str))

    return await ledger.read(work)


async def test_both_pieces_are_taken_out(ledger, desk) -> None:
    await desk.say(FIRST)
    await desk.say(SECOND)
    assert [each.text for each in await rows(ledger, Message, Message.seq)] == ["mi tarjeta es [tarjeta]", "[tarjeta] gracias"]
    assert (await desk.claim()).text == "mi tarjeta es [tarjeta]\n[tarjeta] gracias"
    assert "4242" not in await everything(ledger)


async def test_what_was_made_of_the_first_piece_is_taken_out_too(ledger, desk) -> None:
    await desk.ask(FIRST, read(FIRST))
    assert "4242" in await everything(ledger)
    await desk.say(SECOND)
    assert "4242" not in await everything(ledger)
    (button,) = await rows(ledger, Button)
    assert button.origin_text == "mi tarjeta es [tarjeta]"


async def test_what_was_answered_and_handed_over_with_the_first_piece_says_it_no_more(ledger, desk) -> None:
    """An answer may quote its question, a case tells what it is about, and a question that waits for a code is kept in words."""
    quoting = Reply(f"No entendí «{FIRST}».")
    case = Effect("escalate", {"reason": "pidio_asesor", "code": "SV-7K2M9", "summary": f"Escribió: {FIRST}"})
    await desk.ask(FIRST, TurnResult((quoting,), (), (), (case,)))
    assert (await everything(ledger)).count("4242") >= 3
    await desk.say(SECOND)
    assert "4242" not in await everything(ledger)


async def test_figures_of_an_answer_that_are_like_a_short_piece_stay(ledger, desk) -> None:
    await desk.ask("mi cel es 551", TurnResult((Reply("Debes $551.00."),), (), ()))
    await desk.say("234 5678")
    texts_ = [each.text for each in await rows(ledger, Message, Message.seq)]
    assert texts_[0] == "mi cel es [teléfono]"
    assert "Debes $551.00." in texts_


async def test_a_turn_that_has_read_a_piece_keeps_nothing_and_runs_again(ledger, desk) -> None:
    await desk.say(FIRST)
    running = await desk.claim()
    await desk.say(SECOND)
    with pytest.raises(LeaseLost):
        await desk.answer(running, read(FIRST))
    again = await desk.claim()
    assert [message.text for message in again.messages] == ["mi tarjeta es [tarjeta]", "[tarjeta] gracias"]
    await desk.answer(again, read(again.text))
    assert "4242" not in await everything(ledger)


async def test_pieces_of_one_batch(ledger, desk) -> None:
    await batches.accept_many(ledger, [desk.inbound(FIRST), desk.inbound("hola"), desk.inbound(SECOND)], desk.now, desk.terms())
    assert [each.text for each in await rows(ledger, Message, Message.seq)] == ["mi tarjeta es [tarjeta]", "hola", "[tarjeta] gracias"]


async def test_a_batch_takes_the_turn_that_has_read_a_piece_back(ledger, desk) -> None:
    await desk.say(FIRST)
    running = await desk.claim()
    await batches.accept_many(ledger, [desk.inbound(SECOND)], desk.now, desk.terms())
    with pytest.raises(LeaseLost):
        await desk.answer(running, read(FIRST))
    assert (await desk.claim()).text == "mi tarjeta es [tarjeta]\n[tarjeta] gracias"


async def test_a_batch_looks_for_pieces_of_all_its_conversations_in_as_few_statements_as_for_one(ledger) -> None:
    sessions_ = [await sessions.begin(ledger, CUSTOMER, timedelta(hours=12), NOON) for _ in range(12)]
    desks = [Desk(ledger, session) for session in sessions_]
    for desk in desks:
        await desk.say(FIRST)
    counts = []
    for several in (desks[:1], desks[1:]):
        statements: list[str] = []

        def work(connection: Connection, several=several, statements=statements) -> None:
            event.listen(connection, "before_cursor_execute", lambda *given: statements.append(given[2]))
            batches.store(connection, [desk.inbound("hola", channel="whatsapp", scope="106") for desk in several], NOON, several[0].terms())

        await ledger.write(work)
        counts.append(len(statements))
    assert counts[0] == counts[1]
    await batches.accept_many(ledger, [desk.inbound(SECOND) for desk in desks], NOON, desks[0].terms())
    assert {each.text for each in await rows(ledger, Message)} == {"mi tarjeta es [tarjeta]", "hola", "[tarjeta] gracias"}


async def test_the_same_piece_again_is_a_repetition(ledger, desk) -> None:
    for _ in range(2):
        await desk.say(FIRST, external_id="a")
        again = await desk.say(SECOND, external_id="b")
    assert again.repeated
    assert (await rows(ledger, Conversation))[0].last_seq == 2


async def test_what_was_said_long_ago_is_no_piece(ledger, desk) -> None:
    await desk.ask(FIRST)
    desk.now += timedelta(minutes=4)
    await desk.say(SECOND)
    assert [each.text for each in await rows(ledger, Message, Message.seq)][-1] == SECOND


async def test_words_of_the_search_index_go_too(ledger, desk) -> None:
    await desk.say(FIRST)
    await desk.say(SECOND)
    if ledger.database.dialect == "sqlite":
        found = await ledger.read(
            lambda connection: connection.execute(text("SELECT * FROM message_words WHERE message_words MATCH '4242'")).all()
        )
        assert found == []
    assert await ledger.read(lambda connection: connection.execute(select(EPISODE.c.id)).all()) == []


async def test_the_search_index_forgets_the_words_in_its_segments(ledger, desk) -> None:
    """A search does not find them any more; the bytes of the index held them all the same."""
    for n in range(40):
        await desk.say(f"otra cosa {n}")
    await desk.say("mi tarjeta es 42424242")
    await desk.say("42424242 gracias")
    if ledger.database.dialect != "sqlite":
        return
    words = text("SELECT group_concat(hex(block)) FROM message_words_data")
    piece = b"2424242".hex()  # its first digit is shared with the word before it
    assert piece in await ledger.read(lambda connection: connection.scalar(words))
    await search.forget_old_words(ledger)
    assert piece not in await ledger.read(lambda connection: connection.scalar(words))
    assert len((await listing.find(ledger, Wanted(words="otra cosa"))).rows) == 1


async def test_a_piece_of_one_digit_is_taken_out_of_no_other_word(ledger, desk) -> None:
    asked = "¿SIERRA-04 vence el 24?"
    button = Choice("SIERRA-04", "consultar_vigencia", {})
    for said in ("mi código es", "4", "8", "2"):
        events = tuple({"event": "user", "text": each} for each in (asked, f"hola\n{said}"))
        await desk.ask(said, TurnResult((Reply("Sigue.", (button,)),), events, ()))
    await desk.say("9")
    customers = [each.text for each in await rows(ledger, Message, Message.seq) if each.author == "customer"]
    assert customers == ["mi código es", *["[código]"] * 4]
    assert {each.title for each in await rows(ledger, Button)} == {"SIERRA-04"}
    (events,) = await ledger.read(lambda connection: connection.scalars(select(EPISODE.c.events)).all())
    assert [each["text"] for each in events] == [asked, "hola\n[código]"]
