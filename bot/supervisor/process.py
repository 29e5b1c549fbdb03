"""One child process: started, asked whether it is ready and whether it lives, stopped or killed by its own id. No step waits for ever."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from bot.supervisor.output import Output
from bot.supervisor.pulse import POLL_SECONDS, http_probe, until_hung

READY_SECONDS = 5.0
"""For an answer about readiness: the gateway asks the others first, for 3 s each at the same time."""
KILL_SECONDS = 5.0
"""For the system to end what was killed, and for the last output to be read. A grandchild may hold the pipe open for longer."""
PR_SET_PDEATHSIG = 1


@dataclass
class Child:
    """A process of ours: `name` for people, `module` for `python -m`, `url` is where it serves `/health/ready` and `/health/live`."""

    name: str
    module: str
    arguments: tuple[str, ...]
    url: str
    log: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    """Variables of its own, besides ours."""
    process: asyncio.subprocess.Process | None = None
    starts: list[float] = field(default_factory=list)
    loads: bool = True
    """Whether it has not been seen ready since it was started."""
    hang: str | None = None
    """How it was seen to hang, for which it was killed."""
    _reader: asyncio.Task[None] | None = None

    def __post_init__(self) -> None:
        """Its output goes to its log, whatever becomes of that."""
        self.output = Output(self.log, complain)

    async def start(self, root: Path) -> None:
        """Start it, again or for the first time; its output goes to its log file, and the end of it is kept for an explanation."""
        await self._end_reader()
        self.starts.append(asyncio.get_running_loop().time())
        self.hang, self.loads = None, True
        self.process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            self.module,
            *self.arguments,
            cwd=root,
            env={**os.environ, **self.environment},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            preexec_fn=die_with_parent if sys.platform == "linux" else None,
            start_new_session=True,  # Ctrl-C reaches the supervisor only, which stops them in order
        )
        assert self.process.stdout is not None
        self._reader = asyncio.create_task(self.output.keep(self.process.stdout))

    async def is_ready(self, http: aiohttp.ClientSession) -> bool:
        """Whether it answers 200 at its readiness address."""
        ready = await http_probe(http, f"{self.url}/health/ready", READY_SECONDS)()
        self.loads = self.loads and not ready
        return ready

    async def until_gone(self, http: aiohttp.ClientSession) -> None:
        """Wait until it has ended, or kill it because it hangs: one that is stopped hears no other signal."""
        watch = asyncio.create_task(until_hung(http_probe(http, f"{self.url}/health/live"), loads=self.loads))
        try:
            while self.running and not watch.done():  # noqa: ASYNC110 - its end is in the hands of the system
                await asyncio.sleep(POLL_SECONDS)
        finally:
            watch.cancel()
        if self.running:
            self.hang = watch.result()
            await self._kill()

    @property
    def running(self) -> bool:
        """Whether the process lives."""
        return self.process is not None and self.process.returncode is None

    def why_it_ended(self) -> str:
        """Exit code or signal, or that it hung, in words."""
        code = self.process.returncode if self.process else None
        if self.hang:
            return f"{self.hang} and was killed"
        if code is None:
            return "is running"
        return f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"

    async def stop(self, seconds: float) -> None:
        """SIGTERM, then SIGKILL after `seconds`; ends in any case a few seconds later."""
        if self.process is not None and self.running:
            self.process.terminate()
            await self._ended(seconds)
            await self._kill()
        await self._end_reader()

    async def _kill(self) -> None:
        if self.process is not None and self.running:
            self.process.kill()
            await self._ended(KILL_SECONDS)

    async def _ended(self, seconds: float) -> None:
        """Wait for its end, not for that of its output, which `Process.wait()` does."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while self.running:  # noqa: ASYNC110 - as above
                    await asyncio.sleep(POLL_SECONDS)

    async def _end_reader(self) -> None:
        if self._reader is not None:
            await asyncio.wait([self._reader], timeout=KILL_SECONDS)
            if self._reader.cancel() and self.process is not None:
                self.process._transport.close()  # type: ignore[attr-defined]  # noqa: SLF001 - a grandchild holds the pipe, and asyncio offers no other way to let go of it
            await asyncio.wait([self._reader])
            self._reader = None


def complain(line: str) -> None:
    """To our own stderr, which may lie on the same full disk."""
    with contextlib.suppress(OSError):
        print(line, file=sys.stderr, flush=True)  # noqa: T201 - for whoever started us


def die_with_parent() -> None:
    """A supervisor that is killed must not leave servers behind."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() == 1:
        os._exit(1)
