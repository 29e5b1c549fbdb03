"""What is older than it is kept goes, with all that points at it; what is open, or younger, stays; what proves stays whole."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import delete, func, insert, select

from bot.console import audit, marks
from bot.conversations import disclosures, inbox, sessions
from bot.conversations.models import Base, Conversation, Disclosure, Message, Sealed
from bot.conversations.tables import DISCLOSURE_ANCHOR, EPISODE, MESSAGE
from bot.identity.identity import Identity, Level
from bot.privacy import persons, retention
from bot.privacy.sealing import Sealer
from bot.protocol.turn import Choice, Effect
from bot.settings import load_settings
from tests.conversations_ledger.conftest import NOON, Desk, rows, told

KEY = "s" * 40
SETTINGS = load_settings({"INTERNAL_SECRET": "i" * 40, "SESSION_SECRET": KEY, "PORTAL_JWT_SECRET": "p" * 40, "KEEP_MESSAGES_DAYS": "10", "KEEP_SEALED_DAYS": "5", "KEEP_AUDIT_DAYS": "20", "KEEP_DISCLOSURES_DAYS": "30"})  # fmt: skip
CASE = Effect("escalate", {"code": "7K3MQX", "reason": "cliente_pide_asesor", "summary": "C-1009"})
PROVES = {"disclosure", "disclosure_anchor", "audit_entry", "ledger_life"}


async def counts(ledger) -> dict[str, int]:
    def work(connection):
        return {table.name: connection.scalar(select(func.count()).select_from(table)) for table in Base.metadata.sorted_tables}

    return {name: number for name, number in (await ledger.read(work)).items() if number}


async def fill(desk: Desk) -> None:
    """A conversation with something in every table that points at it."""
    ledger = desk.ledger
    await inbox.accept(ledger, desk.inbound("¿cuándo vence? soy ana@correo.mx"), desk.now, desk.terms(seal=Sealer([KEY]).seal))
    await desk.answer(result=told("El 28.", Choice("Pagar", "consultar_pago", {})))
    await marks.add_note(ledger, desk.conversation, "ana", "llamó al 55 1234 5678", desk.now)
    await marks.add_tag(ledger, desk.conversation, "ana", "vip", desk.now)
    message = (await rows(ledger, Message, Message.seq))[0]
    await marks.correct(ledger, desk.conversation, message.id, 0, "consultar_pago", "ana", desk.now)
    await audit.note(ledger, "vista", "ana", "127.0.0.1", desk.now, desk.conversation, "detalle")


async def test_what_is_old_goes_with_all_that_points_at_it(ledger, desk) -> None:
    await fill(desk)
    assert await retention.run(ledger, SETTINGS, NOON + timedelta(days=4)) == {}
    assert await retention.run(ledger, SETTINGS, NOON + timedelta(days=6)) == {"sealed": 1}
    gone = await retention.run(ledger, SETTINGS, NOON + timedelta(days=11))
    assert {
        "message": 2,
        "understanding": 1,
        "reading": 1,
        "button": 1,
        "correction": 1,
        "conversation": 1,
        "note": 1,
        "tag": 1,
    }.items() <= gone.items()
    assert set(await counts(ledger)) <= PROVES
    assert await disclosures.problems(ledger, [KEY]) == []
    assert await retention.run(ledger, SETTINGS, NOON + timedelta(days=21)) == {"audit_entry": 1}


async def test_what_is_young_or_open_stays(ledger, desk) -> None:
    await desk.ask("¿cuándo vence?", told("El 28.", effects=(CASE,)))
    other = Desk(ledger, await sessions.begin(ledger, Identity("C-1003", None, Level.SIGNED_IN, "portal"), timedelta(hours=1), NOON))
    await other.say("hola")
    assert "message" not in await retention.run(ledger, SETTINGS, NOON + timedelta(days=365))
    assert len(await rows(ledger, Message)) == 3


async def test_a_long_conversation_loses_its_beginning_only(ledger, desk) -> None:
    await desk.ask("¿cuándo vence?")
    desk.now += timedelta(days=11)
    await desk.ask("¿y el respaldo?")
    assert (await retention.run(ledger, SETTINGS, desk.now))["message"] == 2
    assert [each.seq for each in await rows(ledger, Message, Message.seq)] == [3, 4]
    await desk.ask("¿y ahora?")


async def test_many_go_in_pieces(ledger, desk, monkeypatch) -> None:
    monkeypatch.setattr(retention, "PIECE", 2)
    for _ in range(4):
        await desk.ask("¿cuándo vence?")
    assert (await retention.run(ledger, SETTINGS, NOON + timedelta(days=11)))["message"] == 8


async def test_old_disclosures_are_cut_off_and_the_rest_is_still_whole(ledger, desk) -> None:
    await desk.ask("¿cuándo vence?")
    desk.now += timedelta(days=31)
    await desk.ask("¿y el respaldo?")
    assert (await retention.run(ledger, SETTINGS, desk.now))["disclosure"] == 1
    assert [each.n for each in await rows(ledger, Disclosure)] == [2]
    assert await disclosures.problems(ledger, [KEY]) == []
    await desk.ask("¿y ahora?")
    assert await disclosures.problems(ledger, [KEY]) == []
    await ledger.write(lambda connection: connection.execute(delete(DISCLOSURE_ANCHOR)))
    assert any("entries before it are missing" in each for each in await disclosures.problems(ledger, [KEY]))


async def test_the_newest_disclosure_stays_as_long_as_its_conversation_and_the_next_hangs_on_it(ledger, desk) -> None:
    await desk.ask("¿cuándo vence?")
    assert await disclosures.cut(ledger, KEY, NOON + timedelta(days=1), NOON + timedelta(days=1)) == 0
    desk.now += timedelta(days=1)
    await desk.ask("¿y el respaldo?")
    assert await disclosures.cut(ledger, KEY, NOON + timedelta(days=9), NOON + timedelta(days=9)) == 1
    await persons.erase(ledger, desk.conversation, desk.now)
    assert await disclosures.cut(ledger, KEY, NOON + timedelta(days=9), NOON + timedelta(days=9)) == 1
    assert await rows(ledger, Disclosure) == []
    assert await disclosures.problems(ledger, [KEY]) == []


async def test_an_export_holds_all_of_it_in_clear(ledger, desk) -> None:
    await fill(desk)
    document = await persons.export(ledger, "C-1009", Sealer([KEY]).open, NOON)
    assert document["conversations"] == [desk.conversation]
    assert {"conversation", "message", "understanding", "reading", "button", "note", "tag", "correction", "sealed", "disclosure", "audit_entry", "web_session", "episode"} <= set(document["data"])  # fmt: skip
    text = persons.as_json(document)
    assert "soy ana@correo.mx" in text
    assert "llamó al 55 1234 5678" in text
    assert (await persons.export(ledger, "C-1001", str, NOON))["conversations"] == []


async def test_what_is_erased_is_nowhere_and_others_are_whole(ledger, desk) -> None:
    await fill(desk)
    other = Desk(ledger, await sessions.begin(ledger, Identity("C-1003", None, Level.SIGNED_IN, "portal"), timedelta(hours=1), NOON))
    await other.ask("¿cuándo vence?")
    before = await counts(ledger)
    receipt = await persons.erase(ledger, "C-1009", NOON)
    assert receipt["erased"]["message"] == 2
    assert receipt["erased"]["sealed"] == 1
    assert receipt["kept"] == {"disclosure": 1, "audit_entry": 2}
    assert len(receipt["receipt"]) == 64
    after = await counts(ledger)
    assert (before["message"] - after["message"], after["conversation"]) == (2, 1)
    assert [each.detail for each in await audit.newest(ledger)] == ["", ""]
    assert await rows(ledger, Sealed) == []
    assert {each.conversation_id for each in await rows(ledger, Message)} == {other.conversation}
    assert await disclosures.problems(ledger, [KEY]) == []
    assert (await persons.erase(ledger, "C-1009", NOON))["conversations"] == []


@pytest.mark.parametrize("asked", ["+525512345678", "55 1234 5678", "5215512345678"])
async def test_a_person_is_found_by_telephone(ledger, asked) -> None:
    from bot.conversations.people import Address, find_or_make

    address = Address("+525512345678", "5215512345678")
    own = await ledger.write(lambda connection: find_or_make(connection, "whatsapp", [address], NOON))
    assert await persons.conversations_of(ledger, asked) == [own]
    assert [each.id for each in await rows(ledger, Conversation)] == [own]


async def test_every_table_that_points_at_a_conversation_is_erased_with_it(ledger, desk) -> None:
    """A table that is added later and has no foreign key would be forgotten: it must be named here."""
    pointing = {
        table.name for table in Base.metadata.sorted_tables if {"conversation_id", "message_id", "conversation"} & set(table.columns.keys())
    }
    free = {table.name for table in Base.metadata.sorted_tables if table.name in pointing and not table.foreign_keys}
    assert free == {"disclosure", "audit_entry", "presence"}  # who looks at one is forgotten in minutes by itself
    await ledger.write(
        lambda connection: connection.execute(
            insert(EPISODE), {"conversation_id": desk.conversation, "events": [], "started_at": NOON, "last_at": NOON}
        )
    )
    await persons.erase(ledger, desk.conversation, NOON)
    assert await ledger.read(lambda connection: connection.scalar(select(func.count()).select_from(MESSAGE))) == 0
