"""Several actions processes: a turn goes where the gateway told of it, and to another one when nobody is there."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import AsyncIterator

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import web

from bot.gateway.actions_client import ActionsClient
from bot.identity.turn import place_of
from tests.support.hangs import eventually
from tests.support.rasa import quiet_imports

with quiet_imports():
    from bot.dialogue.action_client import ActionEndpoint

SECRET = "i" * 40
RESULT = {"events": [], "responses": [{"response": "utter_saludar"}]}
TURNS = [uuid.UUID(int=number).hex for number in range(60)]


class Process:
    """One of several actions processes: which turns it was told of, which it was asked for."""

    def __init__(self) -> None:
        self.foretold: list[str] = []
        self.asked: list[str] = []

    async def start(self) -> None:
        app = web.Application()
        app.router.add_post("/ahead", self._ahead)
        app.router.add_post("/webhook", self._webhook)
        self.runner = web.AppRunner(app)
        await self.runner.setup()
        await web.TCPSite(self.runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self.runner.addresses[0][1]}"

    async def _ahead(self, request: web.Request) -> web.Response:
        self.foretold.append(await request.text())
        return web.Response(status=204)

    async def _webhook(self, request: web.Request) -> web.Response:
        self.asked.append((await request.json())["turn"])
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


async def test_gateway_and_dialogue_mean_the_same_process(processes: list[Process], endpoint: ActionEndpoint) -> None:
    client = ActionsClient([process.url for process in processes], SECRET)
    for turn in TURNS:
        client.foretell(turn, turn)  # the turn stands for its token here
        assert await endpoint.call({"turn": turn}, turn, "k") == RESULT
    await eventually(lambda: sum(len(process.foretold) for process in processes) == len(TURNS))
    await client.close()
    assert [sorted(process.foretold) for process in processes] == [sorted(process.asked) for process in processes]
    assert min(len(process.asked) for process in processes) > len(TURNS) // 6  # all of them work


async def test_another_one_when_nobody_is_there(processes: list[Process], endpoint: ActionEndpoint) -> None:
    gone = processes[place_of(TURNS[0], 3)]
    await gone.runner.cleanup()
    for _ in range(3):
        assert await endpoint.call({"turn": TURNS[0]}, TURNS[0], "k") == RESULT
    assert Counter(len(process.asked) for process in processes) == {0: 2, 3: 1}


async def test_nobody_at_all(processes: list[Process], endpoint: ActionEndpoint) -> None:
    for process in processes:
        await process.runner.cleanup()
    with pytest.raises(aiohttp.ClientError):
        await endpoint.call({"turn": TURNS[0]}, TURNS[0], "k")
