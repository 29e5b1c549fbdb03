"""What more gateways bring where a commit takes its time: PostgreSQL that waits 5 ms at each flush, one gateway and then four.

The wait is PostgreSQL's own (`commit_delay`), on a file system in memory where there is one, so that no other disk is measured. Commits
that come together share a flush; if something makes them come one at a time, more gateways bring nothing. To see the ledger and not
the understanding of a machine with few cores, the dialogue is a stand-in over real HTTP that answers at once.
"""

from __future__ import annotations

import asyncio
import itertools
import shutil
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from benchmarks.chaos.desks import desk_id
from benchmarks.chaos.plan import Plan
from benchmarks.chaos.stage import POSTGRES_OPTIONS, Stage
from benchmarks.figures import number, rounded
from benchmarks.ours import WebConversation
from benchmarks.scale.site import LIMITS
from benchmarks.system import WrongAnswer
from bot import clock
from bot.identity.portal import issue_portal_token
from bot.nlu.report_tables import table
from bot.settings import Settings
from harness.dialogue import SECRET

FEW, MANY = 1, 4
CUSTOMERS = 64
WARM_SECONDS = 3.0
SLOW = ("fsync=on", "commit_delay=5000", "commit_siblings=0")  # without fsync PostgreSQL does not wait either
MEMORY = Path("/dev/shm")


class SlowDisk(Stage):
    """Gateways and a stand-in dialogue on a database server that is slow to flush."""

    postgres_options = (*(option for option in POSTGRES_OPTIONS if not option.startswith("fsync")), *SLOW)
    cluster_folder = MEMORY if MEMORY.is_dir() else Stage.cluster_folder

    def _environment(self, ledger: str, accounts: str) -> dict[str, str]:
        usual = super()._environment(ledger, accounts)
        return {**usual, **LIMITS, "INTERNAL_SECRET": SECRET, "ACTIONS_URL": usual["DIALOGUE_URLS"]}

    def _start_processes(self) -> None:
        (url,) = self.settings.dialogue_urls
        self._add("dialogue-1", "dialogue", "harness.dialogue", url, url.rpartition(":")[2])
        self._start_gateways()


@dataclass
class Pace:
    """Messages accepted and answered within the window."""

    seconds: float
    accepted: int = 0
    answered: int = 0

    @property
    def accepted_a_second(self) -> float:
        return self.accepted / self.seconds

    @property
    def answered_a_second(self) -> float:
        return self.answered / self.seconds


@dataclass(frozen=True)
class SlowDiskRun:
    """With one gateway and with four."""

    few: Pace
    many: Pace

    @property
    def ratio(self) -> float:
        """How many times as many messages four gateways answer."""
        return self.many.answered_a_second / self.few.answered_a_second


async def measure(seconds: float, say: Callable[[str], None]) -> SlowDiskRun:
    """One gateway, then four, each on databases of its own."""
    return SlowDiskRun(*[await _with(gateways, seconds, say) for gateways in (FEW, MANY)])


def table_of(run: SlowDiskRun) -> str:
    """What is printed."""
    rows = [
        ("messages accepted a second", *map(number, (run.few.accepted_a_second, run.many.accepted_a_second))),
        ("messages answered a second", *map(number, (run.few.answered_a_second, run.many.answered_a_second))),
        ("answered, four gateways ÷ one", "", number(run.ratio)),
    ]
    return table(("slow disk (5 ms a flush), stand-in dialogue", "one gateway", "four gateways"), rows)


def as_json(run: SlowDiskRun) -> dict[str, Any]:
    """The same for machines."""
    paces = {"one": run.few, "four": run.many}
    told = {
        name: {"accepted_a_second": rounded(p.accepted_a_second, 1), "answered_a_second": rounded(p.answered_a_second, 1)}
        for name, p in paces.items()
    }
    return {"slow_disk": told, "slow_disk_ratio": rounded(run.ratio)}


async def _with(gateways: int, seconds: float, say: Callable[[str], None]) -> Pace:
    folder = Path(tempfile.mkdtemp(prefix="slow-disk-"))
    stage = SlowDisk(Plan(customers=CUSTOMERS, gateways=gateways, dialogues=1, actions=1), folder)
    try:
        await stage.build()
        pace = await _load(stage.doors, stage.settings, seconds)
    finally:
        await stage.close(keep=False)
        shutil.rmtree(folder, ignore_errors=True)
    told = f"{pace.accepted_a_second:.0f} messages a second accepted, {pace.answered_a_second:.0f} answered"
    say(f"slow disk, {gateways} gateway{'s' if gateways > 1 else ''}: {told}")
    return pace


async def _load(doors: list[str], settings: Settings, seconds: float) -> Pace:
    opens = time.perf_counter() + WARM_SECONDS
    pace = Pace(seconds)
    connector, unlimited = aiohttp.TCPConnector(limit=0), aiohttp.ClientTimeout(total=None)
    async with aiohttp.ClientSession(connector=connector, timeout=unlimited) as http, asyncio.TaskGroup() as group:
        for place in range(CUSTOMERS):
            token = issue_portal_token(settings, desk_id(place), clock.now())
            group.create_task(_customer(http, doors[place % len(doors)], token, pace, opens, opens + seconds))
    return pace


async def _customer(http: aiohttp.ClientSession, door: str, token: str, pace: Pace, opens: float, closes: float) -> None:
    """Writes the next message when the answer has come, at one gateway."""
    async with http.post(f"{door}/webchat/session", json={"token": token}) as response:
        response.raise_for_status()
        headers = {"Authorization": f"Bearer {(await response.json())['session']}"}
    async with http.get(f"{door}/webchat/stream?since=0", headers=headers) as stream:
        stream.raise_for_status()
        conversation = WebConversation(http, door, headers, stream, ())
        with suppress(TimeoutError):
            async with asyncio.timeout(closes - time.perf_counter()):
                for n in itertools.count():
                    await _turn(conversation, f"mensaje {n}", pace, opens)


async def _turn(conversation: WebConversation, text: str, pace: Pace, opens: float) -> None:
    seq = await conversation.post(text)
    pace.accepted += time.perf_counter() >= opens
    said = await conversation.answer_to(seq)
    if said != f"eco: {text}":
        raise WrongAnswer(f"{text!r} was answered with {said!r}")
    pace.answered += time.perf_counter() >= opens
    await conversation.mark_read()
