"""The actions process over real HTTP: strangers, broken calls, actions that fail — and what is told about it."""

from __future__ import annotations

import asyncio
import hmac
import io
import json
import logging
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import aiohttp
import pytest
import structlog
from aiohttp import web

import actions.server
from actions.environment import Environment, environment, install
from actions.server import EXECUTOR, MAX_BODY_BYTES, create_app
from bot import clock
from bot.accounts.port import Desk
from bot.errors import AccountsUnavailable
from bot.rules.calendar import BusinessCalendar
from bot.settings import load_settings
from harness.ports import free_port
from tests.actions.rendering import FakeAccounts, desk, server
from tests.support.tokens import turn_token

SECRET = "i" * 40
PRIVATE = ("Panfilo Xochitiotzin", "C-4711", "panfilo@example.mx")


class Broken(FakeAccounts):
    """Live state that fails with what the customer wrote in the error's own words, as drivers do."""

    error: Exception = RuntimeError(f"no such row: {' '.join(PRIVATE)}")

    async def read_desk(self, desk_id: str) -> Desk:
        raise self.error


@dataclass
class Client:
    url: str
    http: aiohttp.ClientSession

    async def post(self, body: Any, *, secret: str | None = SECRET, path: str = "/webhook") -> tuple[int, str]:
        headers = {"X-Correlation-Id": "k-1"} | ({} if secret is None else {"X-Internal-Secret": secret})
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        async with self.http.post(f"{self.url}{path}", data=data, headers=headers) as response:
            return response.status, await response.text()


def call(action: str = "action_saludar", desk: str | None = None, text: str = "hola", now: datetime | None = None) -> dict[str, Any]:
    token = turn_token(SECRET, desk, "m-1", now or clock.now())
    latest = {"intent": {"name": "saludar", "confidence": 1.0}, "entities": [], "text": text, "metadata": {"turn_token": token}}
    return {"next_action": action, "tracker": {"sender_id": "c", "slots": {}, "latest_message": latest}}


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    settings = load_settings({"INTERNAL_SECRET": SECRET, "SESSION_SECRET": "s" * 40, "PORTAL_JWT_SECRET": "p" * 40})
    install(Environment(settings, Broken([]), BusinessCalendar(settings.timezone, settings.extra_holidays)))
    runner = web.AppRunner(create_app(), access_log=None, shutdown_timeout=1)
    await runner.setup()
    port = free_port()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    async with aiohttp.ClientSession() as http:
        yield Client(f"http://127.0.0.1:{port}", http)
    await runner.cleanup()


# --- strangers ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("secret", [None, "", "x" * 40, SECRET[:-1], SECRET + "i", "ñ" * 20])
@pytest.mark.parametrize("path", ["/webhook", "/situation", "/actions", "/", "/health/../webhook", "/nothing"])
async def test_a_stranger_is_refused_everywhere(client, secret, path):
    status, text = await client.post(call(), secret=secret, path=path)
    assert (status, json.loads(text)) == (401, {"error": "unauthorized"})


@pytest.mark.parametrize("body", [b"", b"{", b"\xff" * 100, b" " * (MAX_BODY_BYTES + 1)], ids=["nothing", "no JSON", "bytes", "too much"])
async def test_a_stranger_learns_nothing_from_what_is_sent(client, body):
    assert (await client.post(body, secret="x" * 40))[0] == 401


async def test_a_secret_of_strange_bytes_is_refused(client):
    port = int(client.url.rpartition(":")[2])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"POST /webhook HTTP/1.1\r\nHost: x\r\nX-Internal-Secret: \xff\xfe\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}")
    answer = await reader.read()
    writer.close()
    assert answer.startswith(b"HTTP/1.1 401 ")


async def test_the_secret_is_compared_in_constant_time(client, monkeypatch):
    compared = []
    real = hmac.compare_digest

    def spy(one: bytes, other: bytes) -> bool:
        compared.append((one, other))
        return real(one, other)

    monkeypatch.setattr(hmac, "compare_digest", spy)
    await client.post(b"{}", secret="wrong")
    assert (b"wrong", SECRET.encode()) in compared


