"""`python -m benchmarks.console [--messages N] [--databases sqlite,postgres]`: how quick the console is in a large ledger, against its bars.

While 50 agents are on line and 50 messages a second arrive. Exit code 1 when a bar is missed. The last line of standard output is one JSON
object. `make bench-console` runs it with 1,000,000 messages.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from datetime import UTC, datetime
from typing import Any

from benchmarks.console import filling, load
from benchmarks.console.load import Measured
from bot.nlu.report import machine
from harness.whatsapp import gateway_alone

DATABASES = ("sqlite", "postgres")
PAGE_MOST = {"sqlite": 400.0, "postgres": 200.0}
TRANSCRIPT_MOST, NEW_MOST, SLOWDOWN_MOST = 500.0, 1000.0, 1.1
WARM_SECONDS = 3.0


def main() -> int:
    """Measure what is asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.console", description="how quick the agents' console is")
    parser.add_argument("--messages", type=int, default=1_000_000)
    parser.add_argument("--databases", default=",".join(DATABASES))
    parser.add_argument("--seconds", type=float, default=60.0, help="of load, without agents and again with them")
    parser.add_argument("--agents", type=int, default=50)
    parser.add_argument("--rate", type=float, default=50.0, help="messages a second")
    given = parser.parse_args()
    found = {database: asyncio.run(_measure(database, given)) for database in given.databases.split(",")}
    missed = [f"{database} {line}" for database, figures in found.items() for line in _missed(database, figures)]
    for line in missed:
        print(f"MISSED {line}")
    what = {"messages": given.messages, "agents": given.agents, "messages_a_second": given.rate, "seconds": given.seconds}
    print(json.dumps({**what, **found, "machine": machine(), "missed": missed}, ensure_ascii=False))
    return 1 if missed else 0


async def _measure(database: str, given: argparse.Namespace) -> dict[str, Any]:
    async with gateway_alone(database) as stage:
        begun = time.monotonic()
        filled = await filling.fill(stage.ledger, given.messages, datetime.now(tz=UTC))
        print(
            f"{database}: {filled.messages} messages of {filled.conversations} conversations in {time.monotonic() - begun:.0f} s",
            flush=True,
        )
        words = [text for text, _ in filled.examples]
        await load.customers_write(stage.url, given.rate, WARM_SECONDS, words, Measured())
        alone, busy, now = Measured(), Measured(), datetime.now(tz=UTC)
        await load.customers_write(stage.url, given.rate, given.seconds, words, alone)
        async with asyncio.TaskGroup() as together:
            together.create_task(load.customers_write(stage.url, given.rate, given.seconds, words, busy))
            together.create_task(load.agents_work(stage.url, stage.ledger, given.agents, filled, given.seconds, busy, now))
            together.create_task(load.messages_show(stage.url, stage.ledger, given.seconds, busy, now))
    figures = _figures(alone, busy)
    print(f"{database}: {json.dumps(figures)}", flush=True)
    return figures


def _figures(alone: Measured, busy: Measured) -> dict[str, Any]:
    before, after = alone.p50("turn"), busy.p50("turn")
    return {
        "list_p95_ms": busy.p95("list"),
        "filter_p95_ms": busy.p95("filter"),
        "search_p95_ms": busy.p95("search"),
        "transcript_ms": busy.p95("transcript"),
        "new_message_ms": busy.p95("new"),
        "turn_slowdown": round(after / before, 3) if before and after else None,
        "turn_ms": {"alone": before, "with_agents": after},
        "transcript_whole_ms": busy.p95("whole"),
        "report_p95_ms": busy.p95("report"),
        "failed": alone.failed + busy.failed,
        "measured": {kind: len(times) for kind, times in busy.times.items()},
    }


def _missed(database: str, figures: dict[str, Any]) -> list[str]:
    bars = dict.fromkeys(("list_p95_ms", "filter_p95_ms", "search_p95_ms"), PAGE_MOST[database])
    bars |= {"transcript_ms": TRANSCRIPT_MOST, "new_message_ms": NEW_MOST, "turn_slowdown": SLOWDOWN_MOST, "failed": 0}
    return [f"{name}: {figures[name]}, at most {most}" for name, most in bars.items() if figures[name] is None or figures[name] > most]


if __name__ == "__main__":
    sys.exit(main())
