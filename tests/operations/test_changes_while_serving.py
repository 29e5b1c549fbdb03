"""Dialogues are restarted one after the other, and models are changed and rolled back, while customers write: nothing is lost."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.gateway.client import Visitor, answers
from tests.operations.installation import Installation
from tests.support.archives import CLASSIFIER, DOMAIN, changed_model, same_model

THANKS = "Si tienes otra duda", "De nada!", "Con gusto."
"""A piece of each of the answers to thanks, which take turns."""
THERE = "(dos)"
"""What the other model says in each of them."""
CUSTOMERS, QUESTIONS = 3, 20


def told_apart(domain: str) -> str:
    """The domain with a mark in every answer to thanks."""
    for piece in THANKS:
        assert piece in domain
        domain = domain.replace(piece, f"{piece} {THERE}")
    return domain


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    folder = tmp_path_factory.mktemp("house")
    models = folder / "models"
    models.mkdir()
    same_model(models / "one.tar.gz")
    changed_model(models / "two.tar.gz", DOMAIN, told_apart)
    changed_model(models / "bad.tar.gz", CLASSIFIER, lambda text: json.dumps({**json.loads(text), "labels": []}))
    (models / "serving").write_text("one.tar.gz\n", encoding="utf-8")
    installation = Installation(folder, models)
    try:
        yield installation.start_all()
    finally:
        installation.stop_all()


class Crowd:
    """Customers who go on writing, and everything they were answered."""

    def __init__(self) -> None:
        self.answered: list[str] = []
        self.over = False

    async def more(self, number: int) -> None:
        """Until so many more answers came."""
        wanted = len(self.answered) + number
        while len(self.answered) < wanted:  # noqa: ASYNC110 - customers tell by their list
            await asyncio.sleep(0.02)

    async def customer(self, url: str) -> None:
        """One conversation after the other, each short enough to be read in one page."""
        while not self.over:
            async with Visitor(url) as visitor:
                await visitor.open()
                asked = 0
                while asked < QUESTIONS and not self.over:
                    self.answered.append((await visitor.ask(f"muchas gracias {asked}"))["text"])
                    asked += 1
                messages = await visitor.messages()
            questions = [message["seq"] for message in messages if message["author"] == "customer"]
            assert len(questions) == asked
            assert [message["in_reply_to"] for message in answers(messages)] == questions  # each once, in order


@asynccontextmanager
async def crowd(house: Installation) -> AsyncIterator[Crowd]:
    people = Crowd()
    async with asyncio.TaskGroup() as group:
        for _ in range(CUSTOMERS):
            group.create_task(people.customer(house.url))
        try:
            await people.more(CUSTOMERS)
            yield people
            await people.more(CUSTOMERS)
        finally:
            people.over = True


def serving(house: Installation) -> list[str]:
    return [house.wait_ready(name)["model"] for name in house.names if name.startswith("dialogue")]


async def test_a_rolling_restart_loses_nothing(house: Installation) -> None:
    async with crowd(house) as people:
        for name in ("dialogue-1", "dialogue-2"):
            assert await asyncio.to_thread(house.stop, name) == 0
            await people.more(CUSTOMERS)
            house.start(name)
            await asyncio.to_thread(house.wait_ready, name)
            await people.more(CUSTOMERS)
    for name in ("dialogue-1", "dialogue-2"):
        assert any(line["event"].startswith("stopping") and line["process"] == "dialogue" for line in house.lines(name))


async def test_models_are_changed_and_rolled_back_while_customers_write(house: Installation) -> None:
    folder = ("--models", str(house.models))
    async with crowd(house) as people:
        done = await asyncio.to_thread(house.bot, "model", "use", "two", *folder)
        assert done.returncode == 0, done.stderr
        assert done.stdout.count("serves two.tar.gz") == 2
        assert serving(house) == ["two.tar.gz"] * 2
        await people.more(2 * CUSTOMERS)
        assert THERE in people.answered[-1]

        refused = await asyncio.to_thread(house.bot, "model", "use", "bad", *folder)
        assert refused.returncode == 1
        assert "bad.tar.gz is not served: its warm-up failed" in refused.stderr
        assert "Nothing has changed." in refused.stderr
        assert serving(house) == ["two.tar.gz"] * 2

        back = await asyncio.to_thread(house.bot, "model", "rollback", *folder)
        assert back.returncode == 0, back.stderr
        assert serving(house) == ["one.tar.gz"] * 2
        await people.more(2 * CUSTOMERS)
        assert THERE not in people.answered[-1]
    listed = house.bot("model", *folder).stdout
    one = next(line for line in listed.splitlines() if line.startswith("one.tar.gz"))
    assert "chosen" in one
    assert one.count("serving at http://127.0.0.1:") == 2
    assert "served before" in next(line for line in listed.splitlines() if line.startswith("two.tar.gz"))


async def test_when_a_later_process_refuses_the_earlier_ones_go_back(house: Installation, tmp_path: Path) -> None:
    """The second dialogue has another folder of models, as on another machine, and there the model is missing."""
    (tmp_path / "one.tar.gz").write_bytes((house.models / "one.tar.gz").read_bytes())
    house.stop("dialogue-2")
    models, house.models = house.models, tmp_path
    house.start("dialogue-2")
    house.models = models
    await asyncio.to_thread(house.wait_ready, "dialogue-2")
    done = await asyncio.to_thread(house.bot, "model", "use", "two", "--models", str(models))
    assert done.returncode == 1
    assert f"http://127.0.0.1:{house.dialogue_ports[1]}: there is no model two.tar.gz" in done.stderr
    assert f"http://127.0.0.1:{house.dialogue_ports[0]}: serves one.tar.gz again" in done.stdout
    assert serving(house) == ["one.tar.gz"] * 2
    assert (models / "serving").read_text(encoding="utf-8").split() == ["one.tar.gz", "two.tar.gz"]


async def test_a_process_that_is_away_takes_the_choice_when_it_starts(house: Installation) -> None:
    house.stop("dialogue-2")
    folder = ("--models", str(house.models))
    done = await asyncio.to_thread(house.bot, "model", "use", "two.tar.gz", *folder)
    assert done.returncode == 0, done.stderr
    assert f"http://127.0.0.1:{house.dialogue_ports[1]}: no dialogue process answers" in done.stdout
    house.start("dialogue-2")
    await asyncio.to_thread(house.wait_ready, "dialogue-2")
    assert serving(house) == ["two.tar.gz"] * 2
    assert (await asyncio.to_thread(house.bot, "model", "rollback", *folder)).returncode == 0
    assert serving(house) == ["one.tar.gz"] * 2


async def test_one_message_has_one_correlation_in_the_logs_of_all_processes_and_no_words(house: Installation) -> None:
    words = "Panfilo Xochitiotzin"
    async with Visitor(house.url) as visitor:
        await visitor.open()
        body = {"id": str(uuid.uuid4()), "text": f"¿qué es el servidor virtual? soy {words}"}
        async with visitor.http.post(f"{house.url}/webchat/messages", json=body, headers=visitor.headers) as response:
            assert response.status == 202
            correlation = response.headers["X-Correlation-ID"]
        await visitor.answer_to(1)
    dialogues = [line for name in ("dialogue-1", "dialogue-2") for line in house.lines(name)]
    of_it = {
        "gateway": [line for line in house.lines("gateway") if line.get("correlation") == correlation],
        "dialogue": [line for line in dialogues if line.get("correlation") == correlation],
        "actions": [line for line in house.lines("actions") if line.get("correlation") == correlation],
    }
    assert {"request", "turn"} <= {line["event"] for line in of_it["gateway"]}
    assert [(line["event"], line["outcome"]) for line in of_it["dialogue"]] == [("turn", "done")]
    assert [(line["event"], line["outcome"]) for line in of_it["actions"]] == [("action", "done")]
    assert all(line["ms"] >= 0 for line in of_it["dialogue"] + of_it["actions"])
    for name in house.names:
        written = house.log(name).read_text(encoding="utf-8")
        assert not any(word in written for word in words.split())
        assert all({"event", "level", "timestamp"} <= set(line) for line in house.lines(name))
