"""`python -m bot accounts check DESK` and `accounts contacts`: for whoever connects a company's own live state.

`check` asks the implementation what the assistant will ask it and shows what came; `contacts` writes what desks are found by, where our
tables were filled by another program.
"""

from __future__ import annotations

import argparse
import asyncio
import dataclasses
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from bot.errors import SettingsError
from bot.settings import Settings, load_settings

if TYPE_CHECKING:  # SQLAlchemy is slow to import
    from bot.accounts.examination import Asked
    from bot.accounts.port import Desk, Server

SHOWN_DIGITS = 4


def add_parser(subparsers: Any) -> None:
    """Declare the subcommand."""
    parser = subparsers.add_parser("accounts", help="look at what the live state returns, and what desks are found by")
    what = parser.add_subparsers(dest="what", required=True, metavar="WHAT")
    check = what.add_parser("check", help="ask for one desk: what comes, how long it takes, what breaks the contract; sends nothing")
    check.add_argument("desk", metavar="DESK", help="id of a desk that exists")
    check.add_argument("--factory", default=None, metavar="MODULE:FUNCTION", help="instead of ACCOUNTS_FACTORY")
    what.add_parser("contacts", help="write again what the desks of our own tables are found by")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """0 when all is right, 1 when the contract is broken or nothing could be written."""
    settings = load_settings()
    if arguments.what == "contacts":
        return _contacts(settings)
    if arguments.factory is not None:
        settings = dataclasses.replace(settings, accounts_factory=arguments.factory)
    asked, desk = asyncio.run(_check(settings, arguments.desk))
    print("\n".join([*lines_of_calls(asked), "", *(lines_of_desk(desk) if desk else []), *lines_of_problems(asked)]))
    return 1 if any(each.problems for each in asked) else 0


async def _check(settings: Settings, desk_id: str) -> tuple[list[Asked], Desk | None]:
    from bot.accounts import unguarded  # noqa: PLC0415
    from bot.accounts.examination import examine  # noqa: PLC0415
    from bot.accounts.port import Desk  # noqa: PLC0415

    source = unguarded(settings)
    try:
        asked = await examine(source, desk_id)
    finally:
        await source.close()
    desks = [each.value for each in asked if isinstance(each.value, Desk) and not each.problems]
    return asked, desks[0] if desks else None


def lines_of_calls(asked: list[Asked]) -> Iterator[str]:
    """A table: the call, how long it took, how long the event loop stood still meanwhile, what came."""
    yield f"{'call':<36} {'took':>9} {'loop blocked':>13}  result"
    for each in asked:
        result = "✗" if each.problems else "ok"
        yield f"{each.call:<36} {each.seconds * 1000:>6,.0f} ms {each.blocked * 1000:>10,.0f} ms  {result}"


def lines_of_desk(desk: Desk) -> Iterator[str]:
    """What was read, without what nobody needs to see on a screen."""
    from bot.rules.format import mask_email  # noqa: PLC0415

    yield f"desk {desk.id}: {desk.name}, {mask_email(desk.email)}, {', '.join(map(mask_phone, desk.phones)) or 'no telephone'}"
    yield f"read at {desk.read_at.isoformat()}, {len(desk.licences)} licences"
    for server in desk.servers:
        yield from _lines_of_server(server)
    yield ""


def _lines_of_server(server: Server) -> Iterator[str]:
    subscription, payments = server.subscription, server.payments
    yield f"  {server.alias}: {server.status}, {server.solution}, {server.os}, machine {server.health.state if server.health else 'unknown'}"
    if subscription:
        price = f"{subscription.price} {subscription.currency}"
        yield f"    subscription {subscription.status}, {subscription.starts_on} to {subscription.ends_on}, {price}"
    if payments:
        yield f"    {len(payments)} payments, last {payments[0].status}, charged {payments[0].charged_at.isoformat()}, {payments[0].masked}"
    if server.backups:
        yield f"    {len(server.backups)} backups, last {server.backups[0].status}, begun {server.backups[0].started_at.isoformat()}"
    if server.connection_mails:
        yield f"    {len(server.connection_mails)} connection mails, last {server.connection_mails[0].status}"
    yield f"    {len(server.invoices)} invoices, {len(server.licences)} licences{', an incident' if server.incident else ''}"


def lines_of_problems(asked: list[Asked]) -> list[str]:
    """What breaks the contract, each in a line with what to do; or that nothing does."""
    found = [f"✗ {each.call}: {problem}" for each in asked for problem in each.problems]
    return found or ["the contract is kept (mails were not asked for: bot/accounts/contract.py does that)"]


def mask_phone(phone: str) -> str:
    """As "···· 1001"."""
    return f"···· {phone[-SHOWN_DIGITS:]}" if len(phone) > SHOWN_DIGITS else "····"


def _contacts(settings: Settings) -> int:
    from bot.accounts.contacts import rewrite  # noqa: PLC0415
    from bot.database import DATABASE_ERRORS, open_database  # noqa: PLC0415

    if settings.accounts_factory:
        raise SettingsError("ACCOUNTS_FACTORY: a company's own system looks desks up itself; this is for our tables")

    async def write() -> tuple[int, int]:
        async with open_database(settings.accounts_database_url) as database:
            return await rewrite(database)

    try:
        desks, changed = asyncio.run(write())
    except DATABASE_ERRORS as error:  # their words may hold an address with its password, or a row
        print(f"accounts contacts: ACCOUNTS_DATABASE_URL cannot be written ({type(error).__name__})", file=sys.stderr)
        return 1
    print(f"{desks:,} desks looked at, {changed:,} of them changed")
    return 0
