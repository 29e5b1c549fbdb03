"""The inbox: exactly once by (channel, scope, external id), in order, and nothing that cannot be stored."""

from __future__ import annotations

import asyncio
import hashlib
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.conversations import batches, history, inbox, sessions
from bot.conversations.clean import clean_json, clean_text
from bot.conversations.models import Button, Message
from bot.errors import Conflict, LedgerUnavailable, NotYours
from bot.identity.identity import ANONYMOUS
from bot.protocol.turn import Choice
from tests.conversations_ledger.conftest import NOON, rows, told


async def test_seqs_count_without_gaps(ledger, desk) -> None:
    accepted = [await desk.say(f"n={n}") for n in range(3)]
    assert [(one.seq, one.repeated) for one in accepted] == [(1, False), (2, False), (3, False)]


async def test_a_repetition_is_recognised_and_costs_no_seq(ledger, desk) -> None:
    assert (await desk.say("hola", external_id="a")).repeated is False
    again = await desk.say("hola", external_id="a")
    assert (again.seq, again.repeated) == (1, True)
    assert (await desk.say("otra")).seq == 2


async def test_the_same_id_with_other_content_is_a_conflict(ledger, desk) -> None:
    await desk.say("hola", external_id="a")
    with pytest.raises(Conflict, match="content"):
        await desk.say("adiós", external_id="a")
    with pytest.raises(Conflict, match="content"):
        await desk.say(button="hola", external_id="a")
    assert [message.text for message in await rows(ledger, Message)] == ["hola"]


async def test_copies_at_once_through_several_processes(open_ledger, desk) -> None:
    ledgers = [open_ledger() for _ in range(3)]
    copies = [inbox.accept(ledgers[n % 3], desk.inbound("hola", external_id="a"), NOON, desk.terms(notice="aviso")) for n in range(15)]
    accepted = await asyncio.gather(*copies)
    assert {one.seq for one in accepted} == {1}
    assert sum(not one.repeated for one in accepted) == 1
    assert [m.kind for m in await rows(desk.ledger, Message, Message.seq)] == ["text", "notice"]


async def test_messages_at_once_through_several_processes_leave_no_gap(open_ledger, desk) -> None:
    ledgers = [open_ledger() for _ in range(3)]
    accepted = await asyncio.gather(*(inbox.accept(ledgers[n % 3], desk.inbound(f"n={n}"), NOON, desk.terms()) for n in range(20)))
    assert sorted(one.seq for one in accepted) == list(range(1, 21))
    assert [m.seq for m in await history.messages_after(desk.ledger, desk.conversation, 0)] == list(range(1, 21))


async def test_the_same_id_on_one_number_of_two_people_is_stored_once(ledger, desk) -> None:
    other = await sessions.begin(ledger, ANONYMOUS, timedelta(hours=1), NOON)
    shared = {"channel": "whatsapp", "scope": "phone-1", "external_id": "wamid.1"}
    await inbox.accept(ledger, desk.inbound("hola", **shared), NOON, desk.terms())
    with pytest.raises(Conflict):
        await inbox.accept(ledger, desk.inbound("hola", **shared, conversation=other.conversation), NOON, desk.terms())


async def test_a_conversation_that_does_not_exist(ledger, desk) -> None:
    with pytest.raises(NotYours):
        await inbox.accept(ledger, desk.inbound("hola", conversation="nobody"), NOON, desk.terms())


async def test_what_is_masked_is_never_stored_and_a_repetition_is_still_recognised(ledger, desk) -> None:
    for _ in range(2):
        accepted = await inbox.accept(ledger, desk.inbound("mi tarjeta es 4111 1111 1111 1111", external_id="a"), NOON, desk.terms())
    assert accepted.repeated
    (message,) = await rows(ledger, Message)
    assert message.text == "mi tarjeta es [tarjeta]"
    assert message.fingerprint == hashlib.sha256(b"text:mi tarjeta es [tarjeta]").hexdigest()


async def test_whoever_sends_a_secret_is_told_once(ledger, desk) -> None:
    terms = desk.terms(notice="privacy", secrets_notice="do not")
    first = await inbox.accept(ledger, desk.inbound("mi contraseña es Perro.88"), NOON, terms)
    again = await inbox.accept(ledger, desk.inbound("mi pin es 4821"), NOON, terms)
    assert [(each.seq, each.kind, each.text) for each in first.messages] == [
        (1, "text", "mi contraseña es [contraseña]"), (2, "notice", "privacy"), (3, "notice", "do not"),
    ]  # fmt: skip
    assert [(each.seq, each.text) for each in again.messages] == [(4, "mi pin es [código]")]


async def test_of_cards_telephones_and_mails_the_answers_speak(ledger, desk) -> None:
    accepted = await inbox.accept(
        ledger, desk.inbound("4111 1111 1111 1111, 55 1234 5678, ana@correo.mx"), NOON, desk.terms(secrets_notice="do not")
    )
    assert [each.text for each in accepted.messages] == ["[tarjeta], [teléfono], [correo]"]


