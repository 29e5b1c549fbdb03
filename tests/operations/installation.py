"""Real processes started one by one, as systemd would: actions, several dialogues, a gateway; each with a log of its own."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from bot.settings import ROOT
from harness.ports import free_port
from tests.operations.conftest import bot, settings_in

START_SECONDS = 180
STOP_SECONDS = 60


class Installation:
    """`start` and `stop` processes by name: gateway, actions, dialogue-1, dialogue-2 …"""

    def __init__(self, folder: Path, models: Path, dialogues: int = 2, **changes: str) -> None:
        self.folder, self.models = folder, models
        self.dialogue_ports = [free_port() for _ in range(dialogues)]
        self.gateway_port, self.actions_port = free_port(), free_port()
        self.environment = settings_in(
            folder,
            DEMO="1",
            BIND_PORT=str(self.gateway_port),
            DIALOGUE_URLS=",".join(f"http://127.0.0.1:{port}" for port in self.dialogue_ports),
            ACTIONS_URL=f"http://127.0.0.1:{self.actions_port}",
            RATE_SESSIONS_PER_MINUTE="100000",
            RATE_MESSAGES_PER_MINUTE="100000",
            RATE_VISITORS_PER_MINUTE="100000",
            **changes,
        )
        self._processes: dict[str, subprocess.Popen[bytes]] = {}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.gateway_port}"

    @property
    def names(self) -> list[str]:
        return ["actions", *(f"dialogue-{n}" for n in range(1, len(self.dialogue_ports) + 1)), "gateway"]

    def bot(self, *words: str) -> subprocess.CompletedProcess[str]:
        """A command on this installation."""
        return bot(self.environment, *words)

    def start_all(self) -> Installation:
        for words in (("db", "upgrade"), ("demo",)):
            done = self.bot(*words)
            assert done.returncode == 0, done.stderr
        for name in self.names:
            self.start(name)
        for name in self.names:
            self.wait_ready(name)
        return self

    def start(self, name: str) -> None:
        """Start one; it need not be ready yet."""
        kind, _, number = name.partition("-")
        words = {"gateway": ["bot.gateway"], "actions": ["actions"]}.get(kind)
        words = words or ["bot.dialogue", "--port", str(self.dialogue_ports[int(number) - 1]), "--models", str(self.models)]
        with self.log(name).open("ab") as log:
            self._processes[name] = subprocess.Popen(
                [sys.executable, "-m", *words], cwd=ROOT, env=self.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )

    def wait_ready(self, name: str) -> dict[str, Any]:
        """What it says of itself once it is ready."""
        kind, _, number = name.partition("-")
        port = {"gateway": self.gateway_port, "actions": self.actions_port}.get(kind) or self.dialogue_ports[int(number) - 1]
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            assert self._processes[name].poll() is None, self.log(name).read_text(encoding="utf-8")
            with (
                contextlib.suppress(urllib.error.URLError, OSError),
                urllib.request.urlopen(f"http://127.0.0.1:{port}/health/ready", timeout=5) as answer,
            ):
                return json.load(answer)
            time.sleep(0.1)
        raise AssertionError(f"{name} is not ready")

    def stop(self, name: str) -> int:
        """SIGTERM; its exit code."""
        process = self._processes[name]
        if process.poll() is None:
            process.terminate()
        return process.wait(STOP_SECONDS)

    def stop_all(self) -> None:
        for name in reversed(self.names):
            if name in self._processes:
                try:
                    self.stop(name)
                finally:
                    if self._processes[name].poll() is None:
                        self._processes[name].kill()

    def log(self, name: str) -> Path:
        return self.folder / f"{name}.log"

    def lines(self, name: str) -> list[dict[str, Any]]:
        """Every line of its log; each must be JSON."""
        return [json.loads(line) for line in self.log(name).read_text(encoding="utf-8").splitlines()]
