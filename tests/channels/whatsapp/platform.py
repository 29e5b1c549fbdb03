"""A tiny other side of the Graph API over real HTTP: it takes what is within the limits, and can fail as it is told."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.channels.whatsapp import limits

TOKEN = "EAAG" + "t0k3n" * 10
Made = Callable[[], web.Response]
Behaviour = Callable[["Platform", web.Request, dict[str, Any]], Awaitable[web.StreamResponse]]


class Platform:
    """`script` is what the next requests meet, one after the other; then everything is taken. `taken` are the bodies that were accepted.

    `nodes` answers GET requests by their path below the version.
    """

    def __init__(self) -> None:
        self.script: list[Behaviour] = []
        self.always: Behaviour | None = None
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.taken: list[dict[str, Any]] = []
        self.ids: list[str] = []
        self.marks: list[dict[str, Any]] = []
        self.nodes: dict[str, Any] = {}
        self.tokens: list[str] = []
        self.arrived, self.over = asyncio.Event(), asyncio.Event()
        self._numbers = itertools.count(1)
        self._server: TestServer | None = None

    @property
    def url(self) -> str:
        assert self._server is not None
        return str(self._server.make_url("")).rstrip("/")

    @property
    def said(self) -> list[str]:
        """The texts that were taken."""
        return [limits_text(body) for body in self.taken]

    async def start(self) -> None:
        app = web.Application()
        app.router.add_post("/v26.0/{number}/messages", self._message)
        app.router.add_get("/v26.0/{node:.+}", self._node)
        self._server = TestServer(app, host="127.0.0.1")
        await self._server.start_server()

    async def stop(self) -> None:
        self.over.set()
        if self._server is not None:
            await self._server.close()

    def take(self, body: dict[str, Any]) -> web.Response:
        self.taken.append(body)
        self.arrived.set()
        self.ids.append(f"wamid.{next(self._numbers)}")
        contacts = [{"input": body.get("to"), "wa_id": body.get("to", "").lstrip("+")}]
        return web.json_response({"messaging_product": "whatsapp", "contacts": contacts, "messages": [{"id": self.ids[-1]}]})

    async def _message(self, request: web.Request) -> web.StreamResponse:
        self.tokens.append(request.headers.get("Authorization", ""))
        body = await request.json()
        if "status" in body:
            self.marks.append(body)
            return web.json_response({"success": True})
        limits.check(body)
        self.asked.append((request.match_info["number"], body))
        behaviour = self.script.pop(0) if self.script else self.always
        return self.take(body) if behaviour is None else await behaviour(self, request, body)

    async def _node(self, request: web.Request) -> web.StreamResponse:
        self.tokens.append(request.headers.get("Authorization", ""))
        answer = self.nodes.get(request.match_info["node"])
        if answer is None:
            return web.json_response({"error": {"code": 100, "error_subcode": 33, "message": "Unsupported get request"}}, status=400)
        return answer() if callable(answer) else web.json_response(answer)


def limits_text(body: dict[str, Any]) -> str:
    if body["type"] == "template":
        return f"template {body['template']['name']}"
    return body["text"]["body"] if body["type"] == "text" else body["interactive"]["body"]["text"]


def refusal(code: int, status: int = 400, headers: dict[str, str] | None = None, **more: Any) -> Made:
    """What a refusal answers, as fresh each time."""

    def make() -> web.Response:
        told = {"message": f"(#{code}) No", "type": "OAuthException", "code": code, "fbtrace_id": "A1", **more}
        return web.json_response({"error": told}, status=status, headers=headers)

    return make


def error(code: int, status: int = 400, headers: dict[str, str] | None = None, **more: Any) -> Behaviour:
    make = refusal(code, status, headers, **more)

    async def refuse(_platform: Platform, _request: web.Request, _body: dict[str, Any]) -> web.StreamResponse:
        return make()

    return refuse


def answer(text: str, status: int = 200, **options: Any) -> Behaviour:
    async def say(_platform: Platform, _request: web.Request, _body: dict[str, Any]) -> web.StreamResponse:
        return web.Response(text=text, status=status, **options)

    return say


async def taken(platform: Platform, _request: web.Request, body: dict[str, Any]) -> web.StreamResponse:
    """As if nothing had been scripted."""
    return platform.take(body)


async def reset(_platform: Platform, request: web.Request, _body: dict[str, Any]) -> web.StreamResponse:
    """Broken off before it was taken."""
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


async def take_and_reset(platform: Platform, request: web.Request, body: dict[str, Any]) -> web.StreamResponse:
    """Taken, and the reply never comes."""
    platform.take(body)
    return await reset(platform, request, body)


async def take_and_hang(platform: Platform, _request: web.Request, body: dict[str, Any]) -> web.StreamResponse:
    platform.take(body)
    await platform.over.wait()
    return web.Response()
