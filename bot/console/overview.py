"""The overview: what came in, how it was answered, and how many settled it here, with how sure that is; and the data to take away."""

from __future__ import annotations

import asyncio
import csv
import io
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final, get_args

from aiohttp import web

from bot.console import access, audit, filters, pages, surges, texts
from bot.console.costs import COSTS
from bot.console.intents import title_of
from bot.console.transcript import path_of
from bot.conversations import cases, figures, listing
from bot.conversations.clean import clean_text
from bot.conversations.figures import Figures
from bot.conversations.ledger import Ledger
from bot.conversations.listing import Listed
from bot.resources import RESOURCES
from bot.rules.calendar import BusinessCalendar

PERIODS: Final = (1, 7, 30)
DAYS: Final = 7
"""Unless another period is asked for."""
MOST_TOPICS: Final = 12
FRESH: Final = timedelta(seconds=15)
"""So old the figures of the overview may be."""
MOST_EXPORTED: Final = 5000
SURE: Final = 1.96
"""Standard deviations of a 95 % interval."""
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
_COLUMNS: Final = (
    "conversación", "canal", "cliente", "se presenta", "última actividad", "mensajes", "último mensaje del cliente", "folio abierto", "la atiende",
    "decisiones",
)  # fmt: skip


class RecentFigures:
    """The figures of each period, counted once for all agents who look within a few seconds, and for one of them at a time."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()
        self._counted: dict[datetime, tuple[datetime, Figures]] = {}

    async def since(self, ledger: Ledger, moment: datetime, now: datetime) -> Figures:
        """As they are now, or were a few seconds ago. Raises LedgerUnavailable."""
        async with self._lock:
            self._counted = {since: kept for since, kept in self._counted.items() if timedelta() <= now - kept[0] < FRESH}
            if moment not in self._counted:
                self._counted[moment] = now, await figures.since(ledger, moment)
            return self._counted[moment][1]


FIGURES = web.AppKey("figures", RecentFigures)


@dataclass(frozen=True)
class Bar:
    """One bar of a chart: `share` of the longest one, 0…1."""

    label: str
    number: int
    share: float


async def show(request: web.Request) -> web.Response:
    """GET /console/resumen?dias=1|7|30."""
    resources = request.app[RESOURCES]
    days = days_of(request)
    calendar, now = BusinessCalendar(resources.settings.timezone, resources.settings.extra_holidays), resources.now()
    since = calendar.at(calendar.local_date(now) - timedelta(days=days - 1))
    found = await request.app[FIGURES].since(resources.ledger, since, now)
    decisions = Counter[str]()
    for (_, decision), number in found.topics.items():
        decisions[decision] += number
    return pages.render(
        request,
        "resumen.html",
        days=days,
        periods=PERIODS,
        found=found,
        decisions=decisions,
        asked=sum(decisions.values()),
        interval=interval(found.settled, found.sittings),
        endings=endings(found),
        costs=await request.app[COSTS].newest(resources.ledger, resources.settings, now),
        price=Decimal(str(resources.settings.whatsapp_price_mxn)),
        surges=await surges.present(resources.ledger, now),
        surges_over=await surges.over(resources.ledger, now - timedelta(days=days), now, MOST_TOPICS),
        can_tell_surges=await surges.can_tell(resources.ledger, resources.settings, now),
        open_cases=await cases.number_open(resources.ledger),
        oldest=await cases.oldest(resources.ledger),
        by_day=_by_day(found, calendar, days, calendar.local_date(now)),
        by_hour=_by_hour(found, calendar),
        topics=_topics(found),
    )


def days_of(request: web.Request) -> int:
    """The period that is asked for (?dias=)."""
    written = request.query.get("dias", "")
    return int(written) if written in map(str, PERIODS) else DAYS


def endings(found: Figures) -> list[tuple[str, int]]:
    """How the visits ended, in words."""
    return [
        ("Resueltas aquí", found.settled),
        ("Pasaron a un asesor", found.escalated),
        ("Se quedaron sin que las entendiera", found.given_up),
        ("Volvieron antes de 24 horas", found.back),
    ]


def interval(hits: int, number: int) -> tuple[float, float] | None:
    """Wilson's 95 % interval of a share, 0…1; None of nothing."""
    if not number:
        return None
    share, square = hits / number, SURE**2 / number
    middle = (share + square / 2) / (1 + square)
    reach = SURE * math.sqrt(share * (1 - share) / number + square / number / 4) / (1 + square)
    return max(0.0, middle - reach), min(1.0, middle + reach)


