"""`python -m bot converse` as it is called, against a stand-in that says what a script tells it, over the web chat's own contract."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from bot.settings import ROOT
from harness.ports import free_port

ANSWERS = {
    "hola": "¡Hola! ¿En qué te ayudo?",
    "¿cuándo vence?": "RUIZ-01 venció hace 2 días. Puedes usarlo hasta mañana.",
    "¿y eso?": "No te entendí. ¿Me lo dices con otras palabras?",
    "¿y luego?": "Puedes usarlo hasta mañana. Después se suspende.",
    "Formas de pago": "Con tarjeta de crédito.",
}
NOTICE = "Aviso de privacidad."
SCRIPT = """\
- id: a1
  kind: followup
  customer: C-1003
  turns:
  - say: ¿cuándo vence?
    has: ["hace 2 días"]
    first: RUIZ-01
  - say: ¿y eso?
    has: ["tarjeta"]
  - say: ¿y luego?
    has: ["se borra"]
  - press: pago
    has: ["crédito"]
  - press: factura
- id: a2
  kind: burst
  customer: null
  turns:
  - burst: [hola, "¿cuándo vence?"]
    has: ["ayudo", "hace 2 días"]
    lacks: ["privacidad"]
"""


@dataclass
class StandIn:
    """A gateway that answers by `ANSWERS`: a notice first, one button beneath each answer, and every third request refused for a moment."""

    customers: list[Any] = field(default_factory=list)
    messages: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    requests: int = 0

    async def log_in(self, request: web.Request) -> web.Response:
        customer = (await request.json())["customer"]
        if not customer.startswith("C-"):
            return web.json_response({"error": "unknown_customer"}, status=404)
        return web.json_response({"token": customer})

    async def open(self, request: web.Request) -> web.Response:
        self.customers.append((await request.json()).get("token"))
        session = f"s{len(self.customers)}"
        self.messages[session] = []
        return web.json_response({"session": session})

    async def send(self, request: web.Request) -> web.Response:
        self.requests += 1
        if self.requests % 3 == 0:
            return web.json_response({"error": "rate"}, status=429, headers={"Retry-After": "0"})
        said, told = await request.json(), self._of(request)
        seq = self._add(told, "customer", "text", said.get("text") or "Formas de pago")
        if seq == 1:
            self._add(told, "bot", "notice", NOTICE)
        asyncio.get_running_loop().call_later(0.1, self._answer, told, seq)
        return web.json_response({"seq": seq}, status=202)

    def _answer(self, told: list[dict[str, Any]], seq: int) -> None:
        answer = self._add(told, "bot", "answer", ANSWERS[told[seq - 1]["text"]])
        told[answer - 1] |= {"in_reply_to": seq, "buttons": [{"id": "b1", "title": "Formas de pago"}]}

    def _add(self, told: list[dict[str, Any]], author: str, kind: str, text: str) -> int:
        told.append({"seq": len(told) + 1, "author": author, "kind": kind, "text": text, "buttons": []})
        return len(told)

    def _of(self, request: web.Request) -> list[dict[str, Any]]:
        return self.messages[request.headers["Authorization"].removeprefix("Bearer ")]

    async def read(self, request: web.Request) -> web.Response:
        since = int(request.query["since"])
        return web.json_response({"messages": [message for message in self._of(request) if message["seq"] > since]})

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[str]:
        app = web.Application()
        app.add_routes([web.post("/demo/login", self.log_in), web.post("/webchat/session", self.open)])
        app.add_routes([web.post("/webchat/messages", self.send), web.get("/webchat/messages", self.read)])
        runner = web.AppRunner(app)
        await runner.setup()
        port = free_port()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            await runner.cleanup()


async def converse(*words: str | Path) -> tuple[int, str, str]:
    """(exit code, standard output, standard error) of the command in a process of its own."""
    command = [sys.executable, "-m", "bot", "converse", *map(str, words)]
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE)
    out, err = await process.communicate()
    return process.returncode or 0, out.decode(), err.decode()


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


async def test_it_plays_judges_and_counts(tmp_path):
    stand_in = StandIn()
    async with stand_in.serving() as base:
        code, out, err = await converse(write(tmp_path / "talk.yaml", SCRIPT), "--base", base)
    assert (code, err) == (0, "")
    assert stand_in.customers == [None, "C-1003", None]  # the first looks whether anybody is there
    *told, last = out.splitlines()
    result = json.loads(last)
    assert result["kinds"]["followup"] == {
        "turns": 5, "right": 2, "asked": 1, "wrong": 2, "repeated": 1, "length": 47, "conversations": 1, "whole": 0,
    }  # fmt: skip
    assert result["kinds"]["burst"] | {"length": None} == {
        "turns": 1, "right": 1, "asked": 0, "wrong": 0, "repeated": 0, "length": None, "conversations": 1, "whole": 1,
    }  # fmt: skip
    assert {name: result[name] for name in ("turns", "right", "asked", "wrong", "conversations", "whole")} == {
        "turns": 6, "right": 3, "asked": 1, "wrong": 2, "conversations": 2, "whole": 1,
    }  # fmt: skip
    assert told[0] == "== talk/a1 C-1003"
    assert "    MISS ['tarjeta']" in told
    assert "    MISS [\"no such button among ['Formas de pago']\"]" in told
    assert "  » ¿cuándo vence?" not in told
    assert [line.split() for line in told[-3:]] == [
        ["burst", "1", "1", "0", "0", "0", "-", "1", "1"],
        ["followup", "5", "2", "1", "2", "1", "47", "1", "0"],
        ["all", "6", "3", "1", "2", "1", "47", "2", "1"],
    ]


async def test_json_is_alone_on_standard_output_and_only_what_is_chosen_is_played(tmp_path):
    async with StandIn().serving() as base:
        code, out, err = await converse(write(tmp_path / "talk.yaml", SCRIPT), "--base", base, "--only", "burst", "--show", "--json")
    assert code == 0
    assert json.loads(out)["turns"] == 1
    assert "== talk/a2 visitor" in err
    assert "  » hola / ¿cuándo vence?" in err


async def test_what_cannot_be_played_is_wrong(tmp_path):
    script = SCRIPT.replace("C-1003", "nobody")
    async with StandIn().serving() as base:
        code, out, _ = await converse(write(tmp_path / "talk.yaml", script), "--base", base)
    assert code == 0
    assert "MISS ['not played: /demo/login: 404" in out
    assert json.loads(out.splitlines()[-1])["kinds"]["followup"]["right"] == 0
    assert json.loads(out.splitlines()[-1])["kinds"]["burst"]["right"] == 1


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["none.yaml"], "converse: none.yaml: "),
        (["talk.yaml", "--only", "nothing"], "converse: no conversation and no kind is called nothing"),
        (["talk.yaml"], "converse: http://127.0.0.1:1/webchat/session: ClientConnectorError"),
    ],
)
async def test_what_cannot_be_used_is_named(tmp_path, words, complaint):
    write(tmp_path / "talk.yaml", SCRIPT)
    code, out, err = await converse(tmp_path / words[0], *words[1:], "--base", "http://127.0.0.1:1", "--json")
    assert (code, out) == (1, "")
    assert err.startswith(complaint)
    assert "Traceback" not in err
