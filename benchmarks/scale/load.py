"""The load: customers who each keep a stream open through the proxy and write the next message when the answer has come."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random

import aiohttp
import psutil

from benchmarks.chaos.desks import alias, desk_id, strangers
from benchmarks.chaos.plan import QUESTIONS
from benchmarks.machine import Usage, usage
from benchmarks.ours import ANSWER_SECONDS, WebConversation
from benchmarks.scale.site import MARK, Site
from benchmarks.scale.traces import answered_by, gateways_of_marks
from benchmarks.system import WrongAnswer
from bot import clock, texts
from bot.identity.portal import issue_portal_token

WARM_SECONDS = 5.0
LOOKS = 50
LOG_SECONDS = 0.5
"""How long the proxy may take to write down the end of the streams."""


@dataclass(frozen=True)
class Turn:
    """One turn within the window, in milliseconds since its message was sent; `told_ms`: from when its answer was made until it was read.

    `accepted` and `streamed`: the gateways that took the message and that held the customer's stream.
    """

    ack_ms: float
    answer_ms: float
    told_ms: float
    accepted: str
    streamed: str
    named: bool

    @property
    def crossed(self) -> bool:
        """Whether the answer had to go from one gateway to the other."""
        return self.accepted != self.streamed


@dataclass(frozen=True)
class Window:
    """What a window showed; `answered`: turns (actions: calls) by process."""

    turns: list[Turn]
    seconds: float
    before: Usage
    after: Usage
    answered: dict[str, int]
    streams: dict[str, int]


@dataclass(frozen=True)
class _Taken:
    mark: str
    stream: str
    ack_ms: float
    answer_ms: float
    told_ms: float
    named: bool


async def measure(site: Site, customers: range, seconds: float) -> Window:
    """Turns answered within `seconds`, after a warm-up. Any refused, wrong or missing answer is an error."""
    opens = time.perf_counter() + WARM_SECONDS
    closes = opens + seconds
    connector, unlimited = aiohttp.TCPConnector(limit=0), aiohttp.ClientTimeout(total=None)
    async with aiohttp.ClientSession(connector=connector, timeout=unlimited) as http, asyncio.TaskGroup() as group:
        looks = [group.create_task(_look(site, http, at)) for at in (opens, closes)]
        tasks = [group.create_task(_customer(site, http, number, opens, closes)) for number in customers]
    await asyncio.sleep(LOG_SECONDS)
    gateways = gateways_of_marks(site)
    (before, counted), (after, counted_after) = (look.result() for look in looks)
    taken = [turn for task in tasks for turn in task.result()]
    streams = [gateways[_stream_mark(number)] for number in customers]
    return Window(
        turns=[Turn(one.ack_ms, one.answer_ms, one.told_ms, gateways[one.mark], gateways[one.stream], one.named) for one in taken],
        seconds=seconds,
        before=before,
        after=after,
        answered={name: counted_after[name] - counted[name] for name in counted_after},
        streams={name: streams.count(name) for name in sorted(set(streams))},
    )


async def _look(site: Site, http: aiohttp.ClientSession, at: float) -> tuple[Usage, dict[str, int]]:
    await asyncio.sleep(at - time.perf_counter())
    return _usage(site.processes()), await answered_by(site, http)


def _usage(processes: Mapping[str, psutil.Process]) -> Usage:
    """As the benchmarks see it, with what ended children have used: the database server has one for every connection."""
    for _ in range(LOOKS):
        with contextlib.suppress(psutil.NoSuchProcess):  # a connection closed while we looked: look again
            now = usage(processes)
            ended = {name: process.cpu_times() for name, process in processes.items()}
            buried = {name: times.children_user + times.children_system for name, times in ended.items()}
            return Usage(now.memory_mb, {name: spent + buried.get(name, 0.0) for name, spent in now.cpu_s.items()})
    raise RuntimeError("a server ended while it was measured")


async def _customer(site: Site, http: aiohttp.ClientSession, number: int, opens: float, closes: float) -> list[_Taken]:
    rng = Random(f"scale {number}")
    await asyncio.sleep(rng.uniform(0, WARM_SECONDS / 2))
    url, taken = site.proxy.url, []
    token = issue_portal_token(site.settings, desk_id(number), clock.now())
    limit = aiohttp.ClientTimeout(total=ANSWER_SECONDS)
    async with http.post(f"{url}/webchat/session", json={"token": token}, timeout=limit) as response:
        response.raise_for_status()
        session = {"Authorization": f"Bearer {(await response.json())['session']}"}
    async with http.get(f"{url}/webchat/stream?since=0", headers={**session, MARK: _stream_mark(number)}) as stream:
        stream.raise_for_status()
        headers = dict(session)
        conversation = WebConversation(http, url, headers, stream, ())
        while time.perf_counter() < closes:
            headers[MARK] = f"{number}.{rng.getrandbits(64):x}"
            turn = await _turn(conversation, headers[MARK], number, rng.choice(QUESTIONS), texts.PARKED)
            if opens <= time.perf_counter() < closes:
                taken.append(turn)
    return taken


async def _turn(conversation: WebConversation, mark: str, number: int, text: str, parked: str) -> _Taken:
    begun = time.perf_counter()
    async with asyncio.timeout(ANSWER_SECONDS):
        seq = await conversation.post(text)
        acknowledged = time.perf_counter()
        answer = await conversation.next_answer()
    read, now = time.perf_counter(), datetime.now(tz=UTC)
    await conversation.mark_read()
    said = str(answer["text"])
    if answer["in_reply_to"] != seq or not said or parked in said or strangers(said, number):
        raise WrongAnswer(f"expected the answer to {seq}, came {answer}")
    return _Taken(
        mark=mark,
        stream=_stream_mark(number),
        ack_ms=1000 * (acknowledged - begun),
        answer_ms=1000 * (read - begun),
        told_ms=1000 * (now - datetime.fromisoformat(answer["at"])).total_seconds(),
        named=alias(number) in said,
    )


def _stream_mark(number: int) -> str:
    return f"stream-{number}"
