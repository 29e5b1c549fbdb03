"""The overview's figures to take away, each as a table of its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Final

from aiohttp import web

from bot.console import access, audit, overview, pages, surges, texts
from bot.console.costs import COSTS
from bot.console.intents import title_of
from bot.conversations.figures import Figures
from bot.resources import RESOURCES, Resources
from bot.rules.calendar import BusinessCalendar

MOST_SURGES: Final = 1000
Rows = Iterable[tuple[object, ...]]
_DECISIONS: Final = tuple(texts.DECISIONS)


async def download(request: web.Request) -> web.Response:
    """GET /console/resumen.csv?tabla=NAME&dias=1|7|30; entered in the audit. Raises HTTPNotFound."""
    name, days = request.query.get("tabla", ""), overview.days_of(request)
    if name not in _TABLES:
        raise web.HTTPNotFound
    resources = request.app[RESOURCES]
    rows = await _TABLES[name](request, days)
    by, address = request[pages.SESSION].name, access.address_of(request)
    await audit.note(resources.ledger, "exportación", by, address, resources.now(), detail=f"resumen: {name}, {days} días")
    return overview.sheet(f"resumen-{name}.csv", rows)


async def _surges(request: web.Request, days: int) -> Rows:
    resources, calendar = request.app[RESOURCES], _calendar(request.app[RESOURCES])
    ledger, now = resources.ledger, resources.now()
    going_on = [(row, "") for row in await surges.present(ledger, now)]
    gone = [(row, _moment(calendar, row.seen_at)) for row in await surges.over(ledger, now - timedelta(days=days), now, MOST_SURGES)]
    rows = [
        (row.topic, title_of(row.topic or None), row.number, round(row.usually, 2), _moment(calendar, row.since), end)
        for row, end in (*going_on, *gone)
    ]
    return [("tema", "título", "clientes en una hora", "lo usual", "desde", "hasta"), *rows]


async def _costs(request: web.Request, _days: int) -> Rows:
    resources = request.app[RESOURCES]
    costs = await request.app[COSTS].newest(resources.ledger, resources.settings, resources.now())
    rows = [
        (
            f"{each.first[0]}-{each.first[1]:02}",
            each.answers,
            each.sendings,
            each.billable,
            each.cost,
            "" if each.each is None else each.each,
        )
        for each in costs
    ]
    return [("mes", "respuestas", "mensajes", "mensajes con costo", "costo MXN", "costo por respuesta MXN"), *rows]


async def _by_day(request: web.Request, days: int) -> Rows:
    found, calendar = await _figures(request, days), _calendar(request.app[RESOURCES])
    today = calendar.local_date(request.app[RESOURCES].now())
    counted = Counter[tuple[date, str]]()
    for (hour, decision), number in found.hours.items():
        counted[calendar.local_date(hour), decision] += number
    each = [today - timedelta(days=back) for back in range(days - 1, -1, -1)]
    return _with_decisions("día", ((day.isoformat(), [counted[day, decision] for decision in _DECISIONS]) for day in each))


async def _by_hour(request: web.Request, days: int) -> Rows:
    found, calendar = await _figures(request, days), _calendar(request.app[RESOURCES])
    counted = Counter[tuple[int, str]]()
    for (hour, decision), number in found.hours.items():
        counted[calendar.local(hour).hour, decision] += number
    return _with_decisions("hora", ((hour, [counted[hour, decision] for decision in _DECISIONS]) for hour in range(24)))


async def _topics(request: web.Request, days: int) -> Rows:
    found = await _figures(request, days)
    most = Counter[str | None]()
    for (intent, _), number in found.topics.items():
        most[intent] += number
    listed = ((intent, [found.topics[intent, decision] for decision in _DECISIONS]) for intent, _ in most.most_common())
    return _with_decisions("tema", (((intent or ""), numbers) for intent, numbers in listed))


async def _endings(request: web.Request, days: int) -> Rows:
    found = await _figures(request, days)
    return [("final", "visitas"), *overview.endings(found)]


async def _figures(request: web.Request, days: int) -> Figures:
    resources, calendar = request.app[RESOURCES], _calendar(request.app[RESOURCES])
    now = resources.now()
    since = calendar.at(calendar.local_date(now) - timedelta(days=days - 1))
    return await request.app[overview.FIGURES].since(resources.ledger, since, now)


def _with_decisions(name: str, rows: Iterable[tuple[object, list[int]]]) -> Rows:
    head = (name, "preguntas", *(words.lower() for words in texts.DECISIONS.values()))
    return [head, *((label, sum(numbers), *numbers) for label, numbers in rows)]


def _calendar(resources: Resources) -> BusinessCalendar:
    return BusinessCalendar(resources.settings.timezone, resources.settings.extra_holidays)


def _moment(calendar: BusinessCalendar, at: datetime) -> str:
    return calendar.local(at).strftime("%Y-%m-%d %H:%M")


_TABLES: Final[Mapping[str, Callable[[web.Request, int], Awaitable[Rows]]]] = {
    "alzas": _surges,
    "costo": _costs,
    "dias": _by_day,
    "horas": _by_hour,
    "temas": _topics,
    "finales": _endings,
}
