"""Every value that is told is entered with its proof, in the answer's own transaction; whatever is changed behind the house's back shows."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import delete, insert, select, text, update

from bot.conversations import disclosures, sessions
from bot.conversations.models import Disclosure, Message
from bot.conversations.tables import DISCLOSURE, DISCLOSURE_ANCHOR
from bot.errors import LeaseLost, NotYours
from bot.identity.identity import Identity, Level
from bot.privacy.chain import BEGINNING, canonical, link
from bot.protocol.turn import Reply, TurnResult
from tests.conversations_ledger.conftest import NOON, Desk, rows, told

SECRET = "s" * 40
OTHER = Identity("C-1003", "ana", Level.SIGNED_IN, "portal")


async def tampered(ledger, *statements) -> list[str]:
    def work(connection):
        for statement in statements:
            connection.execute(statement)

    await ledger.write(work)
    return await disclosures.problems(ledger, [SECRET])


@pytest.fixture
async def kept(ledger, desk) -> Desk:
    """Three answers with values of C-1009 and one of C-1003, and an anchor."""
    for _ in range(3):
        await desk.ask("¿cuándo vence?")
    other = Desk(ledger, await sessions.begin(ledger, OTHER, timedelta(hours=1), NOON))
    await other.ask("¿cuándo vence?")
    assert await disclosures.anchor(ledger, SECRET, NOON + timedelta(hours=1)) is not None
    return desk


async def test_what_was_told_is_entered(ledger, desk) -> None:
    await desk.ask("¿cuándo vence?")
    (entry,) = await rows(ledger, Disclosure)
    answer = (await rows(ledger, Message, Message.seq))[-1]
    assert (entry.kind, entry.teller, entry.desk, entry.person, entry.channel, entry.level, entry.proof) == (
        "told", "asistente", "C-1009", None, "web", 2, "portal",
    )  # fmt: skip
    assert (entry.conversation_id, entry.message_id, entry.seq, entry.n, entry.previous) == (
        desk.conversation,
        answer.id,
        answer.seq,
        1,
        BEGINNING,
    )
    assert entry.fields == [{"source": "subscription", "server": "SIERRA-02", "field": "ends_on", "read_at": NOON.isoformat()}]
    assert "2026-11-28" not in repr(entry.fields)


async def test_an_answer_without_values_is_not(ledger, desk) -> None:
    await desk.ask("hola", TurnResult((Reply("Hola."),), (), ()))
    assert await rows(ledger, Disclosure) == []


async def test_what_is_not_told_is_not_entered(ledger, desk) -> None:
    await desk.say("¿cuándo vence?")
    turn = await desk.claim()
    desk.now += timedelta(minutes=10)
    await desk.claim()
    with pytest.raises(LeaseLost):
        await desk.answer(turn, told("Listo."))
    assert await rows(ledger, Disclosure) == []


async def test_a_whole_ledger_has_no_problems(ledger, kept) -> None:
    assert await disclosures.problems(ledger, [SECRET]) == []
    assert await disclosures.problems(ledger, ["n" * 40, SECRET]) == []
    assert [(each.n, each.desk) for each in await disclosures.of_desk(ledger, "C-1009")] == [(3, "C-1009"), (2, "C-1009"), (1, "C-1009")]


async def test_an_agent_who_reads_is_entered(ledger, kept) -> None:
    await disclosures.note(ledger, kept.conversation, "opened", "ana", [{"field": "phone"}], NOON)
    newest = (await disclosures.of_conversation(ledger, kept.conversation))[0]
    assert (newest.n, newest.kind, newest.teller, newest.desk, newest.fields) == (4, "opened", "ana", "C-1009", [{"field": "phone"}])
    assert await disclosures.problems(ledger, [SECRET]) == []
    with pytest.raises(NotYours):
        await disclosures.note(ledger, "nobody", "read", "ana", [], NOON)


@pytest.mark.parametrize("column", ["kind", "teller", "desk", "person", "channel", "level", "proof", "fields", "seq", "message_id", "at"])
async def test_a_changed_entry_shows(ledger, kept, column) -> None:
    new = {"level": 3, "seq": 99, "fields": [], "at": NOON + timedelta(days=1), "kind": "read"}.get(column, "x")
    found = await tampered(ledger, update(DISCLOSURE).where(DISCLOSURE.c.n == 2).values({column: new}))
    assert any("2: was changed" in each for each in found)


async def test_a_changed_entry_with_a_new_hash_shows_in_the_next(ledger, kept) -> None:
    entry = next(each for each in await rows(ledger, Disclosure) if each.n == 2)
    values = {name: getattr(entry, name) for name in disclosures._COLUMNS} | {"level": 3}
    found = await tampered(ledger, update(DISCLOSURE).where(DISCLOSURE.c.n == 2).values(level=3, hash=link(entry.previous, values)))
    assert any("3: entries before it are missing" in each for each in found)


@pytest.mark.parametrize("number", [1, 2, 3])
async def test_a_removed_entry_shows(ledger, kept, number) -> None:
    own = DISCLOSURE.c.conversation_id == kept.conversation, DISCLOSURE.c.n == number
    assert await tampered(ledger, delete(DISCLOSURE).where(*own)) != []


async def test_a_tail_cut_off_shows(ledger, kept) -> None:
    own = DISCLOSURE.c.conversation_id == kept.conversation
    found = await tampered(ledger, delete(DISCLOSURE).where(own, DISCLOSURE.c.n == 3))
    assert any("is not what anchor" in each for each in found)
    assert any("are not entered" in each for each in found)


async def test_a_whole_chain_written_anew_shows(ledger, kept) -> None:
    own = DISCLOSURE.c.conversation_id == kept.conversation
    entries = [each for each in await rows(ledger, Disclosure, Disclosure.n) if each.conversation_id == kept.conversation]
    previous, changes = BEGINNING, []
    for entry in entries:
        values = {name: getattr(entry, name) for name in disclosures._COLUMNS} | {"proof": "code"}
        changes.append(
            update(DISCLOSURE).where(own, DISCLOSURE.c.n == entry.n).values(proof="code", previous=previous, hash=link(previous, values))
        )
        previous = link(previous, values)
    found = await tampered(ledger, *changes)
    assert found == [f"{kept.conversation} 3: is not what anchor 1 bound"]


async def test_an_anchor_made_by_somebody_else_shows(ledger, kept) -> None:
    found = await tampered(ledger, update(DISCLOSURE_ANCHOR).values(ends=[]))
    assert any("anchor 1: was changed" in each for each in found)


async def test_an_entry_put_in_shows(ledger, kept) -> None:
    entry = (await rows(ledger, Disclosure))[0]
    values = {name: getattr(entry, name) for name in disclosures._COLUMNS} | {"n": 4}
    assert any("4:" in each for each in await tampered(ledger, insert(DISCLOSURE).values(**values, previous="0", hash="0")))


async def test_an_anchor_is_made_only_where_something_grew(ledger, kept) -> None:
    assert await disclosures.anchor(ledger, SECRET, NOON + timedelta(hours=2)) is None
    kept.now = NOON + timedelta(hours=3)
    await kept.ask("¿y el respaldo?")
    assert await disclosures.anchor(ledger, SECRET, NOON + timedelta(hours=4)) is not None
    assert await disclosures.problems(ledger, [SECRET]) == []


def test_the_canonical_form_is_one() -> None:
    assert canonical({"b": "ñ", "a": NOON}) == '{"a":"2026-11-23T18:00:00.000000+00:00","b":"ñ"}'.encode()
    with pytest.raises(TypeError):
        canonical({"a": object()})


async def test_no_personal_value_stands_in_the_ledger_of_disclosures(ledger, kept) -> None:
    stored = await ledger.read(lambda connection: repr(connection.execute(select(DISCLOSURE)).all()))
    assert "2026-11-28" not in stored
    assert await ledger.read(lambda connection: connection.execute(text("SELECT count(*) FROM disclosure")).scalar()) == 4
