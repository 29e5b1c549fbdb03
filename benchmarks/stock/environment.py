"""The environment of stock Rasa: TensorFlow and all else that Rasa asks for, which our own does without. Made when it is first needed."""

from __future__ import annotations

import hashlib
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from bot.settings import ROOT, VAR

LOCK = ROOT / "requirements" / "stock.lock"
FOLDER = VAR / "bench" / "venv"
SECONDS_BETWEEN_PROGRESS = 20


def _print(line: str) -> None:
    print(line, flush=True)


def stock_python(say: Callable[[str], None] = _print, folder: Path = FOLDER, lock: Path = LOCK) -> Path:
    """The Python of an environment with exactly the locked packages; `say` hears how the installation goes. RuntimeError if it fails."""
    python, installed = folder / "bin" / "python", folder / "installed"
    digest = hashlib.sha256(lock.read_bytes()).hexdigest()
    if installed.exists() and installed.read_text(encoding="utf-8") == digest:
        return python
    folder.parent.mkdir(parents=True, exist_ok=True)
    say(f"stock Rasa: installing it with TensorFlow into {folder} (once, about 3 GB, some minutes) …")
    log = folder.with_suffix(".log")
    with log.open("wb") as output:
        command = [ROOT / "scripts" / "setup", str(lock), str(folder)]
        process = subprocess.Popen(command, cwd=ROOT, stdout=output, stderr=subprocess.STDOUT)
        try:
            _wait(process, say)
        finally:
            process.kill()
            process.wait()
    if process.returncode:
        raise RuntimeError(f"installing stock Rasa failed: {log.read_text(errors='replace')[-2000:]}")
    installed.write_text(digest, encoding="utf-8")
    return python


def _wait(process: subprocess.Popen[bytes], say: Callable[[str], None]) -> None:
    started = time.monotonic()
    while True:
        try:
            process.wait(SECONDS_BETWEEN_PROGRESS)
        except subprocess.TimeoutExpired:
            say(f"installing stock Rasa, {time.monotonic() - started:.0f} s")
        else:
            return