async def test_readiness_needs_no_secret_and_tells_nothing_else(client):
    for name in ("ready", "live"):
        async with client.http.get(f"{client.url}/health/{name}") as response:
            assert (response.status, await response.json()) == (200, {name: True})


async def test_no_origin_is_allowed(client):
    """The SDK's own server answers `Access-Control-Allow-Origin: *`."""
    headers = {"Origin": "https://evil.example", "X-Internal-Secret": SECRET}
    async with client.http.post(f"{client.url}/webhook", json=call(), headers=headers) as response:
        assert response.status == 200
        assert not [name for name in response.headers if name.lower().startswith("access-control")]


# --- calls ----------------------------------------------------------------------------------------------------------


async def test_a_good_call_is_answered(client):
    status, text = await client.post(call())
    assert status == 200
    result = json.loads(text)
    assert set(result) == {"events", "responses"}
    assert [each["response"] for each in result["responses"]] == ["utter_saludar"]


@pytest.mark.parametrize("action", ["action_no_existe", "utter_saludar", "action_listen", "../x", "x" * 1000])
async def test_an_unknown_action_is_not_found(client, action):
    status, text = await client.post(call(action))
    assert (status, json.loads(text)) == (404, {"error": "unknown_action"})


MALFORMED = {
    "nothing": b"",
    "no JSON": b"{",
    "bytes": b"\xff\xfe",
    "deep": b"[" * 100_000,
    "null": None,
    "a list": [],
    "a text": "hola",
    "empty": {},
    "no tracker": {"next_action": "action_saludar"},
    "tracker is null": {"next_action": "action_saludar", "tracker": None},
    "tracker is a list": {"next_action": "action_saludar", "tracker": []},
    "no action": {"tracker": {}},
    "action is null": {**call(), "next_action": None},
    "action is empty": {**call(), "next_action": ""},
    "action is a number": {**call(), "next_action": 7},
    "action is a list": {**call(), "next_action": ["action_saludar"]},
}


@pytest.mark.parametrize("body", MALFORMED.values(), ids=MALFORMED)
async def test_a_malformed_call_is_told_so(client, body):
    status, text = await client.post(body)
    assert (status, json.loads(text)) == (400, {"error": "malformed"})


@pytest.mark.parametrize(
    "tracker",
    [
        {},
        {"sender_id": "c"},
        {"latest_message": None},
        {"latest_message": {"metadata": None}},
        {"slots": [], "latest_message": {"entities": 7}},
    ],
    ids=str,
)
async def test_a_tracker_without_a_token_fails_and_tells_nothing(client, tracker):
    status, text = await client.post({"next_action": "action_saludar", "tracker": tracker})
    assert (status, json.loads(text)) == (500, {"error": "action_failed"})


async def test_a_body_that_is_too_large_is_refused(client):
    whole = call(text="a" * MAX_BODY_BYTES)
    assert (await client.post(whole))[0] == 413
    assert (await client.post(call(text="a" * (MAX_BODY_BYTES - 10_000))))[0] == 200


async def test_other_methods_are_refused(client):
    async with client.http.get(f"{client.url}/webhook", headers={"X-Internal-Secret": SECRET}) as response:
        assert response.status == 405


# --- failures tell nothing ------------------------------------------------------------------------------------------


def private_call(now: datetime | None = None) -> dict[str, Any]:
    name, desk, mail = PRIVATE
    return call("action_consultar_suscripcion", desk, f"soy {name}, mi correo es {mail}", now)


