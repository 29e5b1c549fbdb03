"""What the desk asks of the ledger is answered alike by SQLite and PostgreSQL."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta

import pytest

from bot.console import agents, archive, marks, publications, review_queue
from bot.console.queue_watch import QueueWatch
from bot.conversations import dues, later, listing, take_over
from bot.conversations.ledger import Ledger
from bot.conversations.listing import Wanted
from bot.errors import Conflict
from tests.console.test_archive import talk
from tests.conversations_ledger.conftest import LIFE, desk, ledger, open_ledger, told, url
from tests.conversations_ledger.test_cases import case

__all__ = ["desk", "ledger", "open_ledger", "url"]


async def test_the_review(ledger: Ledger, desk, monkeypatch) -> None:
    monkeypatch.setattr(review_queue, "RANDOM", 1.0)
    await desk.ask("una cosa")
    item, left = await review_queue.next_item(ledger, "ana", desk.now)
    assert (item.text, item.why, left) == ("x", ("random",), 1)
    assert await review_queue.answer_to(ledger, item)
    assert await review_queue.next_item(ledger, "beto", desk.now) == (None, 0)
    await review_queue.skip(ledger, item.message_id, item.n, "ana", desk.now)
    (again, _), own = await review_queue.next_item(ledger, "beto", desk.now), await review_queue.next_item(ledger, "ana", desk.now)
    assert (again.message_id, own) == (item.message_id, (None, 0))
    await review_queue.settle(ledger, item.message_id, item.n, "right", "beto", desk.now)
    assert await review_queue.done_since(ledger, "beto", desk.now) == 1
    assert [(line["right"], line["learn"]) for line in await publications.inputs(ledger)] == [("faq_factura", False)]
    await marks.correct(ledger, desk.conversation, item.message_id, item.n, "consultar_pago", "ana", desk.now)
    assert [(line["right"], line["learn"]) for line in await publications.inputs(ledger)] == [("consultar_pago", True)]


async def test_a_proof_is_asked_for_once_taken_once_and_buried(ledger: Ledger, desk) -> None:
    asked = await publications.ask(ledger, "jefa", desk.now)
    with pytest.raises(Conflict):
        await publications.ask(ledger, "jefa", desk.now)
    taken = await asyncio.gather(*(publications._take(ledger, desk.now) for _ in range(2)))
    assert sorted(map(str, taken)) == sorted([asked, "None"])
    await publications._bury(ledger, desk.now + timedelta(minutes=2))
    (row,) = await publications.newest(ledger)
    assert (row.state, row.result) == ("failed", None)
    with pytest.raises(Conflict):
        await publications.decide(ledger, asked, "refused", "jefa", desk.now, "proved")


async def test_the_look_of_the_queue(ledger: Ledger, desk) -> None:
    watch, now = QueueWatch(0.0), asyncio.get_running_loop().time
    seen = [await watch.looks(ledger, now())]
    await desk.ask("nada de personas")
    assert await watch.looks(ledger, now()) == seen[0]
    await desk.ask("un asesor", told("Va.", effects=(case("cliente_pide_asesor"),)))
    seen.append(await watch.looks(ledger, now()))
    await ledger.write(lambda connection: dues.promise(connection, desk.conversation, "snooze", desk.now, desk.now))
    seen.append(await watch.looks(ledger, now()))
    assert len(set(seen)) == 3


def untold(*_: object) -> None:
    """Nobody writes it down."""


async def test_what_is_said_later_is_said_once(ledger: Ledger, open_ledger, desk) -> None:
    await desk.ask("hola")
    await take_over.take_over(ledger, desk.conversation, "ana", desk.now, LIFE)
    for _ in range(2):
        await later.plan(ledger, desk.conversation, "ana", "Ya quedó.", "a" * 32, desk.now + LIFE, desk.now)
    assert await later.say_what_is_due(ledger, desk.now, untold) == []
    due = desk.now + 2 * LIFE
    both = await asyncio.gather(*(later.say_what_is_due(each, due, untold) for each in (ledger, open_ledger())))
    (outcome,) = [outcome for outcomes in both for outcome in outcomes]
    assert (outcome.agent, outcome.message.text, outcome.message.author) == ("ana", "Ya quedó.", "agent")
    assert await later.shown_in(ledger, desk.conversation) is None
    assert [(due.state, due.text) for due in await dues.of(ledger, desk.conversation)] == [("done", None)], (
        "the words stand in the message only"
    )
    await later.plan(ledger, desk.conversation, "ana", "Y algo más.", "b" * 32, due + LIFE, desk.now)
    (planned,) = [each for each in await dues.of(ledger, desk.conversation) if each.state == "open"]
    assert await later.withdraw(ledger, desk.conversation, planned.id, "beto", desk.now) == "Y algo más."
    assert await later.withdraw(ledger, desk.conversation, planned.id, "ana", desk.now) == "Y algo más.", "the words stay there"
    await later.put_away(ledger, desk.conversation, planned.id, "ana", desk.now)
    for gone in (later.withdraw, later.put_away):
        with pytest.raises(Conflict):
            await gone(ledger, desk.conversation, planned.id, "ana", desk.now)
    assert [each.text for each in await dues.of(ledger, desk.conversation)] == [None, None]


async def test_what_is_said_and_that_it_was_are_written_together(ledger: Ledger, desk) -> None:
    await desk.ask("hola")
    await take_over.take_over(ledger, desk.conversation, "ana", desk.now, LIFE)
    await later.plan(ledger, desk.conversation, "ana", "Ya quedó.", "a" * 32, desk.now, desk.now)

    def broken(*_: object) -> None:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await later.say_what_is_due(ledger, desk.now, broken)
    assert [(due.state, due.text) for due in await dues.of(ledger, desk.conversation)] == [("open", "Ya quedó.")]


async def test_only_the_password_that_was_given_is_kept_anew(ledger: Ledger, desk) -> None:
    await agents.add(ledger, "ana", "agent", "old", desk.now)
    known = await agents.find(ledger, "ana", desk.now)
    await agents.set_password(ledger, "ana", "another", desk.now)
    await agents.renew_hash(ledger, known, "old, kept anew")
    changed = await agents.find(ledger, "ana", desk.now)
    assert changed.password_hash == "another"
    await agents.renew_hash(ledger, changed, "another, kept anew")
    assert (await agents.find(ledger, "ana", desk.now)).password_hash == "another, kept anew"


async def test_what_was_sent_by_hand_is_not_said_later(ledger: Ledger, desk) -> None:
    await take_over.take_over(ledger, desk.conversation, "ana", desk.now, LIFE)
    await later.plan(ledger, desk.conversation, "ana", "Ya quedó.", "a" * 32, desk.now, desk.now)
    assert await take_over.say(ledger, desk.conversation, "ana", "Ya quedó.", "a" * 32, desk.now, LIFE)
    assert await later.say_what_is_due(ledger, desk.now, untold) == []
    assert [(due.state, due.text) for due in await dues.of(ledger, desk.conversation)] == [("done", None)]


async def test_the_archive(ledger: Ledger, desk) -> None:
    await desk.ask("hola")
    assert await archive.take_in(ledger, [talk()]) == (1, 0)
    out = [json.loads(line) async for line in archive.lines(ledger)]
    assert sorted(line["desk"] for line in out) == ["C-1009", "C-9"]
    assert len((await listing.find(ledger, Wanted(words="factura"))).rows) >= 1
