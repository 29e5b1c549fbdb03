"""A stand-in gateway over real HTTP: speaks the widget's contract (design section 10) with scripted answers and faults.

It exists so that the widget can be tried against every fault at will, also those that the real processes show only by bad luck.
It serves the real widget and portal files under the same strict Content-Security-Policy that `docs/embedding.md` asks for.
"""

from __future__ import annotations

import asyncio
import json
import secrets
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from aiohttp import web

from bot.channels.parts import split_reply
from tests.browser.script import ANSWERS, CSP, CUSTOMERS, HOST_PAGE, LONG_ANSWER, PRIVACY

WIDGET = Path(__file__).resolve().parents[2] / "bot" / "widget"
MAX_CHARACTERS = 4096


@dataclass
class Conversation:
    """One ledger conversation: its messages, who owns it, and what the streams wait for."""

    id: str
    subject: str | None
    messages: list[dict[str, Any]] = field(default_factory=list)
    inbound: dict[str, int] = field(default_factory=dict)
    buttons: dict[str, dict[str, Any]] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)
    events: list[tuple[str, Any]] = field(default_factory=list)
    read: int = 0
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def wake(self) -> None:
        """Let every open stream look again."""
        self.changed.set()
        self.changed = asyncio.Event()

    def add(self, author: str, text: str, kind: str = "text", titles: list[str] | None = None, at: str | None = None) -> int:
        """Append a message and return its seq."""
        seq = len(self.messages) + 1
        parts = {"parts": split_reply(text, MAX_CHARACTERS)} if len(text) > MAX_CHARACTERS else {}
        rows = [{"id": secrets.token_hex(6), "title": title} for title in titles or []]
        self.buttons |= {row["id"]: {**row, "seq": seq} for row in rows}
        moment = at or datetime.now(UTC).isoformat()
        self.messages.append({"seq": seq, "author": author, "kind": kind, "text": text, "buttons": rows, "at": moment, **parts})
        self.wake()
        return seq

    def say(self, event: str, data: Any) -> None:
        """Send an un-numbered event to the streams that are open now."""
        self.events.append((event, data))
        self.wake()


