"""One process of each kind is killed under load while its twin goes on; afterwards every message is counted as the chaos test does."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from random import Random
from typing import Any

import aiohttp

from benchmarks.chaos.check import Findings, check
from benchmarks.chaos.customer import Customer, World
from benchmarks.chaos.desks import desk_id
from benchmarks.chaos.evidence import Evidence
from benchmarks.chaos.plan import Kind
from benchmarks.chaos.processes import Service
from benchmarks.chaos.run import Say, _until_quiet, _until_written
from benchmarks.scale.site import Site, until_ready
from benchmarks.scale.traces import metrics_of, requests
from bot import clock
from bot.identity.portal import issue_portal_token
from bot.timings import Timings

KILLS: tuple[tuple[Kind, float], ...] = (("gateway", 0.15), ("dialogue", 0.4), ("actions", 0.65))
"""After which share of the messages a process of each kind dies; the next one at the earliest when the last one is back."""
GOES_ON_SECONDS = 2.0
LOOK_SECONDS = 0.1


@dataclass(frozen=True)
class Death:
    """A process was killed and came back; meanwhile customers went on being served.

    `pause_s`: the longest time without any acknowledgement; `streams`: how many the process held and its customers had to open again.
    """

    name: str
    away_s: float
    acknowledged: int
    pause_s: float
    streams: int
    failures: Counter[str]


@dataclass(frozen=True)
class Faults:
    """What a run with kills showed; `failures`: requests that failed for a customer, who then tried again by himself.

    `rescued`: requests that one gateway did not answer and the proxy had answered by the other; `slowest_s`: the longest time from
    a message to its answer, by the ledger.
    """

    acknowledged: int
    asked_for: int
    findings: Findings
    deaths: list[Death]
    failures: Counter[str]
    rescued: int
    slowest_s: float
    seconds: float

    @property
    def good(self) -> bool:
        """Nothing lost, doubled or out of order, and there was load while each process was away."""
        served = len(self.deaths) == len(KILLS) and all(death.acknowledged for death in self.deaths)
        return served and self.acknowledged == self.asked_for and not self.findings


async def under_faults(site: Site, customers: range, messages: int, say: Say) -> Faults:
    """Run it: the customers write `messages` in all, and do whatever else those of the chaos test do."""
    evidence = Evidence(site.settings.database_url, site.settings.accounts_database_url, site.folder / "outbox")
    rescued_before = _rescued(site)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
        await _until_no_streams(site, http)
        world = World(http, [site.proxy.url], lambda number: issue_portal_token(site.settings, desk_id(number), clock.now()))
        writers = [Customer(world, number, site.plan.seed) for number in customers]
        share, more = divmod(messages, len(writers))
        started = time.monotonic()
        killing = asyncio.create_task(_kill(site, world, messages, say))
        writing = [asyncio.create_task(one.live(share + (place < more))) for place, one in enumerate(writers)]
        try:
            await _until_written(world, [*writing, killing])
            if not killing.done():
                raise RuntimeError("the customers wrote no more before all processes were killed")
            seconds = await _until_quiet(evidence, writers, say) - started
            histories = {one.conversation: await one.history() for one in writers}
            conversations = await evidence.collect(writers, histories)
        finally:
            for task in (killing, *writing):
                task.cancel()
            for one in writers:
                await one.close()
            await evidence.close()
    return Faults(
        acknowledged=world.acknowledged,
        asked_for=messages,
        findings=check(conversations),
        deaths=killing.result(),
        failures=_failures(world),
        rescued=_rescued(site) - rescued_before,
        slowest_s=max(map(_slowest, histories.values())),
        seconds=seconds,
    )


async def _until_no_streams(site: Site, http: aiohttp.ClientSession) -> None:
    """A gateway finds out at its next sign of life that a reader has gone: wait, so that the streams counted later are of this part."""
    async with asyncio.timeout(3 * Timings().keep_alive_seconds):
        while any([await _streams(site, http, gateway) for gateway in site.of_kind("gateway")]):  # noqa: ASYNC110 - it tells nobody
            await asyncio.sleep(0.5)


async def _streams(site: Site, http: aiohttp.ClientSession, gateway: Service) -> int:
    return int((await metrics_of(http, site.ready_url(gateway).removesuffix("/health/ready")))["gateway_streams"])


async def _kill(site: Site, world: World, messages: int, say: Say) -> list[Death]:
    rng, deaths = Random(f"scale {site.plan.seed}"), []
    for kind, share in KILLS:
        while world.acknowledged < share * messages:  # noqa: ASYNC110 - a count that many raise
            await asyncio.sleep(0.02)
        victim = rng.choice(site.of_kind(kind))
        url = site.ready_url(victim)
        streams = await _streams(site, world.http, victim) if kind == "gateway" else 0
        say(f"SIGKILL to {victim.name} after {world.acknowledged} of {messages} messages")
        begun, acknowledged, failures = time.monotonic(), world.acknowledged, _failures(world)
        with _watching(world) as moments:
            await victim.kill(rng)
            await until_ready(world.http, url)
            away = time.monotonic() - begun
            await asyncio.sleep(GOES_ON_SECONDS)
        pause = max(later - earlier for earlier, later in pairwise([begun, *moments, time.monotonic()]))
        deaths.append(Death(victim.name, away, world.acknowledged - acknowledged, pause, streams, _failures(world) - failures))
        say(f"{victim.name} is ready again after {away:.1f} s")
    return deaths


@contextmanager
def _watching(world: World) -> Iterator[list[float]]:
    """The moments at which more was acknowledged than before."""
    moments: list[float] = []

    async def watch() -> None:
        known = world.acknowledged
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            if world.acknowledged != known:
                known = world.acknowledged
                moments.append(time.monotonic())

    watching = asyncio.create_task(watch())
    try:
        yield moments
    finally:
        watching.cancel()


def _failures(world: World) -> Counter[str]:
    """Requests without an answer or with a refusal; what customers cut themselves is not among them."""
    return Counter({name: number for name, number in world.counts.items() if name == "no_answer" or "status_" in name})


def _slowest(history: list[dict[str, Any]]) -> float:
    at = {message["seq"]: datetime.fromisoformat(message["at"]) for message in history}
    waited = [at[message["seq"]] - at[message["in_reply_to"]] for message in history if message["kind"] == "answer"]
    return max(waited, default=timedelta()).total_seconds()


def _rescued(site: Site) -> int:
    return sum(len(request.gateways) > 1 for request in requests(site))
