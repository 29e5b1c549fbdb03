"""`python -m benchmarks.nlu [--train data/nlu] FILE.tsv …`: ours and its peers in one run; the last line is one JSON object.

With all peers the table also goes between the markers of docs/nlu.md.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.nlu.material import Material, read_material, write_work
from benchmarks.nlu.runner import PEERS, Peer, run
from benchmarks.nlu.scores import peers_table, score
from bot.errors import AssistantError
from bot.nlu.data import NLU_FOLDER, TrainingDataError
from bot.nlu.report import machine
from bot.nlu.report_tables import code, write_between
from bot.settings import ROOT

DOC = ROOT / "docs" / "nlu.md"


def main() -> int:
    """0, or 1 when a file is not usable or a peer fails."""
    arguments = _arguments()
    peers = [peer for peer in PEERS if peer.name in arguments.peers]
    try:
        material = read_material(arguments.train, arguments.files, arguments.examples)
        scores = _measure(peers, material, arguments.fresh)
        text = _text(scores, material, arguments.files, arguments.examples)
        print(f"\n{text}\n")
        doc = arguments.doc or (DOC if len(peers) == len(PEERS) else None)
        if doc:
            write_between(doc, "peers-sample" if arguments.examples else "peers", text)
            print(f"written to {doc}")
    except (AssistantError, TrainingDataError, subprocess.CalledProcessError) as error:
        print(f"benchmarks.nlu: {error}", file=sys.stderr)
        return 1
    print(json.dumps({"messages": len(material.messages), "examples": len(material.examples), "machine": machine(), "peers": scores}))
    return 0


def _arguments() -> argparse.Namespace:
    names = [peer.name for peer in PEERS]
    parser = argparse.ArgumentParser(prog="python -m benchmarks.nlu", description=__doc__)
    parser.add_argument("files", type=Path, nargs="+", metavar="FILE", help="text<TAB>intent, not used in training")
    parser.add_argument("--train", type=Path, default=NLU_FOLDER, help="folder of Rasa training files (default data/nlu)")
    parser.add_argument("--examples", type=int, metavar="N", help="learn from N examples of each label only, drawn with a fixed seed")
    parser.add_argument("--peers", nargs="+", choices=names, default=names, help="these only")
    parser.add_argument("--fresh", action="store_true", help="train the peers again even if their training is kept")
    parser.add_argument("--doc", type=Path, help="document with the markers (default docs/nlu.md, when all peers take part)")
    return parser.parse_args()


def _measure(peers: Sequence[Peer], material: Material, fresh: bool) -> dict[str, dict[str, Any]]:
    print(
        f"{len(material.examples)} examples, {len(material.messages)} messages ({material.also_trained} of them also in training)",
        flush=True,
    )
    with tempfile.TemporaryDirectory() as folder:
        write_work(material, Path(folder))
        return {peer.name: score(run(peer, material, Path(folder), fresh), material.messages) for peer in peers}


def _text(scores: dict[str, dict[str, Any]], material: Material, files: Sequence[Path], a_label: int | None) -> str:
    titles = {peer.name: peer.title for peer in PEERS}
    few = f", {a_label} of each label" if a_label else ""
    setting = (
        f"{len(material.examples)} training examples{few}; {len(material.messages)} messages from {', '.join(code(file.name) for file in files)}, "
        f"of which {material.also_trained} stand word for word (normalised) in training. {datetime.now(UTC):%Y-%m-%d %H:%M} UTC on {machine()}. "
        "Each peer in processes of its own, one thread on one processor; in brackets the ratio to ours. Tests are always run anew; a peer's "
        "training is kept while its inputs are the same, and then it says from when."
    )
    missing = [peer.title for peer in PEERS if peer.name not in scores]
    left_out = f"\n\nNot in this run: {'; '.join(missing)}." if missing else ""
    return f"{setting}\n\n{peers_table(scores, titles)}{left_out}"


if __name__ == "__main__":
    sys.exit(main())
