"""A running `python -m bot up` on free ports and databases of its own, as a user starts it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import psutil

from bot.settings import ROOT
from harness.ports import free_port

START_SECONDS = 180
STOP_SECONDS = 60


class Up:
    """A running `python -m bot up`."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self.port = free_port()
        self.environment = {
            **os.environ,
            "DEMO": "1",
            "BIND_PORT": str(self.port),
            "DIALOGUE_URLS": f"http://127.0.0.1:{free_port()}",
            "ACTIONS_URL": f"http://127.0.0.1:{free_port()}",
            "DATABASE_URL": f"sqlite:///{folder}/ledger.db",
            "ACCOUNTS_DATABASE_URL": f"sqlite:///{folder}/accounts.db",
            "SMTP_URL": f"file://{folder}/outbox",
            "RATE_SESSIONS_PER_MINUTE": "1000",
            **environment,
        }
        self.lines: list[str] = []
        self._ready = threading.Event()
        self._ended = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> Up:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bot", "up"], cwd=ROOT, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        threading.Thread(target=self._listen, daemon=True).start()
        return self

    def _listen(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as output:
            for line in output:
                self.lines.append(line.rstrip())
                if line.startswith("Ready:"):
                    self._ready.set()
        self._ended.set()
        self._ready.set()

    def wait_ready(self) -> Up:
        assert self._ready.wait(START_SECONDS), "\n".join(self.lines)
        assert not self._ended.is_set(), "\n".join(self.lines)
        return self

    def wait_end(self) -> int:
        code = self.process.wait(STOP_SECONDS)
        self._ended.wait(STOP_SECONDS)
        return code

    def child(self, module: str) -> psutil.Process:
        """The child process that runs `python -m <module>`."""
        return next(child for child in psutil.Process(self.process.pid).children() if module in child.cmdline())

    def children(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)

    def stop(self) -> int:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.wait_end()
