"""What Meta reports of our messages: in any order, before our own row, about what we never sent, with errors and prices."""

from __future__ import annotations

import itertools
from decimal import Decimal
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.channels.whatsapp import statuses
from bot.conversations import meter
from bot.conversations.models import Delivery
from bot.errors import LedgerUnavailable
from tests.channels.whatsapp.conftest import NOON, NUMBER, SECOND, Person, World
from tests.channels.whatsapp.updates import status


async def sent(world: World, ana: Person) -> str:
    """Say something; the platform's id of it."""
    await ana.is_told("Vence el 28.")
    await world.run()
    return world.platform.ids[-1]


async def state(world: World) -> list[str]:
    return [told for told, _ in await world.deliveries()]


@pytest.mark.parametrize("order", list(itertools.permutations(["sent", "delivered", "read", "failed"])))
async def test_forward_only(world: World, ana: Person, order: tuple[str, ...]) -> None:
    wamid = await sent(world, ana)
    for each in order:
        await statuses.apply(world.resources, [status(wamid, each, *[131026] * (each == "failed"))])
    assert await state(world) == ["read"]


@pytest.mark.parametrize(("said", "then"), [("played", "read"), ("deleted", "sent"), ("warning", "sent"), ("", "sent")])
async def test_words_of_old_code(world: World, ana: Person, said: str, then: str) -> None:
    wamid = await sent(world, ana)
    await statuses.apply(world.resources, [status(wamid, said)])
    assert await state(world) == [then]


async def test_statuses_of_what_we_never_sent(world: World, ana: Person) -> None:
    await sent(world, ana)
    strange = [
        status("wamid.other", "read"),
        status("wamid.other", "failed", 131047, callback="7"),
        status("x" * 300, "read", callback="ñ.0"),
    ]
    strange += [status("wamid.other", "delivered", callback=f"{'0' * 32}.0")]
    await statuses.apply(world.resources, strange)
    assert await state(world) == ["sent"]
    assert await world.cases() == []


async def test_nothing_is_applied_of_nothing(world: World) -> None:
    await statuses.apply(world.resources, [])


@pytest.mark.parametrize(
    ("code", "case"), [(131047, "whatsapp_fuera_de_24_horas"), (131026, "whatsapp_no_entregado"), (999999, "whatsapp_no_entregado")]
)
async def test_what_failed_later_is_told_to_agents(world: World, ana: Person, code: int, case: str) -> None:
    wamid = await sent(world, ana)
    with capture_logs() as logs:
        for _ in range(2):
            await statuses.apply(world.resources, [status(wamid, "failed", code)] * 2)
    assert await world.deliveries() == [("failed", f"{code} No")]
    assert await world.cases() == [case]
    assert world.metric("gateway_delivery_refusals_total", channel="whatsapp", code=str(code)) == 1
    (line,) = [each for each in logs if "has failed" in each["event"]]
    assert (line["code"], line["log_level"]) == (str(code), "error" if code == 999999 else "warning")


async def test_a_failure_without_errors(world: World, ana: Person) -> None:
    wamid = await sent(world, ana)
    await statuses.apply(world.resources, [status(wamid, "failed")])
    assert await world.deliveries() == [("failed", "failed")]


async def test_a_status_without_time_is_of_now(world: World, ana: Person) -> None:
    wamid = await sent(world, ana)
    world.forward(SECOND)
    await statuses.apply(world.resources, [status(wamid, "delivered", at=None, billable=True, category="service")])
    (delivery,) = await world.all(Delivery)
    assert delivery.priced_at == NOON + SECOND


async def test_an_id_that_is_longer_than_the_ledger_keeps(world: World, ana: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    long = "wamid." + "A" * 200
    monkeypatch.setattr(world.platform, "_numbers", iter([long]))
    await ana.is_told("Hola.")
    await world.run()
    await statuses.apply(world.resources, [status(f"wamid.{long}", "read")])
    assert await state(world) == ["read"]


async def test_what_it_costs_stands_on_the_delivery(world: World, ana: Person) -> None:
    for category, billable in (("service", True), ("service", False), ("general_purpose_ai", True), (None, None)):
        wamid = await sent(world, ana)
        told: dict[str, Any] = {"billable": billable, "category": category}
        await statuses.apply(world.resources, [status(wamid, "sent", **told), status(wamid, "delivered", **told), status(wamid, "read")])
    found = [(row.billable, row.category, row.number) for row in await world.all(Delivery, Delivery.id)]
    assert found == [(True, "service", NUMBER), (False, "service", NUMBER), (True, "general_purpose_ai", NUMBER), (None, None, NUMBER)]
    begin, end = meter.bounds(2026, 11, world.resources.settings.timezone)
    month = await meter.month(world.ledger, "whatsapp", begin, end)
    assert (month.billable, month.answers, month.sendings) == (2, 4, 4)
    assert month.cost(0, Decimal("0.15")) == Decimal("0.30")
    assert month.cost(1000, Decimal("0.15")) == Decimal("0.15")  # only service messages are free


async def test_a_ledger_that_is_away_refuses_the_batch(world: World, ana: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    wamid = await sent(world, ana)

    async def away(_work: Any) -> Any:
        raise LedgerUnavailable("OperationalError")

    monkeypatch.setattr(world.ledger, "write", away)
    with pytest.raises(LedgerUnavailable):
        await statuses.apply(world.resources, [status(wamid, "read")])


async def test_who_has_the_conversation_open_sees_how_far_a_message_has_come(world: World, ana: Person) -> None:
    feed = world.resources.feed
    with feed.listen(ana.conversation) as page, feed.listen("f" * 32) as other:
        for listener in (page, other):
            listener.moved = False  # it has looked
        wamid = await sent(world, ana)
        assert page.moved
        page.moved = False
        for told, news in (("delivered", True), ("delivered", False), ("read", True)):
            await statuses.apply(world.resources, [status(wamid, told)])
            assert page.moved is news
            page.moved = False
        assert not other.moved
