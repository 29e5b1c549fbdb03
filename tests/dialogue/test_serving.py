"""Another model is loaded, warmed and served while messages come in: all are answered, and a bad model changes nothing."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
import time_machine
from aiohttp import web

from bot.dialogue.models import Choice, choose, chosen
from harness.ports import free_port
from tests.conversations.spanish import NOW
from tests.dialogue.conftest import serve
from tests.dialogue.desk import SECRET, Desk, Door
from tests.support.archives import CLASSIFIER, DOMAIN, changed_model, same_model

THANKS = "¡Con mucho gusto! Si tienes otra duda, escríbela aquí."
HERE, THERE = "Si tienes otra duda", "Si tienes mil dudas"
OTHER_THANKS = THANKS.replace(HERE, THERE)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two good models that say different things, and every kind of bad one."""
    folder = tmp_path_factory.mktemp("models")
    one = same_model(folder / "one.tar.gz")
    changed_model(folder / "two.tar.gz", DOMAIN, lambda text: text.replace(HERE, THERE))
    changed_model(folder / "fails-warm-up.tar.gz", CLASSIFIER, lambda text: json.dumps({**json.loads(text), "labels": []}))
    (folder / "half.tar.gz").write_bytes(one.read_bytes()[: one.stat().st_size // 2])
    (folder / "text.tar.gz").write_text("no archive", encoding="utf-8")
    (folder / "empty.tar.gz").touch()
    (folder / "folder.tar.gz").mkdir()
    return folder


class WaitingDoor(Door):
    """In any mode but "pass" the actions answer only after `release`."""

    async def _fail(self, request: web.Request) -> web.StreamResponse:
        await self.release.wait()
        return await self._pass(request)


@dataclass
class House:
    """A dialogue process whose model can be changed, and a client of both of its doors."""

    desk: Desk
    folder: Path
    loads: list[str]

    async def change(self, body: Any, secret: str = SECRET) -> tuple[int, Any]:
        async with self.desk.http.post(f"{self.desk.url}/model", json=body, headers={"X-Internal-Secret": secret}) as response:
            return response.status, await response.json()

    async def serving(self) -> str:
        async with self.desk.http.get(f"{self.desk.url}/health/ready") as response:
            return (await response.json())["model"]

    async def thanks(self) -> str:
        return (await self.desk.turn("muchas gracias"))["replies"][0]["text"]


@pytest_asyncio.fixture(loop_scope="package")
async def house(door: Door, clock: time_machine.Coordinates, folder: Path) -> AsyncIterator[House]:
    import bot.dialogue.rasa  # noqa: F401 - before Rasa

    # isort: split
    from bot.dialogue.action_client import ActionEndpoint
    from bot.dialogue.engine import Engine
    from bot.dialogue.server import create_app
    from bot.dialogue.serving import Serving

    clock.move_to(NOW)
    door.opened()
    waiting = WaitingDoor(door.url)
    await waiting.start()
    loads: list[str] = []

    def load(path: Path) -> Engine:
        loads.append(path.name)
        return Engine(path, ActionEndpoint((waiting.url,), SECRET, timeout_seconds=60))

    port = free_port()
    runner = await serve(create_app(Serving(load(folder / "one.tar.gz"), load), SECRET), port)
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60)) as http:
        yield House(Desk(f"http://127.0.0.1:{port}", http, waiting, None), folder, loads)
    waiting.opened()
    await runner.cleanup()
    await waiting.stop()
    (folder / "serving").unlink(missing_ok=True)


async def test_every_message_sent_while_the_model_is_changed_is_answered(house: House) -> None:
    said: list[str] = []
    over = asyncio.Event()

    async def customer() -> None:
        while not over.is_set():
            said.append(await house.thanks())
            await asyncio.sleep(0.05)

    customers = [asyncio.create_task(customer()) for _ in range(3)]
    try:
        for name in ("two", "one"):
            assert (await house.change({"name": name}))[0] == 200
            there = len(said)
            while len(said) < there + 6:
                await asyncio.sleep(0.01)
                assert not any(task.done() for task in customers)
    finally:
        over.set()
        await asyncio.gather(*customers)
    assert set(said) == {THANKS, OTHER_THANKS}
    assert await house.serving() == "one.tar.gz"
    assert await house.thanks() == THANKS