Fault = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Standin:
    """The server's state and its scripted faults: `fail(path, status, times, headers)`, `offline`, `cut_next_answer`."""

    def __init__(self) -> None:
        self.origin = ""
        self.conversations: dict[str, Conversation] = {}
        self.sessions: dict[str, str] = {}
        self.faults: dict[str, list[Fault]] = defaultdict(list)
        self.offline = False
        self.stream_broken = False
        self.cut_next_answer = False
        self.allowed_origins: set[str] = set()
        self.portal_user: str | None = None
        self.expired_tokens: set[str] = set()
        self.received: list[dict[str, Any]] = []
        self.calls: list[str] = []
        self.delay = 0.05
        self.tasks: set[asyncio.Task[None]] = set()

    def conversation_of(self, subject: str | None) -> Conversation:
        """The conversation of a subject (the newest one of a visitor for None)."""
        return next(c for c in reversed(list(self.conversations.values())) if c.subject == subject)

    def fail(self, path: str, status: int, *, times: int = 1, headers: dict[str, str] | None = None, error: str = "fault") -> None:
        """The next `times` requests to `path` get this status."""

        async def fault(_: web.Request) -> web.StreamResponse:
            return problem(status, error, headers)

        self.faults[path].extend([fault] * times)

    # routes

    async def session(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        token, earlier = body.get("token"), body.get("session")
        if token in self.expired_tokens:
            return problem(401, "token_expired")
        subject = token.split(":")[1] if token else None
        found = self.conversations.get(self.sessions.get(earlier, ""))
        if found is None or found.subject != subject:
            found = next((c for c in self.conversations.values() if subject and c.subject == subject), None)
        if found is None:
            found = Conversation(secrets.token_hex(4), subject)
            self.conversations[found.id] = found
        key = secrets.token_urlsafe(12)
        self.sessions[key] = found.id
        return web.json_response({"session": key, "conversation": found.id, "cursor": len(found.messages)})

    def _conversation(self, request: web.Request) -> Conversation:
        key = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if key not in self.sessions:
            raise web.HTTPUnauthorized(text='{"error":"session","message":"no session"}', content_type="application/json")
        return self.conversations[self.sessions[key]]

    async def post_message(self, request: web.Request) -> web.StreamResponse:
        talk, body = self._conversation(request), await request.json()
        self.received.append(body)
        if body["id"] in talk.inbound:
            return web.json_response({"seq": talk.inbound[body["id"]]}, status=202)
        if "button" in body:
            row = talk.buttons.get(body["button"])
            if row is None or row["id"] in talk.used:
                return problem(409, "button_used")
            talk.used |= {other for other, data in talk.buttons.items() if data["seq"] == row["seq"]}
            text = row["title"]
        else:
            text = body["text"]
            if len(text) > MAX_CHARACTERS:
                return problem(413, "too_large")
        first = not any(m["author"] == "customer" for m in talk.messages)
        seq = talk.inbound[body["id"]] = talk.add("customer", text)
        task = asyncio.get_running_loop().create_task(self._answer(talk, text, first=first))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)
        return web.json_response({"seq": seq}, status=202)

    async def _answer(self, talk: Conversation, text: str, *, first: bool) -> None:
        if first:
            talk.add("bot", PRIVACY, "notice")
        talk.say("typing", {"typing": True, "author": "bot"})
        await asyncio.sleep(self.delay)
        if text == "Hablar con un asesor":
            talk.add("bot", "Le paso tu caso a un asesor. Tu folio es SV-7K2M9.", "answer")
            talk.say("state", {"owner": "agent"})
            talk.add("agent", "Hola, soy Mariana. Ya vi tu servidor, dame un momento.", "text")
            return
        if text == "cuéntame todo":
            talk.add("bot", LONG_ANSWER, "answer", ["Factura"])
            return
        answer, titles = ANSWERS.get(text, (text.removeprefix("repite: ") if text.startswith("repite: ") else f"Recibí: {text}", []))
        talk.add("bot", answer, "answer", titles)

    async def get_messages(self, request: web.Request) -> web.StreamResponse:
        talk, since = self._conversation(request), int(request.query.get("since", "0"))
        return web.json_response({"messages": talk.messages[since:], "cursor": len(talk.messages)})

    async def stream(self, request: web.Request) -> web.StreamResponse:
        talk, since = self._conversation(request), int(request.query.get("since", "0"))
        if self.stream_broken:
            return problem(502, "proxy")
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
        await response.prepare(request)
        await response.write(b": hola\n\n")
        heard = len(talk.events)
        while not self.offline and not self.stream_broken:
            changed = talk.changed
            for event, data in talk.events[heard:]:
                await response.write(f"event: {event}\ndata: {json.dumps(data)}\n\n".encode())
            heard = len(talk.events)
            for message in talk.messages[since:]:
                raw = f"id: {message['seq']}\r\nevent: message\r\ndata: {json.dumps(message, ensure_ascii=False)}\r\n\r\n".encode()
                if self.cut_next_answer and message["kind"] == "answer":
                    self.cut_next_answer = False
                    await response.write(raw[: len(raw) // 2])
                    return response
                for start in range(0, len(raw), 7):  # in splinters, also inside UTF-8 characters and \r\n
                    await response.write(raw[start : start + 7])
                since = message["seq"]
            await changed.wait()
        return response

    async def read(self, request: web.Request) -> web.StreamResponse:
        self._conversation(request).read = (await request.json())["seq"]
        return web.json_response({})

    async def logout(self, request: web.Request) -> web.StreamResponse:
        self.sessions.pop(request.headers.get("Authorization", "").removeprefix("Bearer "), None)
        return web.json_response({})

    async def chat_token(self, request: web.Request) -> web.StreamResponse:
        if self.portal_user is None:
            raise web.HTTPFound("/entrar")
        return web.json_response({"token": f"jwt:{self.portal_user}:{secrets.token_hex(3)}"})

    async def demo_customers(self, _: web.Request) -> web.StreamResponse:
        return web.json_response([{"id": i, "name": name, "situation": situation} for i, name, situation in CUSTOMERS])

    async def demo_login(self, request: web.Request) -> web.StreamResponse:
        return web.json_response({"token": f"jwt:{(await request.json())['customer']}:{secrets.token_hex(3)}"})

    async def portal(self, _: web.Request) -> web.StreamResponse:
        return web.FileResponse(WIDGET / "portal.html", headers={"Content-Security-Policy": CSP})

    async def widget(self, _: web.Request) -> web.StreamResponse:
        return web.FileResponse(WIDGET / "support-chat.js", headers={"Access-Control-Allow-Origin": "*"})

    async def portal_file(self, request: web.Request) -> web.StreamResponse:
        return web.FileResponse(WIDGET / request.match_info["name"])

    async def log_in_page(self, _: web.Request) -> web.StreamResponse:
        return web.Response(text="<!doctype html><title>Entrar</title>", content_type="text/html")

    async def host(self, request: web.Request) -> web.StreamResponse:
        page = HOST_PAGE.format(server=request.query.get("server", ""), attributes=request.query.get("attributes", ""))
        return web.Response(text=page, content_type="text/html", headers={"Content-Security-Policy": request.query.get("csp", CSP)})

    @web.middleware
    async def _misbehave(self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> web.StreamResponse:
        self.calls.append(f"{request.method} {request.path}")
        if self.offline and not request.path.startswith(("/widget", "/portal", "/host")):
            request.transport.close()  # type: ignore[union-attr]
            return web.Response()
        if request.method == "OPTIONS":
            return web.Response(status=204)
        if self.faults[request.path]:
            return await self.faults[request.path].pop(0)(request)
        return await handler(request)

    async def _cross_origin(self, request: web.Request, response: web.StreamResponse) -> None:
        if request.headers.get("Origin") in self.allowed_origins and request.path.startswith("/webchat/"):
            response.headers["Access-Control-Allow-Origin"] = request.headers["Origin"]
            response.headers["Access-Control-Allow-Headers"] = "Authorization, Content-Type"
            response.headers["Access-Control-Expose-Headers"] = "Retry-After"

    def application(self) -> web.Application:
        """The aiohttp application with every route of the contract and the pages that hold the widget."""
        app = web.Application(middlewares=[self._misbehave], client_max_size=2**20)
        app.on_response_prepare.append(self._cross_origin)
        app.router.add_get("/", self.portal)
        app.router.add_get("/widget.js", self.widget)
        app.router.add_get("/portal/{name}", self.portal_file)
        app.router.add_get("/host", self.host)
        app.router.add_get("/entrar", self.log_in_page)
        app.router.add_get("/chat-token", self.chat_token)
        app.router.add_get("/demo/customers", self.demo_customers)
        app.router.add_post("/demo/login", self.demo_login)
        app.router.add_post("/webchat/session", self.session)
        app.router.add_post("/webchat/messages", self.post_message)
        app.router.add_get("/webchat/messages", self.get_messages)
        app.router.add_get("/webchat/stream", self.stream)
        app.router.add_post("/webchat/read", self.read)
        app.router.add_post("/webchat/logout", self.logout)
        return app


def problem(status: int, error: str, headers: dict[str, str] | None = None) -> web.Response:
    """An error answer of the contract."""
    return web.json_response({"error": error, "message": "…"}, status=status, headers=headers)


@asynccontextmanager
async def running() -> AsyncIterator[Standin]:
    """A stand-in that listens on a free loopback port for as long as the block runs."""
    standin = Standin()
    runner = web.AppRunner(standin.application(), access_log=None, shutdown_timeout=0.2)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    standin.origin = f"http://127.0.0.1:{site._server.sockets[0].getsockname()[1]}"  # type: ignore[union-attr]
    try:
        yield standin
    finally:
        standin.offline = True
        for talk in standin.conversations.values():
            talk.wake()
        await runner.cleanup()
