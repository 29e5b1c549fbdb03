"""The rows of the table and the keys of the JSON object, from what was measured."""

from __future__ import annotations

import statistics
from typing import Any

from benchmarks import growth
from benchmarks.figures import Bar, Figure, percentile, rounded
from benchmarks.growth import Growth
from benchmarks.machine import CUSTOMERS, Usage, servers
from benchmarks.measure import Turns
from benchmarks.run import DEEP_OURS, DEEP_STOCK, Measured, Results
from benchmarks.scale.slow_disk import SlowDiskRun

DIALOGUE = "dialogue"


def figures_of(results: Results) -> list[Figure]:
    """Those with a bar first, then what explains them."""
    return [figure for figure in [*_judged(results), *_explaining(results)] if figure.ours is not None or figure.stock is not None]


def _judged(results: Results) -> list[Figure]:
    ours, stock = results.ours, results.stock
    best = best_load(ours)
    title = f"turns a second, 32 customers ({best} dialogue process{'es' if best == 2 else ''} of ours)"
    return [
        Figure("turn p50, one customer", "ms", _p50(ours.turn), _p50(stock.turn), Bar(0.25)),
        Figure(title, "1/s", _a_second(ours), _a_second(stock), Bar(6.5, "more")),
        Figure(f"turn {DEEP_OURS:,} ÷ turn 10 (stock: turn {DEEP_STOCK} ÷ 10)", "", *_depths(results), Bar(1.2, of="ours")),
        Figure("acknowledgement p50 at 50 messages a second", "ms", _acknowledged(ours, 50), None, Bar(10, of="ours")),
        Figure("acknowledgement p99 at 50 messages a second", "ms", _acknowledged(ours, 99), None, Bar(250, of="ours")),
        Figure("start until the first answer", "s", _median(ours.first_answer_s), _median(stock.first_answer_s), Bar(0.22)),
        Figure("memory of the dialogue process after the load", "MiB", _memory(ours.after_load), _memory(stock.after_load), Bar(0.35)),
        Figure("memory of all processes of ours after the load", "MiB", _total_memory(ours.after_load), None, Bar(650, of="ours")),
        Figure("processor time a turn, 32 customers, all servers", "ms", _servers(_load(ours)), _servers(_load(stock)), Bar(0.19)),
        Figure("answered on a slow disk, four gateways ÷ one", "", _slow_disk(ours), None, Bar(3, "more", of="ours")),
        Figure(f"read mark at {growth.LONG:,} messages ÷ at {growth.OF_EACH}", "", _read_mark(ours), None, Bar(1.3, of="ours")),
        Figure(f"turn among {_in_ledger(ours):,} messages ÷ in an empty ledger", "", _growth(ours), None, Bar(1.3, of="ours")),
    ]


def _explaining(results: Results) -> list[Figure]:
    ours, stock = results.ours, results.stock
    heard = ours.acknowledged
    return [
        Figure("turn p95, one customer", "ms", _p95(ours.turn), _p95(stock.turn)),
        Figure("turn p95, 32 customers", "ms", _p95(_load(ours)), _p95(_load(stock))),
        *(
            Figure(f"turns a second with {n} dialogue process{'es' if n > 1 else ''} of ours", "1/s", turns.a_second)
            for n, turns in ours.load.items()
        ),
        Figure("acknowledgements refused", "", float(heard.refused) if heard else None),
        Figure("messages acknowledged and not answered", "", float(len(heard.milliseconds) - heard.answered) if heard else None),
        Figure("last answer after the last of those messages", "s", heard.last_answer_s if heard else None),
        Figure("start until ready", "s", _median(ours.ready_s), _median(stock.ready_s)),
        Figure("memory of the dialogue process after start", "MiB", _memory(ours.at_start), _memory(stock.at_start)),
        Figure(f"the same in processor time of the servers, turn {DEEP_OURS:,} ÷ 10 (stock: {DEEP_STOCK} ÷ 10)", "", *_cpu_depths(results)),
        *_growths(ours.growth),
        *_disks(ours.slow_disk),
        *_processors("one customer", ours.turn, stock.turn),
        *_processors("32 customers", _load(ours), _load(stock)),
    ]


def _growths(grown: Growth | None) -> list[Figure]:
    """Of each database, in milliseconds."""
    if grown is None:
        return []
    rows = []
    for database, (empty, full) in grown.turns.items():
        short, long = (percentile(times, 50) for times in grown.marks[database])
        rows += [
            Figure(f"{database}: turn p50 in an empty ledger", "ms", empty.p50),
            Figure(f"{database}: turn p50 among {grown.messages:,} messages", "ms", full.p50),
            Figure(
                f"{database}: the same in processor time of the servers, full ÷ empty", "", servers(full.cpu_ms) / servers(empty.cpu_ms)
            ),
            Figure(f"{database}: read mark at {growth.OF_EACH} messages", "ms", short),
            Figure(f"{database}: read mark at {growth.LONG:,} messages", "ms", long),
        ]
    return rows


