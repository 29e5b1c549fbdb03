"""The network between browser and gateway, with its faults: what passes is the real gateway's, what fails does so at will.

It exists so that the widget can be tried against every fault, also those that real networks show only by bad luck.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections import defaultdict
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
from aiohttp import hdrs, web

SPLINTER = 7
"""Bytes of a stream written at once: that also cuts inside characters."""
PAGES = ("/widget.js", "/portal/")
"""Files that a browser already has when the network fails."""
_HOP = {hdrs.CONNECTION, hdrs.TRANSFER_ENCODING, hdrs.CONTENT_LENGTH, hdrs.DATE, hdrs.SERVER}


class Wire:
    """Passes requests to `gateway`. `calls`: all requests; `with_cookies`: those that carried cookies; `sessions`: the tokens they carried;
    `received`: the messages that reached the gateway.

    `streams` = False answers 502 to every stream; `frozen` holds back what streams bring; `cut_next_answer` ends the stream in the
    middle of the next answer; `lose_next_reply` lets one message through and the browser never hears so, `tear_next_reply` half of it.
    """

    def __init__(self) -> None:
        self.gateway = ""
        self.origin = ""
        self.calls: list[str] = []
        self.received: list[dict[str, Any]] = []
        self.with_cookies: list[str] = []
        self.sessions: set[str] = set()
        self.streams = True
        self.frozen = False
        self.cut_next_answer = False
        self.lose_next_reply = False
        self.tear_next_reply = False
        self._faults: defaultdict[str, list[web.Response]] = defaultdict(list)
        self._offline = False
        self._open: set[aiohttp.ClientResponse] = set()

    @property
    def offline(self) -> bool:
        """Whether every connection is cut, those that are open too."""
        return self._offline

    @offline.setter
    def offline(self, cut: bool) -> None:
        self._offline = cut
        for stream in self._open if cut else ():
            stream.close()

    def fail(self, path: str, status: int, **headers: str) -> None:
        """The next request to this path gets this status; call it again for the one after."""
        answer = web.json_response({"error": "fault", "message": "…"}, status=status, headers=headers)
        self._faults[path].append(answer)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[Wire]:
        """Listens at `origin` for as long as the block runs."""
        app = web.Application(client_max_size=2**22)
        app.router.add_route("*", "/{path:.*}", self._handle)
        jar, unlimited = aiohttp.DummyCookieJar(), aiohttp.ClientTimeout(total=None)
        options = {"cookie_jar": jar, "timeout": unlimited, "auto_decompress": False, "read_bufsize": 2**20}
        async with aiohttp.ClientSession(**options) as self._http, serving(app) as self.origin:
            yield self
            self.offline = True

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        self._note(request)
        if self.offline and not request.path.startswith(PAGES):
            return _cut(request)
        if request.method == hdrs.METH_OPTIONS:
            return await self._forward(request)
        if self._faults[request.path]:
            return _allowed(request, self._faults[request.path].pop(0))
        if request.path == "/webchat/stream":
            return await self._stream(request) if self.streams else web.Response(status=502)
        return await self._forward(request)

    def _note(self, request: web.Request) -> None:
        self.calls.append(f"{request.method} {request.path}")
        if hdrs.COOKIE in request.headers:
            self.with_cookies.append(self.calls[-1])
        if bearer := request.headers.get(hdrs.AUTHORIZATION):
            self.sessions.add(bearer.removeprefix("Bearer "))

    def _asked(self, request: web.Request, body: bytes | None = None) -> contextlib.AbstractAsyncContextManager[aiohttp.ClientResponse]:
        headers = {name: value for name, value in request.headers.items() if name not in _HOP}
        return self._http.request(request.method, self.gateway + request.path_qs, headers=headers, data=body, allow_redirects=False)

    async def _forward(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        message = (request.method, request.path) == (hdrs.METH_POST, "/webchat/messages")
        if message:
            self.received.append(json.loads(body))
        async with self._asked(request, body) as answer:
            content = await answer.read()
        if message and self.lose_next_reply:
            self.lose_next_reply = False
            return _cut(request)
        response = web.Response(status=answer.status, body=content, headers=_passed(answer))
        if message and self.tear_next_reply:
            self.tear_next_reply = False
            return await _torn(request, response, content)
        return response

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        async with self._asked(request) as answer:
            response = web.StreamResponse(status=answer.status, headers=_passed(answer))
            self._open.add(answer)
            with contextlib.suppress(aiohttp.ClientError, ConnectionError):
                await response.prepare(request)
                await self._splinter(answer, response)
            self._open.discard(answer)
        return _cut(request)

    async def _splinter(self, answer: aiohttp.ClientResponse, response: web.StreamResponse) -> None:
        while event := await answer.content.readuntil(b"\n\n"):
            while self.frozen:  # noqa: ASYNC110 - tests thaw it
                await asyncio.sleep(0.02)
            cut = self.cut_next_answer and b'"kind": "answer"' in event
            told = event[: len(event) // 2] if cut else event
            for start in range(0, len(told), SPLINTER):
                await response.write(told[start : start + SPLINTER])
            if cut:
                self.cut_next_answer = False
                return


@contextlib.asynccontextmanager
async def serving(app: web.Application) -> AsyncIterator[str]:
    """The origin of an application that listens on a free loopback port for as long as the block runs."""
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{site._server.sockets[0].getsockname()[1]}"
    finally:
        await runner.cleanup()


def _cut(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


async def _torn(request: web.Request, whole: web.Response, content: bytes) -> web.StreamResponse:
    """The head of a reply that promises all of it, and half of it."""
    part = web.StreamResponse(status=whole.status, headers=whole.headers)
    part.content_length = len(content)
    await part.prepare(request)
    await part.write(content[: len(content) // 2])
    _cut(request)
    return part


def _passed(answer: aiohttp.ClientResponse) -> list[tuple[str, str]]:
    return [(name, value) for name, value in answer.headers.items() if name not in _HOP]


def _allowed(request: web.Request, answer: web.Response) -> web.Response:
    """A refusal that the page may read, as the gateway's own are."""
    answer.headers["Access-Control-Allow-Origin"] = request.headers.get(hdrs.ORIGIN, "*")
    answer.headers["Access-Control-Expose-Headers"] = "Retry-After"
    return answer
