"""What the tests of the dialogue speak through: a client of the turn protocol, and a door before the real actions that can be shut."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp import web

from bot import clock
from harness.ports import free_port
from tests.support.tokens import turn_token

SECRET = "i" * 40
CHANGING = {"timestamp", "read_at"}  # of two runs of one request, only these may differ


class Door:
    """Real HTTP before the real actions: passes everything on, or fails in the way of `mode`, from call `fails_from` on."""

    def __init__(self, actions_url: str) -> None:
        self._actions_url = actions_url
        self.port = free_port()
        self.mode = "pass"
        self.fails_from = 1
        self.calls: list[dict[str, Any]] = []
        self.release = asyncio.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        app = web.Application()
        app.router.add_post("/webhook", self._webhook)
        self._http = aiohttp.ClientSession()
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()

    async def stop(self) -> None:
        self.release.set()
        await self._runner.cleanup()
        await self._http.close()

    def opened(self) -> None:
        """Pass everything on again."""
        self.mode, self.fails_from, self.calls = "pass", 1, []
        self.release.set()
        self.release = asyncio.Event()

    async def _webhook(self, request: web.Request) -> web.StreamResponse:
        self.calls.append(await request.json())
        if self.mode != "pass" and len(self.calls) >= self.fails_from:
            return await self._fail(request)
        return await self._pass(request)

    async def _pass(self, request: web.Request) -> web.Response:
        headers = {"X-Internal-Secret": request.headers.get("X-Internal-Secret", "")}
        async with self._http.post(f"{self._actions_url}/webhook", data=await request.read(), headers=headers) as answer:
            return web.Response(body=await answer.read(), status=answer.status, content_type=answer.content_type)

    async def _fail(self, request: web.Request) -> web.StreamResponse:
        if self.mode == "hangs":
            await self.release.wait()
        if self.mode == "breaks off":
            assert request.transport
            request.transport.close()
        return FAULTS.get(self.mode, web.Response)()


def _json(body: Any, status: int = 200) -> Any:
    return lambda: web.json_response(body, status=status)


def _said(*responses: dict[str, Any], events: Sequence[dict[str, Any]] = ()) -> Any:
    return _json({"events": list(events), "responses": list(responses)})


SAID = {"response": "utter_saludar"}
FAULTS = {
    "error 500": _json({"error": "action_failed"}, 500),
    "error 401": _json({"error": "unauthorized"}, 401),
    "error 404": _json({"error": "unknown_action"}, 404),
    "redirects": lambda: web.Response(status=307, headers={"Location": "http://127.0.0.1:9/"}),
    "HTML": lambda: web.Response(text="<html><body>proxy</body></html>", content_type="text/html"),
    "HTML 502": lambda: web.Response(text="<h1>Bad gateway</h1>", content_type="text/html", status=502),
    "no JSON": lambda: web.Response(body=b'{"events": [', content_type="application/json"),
    "bytes": lambda: web.Response(body=b"\xff\xfe\x00", content_type="application/json"),
    "nothing": lambda: web.Response(body=b"", content_type="application/json"),
    "null": _json(None),
    "a list": _json([]),
    "empty object": _json({}),
    "events missing": _json({"responses": [SAID]}),
    "responses missing": _json({"events": []}),
    "no response": _said(),
    "events no list": _json({"events": {}, "responses": [SAID]}),
    "a text": _said({"text": "hola"}),
    "response no text": _said({"response": 7}),
    "unknown key": _said({"response": "utter_no_existe"}),
    "one unknown key": _said(SAID, {"response": "utter_no_existe"}),
    "key of no answer": _said({"response": "saludar"}),
    "unfilled placeholder": _said({"response": "utter_formas_pago_cuenta"}),
    "button without meaning": _said({**SAID, "buttons": [{"title": "x"}]}),
    "button of garbage": _said({**SAID, "buttons": [{"title": "x", "payload": "{"}]}),
    "restart event": _said(SAID, events=[{"event": "restart", "name": "x"}]),
    "unknown event": _said(SAID, events=[{"event": "banana", "name": "x"}]),
    "slot without name": _said(SAID, events=[{"event": "slot", "value": 1}]),
}
MOST_PARTS = 6  # four answers, what is not ours, what is left over
STAY_AWAY = ("hangs", "breaks off")


@dataclass
class Desk:
    """A client of one dialogue process."""

    url: str
    http: aiohttp.ClientSession
    door: Door
    endpoint: Any
    seen: list[tuple[int, Any]] = field(default_factory=list)

    def body(
        self,
        text: str,
        desk: str | None = None,
        *,
        events: Sequence[dict[str, Any]] = (),
        button: dict[str, Any] | None = None,
        turn: str = "m-1",
        conversation: str = "c-1",
    ) -> dict[str, Any]:
        """A request of the turn protocol."""
        token = turn_token(SECRET, desk, turn, clock.now())
        message = {"text": text, "button": button}
        return {
            "turn": turn,
            "conversation": conversation,
            "token": token,
            "correlation": "k-1",
            "events": list(events),
            "channel": "web",
            "level": 2 if desk else 0,
            "attempt": 1,
            "messages": [message],
        }

    async def post(self, body: Any, *, secret: str | None = SECRET) -> tuple[int, Any]:
        """Status and JSON; `body` is JSON unless it is bytes."""
        headers = {"Content-Type": "application/json"} | ({} if secret is None else {"X-Internal-Secret": secret})
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        async with self.http.post(f"{self.url}/turn", data=data, headers=headers) as response:
            return response.status, await response.json()

    async def turn(self, text: str, desk: str | None = None, **more: Any) -> dict[str, Any]:
        """The result of a turn that must succeed."""
        status, result = await self.post(self.body(text, desk, **more))
        assert status == 200, result
        check(result)
        return result

    async def talk(self, desk: str | None, *texts: str) -> list[dict[str, Any]]:
        """Results of one conversation's turns, each with the events that the one before handed back."""
        events: list[dict[str, Any]] = []
        results = []
        for number, text in enumerate(texts):
            results.append(await self.turn(text, desk, events=events, turn=f"m-{number}"))
            events = results[-1]["events"]
        return results


def check(result: dict[str, Any]) -> None:
    """What the protocol promises of every answer."""
    assert set(result) == {"replies", "events", "understood", "effects"}
    assert 1 <= len(result["replies"]) == len(result["understood"]) <= MOST_PARTS
    for reply in result["replies"]:
        assert set(reply) == {"text", "buttons", "actions", "responses", "readings"}
        assert reply["text"].strip()
        assert len(reply["buttons"]) <= 10
        assert all(
            set(button) == {"title", "intent", "entities", "text"} and 1 <= len(button["title"]) <= 20 for button in reply["buttons"]
        )
        assert reply["actions"]
        assert all(name.startswith("action_") for name in reply["actions"])
        assert all(set(reading) == {"source", "server", "field", "value", "read_at"} for reading in reply["readings"])
    for part in result["understood"]:
        assert set(part) == {"text", "decision", "intent", "ranking", "entities", "via"}
        assert part["decision"] in {"answered", "asked", "refused"}
        assert part["via"] in {"text", "button", "context"}
        assert 1 <= len(part["ranking"]) <= 3


def steady(value: Any) -> Any:
    """A result without what the clock changes."""
    if isinstance(value, dict):
        return {key: steady(each) for key, each in value.items() if key not in CHANGING}
    return [steady(each) for each in value] if isinstance(value, list) else value
