"""A small real dialogue process: it speaks the turn protocol over HTTP and can fail in every way that the real one can."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from typing import Any

from aiohttp import web

SECRET = "internal-secret-of-the-tests-000001"
READ_AT = "2026-11-23T18:00:00+00:00"


def reply(text: str, **more: Any) -> dict[str, Any]:
    return {"text": text, "buttons": [], "actions": ["action_x"], "responses": ["utter_x"], "readings": [], **more}


def result(*replies: dict[str, Any], **more: Any) -> dict[str, Any]:
    understood = {
        "text": "x",
        "decision": "answered",
        "intent": "faq_factura",
        "ranking": [
            {"name": "faq_factura", "confidence": 0.9},
            {"name": "consultar_factura", "confidence": 0.06},
            {"name": "faq_formas_pago", "confidence": 0.02},
        ],
        "entities": [],
        "via": "text",
    }
    return {"replies": list(replies), "events": [{"event": "user"}, {"event": "bot"}], "understood": [understood], "effects": [], **more}


def echo(message: dict[str, Any]) -> dict[str, Any]:
    """What was written, or pressed, as the answer."""
    chosen = message["button"]
    return result(reply(f"[{chosen['title']}] {message['text']}" if chosen else f"eco: {message['text']}"))


class StandIn:
    """`mode` is what it does with the next turns; `script` maps a text to the whole result; `turns` is what it was asked.

    A text in `poison` makes the action fail each time; those in `openings` ask nothing on their own. Several messages are read as one text.
    `answer` makes the result of every other message (default: its echo), `delay` seconds later.
    """

    def __init__(self, answer: Callable[[dict[str, Any]], dict[str, Any]] | None = None) -> None:
        self.answer = answer or echo
        self.delay = 0.0
        self.mode = "ok"
        self.ready = True
        self.script: dict[str, dict[str, Any]] = {}
        self.poison: set[str] = set()
        self.openings: set[str] = set()
        self.turns: list[dict[str, Any]] = []
        self.release = asyncio.Event()
        self.port = 0
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        app = web.Application(client_max_size=10**7)
        app.router.add_post("/turn", self._turn)
        app.router.add_get("/health/ready", self._ready)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port)
        await site.start()
        self.port = site._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Nobody listens on the port any more; `start` comes back on the same one."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def _ready(self, _request: web.Request) -> web.Response:
        return web.json_response({"ready": self.ready, "model": "test"}, status=200 if self.ready else 503)

    async def _turn(self, request: web.Request) -> web.StreamResponse:
        if request.headers.get("X-Internal-Secret") != SECRET:
            return web.json_response({"error": "secret", "message": "no"}, status=401)
        body = await request.json()
        self.turns.append(body)
        if self.mode == "hang":
            await self.release.wait()
        await asyncio.sleep(self.delay)
        if self.mode == "unreadable" or any(event["event"] == "banana" for event in body["events"]):
            return web.json_response({"error": "unreadable_episode", "message": "a stored event cannot be read"}, status=409)
        texts = [message["text"] for message in body["messages"]]
        if self.poison.intersection(texts):
            return web.json_response({"error": "turn_aborted", "message": "status 500"}, status=503)
        if body["may_wait"] and self.mode == "ok" and self.openings.issuperset(texts):
            return web.json_response({"wait": True})
        message = {"text": "\n".join(texts), "button": body["messages"][0]["button"]}
        return self._failure() or web.json_response(self.script.get(message["text"]) or self.answer(message))

    def _failure(self) -> web.Response | None:
        failures = {
            "503": lambda: web.json_response({"error": "aborted", "message": "an action failed"}, status=503),
            "422": lambda: web.json_response({"error": "malformed", "message": "no"}, status=422),
            "500": lambda: web.Response(text="<html>Traceback</html>", status=500, content_type="text/html"),
            "html": lambda: web.Response(text="<html>hola</html>", content_type="text/html"),
            "garbage": lambda: web.json_response({"replies": [{"text": 7}]}),
            "empty": lambda: web.json_response(result()),
            "blank": lambda: web.json_response(result(reply("   "))),
        }
        return failures[self.mode]() if self.mode in failures else None


async def _serve(port: int) -> None:
    standin = StandIn()
    standin.port = port
    await standin.start()
    await asyncio.Event().wait()


if __name__ == "__main__":  # `python -m harness.dialogue PORT`: as a process of its own, for load that should not be the dialogue's
    asyncio.run(_serve(int(sys.argv[1])))
