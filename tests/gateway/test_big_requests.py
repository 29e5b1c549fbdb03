"""How big a request may be: cookies of a portal on the same host do no harm, bodies are measured by their route."""

from __future__ import annotations

import asyncio
import re
import socket

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.channels.bodies import SMALL, read_body
from bot.settings import ROOT
from harness.ports import free_port
from tests.gateway.client import Visitor
from tests.gateway.test_process import environment, serving, spawn

LARGE = 900_000


def raw(port: int, request: bytes) -> bytes:
    """What a server says to these very bytes."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(request)
        return b"".join(iter(lambda: connection.recv(65536), b""))


async def test_a_process_takes_the_cookies_of_a_portal_on_its_host(tmp_path, dialogue) -> None:
    port = free_port()
    process = await spawn(environment(tmp_path, dialogue, port))
    try:
        async with Visitor(f"http://127.0.0.1:{port}") as visitor:
            await serving(process, visitor)
            for size in (16_000, 60_000):
                cookie = {"Cookie": "tienda=" + "c" * size}
                assert (await visitor.call("GET", "/widget.js", headers=cookie))[0] == 200
                status, opened = await visitor.call("POST", "/webchat/session", json={}, headers=cookie)
                assert (status, set(opened)) == (200, {"session", "conversation", "cursor", "epoch"})
    finally:
        process.terminate()
        await process.communicate()


@pytest.mark.parametrize(
    "header", [b"Cookie: SECRETO=" + b"c" * 200_000, b"Cookie : SECRETO", b"Cookie: SECRETO\0"], ids=["too long", "misspelt", "with a NUL"]
)
async def test_a_refused_header_is_not_repeated(gateway, header: bytes) -> None:
    said = await asyncio.to_thread(raw, gateway.server.port, b"GET /widget.js HTTP/1.1\r\nHost: x\r\n" + header + b"\r\n\r\n")
    assert said.startswith((b"HTTP/1.0 400", b"HTTP/1.1 400"))
    assert b'"error": "malformed"' in said
    assert b"SECRETO" not in said


@pytest.fixture
async def two_routes():
    """One route that takes much, one that takes little."""

    async def much(request: web.Request) -> web.Response:
        return web.Response(text=str(len(await read_body(request, LARGE))))

    async def little(request: web.Request) -> web.Response:
        return web.Response(text=str(len(await read_body(request))))

    app = web.Application(client_max_size=SMALL)
    app.router.add_post("/much", much)
    app.router.add_post("/little", little)
    async with TestClient(TestServer(app)) as client:
        yield client


@pytest.mark.parametrize(("path", "most"), [("/much", LARGE), ("/little", SMALL)])
@pytest.mark.parametrize("announced", [True, False])
async def test_the_limit_of_a_body_is_the_route_s(two_routes, path: str, most: int, announced: bool) -> None:
    async def drip(size: int):
        for start in range(0, size, 60_000):
            yield b" " * min(60_000, size - start)

    def sent(size: int):
        return b" " * size if announced else drip(size)

    async with two_routes.post(path, data=sent(most)) as answer:
        assert (answer.status, await answer.text()) == (200, str(most))
    async with two_routes.post(path, data=sent(most + 1)) as answer:
        assert answer.status == 413


def test_no_handler_reads_a_body_without_saying_how_much() -> None:
    reads = re.compile(r"\brequest\.(read|json|text|post|multipart|content)\b")
    files = [path for folder in ("gateway", "channels") for path in (ROOT / "bot" / folder).rglob("*.py")]
    assert [path.name for path in files if reads.search(path.read_text(encoding="utf-8"))] == ["bodies.py"]
