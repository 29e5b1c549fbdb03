"""A gateway process that is started again whenever it dies, and a customer whose browser never gives up."""

from __future__ import annotations

import asyncio
import os
import sys
import uuid
from pathlib import Path
from typing import Any, Self

import aiohttp

from bot.settings import ROOT
from harness.dialogue import SECRET, StandIn
from harness.ports import free_port
from tests.gateway.client import Visitor, covered, each_answered_once
from tests.support.hangs import GUARD_SECONDS, eventually

MOST_STARTS = 60
PAUSE_SECONDS = 0.05


class Kept:
    """A process that is started again whenever it ends, as a supervisor does; `exits` holds the exit code of each that ended."""

    def __init__(self, *arguments: str, **environ: str) -> None:
        self._arguments = arguments
        self._environ = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "LOG_LEVEL": "ERROR", **environ}
        self._stopping = False
        self._alive = asyncio.Event()
        self.exits: list[int] = []
        self.process: asyncio.subprocess.Process | None = None

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._keep())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._stopping = True
        if self.process is not None and self.process.returncode is None:
            self.process.terminate()
        await asyncio.wait_for(self._task, GUARD_SECONDS)

    async def _keep(self) -> None:
        for _ in range(MOST_STARTS):
            self.process = await asyncio.create_subprocess_exec(sys.executable, "-m", *self._arguments, env=self._environ, cwd=ROOT)
            self._alive.set()
            if self._stopping:
                self.process.terminate()
            code = await self.process.wait()
            self._alive.clear()
            self.exits.append(code)
            if self._stopping:
                return
        raise AssertionError(f"it died {MOST_STARTS} times: {self.exits}")

    async def running(self) -> asyncio.subprocess.Process:
        """The process, as soon as there is one: between its end and its next start there is none to signal."""
        await asyncio.wait_for(self._alive.wait(), GUARD_SECONDS)
        assert self.process is not None
        return self.process

    async def kill(self) -> None:
        """SIGKILL, as soon as there is a process."""
        (await self.running()).kill()

    async def died(self, times: int) -> None:
        """Wait until it has ended so often."""
        await eventually(lambda: len(self.exits) >= times)


class Keeper(Kept):
    """Keeps `tests.crash.dying_gateway` running."""

    def __init__(self, folder: Path, dialogue: StandIn, point: str, **changes: str) -> None:
        self.port, self.marker = free_port(), folder / "killed"
        environ = {
            "DATABASE_URL": f"sqlite:///{folder}/ledger.db",
            "ACCOUNTS_DATABASE_URL": f"sqlite:///{folder}/accounts.db",
            "DIALOGUE_URLS": dialogue.url,
            "ACTIONS_URL": dialogue.url,
            "INTERNAL_SECRET": SECRET,
            "SESSION_SECRET": "session-secret-of-the-tests-0000001",
            "PORTAL_JWT_SECRET": "portal-secret-of-the-tests-00000001",
            "BIND_PORT": str(self.port),
        }
        super().__init__("tests.crash.dying_gateway", point, str(self.marker), **{**environ, **changes})

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


class Browser:
    """What the widget does: sends one message after the other, each with its id until it is taken; reads the stream from its last seq."""

    def __init__(self, url: str) -> None:
        self.visitor = Visitor(url)
        self.shown: list[dict[str, Any]] = []
        self.refused: list[int] = []
        self._reader: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._reader is not None:
            self._reader.cancel()
            await asyncio.gather(self._reader, return_exceptions=True)
        await self.visitor.http.close()

    async def open(self, **body: Any) -> None:
        """A session, as soon as there is a gateway."""
        async with asyncio.timeout(GUARD_SECONDS):
            while self.visitor.session is None:
                try:
                    await self.visitor.open(**body)
                except (OSError, aiohttp.ClientError, AssertionError):
                    await asyncio.sleep(PAUSE_SECONDS)
        self._reader = asyncio.create_task(self._read())

    async def say(self, *texts: str) -> None:
        """Send these, in order."""
        for text in texts:
            await self._send(text, str(uuid.uuid4()))

    async def _send(self, text: str, message_id: str) -> None:
        async with asyncio.timeout(GUARD_SECONDS):
            while True:
                try:
                    status, _ = await self.visitor.send(text, message_id=message_id)
                except (OSError, aiohttp.ClientError):
                    status = 0
                if status == 202:
                    return
                self.refused.append(status)
                await asyncio.sleep(PAUSE_SECONDS)

    async def _read(self) -> None:
        while True:
            try:
                last = self.shown[-1]["seq"] if self.shown else 0
                async with self.visitor.stream(since=last) as events:
                    async for event in events:
                        if event["event"] == "message":
                            self.shown.append(event["data"])
            except (OSError, aiohttp.ClientError, AssertionError, TimeoutError):
                await asyncio.sleep(PAUSE_SECONDS)

    async def _all(self) -> list[dict[str, Any]]:
        """Everything in the conversation, as soon as there is a gateway to tell it."""
        async with asyncio.timeout(GUARD_SECONDS):
            while True:
                try:
                    return await self.visitor.messages()
                except (OSError, aiohttp.ClientError):
                    await asyncio.sleep(PAUSE_SECONDS)

    async def answered(self, number: int) -> None:
        """Wait until so many messages are answered."""
        await eventually(lambda: sum(burst.count("\n") + 1 for burst in covered(self.shown)) >= number)

    async def check(self, *texts: str) -> None:
        """Exactly these were said, one answer covers each, in order; what the stream showed is what the ledger holds, once."""
        messages = await self._all()
        assert each_answered_once(messages, *texts)
        assert [message["seq"] for message in messages] == list(range(1, len(messages) + 1))
        assert self.shown == messages
