"""`python -m bot evaluate FILE.tsv … [--json] [--report]`: figures of understanding on labelled messages; the last line is one JSON object.

`--report` adds noise, plots and the hardest messages, in a folder.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rasa.core.processor import MessageProcessor

    from bot.nlu.evaluation import Labelled
    from bot.nlu.readings import Compound, Reading

ORDER = ("messages", "accuracy", "macro_f1", "top3", "answered_right", "asked_with_right_choice", "asked", "refused_in_scope", "answered_wrong", "ece", "refused_far", "near_not_answered", "ms_p50")  # fmt: skip
OUT = Path("reports") / "nlu"
SEEDS = (1, 2, 3)
SECONDS_BETWEEN_PROGRESS = 5.0


def add_parser(subparsers: Any) -> None:
    """Declare the subcommand."""
    parser = subparsers.add_parser("evaluate", help="measure understanding on files of text<TAB>intent")
    parser.add_argument("files", type=Path, nargs="+", metavar="FILE", help="UTF-8, one text<TAB>intent a line")
    parser.add_argument("--json", action="store_true", help="print the JSON object only")
    parser.add_argument("--misses", action="store_true", help="list every message that was not answered right")
    parser.add_argument("--compound", type=Path, metavar="FILE", help="messages that ask two things: text<TAB>intent1<TAB>intent2")
    parser.add_argument("--report", action="store_true", help="add noise and plots and write a folder with index.md")
    parser.add_argument("--out", type=Path, default=OUT, help=f"folder of the report (default {OUT})")
    parser.add_argument("--doc", type=Path, metavar="FILE", help="also write the report's figures between the markers of this document")
    parser.add_argument("--model", type=Path, default=None, help="default: the model that serves")
    parser.set_defaults(run=run)


@dataclass(frozen=True)
class Inputs:
    """What was asked for, checked."""

    rows: list[Labelled]
    compound: list[tuple[str, str, str]]
    model: Path


@dataclass
class Found:
    """What was read. `noise` maps a kind to one list of readings for every seed."""

    readings: list[Reading]
    compound: list[Compound] = field(default_factory=list)
    noise: dict[str, list[list[Reading]]] = field(default_factory=dict)


def run(arguments: argparse.Namespace) -> int:
    """0, or 1 when a file or the model is not usable."""
    import bot.dialogue.rasa  # noqa: F401, PLC0415 - before Rasa
    from bot.errors import AssistantError  # noqa: PLC0415
    from bot.logs import configure_logs  # noqa: PLC0415

    configure_logs("ERROR")
    try:
        inputs = _check(arguments)
        tell = _Teller(sys.stderr if arguments.json else sys.stdout)
        tell(f"{len(inputs.rows)} messages through {inputs.model.name} …")
        found = asyncio.run(_read_everything(inputs, arguments.report, tell))
        if arguments.misses:
            _print_misses(found.readings)
        result = _figures(found)
        if arguments.report:
            result |= _report(arguments, inputs, found, tell)
    except AssistantError as error:
        print(f"evaluate: {error}", file=sys.stderr)
        return 1
    if not arguments.json:
        print("\n".join(f"{name:>26}  {result[name]}" for name in ORDER))
    print(json.dumps(result))
    return 0


class _Teller:
    """Says how far a long step is, not too often."""

    def __init__(self, stream: Any) -> None:
        self._stream, self._last = stream, 0.0

    def __call__(self, text: str, *, often: bool = False) -> None:
        now = time.monotonic()
        if not often or now - self._last >= SECONDS_BETWEEN_PROGRESS:
            self._last = now
            print(text, file=self._stream, flush=True)


def _check(arguments: argparse.Namespace) -> Inputs:
    """Read every file before Rasa is loaded. Raises AssistantError naming file and line."""
    from bot.commands.train import known_intents  # noqa: PLC0415
    from bot.dialogue.models import serving_model  # noqa: PLC0415
    from bot.nlu.evaluation import EvaluationError, read_labelled  # noqa: PLC0415
    from bot.nlu.readings import read_compound, read_model  # noqa: PLC0415

    known = known_intents()
    rows = [row for file in arguments.files for row in read_labelled(file, known)]
    compound = read_compound(arguments.compound, known) if arguments.compound else []
    model = arguments.model or serving_model()
    read_model(model)
    if arguments.doc and not arguments.report:
        raise EvaluationError("--doc needs --report")
    return Inputs(rows, compound, model)


async def _read_everything(inputs: Inputs, with_noise: bool, tell: _Teller) -> Found:
    from rasa.core.agent import Agent  # noqa: PLC0415

    from bot.dialogue.understanding import understand  # noqa: PLC0415
    from bot.nlu.noise import DRAWN, NOISES, TITLES  # noqa: PLC0415
    from bot.nlu.readings import Compound, noisy  # noqa: PLC0415
    from bot.protocol.state import State  # noqa: PLC0415

    processor = Agent.load(str(inputs.model)).processor
    assert processor is not None
    await understand(processor, "¿cuándo vence mi servidor?", None, State())
    found = Found(await _read_all(processor, inputs.rows, "messages", tell))
    for text, first, second in inputs.compound:
        tell("two questions in one message …", often=True)
        found.compound.append(Compound(text, (first, second), [_part(part) for part in await understand(processor, text, None, State())]))
    for kind, make in NOISES.items() if with_noise else ():
        for seed in SEEDS if kind in DRAWN else SEEDS[:1]:
            rows = noisy(inputs.rows, make, seed)
            found.noise.setdefault(kind, []).append(await _read_all(processor, rows, f"{TITLES[kind]} (seed {seed})", tell))
    return found


async def _read_all(processor: MessageProcessor, rows: Sequence[Labelled], title: str, tell: _Teller) -> list[Reading]:
    from bot.dialogue.reading import Reader  # noqa: PLC0415
    from bot.dialogue.understanding import understand  # noqa: PLC0415
    from bot.nlu.evaluation import Outcome  # noqa: PLC0415
    from bot.nlu.normalise import plain_text  # noqa: PLC0415
    from bot.nlu.readings import Reading  # noqa: PLC0415
    from bot.protocol.state import State  # noqa: PLC0415

    readings = []
    for number, row in enumerate(rows, start=1):
        parts = await understand(processor, row.text, None, State())
        started = time.process_time()
        (whole,) = Reader(processor).read([plain_text(row.text)])
        spent = 1000 * (time.process_time() - started)
        ranking = [(entry["name"], entry["confidence"]) for entry in whole["intent_ranking"]]
        readings.append(Reading(row.text, Outcome(row.intent, ranking, [_part(part) for part in parts], spent), whole["acceptance"]))
        tell(f"{title}: {number}/{len(rows)}", often=number < len(rows))
    return readings


def _part(part: Any) -> tuple[str, str | None, list[str]]:
    return part.decision, part.parse_data["intent"]["name"], [choice["intent"] for choice in part.parse_data["choices"]]


def _figures(found: Found) -> dict[str, Any]:
    from bot.nlu.evaluation import figures  # noqa: PLC0415
    from bot.nlu.report_figures import compound_share  # noqa: PLC0415

    result = figures([reading.outcome for reading in found.readings])
    if found.compound:
        result |= {"compound_messages": len(found.compound), "compound_in_order": compound_share(found.compound)}
    return result


def _report(arguments: argparse.Namespace, inputs: Inputs, found: Found, tell: _Teller) -> dict[str, Any]:
    """Write the report; the figures it adds to the JSON object."""
    from bot.nlu.data import read_examples  # noqa: PLC0415
    from bot.nlu.normalise import normalise  # noqa: PLC0415
    from bot.nlu.readings import read_model  # noqa: PLC0415
    from bot.nlu.report import summary, write_report  # noqa: PLC0415
    from bot.nlu.report_figures import Measured, noise_losses  # noqa: PLC0415
    from bot.nlu.report_tables import write_between  # noqa: PLC0415

    trained = frozenset(normalise(example.text) for example in read_examples())
    files, compound_file = [file.name for file in arguments.files], arguments.compound.name if arguments.compound else ""
    measured = Measured(files, read_model(inputs.model), found.readings, trained, normalise, found.noise, found.compound, compound_file)
    tell(f"report: {write_report(arguments.out, measured)}")
    if arguments.doc:
        write_between(arguments.doc, "figures", summary(measured))
        tell(f"figures written to {arguments.doc}")
    return {"noise_loss": noise_losses(measured)}


def _print_misses(readings: Sequence[Reading]) -> None:
    for reading in readings:
        outcome = reading.outcome
        if not outcome.answered_right and not (outcome.refused and outcome.intent in ("tema_no_cubierto", "fuera_de_tema")):
            told = "+".join(outcome.answered) or ("ask " + "/".join(outcome.offered) if outcome.asked else "refuse")
            print(f"{outcome.intent} -> {outcome.top} {outcome.ranking[0][1]:.2f} [{told}] {reading.text}")