def _disks(slow: SlowDiskRun | None) -> list[Figure]:
    if slow is None:
        return []
    return [
        Figure(f"slow disk, {name}: messages {what} a second", "1/s", rate)
        for name, pace in (("one gateway", slow.few), ("four gateways", slow.many))
        for what, rate in (("accepted", pace.accepted_a_second), ("answered", pace.answered_a_second))
    ]


def _processors(when: str, ours: Turns | None, stock: Turns | None) -> list[Figure]:
    """Processor time a turn of every process, and of all."""
    of_ours, of_stock = (turns.cpu_ms if turns else {} for turns in (ours, stock))
    names = sorted({*of_ours, *of_stock})
    rows = [Figure(f"processor time a turn, {when}: {name}", "ms", of_ours.get(name), of_stock.get(name)) for name in names]
    return [*rows, Figure(f"processor time a turn, {when}: all servers", "ms", _servers(ours), _servers(stock))]


def _servers(turns: Turns | None) -> float | None:
    return servers(turns.cpu_ms) if turns else None


def best_load(measured: Measured) -> int | None:
    """The number of dialogue processes that gave most turns a second."""
    return max(measured.load, key=lambda n: measured.load[n].a_second) if measured.load else None


def as_json(results: Results, size: str) -> dict[str, Any]:
    """The figures of the bars (None: not measured), then the absolute ones."""
    ours, stock = results.ours, results.stock
    turn, throughput, depth, p50, p99, ready, memory, total, cpu, disk, mark, ledger = _judged(results)
    return {
        "turn_p50_ratio": rounded(turn.ratio),
        "throughput_ratio": rounded(throughput.ratio),
        "depth_ratio": rounded(depth.ours),
        "ack_p50_ms": rounded(p50.ours, 1),
        "ack_p99_ms": rounded(p99.ours, 1),
        "ready_ratio": rounded(ready.ratio),
        "memory_ratio": rounded(memory.ratio),
        "total_memory_mb": rounded(total.ours, 1),
        "cpu_ratio": rounded(cpu.ratio),
        "slow_disk_ratio": rounded(disk.ours),
        "read_mark_ratio": rounded(mark.ours),
        "ledger_growth_ratio": rounded(ledger.ours),
        "stock_depth_ratio": rounded(depth.stock),
        "depth_cpu_ratio": rounded(_cpu_depths(results)[0]),
        "dialogues": best_load(ours),
        "ours": {**_absolute(ours), "load": {n: rounded(turns.a_second) for n, turns in ours.load.items()}},
        "stock": _absolute(stock),
        "machine": size,
    }


def _absolute(measured: Measured) -> dict[str, Any]:
    return {
        "turn_p50_ms": rounded(_p50(measured.turn)),
        "turn_cpu_ms": measured.turn.cpu_ms if measured.turn else None,
        "turns_a_second": rounded(_a_second(measured)),
        "ready_s": rounded(_median(measured.ready_s)),
        "first_answer_s": rounded(_median(measured.first_answer_s)),
        "memory_mib": rounded(_memory(measured.after_load)),
    }


def _load(measured: Measured) -> Turns | None:
    best = best_load(measured)
    return measured.load[best] if best else None


def _a_second(measured: Measured) -> float | None:
    load = _load(measured)
    return load.a_second if load else None


def _p50(turns: Turns | None) -> float | None:
    return turns.p50 if turns else None


def _p95(turns: Turns | None) -> float | None:
    return turns.p95 if turns else None


def _depths(results: Results) -> tuple[float | None, float | None]:
    ours, stock = results.ours.depth, results.stock.depth
    return ours.ratio if ours else None, stock.ratio if stock else None


def _cpu_depths(results: Results) -> tuple[float | None, float | None]:
    ours, stock = results.ours.depth, results.stock.depth
    return ours.cpu_ratio if ours else None, stock.cpu_ratio if stock else None


def _acknowledged(ours: Measured, percent: float) -> float | None:
    return percentile(ours.acknowledged.milliseconds, percent) if ours.acknowledged else None


def _median(seconds: list[float]) -> float | None:
    return statistics.median(seconds) if seconds else None


def _memory(usage: Usage | None) -> float | None:
    return usage.memory_mb[DIALOGUE] if usage else None


def _total_memory(usage: Usage | None) -> float | None:
    return sum(size for name, size in usage.memory_mb.items() if name != CUSTOMERS) if usage else None


def _slow_disk(ours: Measured) -> float | None:
    return ours.slow_disk.ratio if ours.slow_disk else None


def _read_mark(ours: Measured) -> float | None:
    return ours.growth.worst_mark if ours.growth else None


def _growth(ours: Measured) -> float | None:
    return ours.growth.worst_turn if ours.growth else None


def _in_ledger(ours: Measured) -> int:
    return ours.growth.messages if ours.growth else growth.MESSAGES
