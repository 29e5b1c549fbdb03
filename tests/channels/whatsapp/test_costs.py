"""What WhatsApp costs: by month, number and category, with the free thousand; a budget that is told once when it is spent; the command."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Connection, insert
from structlog.testing import capture_logs

from bot import __main__ as command_line
from bot.channels.whatsapp.budget import Budget
from bot.commands import costs
from bot.conversations import meter
from bot.conversations.meter import Line, Month
from bot.conversations.models import Delivery
from tests.channels.whatsapp.conftest import NOON, NUMBER, World, settings_of

MEXICO = ZoneInfo("America/Mexico_City")


async def priced(world: World, messages: int, **changes: Any) -> str:
    """A person who was told so many messages that were priced; the conversation."""
    someone = await world.person(f"+52551000{messages:04}")
    message = await someone.is_told("Hola.", kind="notice")
    row = {"message_id": message, "channel": "whatsapp", "state": "delivered", "next_attempt_at": NOON, "sent_at": NOON, "number": NUMBER}
    row |= {"billable": True, "category": "service", "priced_at": NOON, **changes}

    def work(connection: Connection) -> None:
        connection.execute(insert(Delivery), [{**row, "part": n + 1} for n in range(messages)])

    await world.ledger.write(work)
    return someone.conversation


async def november(world: World) -> Month:
    return await meter.month(world.ledger, "whatsapp", *meter.bounds(2026, 11, MEXICO))


async def test_the_first_thousand_service_messages_of_a_number_are_free(world: World) -> None:
    await priced(world, 1200)
    await priced(world, 700, number="107")
    await priced(world, 30, category="utility")
    await priced(world, 50, billable=False)
    await priced(world, 40, state="failed")
    month = await november(world)
    assert month.lines == (Line(NUMBER, "service", 1250, 1200), Line(NUMBER, "utility", 30, 30), Line("107", "service", 700, 700))
    assert (month.free_used(NUMBER, 1000), month.free_used("107", 1000), month.billable) == (1000, 700, 1930)
    assert month.cost(1000, Decimal("0.15")) == (200 + 30) * Decimal("0.15")


async def test_a_month_is_one_of_the_companys_own_clock(world: World) -> None:
    begin, end = meter.bounds(2026, 11, MEXICO)
    assert (begin, end) == (datetime(2026, 11, 1, 6, tzinfo=UTC), datetime(2026, 12, 1, 6, tzinfo=UTC))
    assert meter.bounds(2026, 12, MEXICO)[1] == datetime(2027, 1, 1, 6, tzinfo=UTC)
    for moment, number in ((begin - timedelta(seconds=1), 1), (begin, 2), (end - timedelta(seconds=1), 4), (end, 8)):
        await priced(world, number, priced_at=moment)
    assert (await november(world)).billable == 6


async def test_who_cost_most_comes_first(world: World) -> None:
    people = [await priced(world, n) for n in range(1, 13)]
    assert (await november(world)).dearest == tuple((people[n - 1], n) for n in range(12, 2, -1))


async def test_an_empty_month_costs_nothing(world: World) -> None:
    month = await november(world)
    assert (month.lines, month.cost(1000, Decimal("0.15")), month.answers) == ((), Decimal("0.00"), 0)


async def test_the_budget_is_told_once_a_month(open_world) -> None:
    world = open_world(whatsapp_budget_mxn=20.0, whatsapp_free_messages=10)
    budget = Budget(world.resources)
    with capture_logs() as logs:
        await priced(world, 100)
        await budget.step()
        assert logs == []
        assert world.metric("gateway_spent_mxn", channel="whatsapp") == 13.5
        await priced(world, 60)
        for _ in range(3):
            await budget.step()
        assert [(line["log_level"], line["spent_mxn"], line["budget_mxn"]) for line in logs] == [("error", 22.5, 20.0)]
        world.forward(timedelta(days=10))
        await budget.step()
        assert world.metric("gateway_spent_mxn", channel="whatsapp") == 0
        await priced(world, 200, priced_at=world.now)
        await budget.step()
        assert len(logs) == 2


async def test_no_budget_is_never_spent(world: World) -> None:
    await priced(world, 5000)
    with capture_logs() as logs:
        await Budget(world.resources).step()
    assert logs == []


def test_the_report(tmp_path, platform) -> None:
    lines = (Line("106", "service", 1250, 1200), Line("106", "utility", 30, 30))
    told = costs.report(Month(lines, 1100, 1144, (("c0ffee", 45),)), settings_of(tmp_path, platform, whatsapp_budget_mxn=50.0), "2026-11")
    assert told == [
        "WhatsApp, 2026-11, at 0.15 MXN a billable message (WHATSAPP_PRICE_MXN), month of America/Mexico_City",
        "",
        "number  category  messages  billable",
        "106     service       1250      1200",
        "106     utility         30        30",
        "",
        "106: 1000 of 1000 free service messages are used",
        "cost: 34.50 MXN of a budget of 50.00 MXN",
        "1100 answers: 1.04 messages and 0.0314 MXN each",
        "",
        "most billable messages, by conversation:",
        "  c0ffee  45",
    ]


def test_a_month_without_messages(tmp_path, platform) -> None:
    told = costs.report(Month((), 0, 0, ()), settings_of(tmp_path, platform), "2026-12")
    assert told[2:] == ["no message was priced in this month", "", "cost: 0.00 MXN"]


def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Any, *words: str, url: str | None = None) -> int:
    monkeypatch.setattr("sys.argv", ["bot", "costs", *words])
    monkeypatch.setenv("DATABASE_URL", url or f"sqlite:///{tmp_path}/ledger.db")
    for name in ("INTERNAL_SECRET", "SESSION_SECRET", "PORTAL_JWT_SECRET"):
        monkeypatch.setenv(name, "x" * 40)
    return command_line.main()


def test_the_command(monkeypatch, tmp_path, new_ledger, capsys) -> None:
    assert run(monkeypatch, tmp_path, "--month", "2026-11") == 0
    assert "WhatsApp, 2026-11" in capsys.readouterr().out
    assert run(monkeypatch, tmp_path) == 0
    assert run(monkeypatch, tmp_path, url=f"sqlite:///{tmp_path}/none/ledger.db") == 3


@pytest.mark.parametrize("month", ["2026", "noviembre", "2026-13", "11-2026"])
def test_a_month_that_is_none(monkeypatch, tmp_path, capsys, month: str) -> None:
    with pytest.raises(SystemExit):
        run(monkeypatch, tmp_path, "--month", month)
    assert "must be a month as 2026-11" in capsys.readouterr().err
