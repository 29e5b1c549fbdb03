"""Brings up actions, dialogue, gateway and, in the demo, Meta's stand-in, keeps them up, and stops them in the order in which messages flow."""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import psutil

from bot.errors import AssistantError
from bot.supervisor.process import Child
from bot.supervisor.pulse import LOADING_SECONDS, POLL_SECONDS

STOP_SECONDS = 30.0  # longer than the gateway drains
RESTART_WINDOW_SECONDS = 60.0
MAX_STARTS_IN_WINDOW = 4
BACKOFF_SECONDS = 0.5

Say = Callable[[str], None]


class StartFailed(AssistantError):
    """A process could not be brought up; the message says which and why."""


@dataclass(frozen=True)
class Port:
    """A port one of ours will listen on, and the setting that moves it."""

    host: str
    number: int
    owner: str
    setting: str


def check_ports(ports: Sequence[Port]) -> None:
    """Raises StartFailed naming the first port that is taken, and by what when it can be seen."""
    for port in ports:
        with socket.socket(socket.AF_INET6 if ":" in port.host else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((port.host, port.number))
            except OSError as error:
                raise StartFailed(
                    f"port {port.number} for the {port.owner} cannot be used ({error.strerror}{holder(port.number)}). "
                    f"Stop that program or set {port.setting} to another one."
                ) from None


def holder(number: int) -> str:
    """Which program listens on a port of this machine, where that can be seen; else nothing."""
    try:
        pids = {c.pid for c in psutil.net_connections("inet") if c.status == psutil.CONN_LISTEN and c.laddr.port == number and c.pid}
        return "".join(f"; held by {psutil.Process(pid).name()}, process {pid}" for pid in pids)
    except psutil.Error:
        return ""


class Supervisor:
    """All children of one installation."""

    def __init__(self, children: Sequence[Child], root: Path, say: Say) -> None:
        self._children = children
        self._root = root
        self._say = say
        self._stopping = asyncio.Event()

    async def run(self, ready_line: str) -> None:
        """Start all, say `ready_line` once, keep them up until SIGINT or SIGTERM, stop all. Raises StartFailed."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._stopping.set)
        try:
            await asyncio.gather(*(child.start(self._root) for child in self._children))
            async with aiohttp.ClientSession() as http:
                await self._all_ready(http)
                if not self._stopping.is_set():
                    self._say(ready_line)
                await self._keep_all_up(http)
        finally:
            for child in reversed(self._children):
                await child.stop(STOP_SECONDS)

    async def _all_ready(self, http: aiohttp.ClientSession) -> None:
        started = asyncio.get_running_loop().time()
        waiting = list(self._children)
        while waiting and not self._stopping.is_set():
            for child in list(waiting):
                if not child.running:
                    raise StartFailed(f"{child.name} {child.why_it_ended()}:\n{_indented(child)}")
                if await child.is_ready(http):
                    waiting.remove(child)
                    self._say(f"  {child.name} ready after {asyncio.get_running_loop().time() - started:.1f} s")
            if asyncio.get_running_loop().time() - started > LOADING_SECONDS:
                names = ", ".join(child.name for child in waiting)
                raise StartFailed(f"not ready after {LOADING_SECONDS:.0f} s: {names}\n" + "\n".join(_indented(child) for child in waiting))
            await asyncio.sleep(POLL_SECONDS)

    async def _keep_all_up(self, http: aiohttp.ClientSession) -> None:
        keepers = [asyncio.create_task(self._keep_up(child, http)) for child in self._children]
        stopping = asyncio.create_task(self._stopping.wait())
        try:
            done, _ = await asyncio.wait([stopping, *keepers], return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in (stopping, *keepers):
                task.cancel()
            await asyncio.gather(stopping, *keepers, return_exceptions=True)

    async def _keep_up(self, child: Child, http: aiohttp.ClientSession) -> None:
        while True:
            await child.until_gone(http)
            await self._bring_back(child)

    async def _bring_back(self, child: Child) -> None:
        now = asyncio.get_running_loop().time()
        recent = [start for start in child.starts if now - start < RESTART_WINDOW_SECONDS]
        if len(recent) >= MAX_STARTS_IN_WINDOW:
            raise StartFailed(f"{child.name} {child.why_it_ended()}, for the {len(recent)}th time in a minute:\n{_indented(child)}")
        self._say(f"{child.name} {child.why_it_ended()}; starting it again (log: {child.log})")
        await asyncio.sleep(BACKOFF_SECONDS * len(recent))
        await child.start(self._root)


def _indented(child: Child) -> str:
    words = "\n".join(f"    {line}" for line in child.output.last_words) or "    (it said nothing)"
    return f"{words}\n  whole log: {child.log}"
