"""The feed: who shows a conversation hears that it moved, and no older reading undoes what was told."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import asyncpg
import pytest

from bot.conversations import feed, take_over
from bot.conversations.feed import MOST_LISTENERS, Feed, Listener
from bot.conversations.ledger import Ledger
from bot.conversations.messages import ShownMessage
from bot.errors import Conflict
from tests.conversations_ledger.conftest import LIFE, NOON, Desk
from tests.support.hangs import eventually


def news(seq: int) -> ShownMessage:
    return ShownMessage(seq, "bot", "answer", None, "hola", (), NOON)


@pytest.fixture
def at_noon(ledger) -> Feed:
    return Feed(ledger, lambda: NOON, 60.0)


def heard(listener: Listener) -> bool:
    """Whether it was woken; it sleeps again."""
    woken = listener.changed.is_set()
    listener.changed.clear()
    return woken


def test_only_those_of_the_conversation_hear_that_it_moved(at_noon) -> None:
    with at_noon.listen("one") as one, at_noon.listen("one") as same, at_noon.listen("other") as other:
        for listener in (one, same, other):
            listener.moved = False  # it has looked
        at_noon.moved("one", (news(1),))
        assert [heard(listener) for listener in (one, same, other)] == [True, True, False]
        assert [(listener.news, listener.moved) for listener in (one, other)] == [([news(1)], False), ([], False)]
        at_noon.moved("one")
        assert [listener.moved for listener in (one, same, other)] == [True, True, False]
        assert at_noon.total == 3
    assert at_noon.total == 0


def test_the_typing_sign_wakes_only_when_it_changes(at_noon) -> None:
    with at_noon.listen("one") as one:
        woken = []
        for now in (True, True, False, False):
            at_noon.typing("one", now=now)
            woken.append((heard(one), one.typing))
    assert woken == [(True, True), (False, True), (True, False), (False, False)]


def test_who_writes_is_shown_where_it_is_looked_at_and_moves_nothing(at_noon) -> None:
    carried: list[str] = []
    at_noon.on_writing(carried.append)
    with at_noon.listen("one") as one, at_noon.listen("other") as other, at_noon.listen(None) as everything:
        for listener in (one, other, everything):
            listener.moved = False  # it has looked
        at_noon.writes("one", "customer")
        at_noon.writes("one", "agent")
        assert (one.writing, one.moved, one.news, one.typing, one.version) == ({"customer", "agent"}, False, [], False, 0)
        assert [heard(listener) for listener in (one, other, everything)] == [True, False, False]
        assert other.writing == set()
    assert carried == ["one"], "of the agent's, for a channel that can show it"


def test_the_ninth_listener_ends_the_oldest(at_noon) -> None:
    entered = [at_noon.listen("one") for _ in range(MOST_LISTENERS + 2)]
    listeners = [each.__enter__() for each in entered]
    assert [listener.ended for listener in listeners] == [True, True] + [False] * MOST_LISTENERS
    assert heard(listeners[0])
    for each in entered:
        each.__exit__(None, None, None)
    assert at_noon.total == 0


def test_a_process_that_stops_ends_those_that_are_there_and_those_that_come(at_noon) -> None:
    with at_noon.listen("one") as one, at_noon.listen("other") as other:
        at_noon.end("one")
        assert (one.ended, other.ended) == (True, False)
        at_noon.end_all()
        with at_noon.listen("late") as late:
            assert (other.ended, late.ended) == (True, True)


async def test_a_poll_finds_what_other_processes_wrote(at_noon, ledger, desk) -> None:
    assert await at_noon.poll() is False  # nobody listens: nothing is read
    with at_noon.listen(desk.conversation) as one:
        one.moved = False
        await at_noon.poll()
        assert (heard(one), one.moved) == (False, False)
        await desk.say("hola")
        await desk.claim()
        await at_noon.poll()
        assert (heard(one), one.moved, one.typing, one.owner) == (True, True, True, "bot")
        await take_over.take_over(ledger, desk.conversation, "ana", NOON, LIFE)
        await at_noon.poll()
        assert (heard(one), one.typing, one.owner) == (True, False, "agent")
        one.moved = False
        await at_noon.poll()
        assert (heard(one), one.moved) == (False, False), "told once, whoever listens"


class HeldLedger:
    """A ledger whose reading comes back late: after `meanwhile` has happened."""

    def __init__(self, ledger: Ledger, meanwhile: Callable[[], Any]) -> None:
        self.database, self._ledger, self._meanwhile = ledger.database, ledger, meanwhile

    async def read(self, work: Any) -> Any:
        found = await self._ledger.read(work)
        self._meanwhile()
        return found


async def test_a_pulse_that_was_read_before_a_commit_is_not_applied_after_it(ledger, desk) -> None:
    await desk.say("hola")
    turn = await desk.claim()

    def commit() -> None:  # as the dispatcher tells it
        late.moved(desk.conversation, (news(2),))
        late.typing(desk.conversation, now=False)

    late = Feed(HeldLedger(ledger, commit), lambda: NOON, 60.0)  # type: ignore[arg-type]
    with late.listen(desk.conversation) as one:
        late.typing(desk.conversation, now=True)
        await late.poll()  # read while the turn ran
        assert (one.typing, one.news) == (False, [news(2)])
    await desk.answer(turn)


async def test_a_listener_that_came_during_a_poll_waits_for_the_next_one(ledger, desk) -> None:
    await desk.say("hola")
    await desk.claim()
    begun: list[Any] = []

    def begin() -> None:
        if not begun:
            begun.append(late.listen(desk.conversation))
            begun.append(begun[0].__enter__())

    late = Feed(HeldLedger(ledger, begin), lambda: NOON, 60.0)  # type: ignore[arg-type]
    with late.listen(desk.conversation) as one:
        await late.poll()
        assert (one.typing, begun[1].typing) == (True, False)
        await late.poll()
        assert begun[1].typing
        begun[0].__exit__(None, None, None)


@pytest.fixture
async def wire(url, open_ledger) -> AsyncIterator[tuple[Feed, list[str]]]:
    """A feed with its workers running on PostgreSQL, and what another connection hears of it."""
    ears = await asyncpg.connect(url.replace("postgresql+asyncpg", "postgresql"))
    heard_there: list[str] = []
    await ears.add_listener(feed.CHANNEL, lambda *given: heard_there.append(given[-1]))
    telling = Feed(open_ledger(), lambda: NOON, 60.0)
    for worker in telling.workers:
        worker.start()
    await eventually(lambda: telling._wire is not None and telling._wire._driver is not None)
    yield telling, heard_there
    for worker in telling.workers:
        await worker.stop()
    await telling.close()
    await ears.close()


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
async def test_what_moved_is_told_together_and_by_the_furthest_seq(wire) -> None:
    telling, heard_there = wire
    a, b, c = "a" * 32, "b" * 32, "c" * 32
    telling.moved(a, (news(6),))
    telling.moved(a, (news(5),), waits=True)  # two commits, told in the other order
    telling.moved(b)
    telling.moved(b, (news(3),))
    telling.moved(c, (news(1),))
    await eventually(lambda: heard_there)
    assert heard_there == [f"{a} 6 1\n{b}  0\n{c} 1 0"]


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
async def test_many_at_once_are_told_in_few_notifications_that_fit(wire) -> None:
    telling, heard_there = wire
    names = [f"{n:032x}" for n in range(250)]
    for name in names:
        telling.moved(name, (news(123_456_789),), waits=True)
    await eventually(lambda: len("\n".join(heard_there).split("\n")) == 250)
    assert [payload.count("\n") + 1 for payload in heard_there] == [100, 100, 50]
    assert max(map(len, heard_there)) < 8000


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
async def test_another_process_hears_and_looks_only_when_it_has_not_seen_it(wire, open_ledger) -> None:
    telling, _ = wire
    hearing = Feed(open_ledger(), lambda: NOON, 60.0)
    waiting: list[tuple[str, bool]] = []
    hearing.watch(lambda conversation, waits: waiting.append((conversation, waits)))
    for worker in hearing.workers:
        worker.start()
    await eventually(lambda: hearing._wire._driver is not None)
    with hearing.listen("a" * 32) as one, hearing.listen("b" * 32) as other:
        for listener in (one, other):
            listener.moved, listener.last_seq = False, 4
        telling.moved("a" * 32, (news(5),), waits=True)
        telling.moved("b" * 32, (news(4),))
        await eventually(lambda: len(waiting) >= 3)
        assert (one.moved, other.moved) == (True, False)
    assert waiting == [("", True), ("a" * 32, True), ("b" * 32, False)]
    for worker in hearing.workers:
        await worker.stop()
    await hearing.close()


async def test_a_batch_of_moves_while_nobody_listens_costs_nothing(at_noon, desk: Desk) -> None:
    for n in range(100):
        at_noon.moved(desk.conversation, (news(n),))
    with at_noon.listen(desk.conversation) as one:
        assert (one.news, one.moved) == ([], True)


async def test_a_refused_take_over_tells_nothing(at_noon, ledger, desk) -> None:
    await take_over.take_over(ledger, desk.conversation, "ana", NOON, LIFE)
    with at_noon.listen(desk.conversation) as one:
        await at_noon.poll()
        heard(one)
        with pytest.raises(Conflict):
            await take_over.take_over(ledger, desk.conversation, "beto", NOON, LIFE)
        await at_noon.poll()
        assert not heard(one)
