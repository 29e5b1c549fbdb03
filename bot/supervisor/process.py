"""One child process: started, asked whether it is ready, its last words kept, stopped by its own id."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
import signal
import sys
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

LAST_WORDS = 12
PR_SET_PDEATHSIG = 1


@dataclass
class Child:
    """A process of ours: `name` for people, `module` for `python -m`, `ready_url` answers 200 once it serves."""

    name: str
    module: str
    arguments: tuple[str, ...]
    ready_url: str
    log: Path
    process: asyncio.subprocess.Process | None = None
    last_words: deque[str] = field(default_factory=lambda: deque(maxlen=LAST_WORDS))
    starts: list[float] = field(default_factory=list)

    async def start(self, root: Path) -> None:
        """Start it; its output goes to its log file, and the last lines are kept for an explanation."""
        self.starts.append(asyncio.get_running_loop().time())
        self.last_words.clear()
        self.process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            self.module,
            *self.arguments,
            cwd=root,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            preexec_fn=_die_with_parent if sys.platform == "linux" else None,
            start_new_session=True,  # Ctrl-C reaches the supervisor only, which stops them in order
        )
        self._reader = asyncio.create_task(self._keep_output())

    async def _keep_output(self) -> None:
        assert self.process is not None
        assert self.process.stdout is not None
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab", buffering=0) as log:
            async for line in self.process.stdout:
                log.write(line)
                self.last_words.append(line.decode("utf-8", "replace").rstrip())

    async def is_ready(self, session: aiohttp.ClientSession) -> bool:
        """Whether it answers 200 at its readiness address."""
        try:
            async with session.get(self.ready_url) as response:
                return response.status == 200  # noqa: PLR2004
        except (aiohttp.ClientError, TimeoutError):
            return False

    @property
    def running(self) -> bool:
        """Whether the process lives."""
        return self.process is not None and self.process.returncode is None

    def why_it_ended(self) -> str:
        """Exit code or signal, in words."""
        code = self.process.returncode if self.process else None
        if code is None:
            return "is running"
        return f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"

    async def stop(self, seconds: float) -> None:
        """SIGTERM, then SIGKILL after `seconds`."""
        if self.process is None or not self.running:
            return
        self.process.terminate()
        try:
            await asyncio.wait_for(self.process.wait(), seconds)
        except TimeoutError:
            self.process.kill()
            await self.process.wait()
        with contextlib.suppress(asyncio.CancelledError):
            await self._reader


def _die_with_parent() -> None:
    """A supervisor that is killed must not leave servers behind."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() == 1:
        os._exit(1)
