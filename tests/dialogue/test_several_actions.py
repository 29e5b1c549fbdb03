"""Several actions processes: they take turns, and one that is gone, hangs or fails costs one action a short wait and nobody an answer."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import web

from tests.support.rasa import quiet_imports

with quiet_imports():
    from bot.dialogue import action_client
    from bot.dialogue.action_client import ActionEndpoint

SECRET = "i" * 40
RESULT = {"events": [], "responses": [{"response": "utter_saludar"}]}


class Process:
    """One of several actions processes: `asked` counts its actions, `mode` is what it does with them."""

    def __init__(self) -> None:
        self.asked = 0
        self.mode = "ok"
        self.release = asyncio.Event()

    async def start(self) -> None:
        app = web.Application()
        app.router.add_post("/webhook", self._webhook)
        self.runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self.runner.setup()
        await web.TCPSite(self.runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self.runner.addresses[0][1]}"

    async def _webhook(self, request: web.Request) -> web.Response:
        self.asked += 1
        if self.mode == "hangs":
            await self.release.wait()
        if self.mode == "error 500":
            return web.json_response({"error": "action_failed"}, status=500)
        return web.json_response([] if self.mode == "garbage" else RESULT)


@pytest_asyncio.fixture(loop_scope="package")
async def processes() -> AsyncIterator[list[Process]]:
    running = [Process() for _ in range(3)]
    for process in running:
        await process.start()
    yield running
    for process in running:
        process.release.set()
        await process.runner.cleanup()


@pytest_asyncio.fixture(loop_scope="package")
async def endpoint(processes: list[Process]) -> AsyncIterator[ActionEndpoint]:
    opened = ActionEndpoint([process.url for process in processes], SECRET)
    yield opened
    await opened.close()


async def test_they_take_turns(processes: list[Process], endpoint: ActionEndpoint) -> None:
    for _ in range(9):
        assert await endpoint.call({}, "k") == RESULT
    assert [process.asked for process in processes] == [3, 3, 3]


@pytest.mark.parametrize("mode", ["hangs", "error 500", "garbage"])
async def test_one_that_is_not_well_costs_a_single_short_wait(
    processes: list[Process], endpoint: ActionEndpoint, monkeypatch: pytest.MonkeyPatch, mode: str
) -> None:
    monkeypatch.setattr(action_client, "TRY_SECONDS", 0.3)
    processes[0].mode = mode
    started = time.monotonic()
    for _ in range(9):
        assert await endpoint.call({}, "k") == RESULT
    assert time.monotonic() - started < 7.0  # not the eight seconds that an action may take
    assert processes[0].asked == 1


async def test_one_that_is_gone(processes: list[Process], endpoint: ActionEndpoint) -> None:
    await processes[0].runner.cleanup()
    for _ in range(4):
        assert await endpoint.call({}, "k") == RESULT
    assert [process.asked for process in processes] == [0, 2, 2]


async def test_nobody_at_all(processes: list[Process], endpoint: ActionEndpoint) -> None:
    for process in processes:
        await process.runner.cleanup()
    with pytest.raises(aiohttp.ClientError):
        await endpoint.call({}, "k")


async def test_all_of_them_hang(processes: list[Process], endpoint: ActionEndpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(action_client, "TRY_SECONDS", 0.1)
    monkeypatch.setattr(endpoint, "timeout_seconds", 0.5)
    for process in processes:
        process.mode = "hangs"
    with pytest.raises(TimeoutError):
        await endpoint.call({}, "k")
    assert [process.asked for process in processes] == [1, 1, 1]


def test_an_action_is_tried_elsewhere_while_there_is_time() -> None:
    assert 2.0 < action_client.TRY_SECONDS < action_client.ACTION_TIMEOUT_SECONDS / 2  # the live state is given up after 2 s
