"""A stored event that nobody can read: that conversation starts a fresh episode in the same turn, nobody else notices."""

from __future__ import annotations

import json
import sqlite3
from datetime import UTC, datetime, timedelta

import pytest
from alembic import command
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from bot.conversations import inbox, queue, sessions, unreadable
from bot.conversations.inbox import Inbound, Terms
from bot.conversations.ledger import Ledger
from bot.conversations.tables import EPISODE
from bot.database import open_database
from bot.errors import LeaseLost
from bot.identity.identity import ANONYMOUS
from bot.migrations import _config, _run, differences, upgrade
from harness.dialogue import reply, result
from tests.gateway.client import Visitor, answers, execute, notices
from tests.support.hangs import eventually

NOON = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)
LIFE = timedelta(seconds=30)


async def spoil(tmp_path, conversation: str) -> None:
    strange = json.dumps([{"event": "user"}, {"event": "banana"}])
    await execute(tmp_path / "ledger.db", f"UPDATE episode SET events = '{strange}' WHERE conversation_id = '{conversation}'")


async def test_only_that_conversation_begins_anew(gateway, visitor: Visitor, tmp_path) -> None:
    async with Visitor(gateway.url("/")) as other:
        await other.open()
        for one in (visitor, other):
            await one.ask("uno")
        await spoil(tmp_path, visitor.conversation)
        gateway.dialogue.turns.clear()
        assert (await visitor.ask("dos"))["text"] == "eco: dos"
        assert (await other.ask("dos"))["text"] == "eco: dos"
        assert (await visitor.ask("tres"))["text"] == "eco: tres"
        messages = await visitor.messages()
    mine = [turn for turn in gateway.dialogue.turns if turn["conversation"] == visitor.conversation]
    theirs = [turn for turn in gateway.dialogue.turns if turn["conversation"] != visitor.conversation]
    assert [[event["event"] for event in turn["events"]] for turn in mine] == [["user", "banana"], [], ["user", "bot"]]
    assert [len(turn["events"]) for turn in theirs] == [2]
    assert [m["text"] for m in answers(messages)] == ["eco: uno", "eco: dos", "eco: tres"]
    assert notices(messages) == []
    ledger = sqlite3.connect(tmp_path / "ledger.db")
    ended = ledger.execute("SELECT outcome, events FROM episode WHERE conversation_id = ? ORDER BY id", (visitor.conversation,)).fetchall()
    ledger.close()
    assert [(outcome, len(json.loads(events))) for outcome, events in ended] == [("unreadable", 0), (None, 2)]


async def test_a_dialogue_that_cannot_even_read_nothing_is_tried_later(gateway, visitor: Visitor) -> None:
    gateway.dialogue.mode = "unreadable"
    await visitor.send("hola")
    await eventually(lambda: len(gateway.dialogue.turns) >= 3)
    gateway.dialogue.mode = "ok"
    assert (await visitor.answer_to(1))["text"] == "eco: hola"


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path) -> str:
    return f"sqlite:///{tmp_path}/old.db" if request.param == "sqlite" else request.getfixturevalue("postgres_url")


async def test_a_late_holder_forgets_nothing(url) -> None:
    upgrade(url, "ledger")
    ledger = Ledger(open_database(url))
    session = await sessions.begin(ledger, ANONYMOUS, timedelta(hours=1), NOON)
    await inbox.accept(ledger, Inbound(session.conversation, "web", "x", "1", "hola"), NOON, Terms(lambda *_: ANONYMOUS))
    late = await queue.claim(ledger, NOON, LIFE)
    holder = await queue.claim(ledger, NOON + LIFE, LIFE)
    with pytest.raises(LeaseLost):
        await unreadable.begin_anew(ledger, late, NOON + LIFE)
    fresh = await unreadable.begin_anew(ledger, holder, NOON + LIFE)
    episodes = await ledger.read(lambda reading: reading.execute(select(EPISODE).order_by(EPISODE.c.id)).all())
    await ledger.close()
    assert [(episode.outcome, episode.ended_at is None) for episode in episodes] == [("unreadable", False), (None, True)]
    assert (fresh.episode, fresh.events, fresh.last, fresh.attempts) == (episodes[1].id, (), holder.last, 2)


async def test_an_older_ledger_learns_the_new_outcome(url) -> None:
    _run(url, "ledger", lambda connection: command.upgrade(_config("ledger", connection), "ledger_0001"))
    upgrade(url, "ledger")
    assert differences(url, "ledger") == []
    ledger = Ledger(open_database(url))
    session = await sessions.begin(ledger, ANONYMOUS, timedelta(hours=1), NOON)
    episode = {"conversation_id": session.conversation, "events": [], "started_at": NOON, "last_at": NOON, "outcome": "unreadable"}
    await ledger.write(lambda writing: writing.execute(insert(EPISODE), episode))
    with pytest.raises(IntegrityError):
        await ledger.write(lambda writing: writing.execute(insert(EPISODE), {**episode, "outcome": "bored", "ended_at": NOON}))
    await ledger.close()


@pytest.mark.parametrize("event", [{}, {"event": None}, {"event": 7}, {"name": "user"}], ids=str)
async def test_an_event_without_a_kind_is_never_stored(gateway, visitor: Visitor, tmp_path, event) -> None:
    gateway.dialogue.script["x"] = result(reply("Listo."), events=[event])
    await visitor.send("x")
    await eventually(lambda: len(gateway.dialogue.turns) >= 2)
    gateway.dialogue.script.clear()
    assert (await visitor.answer_to(1))["text"] == "eco: x"
    await visitor.ask("y")
    assert gateway.dialogue.turns[-1]["events"] == [{"event": "user"}, {"event": "bot"}]