async def test_a_batch_tells_whoever_sends_a_secret_once(ledger, desk) -> None:
    sent = [desk.inbound(text) for text in ("mi pin es 4821", "hola", "mi pin es 4821")]
    await batches.accept_many(ledger, sent, NOON, desk.terms(secrets_notice="do not"))
    stored = await rows(ledger, Message, Message.seq)
    assert [(each.seq, each.author, each.text) for each in stored] == [
        (1, "customer", "mi pin es [código]"), (2, "bot", "do not"), (3, "customer", "hola"), (4, "customer", "mi pin es [código]"),
    ]  # fmt: skip


async def test_what_came_beside_a_message_is_masked_where_it_is_words(ledger, desk) -> None:
    media = {"id": "1234567890123456", "filename": "RFC GODE561231GR8.pdf"}
    await desk.say("mi constancia", kind="document", media=media, profile_name="Ana 55 1234 5678")
    (message,) = await rows(ledger, Message)
    assert message.media == {"id": "1234567890123456", "filename": "RFC [RFC].pdf"}
    assert message.profile_name == "Ana [teléfono]"


async def test_what_came_with_a_message_is_kept(ledger, desk) -> None:
    sent_at = NOON - timedelta(minutes=3)
    came = {"kind": "image", "media": {"id": "m1"}, "quoted": "wamid.0", "sent_at": sent_at, "profile_name": "Lupita"}
    await desk.say("mi comprobante", **came)
    (message,) = await rows(ledger, Message)
    assert {name: getattr(message, name) for name in came} == came


async def test_a_batch_is_stored_in_order_and_one_that_is_refused_leaves_the_others(ledger, desk) -> None:
    await desk.say("uno", external_id="1")
    batch = [("uno", "1"), ("dos", "2"), ("otro uno", "1"), ("tres", "3"), ("tres", "3")]
    inbounds = [desk.inbound(text, external_id=number) for text, number in batch] + [desk.inbound("x", conversation="nobody")]
    results = await batches.accept_many(ledger, inbounds, NOON, desk.terms())
    told = [(one.seq, one.repeated) if isinstance(one, inbox.Accepted) else type(one) for one in results]
    assert told == [(1, True), (2, False), Conflict, (3, False), (3, True), NotYours]
    assert [m.text for m in await rows(ledger, Message, Message.seq)] == ["uno", "dos", "tres"]


async def test_batches_at_once_through_several_processes_store_each_message_once(desk, open_ledger) -> None:
    ledgers = [open_ledger() for _ in range(3)]
    batch = [desk.inbound(f"n={n}", external_id=str(n)) for n in range(10)]
    await asyncio.gather(*(batches.accept_many(ledger, batch, NOON, desk.terms()) for ledger in ledgers))
    assert sorted(m.text for m in await rows(desk.ledger, Message)) == [f"n={n}" for n in range(10)]


async def test_a_press_that_is_repeated_while_the_first_is_stored_is_the_same_press(desk, open_ledger) -> None:
    await desk.ask("hola", told("¿Cuál?", Choice("SIERRA-01", "x")))
    (button,) = await rows(desk.ledger, Button)
    presses = [inbox.accept(open_ledger(), desk.inbound(button=button.id, external_id="p"), NOON, desk.terms()) for _ in range(6)]
    accepted = await asyncio.gather(*presses)
    assert {one.seq for one in accepted} == {3}
    assert sum(not one.repeated for one in accepted) == 1


async def test_nul_and_lone_surrogates_are_not_stored(ledger, desk) -> None:
    await desk.say("a\0b\ud800c😀")
    assert (await rows(ledger, Message))[0].text == "abc😀"


async def test_a_ledger_without_tables_says_that_it_is_unavailable(tmp_path, desk) -> None:
    from bot.conversations.ledger import Ledger
    from bot.database import open_database

    empty = Ledger(open_database(f"sqlite:///{tmp_path}/empty.db"))
    with pytest.raises(LedgerUnavailable):
        await inbox.accept(empty, desk.inbound("hola"), NOON, desk.terms())
    with pytest.raises(LedgerUnavailable):
        await empty.ping()
    await empty.close()


async def test_a_server_that_is_away_says_so(desk) -> None:
    from bot.conversations.ledger import Ledger
    from bot.database import open_database

    away = Ledger(open_database("postgresql+asyncpg://nobody@127.0.0.1:9/nothing"))
    with pytest.raises(LedgerUnavailable):
        await inbox.accept(away, desk.inbound("hola"), NOON, desk.terms())
    await away.close()


@settings(deadline=None)
@given(st.text(st.characters()))
def test_any_text_becomes_storable(text: str) -> None:
    cleaned = clean_text(text)
    cleaned.encode()
    assert "\0" not in cleaned
    assert clean_text(cleaned) == cleaned


def test_json_is_cleaned_throughout_and_not_without_end() -> None:
    assert clean_json({"a\0": ["b\ud800", {"c": ("d\0", 1, None)}]}) == {"a": ["b", {"c": ["d", 1, None]}]}
    deep: list = []
    for _ in range(100):
        deep = [deep]
    with pytest.raises(ValueError, match="deep"):
        clean_json(deep)
