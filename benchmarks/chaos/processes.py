"""One process of a run: started again whenever it ends or hangs, as `bot up` does, until the run is over; killed and stopped as planned."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
import random
import signal
import socket
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from benchmarks.chaos.plan import Kind
from bot.supervisor.pulse import POLL_SECONDS, Probe, until_hung

RESTART_SECONDS = 0.3
AGE_SECONDS = 2.0
HANG_SECONDS = 60.0
HEAD_AND_ALL = 0.5
STOP_SECONDS = 30.0
LAST_CHARACTERS = 2000
PR_SET_PDEATHSIG = 1
LOW_PORT, HIGH_PORT = 15_000, 32_000


@dataclass
class Service:
    """A process that is kept running. `account`: user and group for a process that must not be root; `stop_signal`: what ends it politely.

    `probe` tells whether it answers; without one it is not watched and cannot be hung.
    """

    name: str
    kind: Kind
    command: Sequence[str]
    environment: Mapping[str, str]
    folder: Path
    log: Path
    account: Mapping[str, Any] = field(default_factory=dict)
    stop_signal: signal.Signals = signal.SIGTERM
    probe: Probe | None = None
    kills: int = 0
    hangs: int = 0
    own_ends: int = 0
    _process: asyncio.subprocess.Process | None = None
    _keeper: asyncio.Task[None] | None = None
    _ending: bool = False
    _shot: bool = False
    _sleeping: set[asyncio.Task[None]] = field(default_factory=set)

    def start(self) -> None:
        """Begin to keep it running."""
        self._keeper = asyncio.create_task(self._keep(), name=self.name)

    async def _keep(self) -> None:
        while not self._ending:
            self._shot = False
            with self.log.open("ab") as output:
                self._process = await asyncio.create_subprocess_exec(
                    *self.command,
                    cwd=self.folder,
                    env=dict(self.environment),
                    stdin=asyncio.subprocess.DEVNULL,
                    stdout=output,
                    stderr=output,
                    start_new_session=True,
                    preexec_fn=_die_with_parent(self.stop_signal),
                    **self.account,
                )
            await self._until_gone(self._process)
            if not self._ending:
                self.own_ends += not self._shot  # as when it starts while the database is away
                await asyncio.sleep(RESTART_SECONDS)

    async def _until_gone(self, process: asyncio.subprocess.Process) -> None:
        """Wait until it has ended; one that hangs is killed."""
        ended = asyncio.create_task(process.wait())
        watches = [asyncio.create_task(until_hung(self.probe))] if self.probe else []
        try:
            await asyncio.wait([ended, *watches], return_when=asyncio.FIRST_COMPLETED)
        finally:
            for watch in watches:
                watch.cancel()
        if process.returncode is None:
            self._shot = True
            _to_all(_family(process.pid), psutil.Process.kill)
        await ended

    async def kill(self, rng: random.Random) -> None:
        """SIGKILL; one that is down is killed again soon after it was started. A server with children loses its head, or all at once."""
        if self._process is None or self._process.returncode is not None:
            while self._process is None or self._process.returncode is not None:  # noqa: ASYNC110 - the moment is in the system's hands
                await asyncio.sleep(0.02)
            await asyncio.sleep(rng.uniform(0, AGE_SECONDS))
        process = self._process
        family = _family(process.pid)
        if family:
            self._shot = True
            _to_all(family if rng.random() < HEAD_AND_ALL else family[:1], psutil.Process.kill)
            self.kills += 1
        await process.wait()

    async def hang(self) -> None:
        """SIGSTOP to it and its children for a minute, or until it is killed for that; one that does not serve yet hangs when it does."""
        if self.probe is None:
            raise RuntimeError(f"nobody would notice that {self.name} hangs")
        while not await self.probe():  # noqa: ASYNC110 - as above
            await asyncio.sleep(0.02)
        await asyncio.sleep(2 * POLL_SECONDS)  # whoever watches it has seen it serve, too
        family = _family(self._process.pid) if self._process else []
        _to_all(family, psutil.Process.suspend)
        self.hangs += 1
        sleeping = asyncio.create_task(_wake(family))
        self._sleeping.add(sleeping)
        sleeping.add_done_callback(self._sleeping.discard)

    def last_words(self) -> str:
        """The end of its log."""
        return self.log.read_text(errors="replace")[-LAST_CHARACTERS:]

    async def stop(self) -> None:
        """End it for good: politely, then not."""
        self._ending = True
        for sleeping in self._sleeping:
            sleeping.cancel()
        if self._process is not None and self._process.returncode is None:
            _to_all(_family(self._process.pid), psutil.Process.resume)
            with contextlib.suppress(ProcessLookupError):
                self._process.send_signal(self.stop_signal)
            try:
                await asyncio.wait_for(self._process.wait(), STOP_SECONDS)
            except TimeoutError:
                self._process.kill()
                await self._process.wait()
        if self._keeper is not None:
            self._keeper.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._keeper


def _family(pid: int) -> list[psutil.Process]:
    """A process and then its children; none if it has ended."""
    with contextlib.suppress(psutil.NoSuchProcess):
        head = psutil.Process(pid)
        return [head, *head.children(recursive=True)]
    return []


def _to_all(processes: Sequence[psutil.Process], do: Callable[[psutil.Process], None]) -> None:
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            do(process)


async def _wake(processes: Sequence[psutil.Process]) -> None:
    await asyncio.sleep(HANG_SECONDS)
    _to_all(processes, psutil.Process.resume)


def _die_with_parent(number: signal.Signals) -> Callable[[], None]:
    """A run that is killed itself must not leave servers behind."""

    def prepare() -> None:
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, number)
        if os.getppid() == 1:
            os._exit(1)

    return prepare


def lasting_port() -> int:
    """A free port that the system gives to no outgoing connection: it must still be free when its server comes back after a kill."""
    for _ in range(200):
        port = random.randint(LOW_PORT, HIGH_PORT)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise RuntimeError(f"no free port between {LOW_PORT} and {HIGH_PORT}")