async def test_messages_are_answered_while_the_other_model_is_still_being_loaded(house: House) -> None:
    change = asyncio.create_task(house.change({"name": "two"}))
    during = 0
    while not change.done():
        assert await house.thanks() in {THANKS, OTHER_THANKS}
        during += not change.done()
    assert (await change)[0] == 200
    assert during > 0  # the loop went on: loading takes longer than a turn


async def test_a_turn_that_runs_finishes_on_the_model_it_began_with(house: House) -> None:
    house.desk.door.mode = "waits"  # the action was asked, and the turn waits inside
    slow = asyncio.create_task(house.desk.post(house.desk.body("muchas gracias")))
    while not house.desk.door.calls:  # noqa: ASYNC110 - the door tells by its list
        await asyncio.sleep(0.01)
    assert (await house.change({"name": "two"}))[0] == 200
    assert not slow.done()
    house.desk.door.mode = "pass"
    assert await house.thanks() == OTHER_THANKS
    house.desk.door.release.set()
    status, answer = await slow
    assert status == 200, answer
    assert answer["replies"][0]["text"] == THANKS


REFUSED = {
    "half": "cannot be loaded",
    "text": "cannot be loaded",
    "empty": "cannot be loaded",
    "fails-warm-up": "its warm-up failed",
    "missing": "there is no model missing.tar.gz",
    "folder": "there is no model folder.tar.gz",
    "../models/one": "without a folder",
    "/etc/passwd": "without a folder",
    ".": "without a folder",
    "": "without a folder",
    "one\n": "without a folder",
}
MALFORMED: tuple[Any, ...] = (None, [], {}, {"name": 7}, {"name": "two", "keep": "yes"}, {"nombre": "two"})


async def test_what_cannot_be_served_leaves_the_old_one(house: House) -> None:
    for name, reason in REFUSED.items():
        status, body = await house.change({"name": name, "keep": True})
        assert (status, body["error"]) == (409, "model_refused"), name
        assert reason in body["message"]
        assert await house.serving() == "one.tar.gz", name
        assert await house.thanks() == THANKS
        assert chosen(house.folder) is None
    for malformed in MALFORMED:
        assert (await house.change(malformed))[0] == 422, malformed
    assert (await house.change({"name": "two"}, secret="guess"))[0] == 401
    assert await house.serving() == "one.tar.gz"
    assert (await house.change({"name": "two"}))[0] == 200  # and a good one is still taken


async def test_only_one_change_at_a_time(house: House) -> None:
    first, second = await asyncio.gather(house.change({"name": "two"}), house.change({"name": "two"}))
    assert sorted((first[0], second[0])) == [200, 409]
    assert "being loaded at this moment" in str((first, second))


async def test_the_same_model_is_not_loaded_again_but_a_new_archive_under_its_name_is(house: House, folder: Path) -> None:
    assert (await house.change({"name": "one"}))[1] == {"model": "one.tar.gz", "before": "one.tar.gz"}
    assert house.loads == ["one.tar.gz"]
    (folder / "again.tar.gz").write_bytes((folder / "one.tar.gz").read_bytes())
    assert (await house.change({"name": "again"}))[0] == 200
    (folder / "again.tar.gz").write_bytes((folder / "two.tar.gz").read_bytes())
    assert (await house.change({"name": "again"}))[0] == 200
    assert await house.thanks() == OTHER_THANKS


async def test_a_choice_is_kept_only_when_asked(house: House) -> None:
    await house.change({"name": "two"})
    assert chosen(house.folder) is None
    await house.change({"name": "two", "keep": True, "before": "one.tar.gz"})
    assert chosen(house.folder) == Choice("two.tar.gz", "one.tar.gz")
    choose(house.folder / "two.tar.gz", "something else")  # the second process of the machine says the same: nothing changes
    assert chosen(house.folder) == Choice("two.tar.gz", "one.tar.gz")


async def test_a_model_that_was_loaded_without_a_loader_cannot_be_changed(desk: Desk) -> None:
    async with desk.http.get(f"{desk.url}/health/ready") as response:
        name = (await response.json())["model"]
    async with desk.http.post(f"{desk.url}/model", json={"name": name}, headers={"X-Internal-Secret": SECRET}) as response:
        assert (response.status, (await response.json())["error"]) == (409, "model_refused")
