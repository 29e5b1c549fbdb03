"""Several actions processes: each works in its turn, and another one when nobody is there."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import web

from tests.support.rasa import quiet_imports

with quiet_imports():
    from bot.dialogue.action_client import ActionEndpoint

SECRET = "i" * 40
RESULT = {"events": [], "responses": [{"response": "utter_saludar"}]}


class Process:
    """One of several actions processes: how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0

    async def start(self) -> None:
        app = web.Application()
        app.router.add_post("/webhook", self._webhook)
        self.runner = web.AppRunner(app)
        await self.runner.setup()
        await web.TCPSite(self.runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self.runner.addresses[0][1]}"

    async def _webhook(self, request: web.Request) -> web.Response:
        self.asked += 1
        return web.json_response(RESULT)


@pytest_asyncio.fixture(loop_scope="package")
async def processes() -> AsyncIterator[list[Process]]:
    running = [Process() for _ in range(3)]
    for process in running:
        await process.start()
    yield running
    for process in running:
        await process.runner.cleanup()


@pytest_asyncio.fixture(loop_scope="package")
async def endpoint(processes: list[Process]) -> AsyncIterator[ActionEndpoint]:
    opened = ActionEndpoint([process.url for process in processes], SECRET)
    yield opened
    await opened.close()


async def test_all_of_them_work(processes: list[Process], endpoint: ActionEndpoint) -> None:
    for _ in range(9):
        assert await endpoint.call({}, "k") == RESULT
    assert [process.asked for process in processes] == [3, 3, 3]


async def test_another_one_when_nobody_is_there(processes: list[Process], endpoint: ActionEndpoint) -> None:
    await processes[0].runner.cleanup()
    for _ in range(4):
        assert await endpoint.call({}, "k") == RESULT
    assert sum(process.asked for process in processes[1:]) == 4


async def test_nobody_at_all(processes: list[Process], endpoint: ActionEndpoint) -> None:
    for process in processes:
        await process.runner.cleanup()
    with pytest.raises(aiohttp.ClientError):
        await endpoint.call({}, "k")
