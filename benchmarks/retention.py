"""`python -m benchmarks.retention [--messages N] [--databases sqlite,postgresql]`: what it costs that a month goes.

A ledger with a year of messages, of which the upkeep has to remove the oldest month, while customers write: how long it takes, how long they wait
meanwhile and when nothing is removed, and (PostgreSQL) who waits for a lock. Then once more, when nothing is due: what each hour costs.
The last line of standard output is one JSON object.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import shutil
import tempfile
import time
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, TextClause, text

from benchmarks.figures import percentile
from benchmarks.ledger import Filling, fill
from bot import clock
from bot.conversations import inbox, sessions
from bot.conversations.inbox import Inbound, Terms
from bot.conversations.ledger import Ledger
from bot.database import open_database
from bot.identity.identity import ANONYMOUS
from bot.migrations import upgrade
from bot.nlu.report import machine
from bot.privacy import retention
from bot.settings import Settings, load_settings
from harness import postgres

MONTHS: Final = 12
MONTH: Final = timedelta(days=30)
TURNS: Final = 5
WRITERS: Final = 4
PAUSE_SECONDS: Final = 0.05
CALM_SECONDS: Final = 10.0
LOOK_SECONDS: Final = 0.02
DATABASES: Final = ("sqlite", "postgresql")
_TOLD: Final = """INSERT INTO disclosure
(conversation_id, n, at, kind, teller, message_id, seq, desk, channel, level, proof, fields, previous, hash)
SELECT conversation_id, seq / 2, at, 'told', 'asistente', id, seq, 'C-1001', 'web', 2, 'portal', '[]', id || id, id || id
FROM message WHERE kind = 'answer'"""
_SEALED: Final = """INSERT INTO sealed (message_id, kinds, box, at)
SELECT id, '["phone"]', id || id || id || id || id || id, at FROM message WHERE author = 'customer' AND seq = 1"""


def main() -> int:
    """Measure what is asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.retention", description="what it costs that a month goes")
    parser.add_argument("--messages", type=int, default=1_000_000)
    parser.add_argument("--databases", default=",".join(DATABASES))
    given = parser.parse_args()
    found = {name: _measured(name, given.messages) for name in given.databases.split(",")}
    print(json.dumps({"messages": given.messages, **found, "machine": machine()}, ensure_ascii=False))
    return 0


def _measured(database: str, messages: int) -> dict[str, Any]:
    with _database(database) as url:
        found = asyncio.run(_measure(url, messages))
    for name, figures in found.items():
        print(f"{database} {name}: {figures}", flush=True)
    return found


@contextmanager
def _database(kind: str) -> Iterator[str]:
    folder = Path(tempfile.mkdtemp(prefix="retention-"))
    try:
        if kind == "sqlite":
            yield f"sqlite:///{folder}/ledger.db"
            return
        binaries = postgres.find_binaries()
        if binaries is None:
            raise SystemExit("no PostgreSQL server here: run scripts/test-tools")
        server = postgres.start_server(binaries, folder, "shared_buffers=256MB", "max_wal_size=4GB", "fsync=on", "synchronous_commit=on")
        try:
            yield server.url(server.create_database())
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder)


