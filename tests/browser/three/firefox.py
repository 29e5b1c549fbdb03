"""Firefox ESR, headless, spoken to in WebDriver BiDi: JSON over a WebSocket that the browser itself opens."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import itertools
import json
import shutil
import tempfile
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import aiohttp

from tests.browser.three.driver import TOLD, Browser, Person, Size, Tab, clicked, pressed, process
from tests.support.hangs import eventually

PREFERENCES = {
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.page": 0,
    "datareporting.policy.dataSubmissionEnabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "remote.prefs.recommended": True,
    "toolkit.telemetry.enabled": False,
}
"""It asks nobody for anything."""


@contextlib.asynccontextmanager
async def firefox(*, dark: bool = False, also: Mapping[str, Any] | None = None) -> AsyncIterator[Browser]:
    """A process with a profile of its own; `also` are further preferences."""
    wanted = {**PREFERENCES, "layout.css.prefers-color-scheme.content-override": 0 if dark else 1, **(also or {})}
    async with contextlib.AsyncExitStack() as stack:
        profile = stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True))
        lines = [f'user_pref("{name}", {json.dumps(value)});' for name, value in wanted.items()]
        (Path(profile) / "user.js").write_text("\n".join(lines))
        program = shutil.which("firefox-esr") or "firefox"
        command = (program, "--headless", "--no-remote", "--profile", profile, "--remote-debugging-port", "0")
        running = await stack.enter_async_context(process(*command))
        http = await stack.enter_async_context(aiohttp.ClientSession())
        socket = await stack.enter_async_context(http.ws_connect(f"{await _address(running, profile)}/session", max_msg_size=0))
        session = _Session(socket)
        listening = asyncio.create_task(session.listen())
        stack.callback(listening.cancel)
        await session.call("session.new", capabilities={})
        yield _Browser(session)
        await session.call("browser.close")


async def _address(running: asyncio.subprocess.Process, profile: str) -> str:
    told = Path(profile) / "WebDriverBiDiServer.json"
    await eventually(lambda: running.returncode is not None or (told.exists() and told.read_text().endswith("}")))
    where = json.loads(told.read_text())
    return f"ws://{where['ws_host']}:{where['ws_port']}"


class _Session:
    """Commands are numbered, and answered in any order."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._numbers = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}

    async def listen(self) -> None:
        async for message in self._socket:
            heard = message.json()
            if heard.get("id") in self._waiting:
                self._waiting.pop(heard["id"]).set_result(heard)

    async def call(self, method: str, **params: Any) -> dict[str, Any]:
        number = next(self._numbers)
        self._waiting[number] = asyncio.get_running_loop().create_future()
        answer = self._waiting[number]
        await self._socket.send_json({"id": number, "method": method, "params": params})
        heard = await answer
        if heard["type"] == "error":
            raise RuntimeError(f"{method}: {heard['error']}: {heard['message']}")
        return heard["result"]


class _Browser:
    def __init__(self, session: _Session) -> None:
        self._session = session

    @contextlib.asynccontextmanager
    async def person(self, size: Size) -> AsyncIterator[Person]:
        user = await self._session.call("browser.createUserContext")
        try:
            yield _Person(self._session, user["userContext"], size)
        finally:
            await self._session.call("browser.removeUserContext", **user)


class _Person:
    def __init__(self, session: _Session, user: str, size: Size) -> None:
        self._session, self._user, self._size = session, user, size

    async def tab(self) -> Tab:
        made = await self._session.call("browsingContext.create", type="tab", userContext=self._user)
        await self._session.call("browsingContext.setViewport", **made, viewport=self._size._asdict())
        return _Tab(self._session, made["context"])


class _Tab:
    def __init__(self, session: _Session, context: str) -> None:
        self._session, self._context = session, context

    async def goto(self, url: str) -> None:
        await self._call("browsingContext.navigate", url=url, wait="complete")

    async def reload(self) -> None:
        await self._call("browsingContext.reload", wait="complete")

    async def back(self) -> None:
        await self._call("browsingContext.traverseHistory", delta=-1)

    async def run(self, function: str, *arguments: Any) -> Any:
        source = f"async text => ({TOLD})(await ({function})(...JSON.parse(text)))"
        given = [{"type": "string", "value": json.dumps(arguments)}]
        told = await self._session.call(
            "script.callFunction", functionDeclaration=source, arguments=given, awaitPromise=True, target={"context": self._context}
        )
        if told["type"] == "exception":
            raise RuntimeError(told["exceptionDetails"]["text"])
        return json.loads(told["result"]["value"])

    async def click(self, x: float, y: float) -> None:
        await self._act(clicked(x, y))

    async def type(self, keys: str) -> None:
        await self._act(pressed(keys))

    async def picture(self) -> bytes:
        await self._call("browsingContext.activate")
        return base64.b64decode((await self._call("browsingContext.captureScreenshot"))["data"])

    async def _act(self, actions: list[dict[str, Any]]) -> None:
        await self._call("browsingContext.activate")
        await self._call("input.performActions", actions=actions)

    async def _call(self, method: str, **params: Any) -> dict[str, Any]:
        return await self._session.call(method, context=self._context, **params)
