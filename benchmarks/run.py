"""The order of a run: the turns of one customer, ours and stock by turns; then each system alone on the machine, ours once more with two dialogue processes.

Last what concerns ours alone: a full ledger, and a slow disk.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks import growth, measure
from benchmarks.growth import Growth
from benchmarks.machine import Usage, usage
from benchmarks.measure import Acknowledged, Depth, Turns
from benchmarks.ours import Ours
from benchmarks.scale import slow_disk
from benchmarks.scale.slow_disk import SlowDiskRun
from benchmarks.stock.servers import Stock
from benchmarks.system import System
from benchmarks.workload import DESKS, QUESTIONS, TURNS_A_SITTING

Say = Callable[[str], None]

PARTS = ("start", "turn", "throughput", "depth", "ack", "growth", "disk")
SYSTEMS = frozenset({"ours", "stock"})
CUSTOMERS = 32
WARM_SECONDS = 3.0
SITTINGS = 20  # of twenty turns
DEEP_OURS = 2000
DEEP_STOCK = 300
ROUNDS_OURS = 10
ROUNDS_STOCK = 3
ACK_SECONDS = 30.0
DISK_SECONDS = 10.0


@dataclass(frozen=True)
class Plan:
    """What is measured."""

    parts: frozenset[str] = frozenset(PARTS)
    seconds: float = 15.0
    starts: int = 3
    systems: frozenset[str] = SYSTEMS
    ledger_messages: int = growth.MESSAGES


@dataclass
class Measured:
    """What was measured of one system; None or empty where a part was left out."""

    ready_s: list[float] = field(default_factory=list)
    first_answer_s: list[float] = field(default_factory=list)
    at_start: Usage | None = None
    after_load: Usage | None = None
    turn: Turns | None = None
    load: dict[int, Turns] = field(default_factory=dict)
    """By number of dialogue processes."""
    depth: Depth | None = None
    acknowledged: Acknowledged | None = None
    growth: Growth | None = None
    slow_disk: SlowDiskRun | None = None


@dataclass
class Results:
    """Of both systems."""

    ours: Measured = field(default_factory=Measured)
    stock: Measured = field(default_factory=Measured)


async def run(plan: Plan, project: Path | None, folder: Path, say: Say) -> Results:
    """Measure as planned; `project` is the trained stock project, or None without stock."""
    results = Results()
    if "turn" in plan.parts:
        await _turns(plan, project, folder, results, say)
    if "ours" in plan.systems:
        await _ours(plan, folder, results.ours, say)
    if "stock" in plan.systems and project is not None:
        await _stock(plan, project, folder, results.stock, say)
    if "growth" in plan.parts and "ours" in plan.systems:
        results.ours.growth = await growth.measure(_made(folder / "growth"), plan.ledger_messages, say)
    if "disk" in plan.parts and "ours" in plan.systems:
        results.ours.slow_disk = await slow_disk.measure(DISK_SECONDS, say)
    return results


async def _turns(plan: Plan, project: Path | None, folder: Path, results: Results, say: Say) -> None:
    """Both systems stand on the machine, and one customer writes now to this one, now to that one."""
    with ExitStack() as running:
        pairs: list[tuple[System, Measured]] = []
        if "ours" in plan.systems:
            ours = Ours(_made(folder / "ours-turns"))
            running.callback(ours.stop)
            ours.start()
            ours.wait_ready()
            pairs.append((ours, results.ours))
        if "stock" in plan.systems and project is not None:
            stock = Stock(project, _made(folder / "stock-turns"))
            running.callback(stock.stop)
            await stock.prepare()
            stock.start()
            await stock.wait_ready()
            pairs.append((stock, results.stock))
        say(f"{' and '.join(system.name for system, _ in pairs)}: {SITTINGS * TURNS_A_SITTING} turns of one customer each, by turns …")
        for (system, measured), turns in zip(pairs, await measure.one_customer([system for system, _ in pairs], SITTINGS), strict=True):
            measured.turn = turns
            say(f"{system.name}: turn p50 {turns.p50:.1f} ms, p95 {turns.p95:.1f} ms")


async def _ours(plan: Plan, folder: Path, measured: Measured, say: Say) -> None:
    for number in range(_more_starts(plan)):
        ours = Ours(_made(folder / f"ours-start-{number}"))
        try:
            await _start_ours(ours, measured, say)
        finally:
            ours.stop()
    ours = Ours(_made(folder / "ours"))
    try:
        await _start_ours(ours, measured, say)
        await _common(plan, ours, measured, DEEP_OURS, ROUNDS_OURS, say)
        if "ack" in plan.parts:
            say(f"ours: {measure.ACK_RATE:.0f} messages a second for {ACK_SECONDS:.0f} s …")
            heard = measured.acknowledged = await measure.acknowledgement(ours, ACK_SECONDS)
            say(f"ours: {len(heard.milliseconds)} acknowledged, {heard.refused} refused, {heard.answered} answered")
        measured.after_load = usage(ours.processes())
    finally:
        ours.stop()
    if "throughput" in plan.parts:
        ours = Ours(_made(folder / "ours-2"), dialogues=2)
        try:
            ours.start()
            ours.wait_ready()
            await _load(plan, ours, measured, 2, say)
        finally:
            ours.stop()


async def _start_ours(ours: Ours, measured: Measured, say: Say) -> None:
    begun = time.perf_counter()
    ours.start()
    ours.wait_ready()
    measured.ready_s.append(time.perf_counter() - begun)
    await _first_answer(ours)
    measured.first_answer_s.append(time.perf_counter() - begun)
    measured.at_start = usage(ours.processes())
    say(f"ours: ready after {measured.ready_s[-1]:.1f} s, first answer after {measured.first_answer_s[-1]:.1f} s")


async def _stock(plan: Plan, project: Path, folder: Path, measured: Measured, say: Say) -> None:
    for number in range(_more_starts(plan)):
        stock = Stock(project, _made(folder / f"stock-start-{number}"))
        try:
            await _start_stock(stock, measured, say)
        finally:
            stock.stop()
    stock = Stock(project, _made(folder / "stock"))
    try:
        await _start_stock(stock, measured, say)
        await _common(plan, stock, measured, DEEP_STOCK, ROUNDS_STOCK, say)
        measured.after_load = usage(stock.processes())
    finally:
        stock.stop()


async def _start_stock(stock: Stock, measured: Measured, say: Say) -> None:
    await stock.prepare()
    begun = time.perf_counter()
    stock.start()
    await stock.wait_ready()
    measured.ready_s.append(time.perf_counter() - begun)
    await _first_answer(stock)
    measured.first_answer_s.append(time.perf_counter() - begun)
    measured.at_start = usage(stock.processes())
    say(f"stock: both answer after {measured.ready_s[-1]:.1f} s, first answer after {measured.first_answer_s[-1]:.1f} s")


async def _first_answer(system: System) -> None:
    async with system.converse(DESKS[0]) as conversation:
        await conversation.ask(QUESTIONS[0])


def _more_starts(plan: Plan) -> int:
    return plan.starts - 1 if "start" in plan.parts else 0


async def _common(plan: Plan, system: System, measured: Measured, deep: int, rounds: int, say: Say) -> None:
    if "throughput" in plan.parts:
        await _load(plan, system, measured, 1, say)
    if "depth" in plan.parts:
        say(f"{system.name}: one conversation of {deep} turns …")
        measured.depth = await measure.depth(system, deep, rounds)
        say(
            f"{system.name}: turn {deep} takes {measured.depth.ratio:.2f} times as long as turn 10, {measured.depth.cpu_ratio:.2f} in processor time"
        )


async def _load(plan: Plan, system: System, measured: Measured, dialogues: int, say: Say) -> None:
    processes = f"{dialogues} dialogue process{'es' if dialogues > 1 else ''}"
    say(f"{system.name}: {CUSTOMERS} customers at once for {plan.seconds:.0f} s, {processes} …")
    turns = await measure.many_customers(system, CUSTOMERS, WARM_SECONDS, plan.seconds)
    measured.load[dialogues] = turns
    say(f"{system.name}: {turns.a_second:.1f} turns a second, p95 {turns.p95:.0f} ms")


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder
