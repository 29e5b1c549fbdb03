"""The real dialogue and the real actions are killed in the middle of a turn; one real answer in the end, and a poison message parked."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest

from bot.identity.portal import issue_portal_token
from harness.dialogue import SECRET
from harness.ports import free_port
from tests.crash.keeper import Kept
from tests.gateway.client import Visitor, answers
from tests.gateway.conftest import FAST, Gateway
from tests.support.hangs import eventually

QUESTION = "¿cuándo vence mi servidor?"
TIMINGS = replace(
    FAST,
    turn_seconds=20.0,
    back_off_first=timedelta(milliseconds=200),
    back_off_most=timedelta(seconds=1),
    park_attempts=3,
    park_after=timedelta(seconds=30),
)


@dataclass
class Behind:
    """The processes behind a gateway, and the folder whose files the actions obey."""

    folder: Path
    dialogue: Kept
    actions: Kept
    gateway: Gateway

    def mode(self, mode: str) -> None:
        (self.folder / "mode").write_text(mode)

    def reads(self) -> list[str]:
        file = self.folder / "reads"
        return file.read_text().split() if file.exists() else []

    async def ready(self, *kept: Kept) -> None:
        """Wait until these answer again."""
        async with aiohttp.ClientSession() as http:
            for process in kept:
                url = self.gateway.settings.dialogue_urls[0] if process is self.dialogue else self.gateway.settings.actions_url[0]
                await eventually(lambda url=url: _answers(http, url), pause=0.2)


async def _answers(http: aiohttp.ClientSession, url: str) -> bool:
    try:
        async with http.get(f"{url}/health/ready") as response:
            return response.status == 200
    except (OSError, aiohttp.ClientError):
        return False


@pytest.fixture
async def behind(tmp_path: Path, start, seeded) -> AsyncIterator[Behind]:
    dialogue_url, actions_url = (f"http://127.0.0.1:{free_port()}" for _ in range(2))
    environ = {
        "ACCOUNTS_DATABASE_URL": f"sqlite:///{tmp_path}/accounts.db",
        "DATABASE_URL": f"sqlite:///{tmp_path}/ledger.db",
        "DIALOGUE_URLS": dialogue_url,
        "ACTIONS_URL": actions_url,
        "INTERNAL_SECRET": SECRET,
        "SESSION_SECRET": "s" * 40,
        "PORTAL_JWT_SECRET": "p" * 40,
    }
    gateway = await start(timings=TIMINGS, dialogue_urls=(dialogue_url,), actions_url=(actions_url,))
    async with Kept("bot.dialogue", **environ) as dialogue, Kept("tests.crash.dying_actions", str(tmp_path), **environ) as actions:
        everything = Behind(tmp_path, dialogue, actions, gateway)
        await everything.ready(actions, dialogue)
        yield everything
        (tmp_path / "mode").unlink(missing_ok=True)


async def customer(gateway: Gateway, desk: str) -> Visitor:
    visitor = Visitor(gateway.url("/"))
    await visitor.open(token=issue_portal_token(gateway.settings, desk, gateway.clock()))
    return visitor


async def has_answers(visitor: Visitor, number: int) -> bool:
    return len(answers(await visitor.messages())) >= number


async def test_killed_in_the_middle_of_a_turn_and_a_poison_message(behind: Behind) -> None:
    """One test for three deaths, because the processes take seconds to start."""
    visitor = await customer(behind.gateway, "C-1002")
    other = await customer(behind.gateway, "C-1003")

    behind.mode("hang")  # the turn stands in the action: now the dialogue dies
    await visitor.send(QUESTION)
    await visitor.send("gracias")
    await eventually(lambda: bool(behind.reads()))
    await behind.dialogue.kill()
    await behind.dialogue.died(1)
    (behind.folder / "mode").unlink()
    await behind.ready(behind.dialogue)
    await eventually(lambda: has_answers(visitor, 2))

    behind.mode("die")  # the actions die inside the action
    await visitor.send(QUESTION)
    await visitor.send("gracias")
    await behind.actions.died(1)
    await eventually(lambda: has_answers(visitor, 4))
    given = answers(await visitor.messages())
    said = [m for m in await visitor.messages() if m["author"] == "customer"]
    assert [m["in_reply_to"] for m in given] == [m["seq"] for m in said]
    assert all("HIDALGO-01" in given[n]["text"] for n in (0, 2))

    behind.mode("poison C-1003")  # each reading of this customer kills the actions
    await other.send(QUESTION)
    await other.send("¿qué es servidor virtual?")
    await eventually(lambda: behind.reads().count("C-1003") >= 3)
    await eventually(lambda: parked(other))
    (behind.folder / "mode").unlink()
    assert (await visitor.send(QUESTION))[0] == 202  # and everybody goes on
    await eventually(lambda: has_answers(visitor, 5))
    await eventually(lambda: has_answers(other, 1))
    messages = await other.messages()
    assert [m["in_reply_to"] for m in answers(messages)] == [[m["seq"] for m in messages if m["author"] == "customer"][1]]
    for one in (visitor, other):
        await one.http.close()


async def parked(visitor: Visitor) -> bool:
    return any("No pudimos responder" in m["text"] for m in await visitor.messages())
