"""WebKitGTK's own small browser on a display that nobody sees, spoken to in WebDriver: JSON over HTTP."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp

from tests.browser.three.driver import TOLD, Browser, Person, Size, Tab, clicked, pressed, process
from tests.support.hangs import eventually

SCREEN = Size(1600, 1000)
BARE = "open('about:blank', '', `noopener,width=${arguments[0]},height=${arguments[1]}`)"
"""Such a window has no toolbar, and no telephone is as wide as that."""


@contextlib.asynccontextmanager
async def webkit(*, dark: bool = False) -> AsyncIterator[Browser]:
    """A display; each person gets a process of her own, because a driver has one session at a time."""
    screen = f"{SCREEN.width}x{SCREEN.height}x24"
    async with process("Xvfb", "-displayfd", "1", "-screen", "0", screen, "-nolisten", "tcp") as display:
        assert display.stdout is not None
        number = (await display.stdout.readline()).decode().strip()
        yield _Browser(f":{number}", ["--dark-mode"] if dark else [])


@contextlib.asynccontextmanager
async def _driver(display: str) -> AsyncIterator[aiohttp.ClientSession]:
    """A line to a driver. That must be told its port, and another program may take it first: then another one is tried."""
    for _ in range(5):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        line = aiohttp.ClientSession(f"http://127.0.0.1:{port}", timeout=aiohttp.ClientTimeout(total=None))
        async with process("WebKitWebDriver", f"--port={port}", DISPLAY=display) as running, line:
            if await _answers(running, line):
                yield line
                return
    raise RuntimeError("WebKitWebDriver does not start")


async def _answers(driver: asyncio.subprocess.Process, line: aiohttp.ClientSession) -> bool:
    """Wait until it does, or has given up."""

    async def ready() -> bool:
        with contextlib.suppress(aiohttp.ClientError):
            async with line.get("/status") as answer:
                return answer.status == 200
        return driver.returncode is not None

    await eventually(ready)
    return driver.returncode is None


def _program() -> str:
    return str(next(Path("/usr/lib").glob("*/webkit2gtk-4.1/MiniBrowser")))


class _Browser:
    def __init__(self, display: str, arguments: list[str]) -> None:
        self._display = display
        self._options = {
            "binary": _program(),
            "args": ["--automation", "--javascript-can-open-windows-automatically=TRUE", *arguments],
        }

    @contextlib.asynccontextmanager
    async def person(self, size: Size) -> AsyncIterator[Person]:
        wanted = {"alwaysMatch": {"webkitgtk:browserOptions": self._options}}
        async with _driver(self._display) as line:
            made = await _call(line, "POST", "/session", capabilities=wanted)
            session = _Session(line, made["sessionId"])
            try:
                yield _Person(session, size)
            finally:
                await session.call("DELETE", "")


async def _call(line: aiohttp.ClientSession, method: str, path: str, **body: Any) -> Any:
    async with line.request(method, path, json=body if method == "POST" else None) as answer:
        told = (await answer.json(content_type=None))["value"]
    if answer.status != 200:
        raise RuntimeError(f"{path}: {told['error']}: {told['message']}")
    return told


class _Session:
    """One window is the driver's at a time: `at` is which."""

    def __init__(self, line: aiohttp.ClientSession, name: str) -> None:
        self._line, self._path = line, f"/session/{name}"
        self._at = ""

    async def call(self, method: str, path: str, **body: Any) -> Any:
        return await _call(self._line, method, self._path + path, **body)

    async def at(self, window: str, method: str, path: str, **body: Any) -> Any:
        if window != self._at:
            await self.call("POST", "/window", handle=window)
            self._at = window
        return await self.call(method, path, **body)


class _Person:
    def __init__(self, session: _Session, size: Size) -> None:
        self._session, self._size = session, size
        self._first = ""

    async def tab(self) -> Tab:
        """A window, because a tab of another one would be hidden for as long as it is not spoken to."""
        self._first = self._first or await self._session.call("GET", "/window")
        before = set(await self._session.call("GET", "/window/handles"))
        await self._session.at(self._first, "POST", "/execute/sync", script=BARE, args=list(self._size))
        new: set[str] = set()

        async def opened() -> bool:
            new.update(set(await self._session.call("GET", "/window/handles")) - before)
            return bool(new)

        await eventually(opened)
        tab = _Tab(self._session, new.pop())
        await tab.fit(self._size)
        return tab


class _Tab:
    def __init__(self, session: _Session, window: str) -> None:
        self._session, self._window = session, window

    async def fit(self, size: Size) -> None:
        """In the middle, where the pointer rests: without a window manager that is who has the focus."""
        middle = {"x": (SCREEN.width - size.width) // 2, "y": (SCREEN.height - size.height) // 2}
        await self._call("POST", "/window/rect", **middle, **size._asdict())

    async def goto(self, url: str) -> None:
        await self._call("POST", "/url", url=url)

    async def reload(self) -> None:
        await self._call("POST", "/refresh")

    async def back(self) -> None:
        await self._call("POST", "/back")

    async def run(self, function: str, *arguments: Any) -> Any:
        script = f"return (async (text) => ({TOLD})(await ({function})(...JSON.parse(text))))(arguments[0])"
        return json.loads(await self._call("POST", "/execute/sync", script=script, args=[json.dumps(arguments)]))

    async def click(self, x: float, y: float) -> None:
        await self._call("POST", "/actions", actions=clicked(x, y))

    async def type(self, keys: str) -> None:
        await self._call("POST", "/actions", actions=pressed(keys))

    async def picture(self) -> bytes:
        await self.run("() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(() => drawn(null))))")
        return base64.b64decode(await self._call("GET", "/screenshot"))

    async def _call(self, method: str, path: str, **body: Any) -> Any:
        return await self._session.at(self._window, method, path, **body)
