"""The digest: what is open when the line opens, by mail, once each day of work, to every agent who has an address and wants it.

It names folios and accounts, and holds nothing that a customer said and no telephone: a mailbox is not the console.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, select, update

from bot.console import texts
from bot.console.agents import AGENT
from bot.console.pages import Clocks
from bot.console.promises import Promises
from bot.console.put_off import rests
from bot.conversations import cases, dues
from bot.conversations.ledger import Ledger
from bot.resources import Resources
from bot.rules.calendar import BusinessCalendar
from bot.rules.slots import LENGTH

SWITCH: Final = "resumen"
LISTED: Final = 30
"""More cases are counted and not listed."""

Post = Callable[[str, str, str, str], Awaitable[bool]]
"""Mails (to, subject, body, key); False where it is worth another try."""


@dataclass(frozen=True)
class _Open:
    """What is open at one moment, as the queue shows it."""

    cases: Sequence[Any]
    calls: Sequence[Any]
    promises: Promises
    clocks: Clocks

    @property
    def subject(self) -> str:
        owed = sum(each.owed_since is not None for each in self.cases)
        return f"Casos abiertos: {len(self.cases)} ({owed} esperan respuesta). Llamadas de hoy: {len(self.calls)}"

    def body(self, name: str, address: str) -> str:
        listed = [self._case(each) for each in self.cases[:LISTED]]
        if len(self.cases) > LISTED:
            listed.append(f"… y {len(self.cases) - LISTED} más")
        parts = [f"Hola, {name}:"]
        if listed:
            parts.append("\n".join(["Casos abiertos, primero lo que está por vencer:", *listed]))
        if self.calls:
            parts.append("\n".join(["Llamadas de hoy:", *map(self._call, self.calls)]))
        parts.append(
            f"{f'Ábrelos en {address}. ' if address else ''}Este correo llega una vez cada día hábil; se apaga en «Mi cuenta» de la consola."
        )
        return "\n\n".join(parts) + "\n"

    def _case(self, each: Any) -> str:
        words = [each.code or "sin folio", _who(each), texts.CHANNELS[each.channel]]
        words += [texts.reasons(each.reason)] if each.reason else []
        words += [self.promises.words(each.owed_since)] if each.owed_since else []
        return "- " + " · ".join(words)

    def _call(self, call: Any) -> str:
        hours = f"{self.clocks.time(call.at)} a {self.clocks.time(call.at + LENGTH)}"
        return "- " + " · ".join([hours, _who(call), *([call.code] if call.code else [])])


def _who(row: Any) -> str:
    return row.desk or "Visitante"


async def step(resources: Resources, post: Post) -> None:
    """Send what is due now. Several gateways may do so at once: who takes an agent's digest sends it."""
    settings, ledger, now = resources.settings, resources.ledger, resources.now()
    calendar = BusinessCalendar(settings.timezone, settings.extra_holidays)
    today = calendar.local_date(now)
    opening, closing = calendar.at(today, settings.support_hours.opens), calendar.at(today, settings.support_hours.closes)
    if not settings.smtp_url or not calendar.is_business_day(today) or not opening <= now < closing:
        return
    wanted = await _wanted(ledger, opening)
    if not wanted:
        return
    is_open = await _look(resources, calendar, now)
    address = settings.console_url
    for agent in wanted:
        if not await _take(ledger, agent, opening, now) or not (is_open.cases or is_open.calls):
            continue
        if not await post(agent.mail, is_open.subject, is_open.body(agent.name, address), f"digest:{agent.id}:{today.isoformat()}"):
            await _give_back(ledger, agent, now)


async def _wanted(ledger: Ledger, opening: datetime) -> list[Row[Any]]:
    """Agents who have not had today's (id, name, mail, digested_at)."""
    own = AGENT.c.mail.is_not(None), AGENT.c.removed_at.is_(None)
    query = select(AGENT.c.id, AGENT.c.name, AGENT.c.mail, AGENT.c.digested_at, AGENT.c.alerts).where(*own).order_by(AGENT.c.name)
    rows = await ledger.read(lambda connection: connection.execute(query).all())
    return [
        row
        for row in rows
        if (row.alerts is None or SWITCH in row.alerts.split(",")) and (row.digested_at is None or row.digested_at < opening)
    ]


async def _look(resources: Resources, calendar: BusinessCalendar, now: datetime) -> _Open:
    ledger, promises = resources.ledger, Promises(resources.settings, now)
    put_off = {each.conversation_id: each for each in await dues.open_ones(ledger, "snooze")}
    waiting = [each for each in await cases.waiting(ledger) if not rests(each, put_off.get(each.conversation_id), promises, now)]
    calls = [call for call in await dues.open_ones(ledger, "call_back") if calendar.local_date(call.at) <= calendar.local_date(now)]
    return _Open(waiting, calls, promises, Clocks(calendar, now))


async def _take(ledger: Ledger, agent: Row[Any], opening: datetime, now: datetime) -> bool:
    """Whether it is ours to send. It counts as had from now on, so that a gateway that dies leaves one out rather than sends two."""
    untaken = AGENT.c.digested_at.is_(None) | (AGENT.c.digested_at < opening)
    taken = update(AGENT).where(AGENT.c.id == agent.id, untaken).values(digested_at=now).returning(AGENT.c.id)
    return await ledger.write(lambda connection: connection.scalar(taken)) is not None


async def _give_back(ledger: Ledger, agent: Row[Any], now: datetime) -> None:
    """It could not be sent: again at the next look."""
    before = update(AGENT).where(AGENT.c.id == agent.id, AGENT.c.digested_at == now).values(digested_at=agent.digested_at)
    await ledger.write(lambda connection: connection.execute(before))
