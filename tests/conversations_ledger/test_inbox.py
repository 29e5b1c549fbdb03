"""The inbox: exactly once by (channel, scope, external id), in order, and nothing that cannot be stored."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from bot.conversations import history, inbox, sessions
from bot.conversations.clean import clean_json, clean_text
from bot.conversations.inbox import Terms
from bot.conversations.models import Conversation, Message
from bot.errors import Conflict, LedgerUnavailable, NotYours
from tests.conversations_ledger.conftest import NOON, rows


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
    copies = [inbox.accept(ledgers[n % 3], desk.inbound("hola", external_id="a"), NOON, Terms(notice="aviso")) for n in range(15)]
    accepted = await asyncio.gather(*copies)
    assert {one.seq for one in accepted} == {1}
    assert sum(not one.repeated for one in accepted) == 1
    assert [m.kind for m in await rows(desk.ledger, Message, Message.seq)] == ["text", "notice"]


async def test_messages_at_once_through_several_processes_leave_no_gap(open_ledger, desk) -> None:
    ledgers = [open_ledger() for _ in range(3)]
    accepted = await asyncio.gather(*(inbox.accept(ledgers[n % 3], desk.inbound(f"n={n}"), NOON) for n in range(20)))
    assert sorted(one.seq for one in accepted) == list(range(1, 21))
    assert [m.seq for m in await history.messages_after(desk.ledger, desk.conversation, 0)] == list(range(1, 21))


async def test_the_same_id_on_one_number_of_two_people_is_stored_once(ledger, desk) -> None:
    other = await sessions.begin(ledger, None, timedelta(hours=1), NOON)
    shared = {"channel": "whatsapp", "scope": "phone-1", "external_id": "wamid.1"}
    await inbox.accept(ledger, desk.inbound("hola", **shared), NOON)
    with pytest.raises(Conflict):
        await inbox.accept(ledger, desk.inbound("hola", **shared, conversation=other.conversation), NOON)


async def test_a_conversation_that_does_not_exist(ledger, desk) -> None:
    with pytest.raises(NotYours):
        await inbox.accept(ledger, desk.inbound("hola", conversation="nobody"), NOON)


async def test_a_conversation_of_an_agent_is_not_queued(ledger, desk) -> None:
    await ledger.write(lambda connection: connection.execute(update(Conversation).values(owner="agent")))
    await desk.say("hola")
    assert [message.state for message in await rows(ledger, Message)] == ["with_agent"]
    assert await desk.claim() is None


async def test_nul_and_lone_surrogates_are_not_stored(ledger, desk) -> None:
    await desk.say("a\0b\ud800c😀")
    assert (await rows(ledger, Message))[0].text == "abc😀"


async def test_a_ledger_without_tables_says_that_it_is_unavailable(tmp_path, desk) -> None:
    from bot.conversations.ledger import Ledger
    from bot.database import make_engine

    empty = Ledger(make_engine(f"sqlite+aiosqlite:///{tmp_path}/empty.db"))
    with pytest.raises(LedgerUnavailable):
        await inbox.accept(empty, desk.inbound("hola"), NOON)
    with pytest.raises(LedgerUnavailable):
        await empty.ping()
    await empty.close()


async def test_a_server_that_is_away_says_so(desk) -> None:
    from bot.conversations.ledger import Ledger
    from bot.database import make_engine

    away = Ledger(make_engine("postgresql+asyncpg://nobody@127.0.0.1:9/nothing"))
    with pytest.raises(LedgerUnavailable):
        await inbox.accept(away, desk.inbound("hola"), NOON)
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
