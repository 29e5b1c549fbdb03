"""`python -m benchmarks.chaos`: kill and stop processes under load and count what became of every message.

Exit code 1 if anything was lost, doubled, out of order or told to another customer. The last line of standard output is one JSON object.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import shutil
import sys
import time
from typing import Any

from benchmarks.chaos.plan import Plan
from benchmarks.chaos.run import Outcome, cores, run

SHOWN_FINDINGS = 20


def main() -> int:
    plan = _plan()
    started = time.monotonic()

    def say(line: str) -> None:
        print(f"{time.monotonic() - started:7.1f} s  {line}", flush=True)

    outcome = asyncio.run(run(plan, say))
    result = summary(outcome)
    print(f"\nchaos on {plan.database}, {cores()} cores, seed {plan.seed}")
    for name, value in {**result, "what happened on the way": dict(outcome.counts)}.items():
        print(f"{name:>26}  {value}")
    for kind in ("lost", "doubled", "disordered", "foreign"):
        for line in getattr(outcome.findings, kind)[:SHOWN_FINDINGS]:
            print(f"{kind}: {line}")
    if outcome.good:
        shutil.rmtree(outcome.folder, ignore_errors=True)
    else:
        print(f"logs are kept in {outcome.folder}")
    print(json.dumps(result))
    return 0 if outcome.good else 1


def summary(outcome: Outcome) -> dict[str, Any]:
    """The figures of a run."""
    plan, findings = outcome.plan, outcome.findings
    return {
        "messages": outcome.acknowledged,
        "kills": sum(outcome.kills.values()),
        "hangs": sum(outcome.hangs.values()),
        "lost": len(findings.lost),
        "doubled": len(findings.doubled),
        "disordered": len(findings.disordered),
        "foreign": len(findings.foreign),
        "repeats": outcome.repeats,
        "longest_wait_s": round(outcome.longest_wait, 1),
        "seconds": round(outcome.seconds, 1),
        "turns_per_second": round(outcome.answered / outcome.seconds, 1),
        "killed": dict(outcome.kills),
        "hung": dict(outcome.hangs),
        "channel": plan.channel,
        "database": plan.database,
        "cores": cores(),
        "customers": plan.customers,
        "gateways": plan.gateways,
        "dialogues": plan.dialogues,
        "seed": plan.seed,
        "answers": outcome.answered,
        "answers_naming_own_server": outcome.named,
        "effects": outcome.effects,
        "mails": outcome.mails,
        "notices": outcome.notices,
        "ended_by_themselves": outcome.own_ends,
    }


def _plan() -> Plan:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.chaos", description="kill and stop processes under load; nothing may be lost"
    )
    default = Plan()
    parser.add_argument("--messages", type=int, default=default.messages)
    parser.add_argument("--customers", type=int, default=default.customers)
    parser.add_argument("--kills", type=int, default=default.kills)
    parser.add_argument("--hangs", type=int, default=default.hangs, help="processes that are stopped for 60 s")
    parser.add_argument("--database", choices=["sqlite", "postgres"], default=default.database)
    parser.add_argument("--seed", type=int, default=default.seed)
    parser.add_argument("--gateways", type=int, default=None, help="default: 2 on PostgreSQL, 1 on SQLite")
    parser.add_argument("--dialogues", type=int, default=default.dialogues)
    parser.add_argument("--channel", choices=["web", "whatsapp"], default=default.channel)
    given = parser.parse_args()
    gateways = given.gateways or (2 if given.database == "postgres" else 1)
    return Plan(
        given.messages,
        given.customers,
        given.kills,
        given.hangs,
        given.database,
        given.seed,
        gateways,
        given.dialogues,
        channel=given.channel,
    )


if __name__ == "__main__":
    sys.exit(main())
