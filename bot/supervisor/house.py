"""A whole assistant of one's own apart from the one that serves, to measure or test it: `python -m bot up` on free ports and new databases."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, Self

from bot.settings import ROOT, environment
from bot.supervisor.process import die_with_parent
from bot.supervisor.supervisor import StartFailed

START_SECONDS: Final = 180
STOP_SECONDS: Final = 60
_UNLIMITED: Final = dict.fromkeys(("RATE_SESSIONS_PER_MINUTE", "RATE_MESSAGES_PER_MINUTE", "RATE_VISITORS_PER_MINUTE"), "1000000")


class OwnHouse:
    """A running `python -m bot up` with the demo customers; its databases and mails are in `folder`. `changes` are variables."""

    def __init__(self, folder: Path, **changes: str) -> None:
        self.port = free_port()
        self.environment = {
            **environment(),
            "DEMO": "1",
            "BIND_HOST": "127.0.0.1",
            "BIND_PORT": str(self.port),
            "DIALOGUE_URLS": f"http://127.0.0.1:{free_port()}",
            "ACTIONS_URL": f"http://127.0.0.1:{free_port()}",
            "DATABASE_URL": f"sqlite:///{folder}/ledger.db",
            "ACCOUNTS_DATABASE_URL": f"sqlite:///{folder}/accounts.db",
            "ACCOUNTS_FACTORY": "",
            "SMTP_URL": f"file://{folder}/outbox",
            "WHATSAPP_PHONE_NUMBER_ID": "",
            "WHATSAPP_API_BASE": f"http://127.0.0.1:{free_port()}",
            **changes,
        }
        self.lines: list[str] = []
        self._ready = threading.Event()
        self._ended = threading.Event()

    @property
    def url(self) -> str:
        """Where its gateway listens."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> Self:
        """Start it; returns at once. It ends with whoever started it."""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bot", "up"],
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            preexec_fn=die_with_parent if sys.platform == "linux" else None,  # noqa: PLW1509 - it calls the system only
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

    def wait_ready(self) -> Self:
        """Until it says "Ready:". Raises StartFailed with what it said instead."""
        if not self._ready.wait(START_SECONDS) or self._ended.is_set():
            raise StartFailed("\n".join(self.lines))
        return self

    def wait_end(self) -> int:
        """Its exit code, once it has ended."""
        code = self.process.wait(STOP_SECONDS)
        self._ended.wait(STOP_SECONDS)
        return code

    def stop(self) -> int:
        """End it in order; its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.wait_end()


@contextmanager
def own_house() -> Iterator[str]:
    """The address of a house in a temporary folder, without limits; stopped and deleted at the end. Raises StartFailed."""
    with TemporaryDirectory(prefix="own-house-") as folder:
        house = OwnHouse(Path(folder), PORTAL_JWT_PUBLIC_KEY="", **_UNLIMITED).start()
        try:
            yield house.wait_ready().url
        finally:
            house.stop()


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