async def _measure(url: str, messages: int) -> dict[str, Any]:
    now = clock.now()
    await asyncio.to_thread(upgrade, url, "ledger")
    each = messages // MONTHS // (2 * TURNS)
    await fill(url, [_month(number, each, now) for number in range(MONTHS)])
    async with open_database(url, command_seconds=600) as database:
        for statement in map(text, (_TOLD, _SEALED)):  # each answer was entered, and one message of each conversation had something to seal
            await database.write(partial(_execute, statement))
        if database.dialect == "postgresql":
            await database.write(lambda connection: _execute(text("ANALYZE"), connection))
    settings = _settings(url)
    async with open_database(url) as of_writers, open_database(url, command_seconds=600) as of_upkeep:
        writers, upkeep = Ledger(of_writers), Ledger(of_upkeep)
        async with _customers(writers, now) as calm:
            await asyncio.sleep(CALM_SECONDS)
        async with _customers(writers, now) as meanwhile, _locks(writers) as locks:
            begun = time.perf_counter()
            gone = await retention.run(upkeep, settings, now)
            took = time.perf_counter() - begun
        begun = time.perf_counter()
        left = await retention.run(upkeep, settings, now)
        idle = time.perf_counter() - begun
    rows = sum(gone.values())
    return {
        "removed": {"rows": rows, "seconds": round(took, 1), "rows_a_second": round(rows / took), "tables": gone},
        "customers_ms": {"calm": _figures(calm), "meanwhile": _figures(meanwhile)},
        "lock_waits": {"looks": len(locks), "most_at_once": max(locks, default=0), "with_any": sum(map(bool, locks))},
        "nothing_due": {"seconds": round(idle, 3), "rows": sum(left.values())},
    }


def _execute(statement: TextClause, connection: Connection) -> None:
    connection.execute(statement)


def _month(number: int, conversations: int, now: datetime) -> Filling:
    """The one that ended so many months ago, all of it younger than the next."""
    at = now - number * MONTH - timedelta(days=1)
    if number == MONTHS - 1:
        at -= timedelta(days=10)  # the oldest: more than 340 days old
    return Filling(1 + number * conversations, conversations, TURNS, at, at + timedelta(hours=12))


def _settings(url: str) -> Settings:
    keep = dict.fromkeys(("KEEP_MESSAGES_DAYS", "KEEP_SEALED_DAYS", "KEEP_DISCLOSURES_DAYS"), "340")
    secrets = dict.fromkeys(("INTERNAL_SECRET", "SESSION_SECRET", "PORTAL_JWT_SECRET"), "0123456789abcdefghij" * 2)
    return load_settings({"DATABASE_URL": url, **secrets, **keep, "KEEP_SESSIONS_DAYS": "340"})


@asynccontextmanager
async def _customers(ledger: Ledger, now: datetime) -> AsyncIterator[list[float]]:
    """Some who write for as long as the block runs; how long each message took to be stored (ms)."""
    times: list[float] = []
    writing = [asyncio.create_task(_writes(ledger, now, times)) for _ in range(WRITERS)]
    try:
        yield times
    finally:
        for task in writing:
            task.cancel()
        for ended in await asyncio.gather(*writing, return_exceptions=True):
            if isinstance(ended, Exception):
                raise ended


async def _writes(ledger: Ledger, now: datetime, times: list[float]) -> None:
    session = await sessions.begin(ledger, ANONYMOUS, timedelta(hours=12), now)
    while True:
        inbound = Inbound(session.conversation, "web", session.conversation, str(uuid.uuid4()), text="¿cuándo vence mi servidor?")
        begun = time.perf_counter()
        await inbox.accept(ledger, inbound, now, Terms(lambda *_: ANONYMOUS))
        times.append(1000 * (time.perf_counter() - begun))
        await asyncio.sleep(PAUSE_SECONDS)


@asynccontextmanager
async def _locks(ledger: Ledger) -> AsyncIterator[list[int]]:
    """How many wait for a lock, looked at all the time (PostgreSQL)."""
    seen: list[int] = []

    async def look() -> None:
        waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
        while True:
            seen.append(await ledger.read(lambda connection: int(connection.execute(waiting).scalar_one())))
            await asyncio.sleep(LOOK_SECONDS)

    looking = asyncio.create_task(look()) if ledger.database.dialect == "postgresql" else None
    try:
        yield seen
    finally:
        if looking is not None:
            looking.cancel()
            await asyncio.gather(looking, return_exceptions=True)


def _figures(times: list[float]) -> dict[str, Any]:
    figures = {f"p{n}": round(percentile(times, n), 1) for n in (50, 95, 99)}
    return {"writes": len(times), **figures, "max": round(max(times), 1)}


if __name__ == "__main__":
    raise SystemExit(main())
