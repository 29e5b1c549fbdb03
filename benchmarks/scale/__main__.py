"""`python -m benchmarks.scale`: two of every process behind one nginx on PostgreSQL, beside one of each; then kills under that load; then
one and four gateways on a slow disk.

Prints tables and, as the last line of standard output, one JSON object. Exit code 1 if anything was lost, doubled, out of order or told
to another customer, or if nothing was served while a process was away. `--only slow-disk` leaves the first two parts out. `make scale` runs it.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import shutil
import signal
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks import machine
from benchmarks.chaos.plan import Plan
from benchmarks.chaos.run import Say
from benchmarks.scale import slow_disk
from benchmarks.scale.faults import Faults, under_faults
from benchmarks.scale.load import Window, measure
from benchmarks.scale.results import as_json, tables
from benchmarks.scale.site import LIMITS, Site

PARTS = ("load", "slow-disk")
PHASES = 3
FAULT_SECONDS = 45.0
FEWEST, MOST = 20, 150
"""Messages of each customer in the part with kills."""
SHOWN_FINDINGS = 20


def main() -> int:
    given = _arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # a benchmark that is told to stop stops its servers too
    started = time.monotonic()

    def say(line: str) -> None:
        print(f"{time.monotonic() - started:7.1f} s  {line}", flush=True)

    several = Plan(customers=PHASES * given.customers, seed=given.seed, gateways=2, dialogues=2, actions=2)
    size = machine.size()
    say(f"machine: {size}")
    say(f"limits raised for this run: {', '.join(f'{name}={value}' for name, value in LIMITS.items())}")
    what: dict[str, Any] = {"customers": given.customers, "seconds": given.seconds, "machine": size}
    good = True
    if "load" in given.only:
        two, one, faults = asyncio.run(_run(several, given.customers, given.seconds, say))
        good = faults.good
        print(f"\n{given.customers} customers, {given.seconds:g} s, PostgreSQL, nginx, {size}\n\n{tables(two, one, faults)}")
        for kind in ("lost", "doubled", "disordered", "foreign"):
            for line in getattr(faults.findings, kind)[:SHOWN_FINDINGS]:
                print(f"{kind}: {line}")
        what |= as_json(two, one, faults)
    if "slow-disk" in given.only:
        slow = asyncio.run(slow_disk.measure(given.slow_seconds, say))
        print(f"\n{slow_disk.table_of(slow)}\n")
        what |= slow_disk.as_json(slow)
    print(json.dumps(what, ensure_ascii=False))
    return 0 if good else 1


async def _run(several: Plan, customers: int, seconds: float, say: Say) -> tuple[Window, Window, Faults]:
    """One of each first, so that what several do with the same ledger comes right before the kills. Other customers in each part."""
    folder = Path(tempfile.mkdtemp(prefix="scale-"))
    site = Site(replace(several, gateways=1, dialogues=1, actions=1), folder)
    good = False
    try:
        say(f"starting PostgreSQL, one of each process, nginx; logs in {folder}")
        await site.build()
        say(f"{customers} customers for {seconds:g} s")
        one = await measure(site, range(customers), seconds)
        say("starting two of each on the same databases")
        await site.rebuild(several)
        say(f"{customers} customers for {seconds:g} s")
        two = await measure(site, range(customers, 2 * customers), seconds)
        each = int(len(two.turns) / seconds * FAULT_SECONDS / customers)
        messages = customers * min(MOST, max(FEWEST, each))
        say(f"{customers} customers with {messages} messages, while processes are killed")
        faults = await under_faults(site, range(2 * customers, PHASES * customers), messages, say)
        good = faults.good
        return two, one, faults
    finally:
        await site.close(keep=not good)
        if good:
            shutil.rmtree(folder, ignore_errors=True)
        else:
            say(f"logs are kept in {folder}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scale", description="several of every process under load")
    parser.add_argument("--seconds", type=float, default=30.0, help="measured window of each of the two loads (default 30)")
    parser.add_argument("--customers", type=int, default=32)
    parser.add_argument(
        "--slow-seconds", type=float, default=20.0, help="measured window of each of the two loads on a slow disk (default 20)"
    )
    parser.add_argument("--only", choices=PARTS, nargs="+", default=PARTS, help="these parts only")
    parser.add_argument("--seed", type=int, default=1, help="decides which process of each kind is killed")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
