"""What an answered question costs, by month; and every figure of the overview as a table to take away."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import Connection, insert, select

from bot.console import audit
from bot.console.costs import Cost, MonthlyCosts
from bot.console.intents import title_of
from bot.console.surges import SURGE
from bot.conversations.tables import DELIVERY, MESSAGE
from bot.rules.format import MONTHS
from bot.settings import Settings, load_settings
from harness.dialogue import reply, result
from tests.console.conftest import Browser
from tests.console.talk import escalated, say, understood
from tests.console.test_push_many import Heard
from tests.conversations_ledger.conftest import NOON, open_ledger, url
from tests.conversations_ledger.conftest import ledger as on_each
from tests.conversations_ledger.test_meter import sends
from tests.conversations_ledger.test_outbox import open_phone

__all__ = ["on_each", "open_ledger", "url"]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings({"DEMO": "1", "DATA_DIR": str(tmp_path), "WHATSAPP_PRICE_MXN": "0.15", "WHATSAPP_FREE_MESSAGES": "1"})


async def test_an_answer_costs_what_its_month_cost_by_the_answers(on_each, settings: Settings) -> None:
    """Four answers in November, of which three are charged and one of those is free; the months before are empty."""
    phone = await open_phone(on_each)
    for billable, category in ((True, "service"), (False, "service"), (True, "utility"), (True, "service")):
        await sends(phone, billable=billable, category=category, priced_at=NOON)
    costs = MonthlyCosts()
    (november,) = await costs.newest(on_each, settings, NOON)
    assert november == Cost((2026, 11), answers=4, sendings=4, billable=3, cost=Decimal("0.30"))
    assert (november.name, november.each) == ("nov 2026", Decimal("0.0750"))
    january = NOON + timedelta(days=60)
    newest = await costs.newest(on_each, settings, january)
    assert [(each.first, each.each) for each in newest] == [((2027, 1), None), ((2026, 12), None), ((2026, 11), Decimal("0.0750"))]
    assert await costs.newest(on_each, settings, NOON + timedelta(days=200)) == []


async def test_months_that_are_over_are_counted_once_a_day_and_this_one_every_ten_minutes(on_each, settings: Settings) -> None:
    await sends(await open_phone(on_each), billable=True, category="service", priced_at=NOON)
    heard, costs = Heard(on_each), MonthlyCosts()

    async def counted(at: timedelta) -> int:
        heard.statements.clear()
        await costs.newest(heard, settings, NOON + at)
        return len(heard.statements)

    of_a_month = 3
    assert await counted(timedelta()) == 6 * of_a_month
    assert await counted(timedelta(minutes=9)) == 0
    assert await counted(timedelta(minutes=11)) == of_a_month
    assert await counted(timedelta(days=1)) == 6 * of_a_month


async def table(browser: Browser, name: str, days: str = "7") -> list[list[str]]:
    async with browser.http.get(f"{browser.base}/console/resumen.csv?tabla={name}&dias={days}") as response:
        assert response.status == 200, name
        assert response.headers["Content-Disposition"] == f'attachment; filename="resumen-{name}.csv"'
        raw = await response.read()
    assert raw.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(raw.decode("utf-8-sig"))))


@pytest.mark.usefixtures("seeded")
async def test_every_figure_is_a_table_to_take_away(ana: Browser, gateway, ledger) -> None:
    await say(gateway, "hola", "C-1001", result=result(reply("Hola."), understood=[understood()]))
    await say(gateway, "una persona", "C-1004", result=escalated("4KD7WP"))
    await say(gateway, "asdf", "C-1005", result=result(reply("No entendí."), understood=[understood("refused", None)]))
    now, local = gateway.clock(), gateway.clock().astimezone(gateway.settings.timezone)
    surge = {"topic": "=1+1", "since": now, "seen_at": now, "number": 13, "usually": 0.6}
    await ledger.write(lambda connection: connection.execute(SURGE.insert(), surge))
    assert sorted((await table(ana, "temas"))[1:]) == [
        ["", "1", "0", "0", "1"],
        ["consultar_suscripcion", "1", "1", "0", "0"],
        ["hablar_con_asesor", "1", "1", "0", "0"],
    ]
    days = await table(ana, "dias")
    assert days[0] == ["día", "preguntas", "respondió", "preguntó", "no entendió"]
    assert (len(days), sum(int(row[1]) for row in days[1:])) == (8, 3)
    assert sum(int(row[1]) for row in (await table(ana, "horas"))[1:]) == 3
    assert ["Pasaron a un asesor", "1"] in await table(ana, "finales", "30")
    assert (await table(ana, "alzas"))[1] == ["'=1+1", "'=1+1", "13", "0.6", local.strftime("%Y-%m-%d %H:%M"), ""]
    assert await table(ana, "costo") == [["mes", "respuestas", "mensajes", "mensajes con costo", "costo MXN", "costo por respuesta MXN"]]
    assert "resumen: temas, 7 días" in [row.detail for row in await audit.newest(ledger, None)]
    await ana.get("/console/resumen")
    for name in ("alzas", "costo", "dias", "horas", "temas", "finales"):
        assert f"/console/resumen.csv?tabla={name}" in ana.page
    assert "Por WhatsApp no ha salido ninguna respuesta" in ana.words
    assert title_of("consultar_suscripcion") in ana.words


@pytest.mark.usefixtures("seeded")
async def test_the_overview_tells_what_an_answer_cost(ana: Browser, gateway, ledger) -> None:
    await say(gateway, "hola", "C-1001", result=result(reply("Hola."), understood=[understood()]))
    now = gateway.clock()

    def charge(connection: Connection) -> None:
        answer = connection.scalar(select(MESSAGE.c.id).where(MESSAGE.c.kind == "answer"))
        row = {"message_id": answer, "channel": "whatsapp", "state": "delivered", "next_attempt_at": now, "number": "106", "billable": True}
        connection.execute(insert(DELIVERY), row | {"sent_at": now, "priced_at": now, "category": "utility"})

    await ledger.write(charge)
    await ana.get("/console/resumen")
    local = now.astimezone(gateway.settings.timezone)
    assert f"{MONTHS[local.month - 1][:3]} {local.year} $0.1500 $0.15 por 1 mensaje 1" in ana.words
    assert (await table(ana, "costo"))[1] == [local.strftime("%Y-%m"), "1", "1", "1", "0.15", "0.1500"]


@pytest.mark.parametrize("name", ["", "x", "../temas"])
async def test_there_is_no_other_table(ana: Browser, name: str) -> None:
    await ana.get(f"/console/resumen.csv?tabla={name}")
    assert ana.status == 404


async def test_figures_are_for_agents(other: Browser) -> None:
    await other.get("/console/resumen.csv?tabla=temas")
    assert other.path.startswith("/console/entrar")
