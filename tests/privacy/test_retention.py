"""What is older than it is kept goes, with all that points at it; what is open, or younger, stays; what proves stays whole."""

from __future__ import annotations

import asyncio
import re
from datetime import datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import Column, ColumnElement, Connection, Table, UniqueConstraint, delete, func, insert, select, text

from bot.console import audit, marks
from bot.conversations import disclosures, episodes, inbox, sessions
from bot.conversations.ledger import Ledger
from bot.conversations.models import Base, Conversation, Disclosure, Episode, Message, Sealed
from bot.conversations.tables import CONVERSATION, DISCLOSURE_ANCHOR, EPISODE, MESSAGE
from bot.database import open_database
from bot.identity.identity import Identity, Level
from bot.migrations import upgrade
from bot.privacy import persons, retention
from bot.privacy.sealing import Sealer
from bot.protocol.turn import Choice, Effect
from bot.settings import load_settings
from tests.conversations_ledger.conftest import CUSTOMER, NOON, Desk, rows, told

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


async def test_what_the_dialogue_knew_is_forgotten_when_nobody_comes_back(ledger, desk, monkeypatch) -> None:
    monkeypatch.setattr(episodes, "AT_ONCE", 2)
    others = [Desk(ledger, await sessions.begin(ledger, CUSTOMER, timedelta(hours=1), NOON)) for _ in range(4)]
    for one in (desk, *others):
        await one.ask("¿cuándo vence?")
    await desk.say("¿y el respaldo?")  # is not answered yet
    assert await episodes.end_silent(ledger, NOON + timedelta(minutes=30)) == 0
    assert await episodes.end_silent(ledger, NOON + timedelta(minutes=31)) == 4
    open_one, *ended = await rows(ledger, Episode, Episode.ended_at.is_not(None), Episode.id)
    assert (open_one.conversation_id, open_one.ended_at, len(open_one.events)) == (desk.conversation, None, 2)
    assert {(each.outcome, str(each.events)) for each in ended} == {("silence", "[]")}
    await desk.answer()


async def test_a_sitting_goes_with_its_messages(ledger, desk) -> None:
    await desk.ask("¿cuándo vence?")
    await episodes.end_silent(ledger, NOON + timedelta(hours=1))
    desk.now += timedelta(days=11)
    await desk.ask("¿y el respaldo?")
    assert (await retention.run(ledger, SETTINGS, desk.now))["episode"] == 1
    assert [each.ended_at for each in await rows(ledger, Episode)] == [None]


def by_name(now: datetime) -> dict[str, tuple[Column, ColumnElement]]:
    """What may go of each table."""
    return {at.table.name: (at, which) for at, which in retention.outlived(SETTINGS, now)}


async def test_who_comes_back_at_that_very_moment_keeps_the_conversation(ledger, desk) -> None:
    """It is found empty and old, and before it is removed its customer writes."""
    desk.now += timedelta(days=11)
    at, which = by_name(desk.now)["conversation"]
    found = await ledger.read(partial(retention._find, of=(CONVERSATION.c.id, at), which=which, since=None))
    assert [each[0] for each in found] == [desk.conversation]
    await desk.say("¡ya volví!")
    assert await ledger.write(partial(retention._take, key=CONVERSATION.c.id, which=which, ids=[desk.conversation])) == {}
    assert [each.text for each in await rows(ledger, Message)] == ["¡ya volví!"]
    await desk.answer()


async def test_what_somebody_holds_is_left_and_neither_waits_for_the_other(postgres_url: str) -> None:
    await asyncio.to_thread(upgrade, postgres_url, "ledger")
    async with open_database(postgres_url) as database, open_database(postgres_url) as another:
        ledger, later = Ledger(database), NOON + timedelta(days=11)
        held, free = [await sessions.begin(ledger, CUSTOMER, timedelta(hours=1), NOON) for _ in range(2)]
        async with another.engine.connect() as connection, connection.begin():
            await connection.execute(select(CONVERSATION.c.id).where(CONVERSATION.c.id == held.conversation).with_for_update())
            assert (await retention.run(ledger, SETTINGS, later))["conversation"] == 1
            assert {each.id for each in await rows(ledger, Conversation)} == {held.conversation}
            assert free.conversation != held.conversation
        assert (await retention.run(ledger, SETTINGS, later))["conversation"] == 1


