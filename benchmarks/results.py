"""The rows of the table and the keys of the JSON object, from what was measured."""

from __future__ import annotations

import statistics
from collections.abc import Mapping
from typing import Any

from benchmarks.figures import Bar, Figure, percentile, rounded
from benchmarks.machine import Usage, servers
from benchmarks.measure import Turns
from benchmarks.run import DEEP_OURS, DEEP_STOCK, Measured, Results

DIALOGUE = "dialogue"


def figures_of(results: Results) -> list[Figure]:
    """Those with a bar first, then what explains them."""
    return [figure for figure in [*_judged(results), *_explaining(results)] if figure.ours is not None or figure.stock is not None]


def _judged(results: Results) -> list[Figure]:
    ours, stock = results.ours, results.stock
    best = best_load(ours)
    title = f"turns a second, 32 customers ({best} dialogue process{'es' if best == 2 else ''} of ours)"
    return [
        Figure("turn p50, one customer", "ms", _p50(ours.turn), _p50(stock.turn), Bar(0.20)),
        Figure(title, "1/s", _a_second(ours), _a_second(stock), Bar(4, "more")),
        Figure(f"turn {DEEP_OURS:,} ÷ turn 10 (stock: turn {DEEP_STOCK} ÷ 10)", "", *_depths(results), Bar(1.2, of="ours")),
        Figure("acknowledgement p50 at 50 messages a second", "ms", _acknowledged(ours, 50), None, Bar(10, of="ours")),
        Figure("acknowledgement p99 at 50 messages a second", "ms", _acknowledged(ours, 99), None, Bar(250, of="ours")),
        Figure("start until the first answer", "s", _median(ours.first_answer_s), _median(stock.first_answer_s), Bar(0.65)),
        Figure("memory of the dialogue process after the load", "MiB", _memory(ours.after_load), _memory(stock.after_load), Bar(0.8)),
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
        *_processors("one customer", ours.turn, stock.turn),
        *_processors("32 customers", _load(ours), _load(stock)),
    ]


def _processors(when: str, ours: Turns | None, stock: Turns | None) -> list[Figure]:
    """Processor time a turn of every process, and of all."""
    of_ours, of_stock = (turns.cpu_ms if turns else {} for turns in (ours, stock))
    names = sorted({*of_ours, *of_stock})
    rows = [Figure(f"processor time a turn, {when}: {name}", "ms", of_ours.get(name), of_stock.get(name)) for name in names]
    return [*rows, Figure(f"processor time a turn, {when}: all servers", "ms", _servers(of_ours), _servers(of_stock))]


def _servers(cpu_ms: Mapping[str, float]) -> float | None:
    return servers(cpu_ms) if cpu_ms else None


def best_load(measured: Measured) -> int | None:
    """The number of dialogue processes that gave most turns a second."""
    return max(measured.load, key=lambda n: measured.load[n].a_second) if measured.load else None


def as_json(results: Results, size: str) -> dict[str, Any]:
    """The seven figures of the bars (None: not measured), then the absolute ones."""
    ours, stock = results.ours, results.stock
    turn, throughput, depth, p50, p99, ready, memory = _judged(results)
    return {
        "turn_p50_ratio": rounded(turn.ratio),
        "throughput_ratio": rounded(throughput.ratio),
        "depth_ratio": rounded(depth.ours),
        "ack_p50_ms": rounded(p50.ours, 1),
        "ack_p99_ms": rounded(p99.ours, 1),
        "ready_ratio": rounded(ready.ratio),
        "memory_ratio": rounded(memory.ratio),
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
