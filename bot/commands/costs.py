"""`python -m bot costs [--month 2026-11]`: what WhatsApp's messages cost in a month, by number and category, and for each answer."""

from __future__ import annotations

import argparse
import asyncio
from datetime import datetime
from decimal import Decimal

from bot import clock
from bot.commands._on_ledger import opened, works_on_ledger
from bot.conversations import meter
from bot.conversations.meter import Month
from bot.settings import Settings, load_settings

HEAD = ("number", "category", "messages", "billable")


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to `python -m bot`."""
    parser = subparsers.add_parser("costs", help="what WhatsApp's messages cost in a month")
    parser.add_argument("--month", type=_month, default=None, metavar="YYYY-MM", help="which month (default: this one)")
    parser.set_defaults(run=run)


def _month(raw: str) -> tuple[int, int]:
    try:
        first = datetime.strptime(raw, "%Y-%m")  # noqa: DTZ007 - only its year and month are used
    except ValueError:
        raise argparse.ArgumentTypeError("must be a month as 2026-11") from None
    return first.year, first.month


@works_on_ledger
def run(arguments: argparse.Namespace) -> int:
    """Print the table; 3 when the ledger is away."""
    settings = load_settings()
    today = clock.now().astimezone(settings.timezone)
    year, number = arguments.month or (today.year, today.month)
    month = asyncio.run(_read(settings, year, number))
    print("\n".join(report(month, settings, f"{year}-{number:02}")))
    return 0


async def _read(settings: Settings, year: int, number: int) -> Month:
    async with opened(settings.database_url) as ledger:
        return await meter.month(ledger, "whatsapp", *meter.bounds(year, number, settings.timezone))


def report(month: Month, settings: Settings, name: str) -> list[str]:
    """The month as lines of text."""
    free, price = settings.whatsapp_free_messages, Decimal(str(settings.whatsapp_price_mxn))
    cost, budget = month.cost(free, price), settings.whatsapp_budget_mxn
    told = [f"WhatsApp, {name}, at {price} MXN a billable message (WHATSAPP_PRICE_MXN), month of {settings.timezone.key}", ""]
    told += _table(month)
    for number in sorted({line.number for line in month.lines}):
        told.append(f"{number}: {month.free_used(number, free)} of {free} free service messages are used")
    told.append(f"cost: {cost} MXN" + (f" of a budget of {budget:.2f} MXN" if budget else ""))
    if month.answers:
        each, messages = cost / month.answers, Decimal(month.sendings) / month.answers
        told.append(f"{month.answers} answers: {messages:.2f} messages and {each:.4f} MXN each")
    if month.dearest:
        told += ["", "most billable messages, by conversation:", *(f"  {who}  {number}" for who, number in month.dearest)]
    return told


def _table(month: Month) -> list[str]:
    rows = [HEAD, *((line.number, line.category, str(line.messages), str(line.billable)) for line in month.lines)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD))]
    lines = [f"{row[0]:<{widths[0]}}  {row[1]:<{widths[1]}}  {row[2]:>{widths[2]}}  {row[3]:>{widths[3]}}" for row in rows]
    return [*lines, ""] if month.lines else ["no message was priced in this month", ""]