async def test_what_is_old_is_found_by_an_index_and_no_table_is_read_through(ledger) -> None:
    few = {"agent_session"}

    def plans(connection: Connection) -> dict[str, str]:
        sqlite = connection.dialect.name == "sqlite"
        if not sqlite:  # tables that are empty would be read through, rightly
            connection.execute(text("SET LOCAL enable_seqscan = off"))
            for other in ("bitmapscan", "hashjoin", "mergejoin", "sort", "material"):
                connection.execute(text(f"SET LOCAL enable_{other} = off"))
        found = {}
        for name, (at, which) in by_name(NOON).items():
            query = retention.oldest(next(iter(at.table.primary_key.columns)), at, which)
            words = str(query.compile(dialect=connection.dialect, compile_kwargs={"literal_binds": True}))
            found[name] = str(connection.exec_driver_sql(f"EXPLAIN {'QUERY PLAN ' if sqlite else ''}{words}").all())
        return found

    for name, plan in (await ledger.read(plans)).items():
        if name not in few:
            assert f"SEARCH {name} USING" in plan or re.search(rf"Index (Only )?Scan using \w+ on {name}\b", plan), plan
            assert "Sort" not in plan
            assert "TEMP B-TREE" not in plan
            assert not re.search(r"SCAN (?!CONSTANT)|Seq Scan", plan), plan


def test_whoever_points_at_a_row_is_found_by_an_index() -> None:
    """Removing a row looks for those that point at it: without an index in the whole table, for each row."""
    without = [
        f"{table.name}.{foreign.parent.name}"
        for table in Base.metadata.sorted_tables
        for foreign in table.foreign_keys
        if foreign.parent.name not in first_columns(table)
    ]
    assert without == []


def first_columns(table: Table) -> set[str]:
    """Those that an index, a key or a unique constraint of the whole table begins with."""
    whole = [index.columns for index in table.indexes if index.dialect_options["postgresql"]["where"] is None]
    unique = [each.columns for each in table.constraints if isinstance(each, UniqueConstraint)]
    return {next(iter(columns)).name for columns in [table.primary_key.columns, *whole, *unique]}


async def test_removed_rows_are_swept_soon_on_postgresql(postgres_url: str) -> None:
    """By itself PostgreSQL waits until a fifth of a table is gone: months, in which what customers wrote lies in free pages."""
    await asyncio.to_thread(upgrade, postgres_url, "ledger")
    swept = text("SELECT relname FROM pg_class WHERE 'autovacuum_vacuum_scale_factor=0.01' = ANY (reloptions)")
    async with open_database(postgres_url) as database:
        found = set(await database.read(lambda connection: connection.scalars(swept).all()))
    assert {"message", "understanding", "sealed", "reading", "button", "episode", "conversation", "disclosure", "web_session"} <= found


async def test_many_disclosures_go_in_pieces_and_the_rest_is_still_whole(ledger, monkeypatch) -> None:
    monkeypatch.setattr(disclosures, "CUT_AT_ONCE", 2)
    monkeypatch.setattr(disclosures, "ANCHORS_AT_ONCE", 2)
    for _ in range(5):
        desk = Desk(ledger, await sessions.begin(ledger, CUSTOMER, timedelta(hours=1), NOON))
        for _ in range(3):
            await desk.ask("¿cuándo vence?")
    await disclosures.anchor(ledger, KEY, NOON)
    later = NOON + timedelta(days=31)
    assert (await retention.run(ledger, SETTINGS, later))["disclosure"] == 15  # of conversations that are gone
    assert await disclosures.problems(ledger, [KEY], timedelta(days=30)) == []
    assert await disclosures.anchor(ledger, KEY, later) is None  # nothing grew since the one behind all those that tell of the removal
    again = Desk(ledger, await sessions.begin(ledger, CUSTOMER, timedelta(hours=1), later))
    again.now = later
    await again.ask("¿y ahora?")
    assert await disclosures.anchor(ledger, KEY, later) is not None
    assert await disclosures.problems(ledger, [KEY], timedelta(days=30)) == []


async def test_several_gateways_anchor_at_once_and_the_anchors_are_one_chain(open_ledger) -> None:
    ledgers = [open_ledger(command_seconds=60) for _ in range(3)]
    for round_ in range(4):
        desks = [Desk(ledgers[0], await sessions.begin(ledgers[0], CUSTOMER, timedelta(hours=1), NOON)) for _ in range(2)]
        for desk in desks:
            desk.now = NOON + timedelta(hours=round_)
            await desk.ask("¿cuándo vence?")
        now = NOON + timedelta(hours=round_, minutes=1)
        await asyncio.gather(*(disclosures.anchor(each, KEY, now) for each in ledgers))
    assert await disclosures.problems(ledgers[0], [KEY]) == []
    assert len(await ledgers[0].read(lambda connection: connection.execute(select(DISCLOSURE_ANCHOR)).all())) == 4


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
