"""`python -m benchmarks.whatsapp [--parts cost,batch,load] [--databases sqlite,postgres]`: the figures of the channel against their bars.

Exit code 1 when a bar is missed. The last line of standard output is one JSON object.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from typing import Any

from benchmarks.whatsapp import batch, cost, load
from bot.nlu.report import machine
from harness.whatsapp import gateway_alone, whole

PARTS = ("cost", "batch", "load")
DATABASES = ("sqlite", "postgres")
PAID_MOST = 1.05
BATCH_MS_MOST = 250.0
SHOWN = 10


def main() -> int:
    """Measure what is asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.whatsapp", description="what WhatsApp costs and bears")
    parser.add_argument("--parts", default=",".join(PARTS))
    parser.add_argument("--databases", default=",".join(DATABASES))
    parser.add_argument("--seconds", type=float, default=load.SECONDS, help="of load")
    parser.add_argument("--rounds", type=int, default=batch.ROUNDS, help="batches of each kind")
    given = parser.parse_args()
    figures, missed = asyncio.run(_measure(given))
    for line in missed:
        print(f"MISSED {line}")
    print(json.dumps({**figures, "machine": machine(), "missed": missed}, ensure_ascii=False))
    return 1 if missed else 0


async def _measure(given: argparse.Namespace) -> tuple[dict[str, Any], list[str]]:
    figures: dict[str, Any] = {}
    missed: list[str] = []
    parts, databases = given.parts.split(","), given.databases.split(",")
    if "cost" in parts:
        async with whole() as stage:
            _judge_cost(await cost.measure(stage), figures, missed)
    for database in databases:
        if "batch" in parts:
            async with gateway_alone(database) as stage:
                _judge_batch(await batch.measure(stage, given.rounds), database, figures, missed)
        if "load" in parts:
            async with gateway_alone(database) as stage:
                _judge_load(await load.measure(stage, given.seconds), database, figures, missed)
    return figures, missed


def _judge_cost(found: cost.Cost, figures: dict[str, Any], missed: list[str]) -> None:
    asked = sum(found.asked.values())
    print(f"cost: {sum(found.paid.values())} messages paid for {asked} things asked, {found.per_question:.3f} each")
    for kind, number in found.asked.items():
        print(f"  {kind:8} {number:3} asked, {found.paid[kind]:3} paid")
    for what, lines in (("no answer", found.unanswered), ("more than one message", found.split)):
        for line in lines[:SHOWN]:
            print(f"  {what}: {line}")
    figures["paid_per_question"] = round(found.per_question, 3)
    figures["asked"], figures["paid"] = found.asked, found.paid
    if found.per_question > PAID_MOST or found.unanswered:
        missed.append(f"{found.per_question:.3f} messages a question, {len(found.unanswered)} without an answer (bar {PAID_MOST})")


def _judge_batch(found: batch.Batches, database: str, figures: dict[str, Any], missed: list[str]) -> None:
    print(
        f"batch on {database}: 1,000 messages acknowledged p50 {found.p50:.0f} ms (from {min(found.messages_ms):.0f} to {max(found.messages_ms):.0f}), "
        f"with figures in each {found.figures_p50:.0f} ms, 1,000 statuses p50 {found.statuses_p50:.0f} ms; {found.stored} of {found.sent} stored"
    )
    figures[f"batch_{database}"] = {
        "messages_p50_ms": round(found.p50, 1),
        "with_figures_p50_ms": round(found.figures_p50, 1),
        "statuses_p50_ms": round(found.statuses_p50, 1),
        "messages_ms": [round(one, 1) for one in found.messages_ms],
    }
    if found.p50 > BATCH_MS_MOST or found.stored != found.sent:
        missed.append(f"batch on {database}: p50 {found.p50:.0f} ms, {found.stored} of {found.sent} stored (bar {BATCH_MS_MOST:.0f} ms)")


def _judge_load(found: load.Load, database: str, figures: dict[str, Any], missed: list[str]) -> None:
    bad = {"lost": found.lost, "doubled": found.doubled, "disordered": found.disordered, "unfinished": found.unfinished}
    counts = {name: len(names) for name, names in bad.items()}
    print(
        f"load on {database}: {found.said} said, {counts}, {len(found.reported)} reported as ambiguous, {found.repeats} repeats; deliveries {found.states}; faults {found.struck}"
    )
    print(f"  answered p50 {found.p50_s:.1f} s, p95 {found.p95_s:.1f} s; all settled after {found.seconds:.0f} s")
    for name, value in found.counted.items():
        print(f"  {name} {value:g}")
    for name, names in bad.items():
        for line in names[:SHOWN]:
            print(f"  {name}: {line}")
    figures[f"load_{database}"] = {
        "said": found.said,
        **counts,
        "reported_ambiguous": len(found.reported),
        "repeats": found.repeats,
        "faults": found.struck,
        "deliveries": found.states,
        "p50_s": round(found.p50_s, 2),
        "p95_s": round(found.p95_s, 2),
    }
    if any(counts.values()):
        missed.append(f"load on {database}: {counts}")


if __name__ == "__main__":
    sys.exit(main())