def _by_day(found: Figures, calendar: BusinessCalendar, days: int, today: date) -> list[Bar]:
    counted = Counter[date]()
    for (hour, _), number in found.hours.items():
        counted[calendar.local_date(hour)] += number
    each = [today - timedelta(days=back) for back in range(days - 1, -1, -1)]
    return _bars((f"{day.day}/{day.month}", counted[day]) for day in each)


def _by_hour(found: Figures, calendar: BusinessCalendar) -> list[Bar]:
    counted = Counter[int]()
    for (hour, _), number in found.hours.items():
        counted[calendar.local(hour).hour] += number
    return _bars((f"{hour}", counted[hour]) for hour in range(24))


def _topics(found: Figures) -> list[tuple[str | None, Bar]]:
    counted = Counter[str | None]()
    for (intent, _), number in found.topics.items():
        counted[intent] += number
    most = counted.most_common(MOST_TOPICS)
    return list(zip((intent for intent, _ in most), _bars((title_of(intent), number) for intent, number in most), strict=True))


def _bars(counted: Iterable[tuple[str, int]]) -> list[Bar]:
    rows = list(counted)
    longest = max((number for _, number in rows), default=0) or 1
    return [Bar(label, number, number / longest) for label, number in rows]


async def export(request: web.Request) -> web.Response:
    """GET /console/conversaciones.csv: what the list's filters find, the newest 5,000; entered in the audit first."""
    resources = request.app[RESOURCES]
    wanted = filters.read(request.query, resources.settings.timezone)
    page = await listing.find(resources.ledger, wanted.wanted, None, MOST_EXPORTED)
    detail = f"{len(page.rows)} conversaciones: {wanted.address('')}"
    await audit.note(
        resources.ledger, "exportación", request[pages.SESSION].name, access.address_of(request), resources.now(), detail=detail
    )
    calendar = BusinessCalendar(resources.settings.timezone, resources.settings.extra_holidays)
    return sheet("conversaciones.csv", [_COLUMNS, *_cells(page.rows, calendar)])


def sheet(name: str, rows: Iterable[Sequence[object]]) -> web.Response:
    """A file for a spreadsheet: UTF-8 with its mark, and nothing in it that a spreadsheet would calculate."""
    out = io.StringIO(newline="")
    csv.writer(out).writerows([harmless("" if value is None else str(value)) for value in row] for row in rows)
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return web.Response(body=b"\xef\xbb\xbf" + out.getvalue().encode(), content_type="text/csv", charset="utf-8", headers=headers)


def _cells(rows: Sequence[Listed], calendar: BusinessCalendar) -> Iterator[tuple[object, ...]]:
    for row in rows:
        at = calendar.local(row.last_at).strftime("%Y-%m-%d %H:%M:%S")
        decisions = ", ".join(texts.DECISIONS[decision] for decision in sorted(row.decisions))
        told = (
            texts.CHANNELS.get(row.channel, row.channel),
            row.desk,
            row.profile_name,
            at,
            row.messages,
            row.text,
            row.code,
            row.agent,
            decisions,
        )
        yield path_of(row.id), *told


def harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.lstrip(" ").startswith(_FORMULA) else cell


async def audited(request: web.Request) -> web.Response:
    """GET /console/auditoria?quien=NAME&que=KIND&antes=ID."""
    before, who, what = (clean_text(request.query.get(name, "")).strip() for name in ("antes", "quien", "que"))
    known = get_args(audit.What)
    what = what if what in known else ""
    older = int(before) if before.isdecimal() and len(before) < 10 else None  # noqa: PLR2004 - as long as PostgreSQL's numbers may be
    rows = await audit.newest(request.app[RESOURCES].ledger, older, who, what)
    following = rows[-1].id if len(rows) == audit.PAGE else None
    return pages.render(request, "auditoria.html", rows=rows, following=following, who=who, what=what, all=sorted(known))
