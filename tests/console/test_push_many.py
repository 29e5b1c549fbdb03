"""Many agents who are told by Web Push: a look asks as little for all of them as for one, and each is told once, of what is theirs, by several gateways."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Connection, event

from bot.console import agents, sessions
from bot.console.push import sender, service, subscriptions
from bot.console.push.pages import SERVICE
from bot.console.push.service import Target
from bot.conversations import take_over
from bot.conversations.ledger import Ledger, T
from bot.errors import LedgerUnavailable
from bot.migrations import upgrade
from bot.resources import RESOURCES
from tests.console.test_cases import FRIDAY_NOON, moved_to
from tests.console.test_push import BY_HAND, new_case
from tests.gateway.conftest import Gateway, Start
from tests.gateway.on_each import ledger_url
from tests.support.postgres import postgres, postgres_url
from tests.support.push_service import PushedBrowser, PushServiceStandIn

__all__ = ["ledger_url", "postgres", "postgres_url"]
pytestmark = pytest.mark.usefixtures("seeded")
KINDS = ("caso", "respuesta", "plazo", "llamada")


@pytest.fixture
async def gateway(ledger_url: str | None, start: Start, seeded: None) -> Gateway:
    if ledger_url is not None:
        await asyncio.to_thread(upgrade, ledger_url, "ledger")
    started = await start(timings=BY_HAND, **at(ledger_url))
    moved_to(started, FRIDAY_NOON)
    return started


def at(ledger_url: str | None) -> dict[str, str]:
    return {} if ledger_url is None else {"database_url": ledger_url}


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "SECONDS", 60.0)  # however slow the machine


async def subscribed(gateway: Gateway, maker: PushServiceStandIn, many: int) -> dict[str, PushedBrowser]:
    """So many agents, each with a browser; by name."""
    ledger, now, key = gateway.app[RESOURCES].ledger, gateway.clock(), gateway.app[SERVICE].public_key
    browsers = {f"agente{number:02}": maker.browser(key) for number in range(many)}
    for name, browser in browsers.items():
        own = await agents.add(ledger, name, "agent", "x", now)
        session = await sessions.find(ledger, await sessions.begin(ledger, own, "in", now), now)
        keys = browser.subscription["keys"]
        target = Target(browser.place, keys["p256dh"], keys["auth"])
        await subscriptions.keep(ledger, session.id, target, key, KINDS, [], now, lambda *_: None)
    return browsers


class Heard(Ledger):
    """The same ledger, which keeps the statements that went through this door."""

    def __init__(self, ledger: Ledger) -> None:
        super().__init__(ledger.database)
        self.statements: list[str] = []

    async def read(self, work: Callable[[Connection], T]) -> T:
        return await super().read(self._heard(work))

    async def write(self, work: Callable[[Connection], T]) -> T:
        return await super().write(self._heard(work))

    def _heard(self, work: Callable[[Connection], T]) -> Callable[[Connection], T]:
        def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
            self.statements.append(statement)

        def heard(connection: Connection) -> T:
            event.listen(connection, "before_cursor_execute", note)
            try:
                return work(connection)
            finally:
                event.remove(connection, "before_cursor_execute", note)

        return heard


async def tell_all(gateway: Gateway) -> None:
    """As the worker does, until there is nothing more to tell."""
    more = True
    while more:
        with contextlib.suppress(LedgerUnavailable):
            more = await sender.tell(gateway.app[RESOURCES], gateway.app[SERVICE])


async def statements_of_a_look(gateway: Gateway) -> list[str]:
    resources = gateway.app[RESOURCES]
    heard = Heard(resources.ledger)
    await sender.tell(replace(resources, ledger=heard), gateway.app[SERVICE])
    return heard.statements


@pytest.mark.parametrize("many", [1, 50])
async def test_a_look_is_nine_statements_however_many_agents_there_are(gateway: Gateway, many: int) -> None:
    async with PushServiceStandIn(gateway.clock) as maker:
        await subscribed(gateway, maker, many)
        assert len(await statements_of_a_look(gateway)) == 9
        await new_case(gateway)
        await tell_all(gateway)
        assert len(maker.taken) == many
        assert len(await statements_of_a_look(gateway)) == 9, "they know"


async def test_several_gateways_tell_each_of_many_agents_once_and_of_what_is_theirs(gateway: Gateway, ledger_url, start) -> None:
    house = [gateway, *[await start(timings=BY_HAND, clock=gateway.clock, **at(ledger_url)) for _ in range(2)]]
    async with PushServiceStandIn(gateway.clock) as maker:
        browsers = await subscribed(gateway, maker, 12)
        ledger = gateway.app[RESOURCES].ledger
        held = {
            "agente03": await new_case(gateway, "4KD7WP", "C-1004"),
            "agente07": await new_case(gateway, "9ACDEF", "C-1003"),
        }
        for name, talk in held.items():
            await take_over.take_over(ledger, talk, name, gateway.clock(), timedelta(hours=1))
        await asyncio.gather(*(tell_all(each) for each in house))
        names = {browser.place: name for name, browser in browsers.items()}
        told: dict[str, list[tuple[str, str]]] = {name: [] for name in browsers}
        for (path, _), pushed in zip(maker.calls, maker.taken, strict=True):
            told[names[maker.origin + path]].append((pushed.told["kind"], pushed.told["code"]))
        both = [("caso", "4KD7WP"), ("caso", "9ACDEF")]
        theirs = {"agente03": [("caso", "9ACDEF"), ("respuesta", "4KD7WP")], "agente07": [("caso", "4KD7WP"), ("respuesta", "9ACDEF")]}
        assert {name: sorted(each) for name, each in told.items()} == dict.fromkeys(browsers, both) | theirs