@pytest.fixture
def logged(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], str]]:
    """What was logged, by structlog as JSON and by `logging`, from DEBUG on."""
    stream = io.StringIO()
    before = structlog.get_config()
    structlog.configure(
        [structlog.processors.JSONRenderer()],
        wrapper_class=structlog.make_filtering_bound_logger(logging.DEBUG),
        logger_factory=structlog.PrintLoggerFactory(stream),
        cache_logger_on_first_use=False,
    )
    monkeypatch.setattr(actions.server, "log", structlog.get_logger())
    caplog.set_level(logging.DEBUG)
    yield lambda: stream.getvalue() + caplog.text
    structlog.configure(**before)


async def test_an_action_that_raises_tells_nothing(client, logged):
    body = private_call()
    status, text = await client.post(body)
    assert (status, json.loads(text)) == (500, {"error": "action_failed"})
    lines = logged()
    assert "action failed" in lines
    assert '"kind": "RuntimeError"' in lines
    assert "k-1" in lines
    assert "test_server.py" in lines, "the place is named"
    for private in (*PRIVATE, body["tracker"]["latest_message"]["metadata"]["turn_token"]):
        assert private not in lines
        assert private not in text


@pytest.mark.parametrize("broken", ["forged", "old", "missing"])
async def test_a_bad_token_fails_and_tells_nothing(client, logged, broken):
    body = private_call(datetime(2020, 1, 1, tzinfo=UTC) if broken == "old" else None)
    metadata = body["tracker"]["latest_message"]["metadata"]
    if broken == "forged":
        metadata["turn_token"] += "x"
    if broken == "missing":
        del metadata["turn_token"]
    status, text = await client.post(body)
    assert (status, json.loads(text)) == (500, {"error": "action_failed"})
    assert not [private for private in PRIVATE if private in logged() + text]


async def test_state_that_is_away_is_an_answer_and_no_failure(client, monkeypatch):
    monkeypatch.setattr(Broken, "error", AccountsUnavailable("away"))
    status, text = await client.post(private_call())
    assert status == 200
    assert json.loads(text)["responses"][0]["response"] == "utter_estado_no_disponible"


async def test_a_failure_beside_others_stays_alone(client):
    statuses = [status for status, _ in await asyncio.gather(*(client.post(call() if n % 2 else private_call()) for n in range(20)))]
    assert statuses == [500, 200] * 10


async def test_every_action_is_registered_once(client):
    runner_app = create_app()
    names = list(runner_app[EXECUTOR].actions)
    assert len(names) == len(set(names)) >= 38


# --- what is read ahead ---------------------------------------------------------------------------------------------


def read_by(client, monkeypatch) -> list[str]:
    found: list[str] = []

    async def read_desk(_self: Any, desk_id: str) -> Desk:
        found.append(desk_id)
        return Desk(desk_id, "Nombre", "a@example.mx", (), (), (), clock.now())

    monkeypatch.setattr(Broken, "read_desk", read_desk)
    return found


# --- the situation --------------------------------------------------------------------------------------------------


async def situation_of(client: Client, desk: str | None) -> tuple[int, str]:
    return await client.post({"turn_token": turn_token(SECRET, desk, "m-1", clock.now())}, path="/situation")


async def test_a_situation_is_words_and_no_values(client, monkeypatch):
    monkeypatch.setattr(environment().accounts, "error", AccountsUnavailable("away"))
    assert await situation_of(client, None) == (200, '{"words": null}')
    assert await situation_of(client, "C-4711") == (200, '{"words": null}')
    install(replace(environment(), accounts=FakeAccounts([desk(server("MITLA-01", status="suspended"), id="C-1001")])))
    assert await situation_of(client, "C-1001") == (200, '{"words": ["suspended"]}')


@pytest.mark.parametrize("body", [b"", b"[]", b'{"turn_token": 5}', b"[" * 5000], ids=["nothing", "no object", "no text", "deep"])
async def test_what_asks_for_no_situation_is_refused(client, body):
    assert await client.post(body, path="/situation") == (400, '{"error": "malformed"}')


async def test_nobody_is_believed_without_a_token(client):
    assert await client.post({"turn_token": "forged"}, path="/situation") == (500, '{"error": "action_failed"}')
