"""What a full ledger costs: a turn among a million messages beside one in an empty ledger, a read mark in a long conversation beside a short one.

Two whole systems stand on the machine, one with each ledger, and one customer's sittings alternate between them, so that both see the
same moments of the machine. Once on SQLite and once on PostgreSQL.
"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from benchmarks.figures import percentile
from benchmarks.ledger import Filling, fill
from benchmarks.measure import Turns, one_customer
from benchmarks.ours import Ours
from benchmarks.workload import questions
from bot import clock
from bot.migrations import upgrade
from harness import postgres

MESSAGES = 1_000_000
OF_EACH = 20
"""Messages of an ordinary conversation."""
LONG = 20_000
MARKS = 40
SITTINGS = 10
LIFE = timedelta(hours=6)


@dataclass(frozen=True)
class Growth:
    """By database: turns in an empty and in a full ledger, and milliseconds of read marks in a short and in a long conversation."""

    messages: int
    turns: dict[str, tuple[Turns, Turns]] = field(default_factory=dict)
    marks: dict[str, tuple[list[float], list[float]]] = field(default_factory=dict)

    def turn_ratio(self, database: str) -> float:
        """How many times as long a turn takes in the full ledger."""
        empty, full = self.turns[database]
        return full.p50 / empty.p50

    def mark_ratio(self, database: str) -> float:
        """How many times as long a read mark takes in the long conversation."""
        short, long = self.marks[database]
        return percentile(long, 50) / percentile(short, 50)

    @property
    def worst_turn(self) -> float:
        """Of both databases."""
        return max(map(self.turn_ratio, self.turns))

    @property
    def worst_mark(self) -> float:
        """Of both databases."""
        return max(map(self.mark_ratio, self.marks))


async def measure(folder: Path, messages: int, say: Callable[[str], None]) -> Growth:
    """Both databases, one after the other; `messages` are in the full ledger besides the long conversation."""
    growth = Growth(messages)
    for name, databases in (("SQLite", _files), ("PostgreSQL", _cluster)):
        with databases(_made(folder / name)) as (empty, full):
            await _fill_and_compare(name, _made(folder / f"{name}-run"), (empty, full), growth, say)
    return growth


async def _fill_and_compare(name: str, folder: Path, urls: tuple[str, str], growth: Growth, say: Callable[[str], None]) -> None:
    now = clock.now()
    ordinary = Filling(1, growth.messages // OF_EACH, OF_EACH // 2, now - timedelta(days=1), now - timedelta(hours=12))
    long = Filling(ordinary.conversations + 1, 1, LONG // 2, now - timedelta(days=1), now + LIFE)
    short = Filling(ordinary.conversations + 2, MARKS, OF_EACH // 2, now - timedelta(days=1), now + LIFE)
    begun = time.perf_counter()
    for url in urls:
        await asyncio.to_thread(upgrade, url, "ledger")
    await fill(urls[1], [ordinary, long, short])
    say(f"{name}: {growth.messages + LONG + MARKS * OF_EACH:,} messages written in {time.perf_counter() - begun:.0f} s")
    with ExitStack() as running:
        systems = [Ours(_made(folder / kind), DATABASE_URL=url) for kind, url in zip(("empty", "full"), urls, strict=True)]
        for system in systems:
            running.callback(system.stop)
            system.start()
            system.wait_ready()
        empty, full = growth.turns[name] = tuple(await one_customer(systems, SITTINGS))
        say(f"{name}: turn p50 {empty.p50:.1f} ms in an empty ledger, {full.p50:.1f} ms in the full one")
        growth.marks[name] = await _marks(systems[1], long, short)
        of_short, of_long = (percentile(times, 50) for times in growth.marks[name])
        say(f"{name}: a read mark takes {of_short:.1f} ms at {OF_EACH} messages, {of_long:.1f} ms at {LONG:,}")


async def _marks(system: Ours, long: Filling, short: Filling) -> tuple[list[float], list[float]]:
    """Each mark follows a turn, so that there is something new to mark; the two kinds of conversation alternate."""
    asked = questions()
    times: tuple[list[float], list[float]] = ([], [])
    async with system.rejoin(long.claims(long.first), LONG) as old:
        for number in range(short.first, short.first + short.conversations):
            async with system.rejoin(short.claims(number), OF_EACH) as new:
                for conversation, taken in ((new, times[0]), (old, times[1])):
                    await conversation.ask(next(asked))
                    begun = time.perf_counter()
                    await conversation.mark_read()
                    taken.append(1000 * (time.perf_counter() - begun))
    return times


@contextmanager
def _files(folder: Path) -> Iterator[tuple[str, str]]:
    yield f"sqlite:///{folder}/empty.db", f"sqlite:///{folder}/full.db"


@contextmanager
def _cluster(_folder: Path) -> Iterator[tuple[str, str]]:
    binaries = postgres.find_binaries()
    if binaries is None:
        raise RuntimeError("no PostgreSQL server here: apt-get install -y postgresql")
    cluster = Path(tempfile.mkdtemp(prefix="pg-bench-", dir="/tmp"))
    try:
        server = postgres.start_server(binaries, cluster, "shared_buffers=256MB", "max_wal_size=4GB")
        try:
            yield server.url(server.create_database()), server.url(server.create_database())
        finally:
            server.stop()
    finally:
        shutil.rmtree(cluster, ignore_errors=True)


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder
