"""`python -m bot evaluate FILE.tsv [--json]`: figures of understanding on labelled messages; the last line is one JSON object."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from pathlib import Path
from typing import Any

ORDER = (
    "messages",
    "accuracy",
    "macro_f1",
    "top3",
    "answered_right",
    "asked_with_right_choice",
    "asked",
    "refused_in_scope",
    "answered_wrong",
    "ece",
    "refused_far",
    "near_not_answered",
    "ms_p50",
)


def add_parser(subparsers: Any) -> None:
    """Declare the subcommand."""
    parser = subparsers.add_parser("evaluate", help="measure understanding on a file of text<TAB>intent")
    parser.add_argument("file", type=Path, help="UTF-8, one text<TAB>intent a line")
    parser.add_argument("--json", action="store_true", help="print the JSON object only")
    parser.add_argument("--misses", action="store_true", help="list every message that was not answered right")
    parser.add_argument("--model", type=Path, default=None, help="default: the model that serves")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """0, or 1 when the file or the model is not usable."""
    import bot.dialogue.quiet  # noqa: F401, PLC0415 - silences TensorFlow before Rasa
    from bot.commands.train import known_intents  # noqa: PLC0415
    from bot.dialogue.models import newest_model  # noqa: PLC0415
    from bot.errors import AssistantError  # noqa: PLC0415
    from bot.logs import configure_logs  # noqa: PLC0415
    from bot.nlu.evaluation import figures, read_labelled  # noqa: PLC0415

    configure_logs("ERROR")
    try:
        rows = read_labelled(arguments.file, known_intents())
        model = arguments.model or newest_model()
    except AssistantError as error:
        print(f"evaluate: {error}", file=sys.stderr)
        return 1
    if not arguments.json:
        print(f"{len(rows)} messages through {model.name} …", flush=True)
    outcomes = asyncio.run(_understand_all(model, rows))
    if arguments.misses:
        _print_misses(rows, outcomes)
    result = figures(outcomes)
    if not arguments.json:
        print("\n".join(f"{name:>26}  {result[name]}" for name in ORDER))
    print(json.dumps(result))
    return 0


async def _understand_all(model: Path, rows: list[Any]) -> list[Any]:
    from rasa.core.agent import Agent  # noqa: PLC0415

    from bot.dialogue.understanding import parse, understand  # noqa: PLC0415
    from bot.nlu.evaluation import Outcome  # noqa: PLC0415
    from bot.nlu.normalise import plain_text  # noqa: PLC0415

    processor = Agent.load(str(model)).processor
    assert processor is not None
    await understand(processor, "¿cuándo vence mi servidor?", None, {})
    outcomes = []
    for row in rows:
        parts = await understand(processor, row.text, None, {})
        started = time.process_time()
        whole = await parse(processor, plain_text(row.text)[:1000])
        spent = 1000 * (time.process_time() - started)
        ranking = [(entry["name"], entry["confidence"]) for entry in whole["intent_ranking"]]
        seen = [
            (part.decision, part.parse_data["intent"]["name"], [choice["intent"] for choice in part.parse_data["choices"]])
            for part in parts
        ]
        outcomes.append(Outcome(row.intent, ranking, seen, spent))
    return outcomes


def _print_misses(rows: list[Any], outcomes: list[Any]) -> None:
    for row, outcome in zip(rows, outcomes, strict=True):
        if not outcome.answered_right and not (outcome.refused and row.intent in ("tema_no_cubierto", "fuera_de_tema")):
            told = "+".join(outcome.answered) or ("ask " + "/".join(outcome.offered) if outcome.asked else "refuse")
            print(f"{row.intent} -> {outcome.top} {outcome.ranking[0][1]:.2f} [{told}] {row.text}")
