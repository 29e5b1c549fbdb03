"""Which browser knows what is kept alike on SQLite and PostgreSQL, however many gateways look at once."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import IntegrityError

from bot.console import agents, sessions
from bot.console.agents import SESSION
from bot.console.push import subscriptions
from bot.console.push.service import Target
from bot.console.push.subscriptions import MESSAGE, SUBSCRIPTION
from bot.conversations.ledger import Ledger
from tests.conversations_ledger.conftest import NOON, ledger, open_ledger, url

__all__ = ["ledger", "open_ledger", "url"]
LEASE = timedelta(minutes=1)


def alert(number: int, kind: str = "caso") -> dict[str, str]:
    return {"kind": kind, "key": f"{kind}:{number}", "code": "4KD7WP", "text": "", "path": ""}


async def browser(ledger: Ledger, name: str = "ana", known: tuple[dict[str, str], ...] = (), kinds: tuple[str, ...] = ("caso",)) -> str:
    """A browser of an agent's, in a session of its own; its session."""
    agent = await agents.find(ledger, name, NOON)
    own = agent.id if agent else await agents.add(ledger, name, "agent", "x", NOON)
    session = await sessions.find(ledger, await sessions.begin(ledger, own, "in", NOON), NOON)
    assert session is not None
    await subscriptions.keep(
        ledger, session.id, Target(f"https://push.example/{session.id}", "p", "a"), "ours", kinds, known, NOON, unheard
    )
    return session.id


def unheard(*_: object) -> None:
    """Nobody wants to know what was switched."""


async def noted(ledger: Ledger, *alerts: dict[str, str], names: tuple[str, ...] = ("ana",)) -> None:
    await subscriptions.note(ledger, dict.fromkeys(names, alerts), await subscriptions.live(ledger, "ours", NOON), NOON)


async def states(ledger: Ledger) -> list[tuple[Any, ...]]:
    query = select(MESSAGE.c.key, MESSAGE.c.state).order_by(MESSAGE.c.key, MESSAGE.c.state)
    return await ledger.read(lambda connection: [tuple(row) for row in connection.execute(query)])


async def test_what_is_new_is_noted_and_what_is_over_forgotten(ledger: Ledger) -> None:
    await browser(ledger, known=(alert(1),))
    await noted(ledger, alert(1), alert(2), alert(3, "plazo"))
    assert await states(ledger) == [("caso:1", "known"), ("caso:2", "pending"), ("plazo:3", "known")]
    await noted(ledger, alert(2))
    assert await states(ledger) == [("caso:2", "pending")]
    await noted(ledger)
    assert await states(ledger) == []


async def test_many_who_look_at_once_note_and_take_each_once(ledger: Ledger, open_ledger) -> None:
    for name in ("ana", "beto"):
        await browser(ledger, name)
    houses = [open_ledger(command_seconds=60) for _ in range(4)]
    alerts = [alert(number) for number in range(30)]
    await asyncio.gather(*(noted(each, *alerts, names=("ana", "beto")) for each in houses))
    assert len(await states(ledger)) == 60
    taken = await asyncio.gather(*(subscriptions.claim(each, NOON, LEASE, 25) for each in houses))
    ids = [due.id for some in taken for due in some]
    assert len(ids) == len(set(ids))
    while more := await subscriptions.claim(ledger, NOON, LEASE, 25):
        ids += [due.id for due in more]
    assert len(set(ids)) == len(ids) == 60


async def test_a_lease_ends_and_a_clock_that_was_set_back_holds_nothing_up(ledger: Ledger) -> None:
    await browser(ledger)
    await noted(ledger, alert(1))
    (due,) = await subscriptions.claim(ledger, NOON, LEASE, 5)
    assert (due.attempts, due.target, due.at) == (1, Target(f"https://push.example/{await only_session(ledger)}", "p", "a"), NOON)
    assert await subscriptions.claim(ledger, NOON, LEASE, 5) == []
    (again,) = await subscriptions.claim(ledger, NOON + LEASE, LEASE, 5)
    assert (again.id, again.attempts) == (due.id, 2)
    (back,) = await subscriptions.claim(ledger, NOON - timedelta(days=1), LEASE, 5)
    await subscriptions.postpone(ledger, back, NOON + timedelta(minutes=9))
    assert await subscriptions.claim(ledger, NOON + timedelta(minutes=8), LEASE, 5) == []
    (last,) = await subscriptions.claim(ledger, NOON + timedelta(minutes=9), LEASE, 5)
    await subscriptions.settle(ledger, last, "sent")
    assert await subscriptions.claim(ledger, NOON + timedelta(minutes=50), LEASE, 5) == []


async def only_session(ledger: Ledger) -> str:
    return await ledger.read(lambda connection: connection.execute(select(SUBSCRIPTION.c.session_id)).scalar_one())


async def test_whoever_goes_takes_it_all_along(ledger: Ledger) -> None:
    for end in (gone, forgotten, removed):
        session = await browser(ledger)
        await noted(ledger, alert(1))
        assert await states(ledger) == [("caso:1", "pending")]
        await end(ledger, session)
        assert await states(ledger) == []
        assert await subscriptions.kinds_in(ledger, session, "ours") is None


async def gone(ledger: Ledger, _session: str) -> None:
    subscription = await ledger.read(lambda connection: connection.execute(select(SUBSCRIPTION.c.id)).scalar_one())
    await subscriptions.gone(ledger, subscription)


async def forgotten(ledger: Ledger, session: str) -> None:
    await subscriptions.forget(ledger, session, unheard)


async def removed(ledger: Ledger, session: str) -> None:
    await ledger.write(lambda connection: connection.execute(SESSION.delete().where(SESSION.c.id == session)))


async def test_a_browser_that_went_meanwhile_is_noted_nothing(ledger: Ledger) -> None:
    session = await browser(ledger)
    there = await subscriptions.live(ledger, "ours", NOON)
    await subscriptions.forget(ledger, session, unheard)
    await subscriptions.note(ledger, {"ana": [alert(1)]}, there, NOON)
    assert await states(ledger) == []


async def test_one_that_says_so_again_knows_what_there_is(ledger: Ledger) -> None:
    session = await browser(ledger)
    await noted(ledger, alert(1))
    (due,) = await subscriptions.claim(ledger, NOON, LEASE, 5)
    heard: list[Any] = []
    await subscriptions.keep(ledger, session, due.target, "ours", ["plazo"], [alert(1)], NOON, lambda _, *told: heard.append(told))
    assert heard == [(due.target.endpoint, ["caso"], ["plazo"])]
    await subscriptions.settle(ledger, due, "sent")
    assert await states(ledger) == [("caso:1", "known")]
    assert await subscriptions.kinds_in(ledger, session, "ours") == ["plazo"]
    assert await subscriptions.kinds_in(ledger, session, "another key") is None


async def test_no_unknown_state_and_no_key_twice(ledger: Ledger) -> None:
    await browser(ledger)
    await noted(ledger, alert(1))
    for wrong in (text("UPDATE push_message SET state = 'lost'"), insert(MESSAGE).from_select(*_copied())):
        with pytest.raises(IntegrityError):
            await ledger.write(lambda connection, wrong=wrong: connection.execute(wrong))


def _copied() -> tuple[list[str], Any]:
    names = [column.name for column in MESSAGE.c if column.name != "id"]
    return names, select(*(MESSAGE.c[name] for name in names))
