"""Runs the peers, each phase in a process of its own on one processor, with progress; keeps trained peers by a digest of their inputs.

Only training is kept: every run tests every peer again, so that the times a message are those of one run.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks.nlu.material import Material, digest_of
from benchmarks.stock.environment import FOLDER as STOCK
from benchmarks.stock.environment import LOCK, stock_python
from bot.settings import ROOT, VAR

HERE = Path(__file__).resolve().parent
KEPT = VAR / "benchmarks" / "nlu"
OURS = "ours"  # always trained anew
SECONDS_BETWEEN_PROGRESS = 30
ONE_THREAD = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "TF_INTRA_OP_PARALLELISM_THREADS", "TF_INTER_OP_PARALLELISM_THREADS"),
    "1",
)


@dataclass(frozen=True)
class Peer:
    """Something that classifies: its command (a phase and two folders follow) and the files that decide what it learns."""

    name: str
    title: str
    command: tuple[str, ...]
    sources: tuple[Path, ...]
    packages: tuple[str, ...]
    prepare: Callable[[], object] | None = None


@dataclass(frozen=True)
class Run:
    """A peer's figures: what `train.json` and `test.json` hold, and when it was trained if the training was kept from an earlier run."""

    peer: Peer
    training: dict[str, Any]
    testing: dict[str, Any]
    kept_from: str | None


def _npm_ci() -> None:
    folder = HERE / "nlpjs"
    if not (folder / "node_modules").exists():
        print("nlpjs: npm ci (first use)", flush=True)
        subprocess.run(["npm", "ci", "--silent", "--no-audit", "--no-fund"], cwd=folder, check=True, stdout=sys.stderr)


PYTHON = (sys.executable, "-m")
PEERS = (
    Peer(
        OURS,
        "this assistant",
        (*PYTHON, "benchmarks.nlu.peers.rasa", "ours"),
        (ROOT / "config.yml", *sorted((ROOT / "bot" / "nlu").glob("*.py"))),
        ("rasa",),
    ),
    Peer(
        "diet",
        "Rasa's stock Spanish pipeline (DIET, 100 epochs)",
        (str(STOCK / "bin" / "python"), "-m", "benchmarks.nlu.peers.rasa", "diet"),
        (HERE / "peers" / "diet.yml", LOCK),
        (),
        stock_python,
    ),
    Peer(
        "nlpjs",
        "nlp.js (basic + lang-es)",
        ("node", str(HERE / "nlpjs" / "peer.js")),
        (HERE / "nlpjs" / "peer.js", HERE / "nlpjs" / "package-lock.json"),
        (),
        _npm_ci,
    ),
    Peer("svm", "TF-IDF + linear SVM", (*PYTHON, "benchmarks.nlu.peers.svm"), (HERE / "peers" / "svm.py",), ("scikit-learn",)),
)


def run(peer: Peer, material: Material, work: Path, fresh: bool) -> Run:
    """Train (unless the same training is kept) and test one peer. Raises CalledProcessError when it fails."""
    model = KEPT / (OURS if peer.name == OURS else f"{peer.name}-{_digest(peer, material)}")
    kept = model / "train.json"
    kept_from = None
    if peer.prepare:
        peer.prepare()
    if kept.exists() and not fresh and peer.name != OURS:
        kept_from = datetime.fromtimestamp(kept.stat().st_mtime, UTC).strftime("%Y-%m-%d %H:%M UTC")
        print(f"{peer.name}: training kept from {kept_from}", flush=True)
    else:
        shutil.rmtree(model, ignore_errors=True)
        model.mkdir(parents=True)
        _phase(peer, "train", work, model)
    _phase(peer, "test", work, model)
    return Run(peer, _read(kept), _read(model / "test.json"), kept_from)


def _digest(peer: Peer, material: Material) -> str:
    sources = [path.read_text(encoding="utf-8") for path in peer.sources]
    return digest_of([material.training_digest, *sources, *(f"{name} {version(name)}" for name in peer.packages)])


def _phase(peer: Peer, phase: str, work: Path, model: Path) -> None:
    """One process, pinned to one processor; says every half minute how far it is."""
    command = [*peer.command, phase, str(work), str(model)]
    processor = max(os.sched_getaffinity(0))
    started = time.monotonic()
    print(f"{peer.name}: {phase} …", flush=True)
    log = model / f"{phase}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**os.environ, **ONE_THREAD},
            stdout=output,
            stderr=subprocess.STDOUT,
            preexec_fn=lambda: os.sched_setaffinity(0, {processor}),  # noqa: PLW1509 - this process has no other threads
        )
        try:
            while _still_runs(process):
                print(f"{peer.name}: {phase}, {time.monotonic() - started:.0f} s{_last_words(log)}", flush=True)
        finally:
            process.kill()
    if process.returncode:
        print(log.read_text(encoding="utf-8", errors="replace")[-2000:], file=sys.stderr)
        raise subprocess.CalledProcessError(process.returncode, command)
    print(f"{peer.name}: {phase} took {time.monotonic() - started:.0f} s", flush=True)


def _still_runs(process: subprocess.Popen[bytes]) -> bool:
    try:
        process.wait(SECONDS_BETWEEN_PROGRESS)
    except subprocess.TimeoutExpired:
        return True
    return False


def _last_words(log: Path) -> str:
    """The last progress bar of a log, as ` · 12/100`."""
    bars = re.findall(r"\b(\d+/\d+) \[", log.read_text(encoding="utf-8", errors="replace")[-400:])
    return f" · {bars[-1]}" if bars else ""


def _read(path: Path) -> dict[str, Any]:
    figures: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return figures
