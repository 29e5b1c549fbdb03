"""`python -m benchmarks [--only turn,throughput,depth,ack,start,growth,disk] [--doc]`: ours and stock Rasa in one run, one after the other.

Prints a table (figure, ours, stock, ratio, bar) and, as the last line of standard output, one JSON object. `make bench` runs it.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import growth, machine
from benchmarks.figures import render
from benchmarks.ours import RAISED_LIMITS
from benchmarks.results import as_json, figures_of
from benchmarks.run import PARTS, Plan, Results, run
from benchmarks.stock.project import EPOCHS, trained
from bot.nlu.report_tables import write_between
from bot.settings import ROOT

DOC = ROOT / "docs" / "performance.md"
MARKER = "bench"


def main() -> int:
    """0, also when a bar is missed: the table says so. A failure of either system is an error."""
    arguments = _arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # a benchmark that is told to stop stops its servers too
    parts = frozenset(arguments.only)
    plan = Plan(
        parts,
        seconds=arguments.seconds,
        starts=arguments.starts,
        systems=frozenset(arguments.systems),
        ledger_messages=arguments.ledger_messages,
    )
    size = machine.size()
    limits = ", ".join(f"{name}={value}" for name, value in RAISED_LIMITS.items())
    _say(f"machine: {size}\nlimits of ours raised for this run: {limits}")
    project = trained(_say, arguments.epochs, unexpected=arguments.unexpected) if "stock" in plan.systems else None
    with tempfile.TemporaryDirectory(prefix="benchmarks-") as folder:
        results = asyncio.run(run(plan, project, Path(folder), _say))
    text = _text(results, size, limits, arguments)
    print(f"\n{text}\n")
    if arguments.doc:
        write_between(DOC, MARKER, text)
        print(f"written to {DOC.relative_to(ROOT)}")
    print(json.dumps(as_json(results, size)))
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--only", type=_parts, default=PARTS, metavar=",".join(PARTS), help="these parts only")
    parser.add_argument("--systems", type=lambda raw: raw.split(","), default=["ours", "stock"], metavar="ours,stock", help="these only")
    parser.add_argument("--seconds", type=float, default=15.0, help="measured window of the sustained load (default 15)")
    parser.add_argument("--starts", type=int, default=3, help="starts of each system, of which the median counts (default 3)")
    parser.add_argument(
        "--epochs", type=int, default=EPOCHS, help=f"epochs of stock Rasa's DIET and TED (default {EPOCHS}); cost does not depend on it"
    )
    parser.add_argument(
        "--ledger-messages",
        type=int,
        default=growth.MESSAGES,
        help=f"messages in the full ledger of the part growth (default {growth.MESSAGES:,})",
    )
    parser.add_argument("--unexpected", action="store_true", help="stock Rasa with UnexpecTEDIntentPolicy too, as `rasa init` has it")
    parser.add_argument("--doc", action="store_true", help=f"write the table into docs/{DOC.name}")
    return parser.parse_args()


def _parts(raw: str) -> tuple[str, ...]:
    chosen = tuple(raw.split(","))
    unknown = [part for part in chosen if part not in PARTS]
    if unknown:
        raise argparse.ArgumentTypeError(f"{', '.join(unknown)}: not one of {', '.join(PARTS)}")
    return chosen


def _text(results: Results, size: str, limits: str, arguments: argparse.Namespace) -> str:
    stock = (
        f" Stock Rasa ({'Memoization, Rule, UnexpecTED and TED' if arguments.unexpected else 'Memoization, Rule and TED'} policy) learned from all "
        f"our examples in {arguments.epochs} epochs only, so it understands worse than it could; what a turn costs does not depend on that, and "
        "every stock answer was checked to come from its custom action."
    )
    alone = "stock" not in arguments.systems
    setting = f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC on {size}. Limits raised for ours: {limits}.{'' if alone else stock}"
    return f"{setting}\n\n{render(figures_of(results))}"


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
