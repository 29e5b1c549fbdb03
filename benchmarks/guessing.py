"""`python -m benchmarks.guessing [--tries N] [--databases sqlite,postgresql]`: a million one-time codes guessed in parallel against one customer.

From many numbers and conversations, in webhooks as WhatsApp brings them, through several ledgers as several gateways have them; somewhere among
the guesses is the right code of each conversation. Told is how many were looked at, whether anybody was confirmed, and how long it took.
Exit code 1 where more than five were looked at or anybody was confirmed. The last line of standard output is one JSON object.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, func, insert, select

from bot import clock
from bot.conversations import batches, codes, people
from bot.conversations.codes import CodeTerms
from bot.conversations.inbox import Accepted, Inbound, Terms
from bot.conversations.ledger import Ledger, new_id
from bot.conversations.people import Address
from bot.conversations.tables import MESSAGE, STEP_UP
from bot.database import open_database
from bot.errors import LedgerUnavailable
from bot.identity.codes import LIFE, digest
from bot.identity.identity import Identity, Level
from bot.migrations import upgrade
from bot.nlu.report import machine
from harness import postgres

DESK: Final = "C-1001"
SECRET: Final = "0123456789abcdefghij" * 2
CONVERSATIONS: Final = 1000
WEBHOOK: Final = 100
AT_ONCE: Final = 4
GATEWAYS: Final = {"sqlite": 1, "postgresql": 3}
PATIENCE_SECONDS: Final = 120
DATABASES: Final = ("sqlite", "postgresql")


def main() -> int:
    """Guess."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.guessing", description="a million codes guessed in parallel")
    parser.add_argument("--tries", type=int, default=1_000_000)
    parser.add_argument("--databases", default=",".join(DATABASES))
    given = parser.parse_args()
    found = {}
    for name in given.databases.split(","):
        with _database(name) as url:
            found[name] = asyncio.run(_guess(url, given.tries))
        print(f"{name}: {found[name]}", flush=True)
    print(json.dumps({"tries": given.tries, **found, "machine": machine()}, ensure_ascii=False))
    return int(any(each["confirmed"] or each["looked_at"] > codes.ATTEMPTS for each in found.values()))


@contextmanager
def _database(kind: str) -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="guessing-") as folder:
        if kind == "sqlite":
            yield f"sqlite:///{folder}/ledger.db"
            return
        binaries = postgres.find_binaries()
        if binaries is None:
            raise SystemExit("no PostgreSQL server here: run scripts/test-tools")
        server = postgres.start_server(binaries, Path(folder), "shared_buffers=256MB", "max_wal_size=4GB")
        try:
            yield server.url(server.create_database())
        finally:
            server.stop()


async def _guess(url: str, tries: int) -> dict[str, Any]:
    await asyncio.to_thread(upgrade, url, "ledger")
    now = clock.now()
    recognised = Identity(DESK, None, Level.RECOGNISED, "whatsapp number")
    terms = Terms(lambda *_: recognised, codes=CodeTerms(SECRET, lambda heard: heard.kind))
    async with AsyncExitStack() as stack:
        ledgers = [
            Ledger(await stack.enter_async_context(open_database(url, command_seconds=PATIENCE_SECONDS)))
            for _ in range(GATEWAYS[url.partition(":")[0].partition("+")[0]])
        ]
        addresses = [(Address(f"+5255{n:08d}"),) for n in range(CONVERSATIONS)]
        conversations = await ledgers[0].write(lambda connection: people.find_or_make_many(connection, "whatsapp", addresses, now))
        right = {each: f"{n:06d}" for n, each in enumerate(conversations)}
        asked = {"desk": DESK, "asked_at": now, "expires_at": now + LIFE}
        rows = [
            {"conversation_id": each, "inbound_id": new_id(), "digest": digest(SECRET, each, DESK, code), **asked}
            for each, code in right.items()
        ]
        await ledgers[0].write(lambda connection: connection.execute(insert(STEP_UP), rows))
        begun = time.perf_counter()
        await _fire(ledgers, _guesses(conversations, right, tries), terms, now)
        took = time.perf_counter() - begun
        answers, confirmed = await ledgers[0].read(_counted)
    refused_unseen = answers["locked"] - 1  # the one that locks was looked at
    return {
        "tries": answers.total(),
        "numbers": CONVERSATIONS,
        "looked_at": answers.total() - refused_unseen,
        "confirmed": confirmed,
        "seconds": round(took),
        "tries_a_second": round(tries / took),
    }


def _counted(connection: Connection) -> tuple[Counter[str], int]:
    """What the messages were answered, and how many conversations are confirmed."""
    by_answer = select(MESSAGE.c.fixed_answer, func.count()).group_by(MESSAGE.c.fixed_answer)
    confirmed = select(func.count()).where(STEP_UP.c.confirmed_until.is_not(None))
    return Counter({str(row[0]): int(row[1]) for row in connection.execute(by_answer)}), int(connection.scalar(confirmed) or 0)


def _guesses(conversations: Sequence[str], right: dict[str, str], tries: int) -> Iterator[list[Inbound]]:
    """Every code there is, drawn by lot, behind five wrong ones; each number's own among them."""
    dice = random.Random(20261128)
    places = {dice.randrange(codes.ATTEMPTS, tries): each for each in conversations}
    some: list[Inbound] = []
    for n in range(tries):
        conversation = places.get(n) or dice.choice(conversations)
        code = right[conversation] if n in places else f"{CONVERSATIONS + dice.randrange(10**6 - CONVERSATIONS):06d}"
        some.append(Inbound(conversation, "whatsapp", "106000000000001", f"wamid.{n}", text=code))
        if len(some) == WEBHOOK or n == tries - 1:
            yield some
            some = []


async def _fire(ledgers: Sequence[Ledger], webhooks: Iterator[list[Inbound]], terms: Terms, now: datetime) -> None:
    async def sends(ledger: Ledger) -> None:
        for some in webhooks:
            for each in await _delivered(ledger, some, terms, now):
                if isinstance(each, Exception):
                    raise each

    async with asyncio.TaskGroup() as group:
        for n in range(AT_ONCE):
            group.create_task(sends(ledgers[n % len(ledgers)]))


async def _delivered(ledger: Ledger, some: list[Inbound], terms: Terms, now: datetime) -> list[Accepted | Exception]:
    """A webhook that is refused because all wait for the same row is brought again, as Meta does."""
    while True:
        try:
            return await batches.accept_many(ledger, some, now, terms)
        except LedgerUnavailable:
            continue


if __name__ == "__main__":
    raise SystemExit(main())
