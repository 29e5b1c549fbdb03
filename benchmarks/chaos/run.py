"""A run from its first process to its verdict: customers write, processes die or hang, and when all is quiet every message is counted."""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

import aiohttp

from benchmarks.chaos.check import Conversation, Findings, check
from benchmarks.chaos.customer import Customer, World
from benchmarks.chaos.desks import alias, desk_id
from benchmarks.chaos.evidence import Evidence
from benchmarks.chaos.plan import Plan, blows_of
from benchmarks.chaos.stage import Stage
from benchmarks.chaos.telephones import RETRY_SECONDS, Telephone, check_telephones
from bot import clock
from bot.database import DATABASE_ERRORS
from bot.fake_whatsapp.app import serving
from bot.fake_whatsapp.fake import FakeGraph
from bot.identity.portal import issue_portal_token
from harness.whatsapp import BUSINESS, variables

STUCK_SECONDS = 180.0
"""Longer than every lease and back-off of the gateway: what has not moved by then never will."""
SAY_SECONDS = 10.0

Say = Callable[[str], None]


@dataclass(frozen=True)
class Outcome:
    """What a run showed. `named`: answers that name the customer's own server, without which "nobody else's" would mean little.

    `longest_wait`: seconds from a customer's first attempt to send a message to the moment when its answer was read.
    """

    plan: Plan
    folder: Path
    findings: Findings
    acknowledged: int
    answered: int
    seconds: float
    longest_wait: float
    kills: Counter[str]
    hangs: Counter[str]
    own_ends: dict[str, int]
    effects: int
    mails: int
    notices: int
    named: int
    counts: Counter[str]
    repeats: int = 0
    """Sends that came to a telephone twice, as the ledger knows: nobody could tell whether the first was taken."""

    @property
    def good(self) -> bool:
        """Nothing lost, doubled, disordered or told to another, and the run did what it was asked to."""
        struck = sum(self.kills.values()) == self.plan.kills and sum(self.hangs.values()) == self.plan.hangs
        return self.acknowledged == self.plan.messages and struck and not self.findings


async def run(plan: Plan, say: Say) -> Outcome:
    """Do it all. The folder of the outcome holds the logs (and the ledger, if it is a file)."""
    folder = Path(tempfile.mkdtemp(prefix="chaos-"))
    async with AsyncExitStack() as stack:
        meta = FakeGraph(BUSINESS) if plan.channel == "whatsapp" else None
        stage = Stage(plan, folder, None if meta is None else variables(await stack.enter_async_context(serving(meta))))
        if meta is not None:
            meta.hooks.urls = [f"{door}/whatsapp/webhook" for door in stage.doors]
            meta.hooks.retry_seconds = RETRY_SECONDS
        good = False
        try:
            say(f"starting {plan.gateways} gateways, {plan.dialogues} dialogues, actions on {plan.database}; logs in {folder}")
            await stage.build()
            outcome = await _run_on(stage, meta, say)
            good = outcome.good
            return outcome
        finally:
            await stage.close(keep=not good)


async def _run_on(stage: Stage, meta: FakeGraph | None, say: Say) -> Outcome:
    plan, settings = stage.plan, stage.settings
    evidence = Evidence(settings.database_url, settings.accounts_database_url, stage.folder / "outbox")
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
        world = World(http, stage.doors, lambda number: issue_portal_token(settings, desk_id(number), clock.now()))
        crowd: Browsers | Telephones = Browsers(world, plan, evidence) if meta is None else Telephones(world, plan, evidence, meta)
        started = time.monotonic()
        helpers = [asyncio.create_task(_strike(stage, world, say)), asyncio.create_task(_report(world, plan, say))]
        writing = [asyncio.create_task(customer.live(plan.messages_of(customer.number))) for customer in crowd.customers]
        try:
            await _until_written(world, [*writing, helpers[0]])
            helpers[1].cancel()
            seconds = await _until_quiet(evidence, crowd, say) - started
            conversations = await crowd.collect()
            outcome = _outcome(stage, world, conversations, seconds, max(customer.longest_wait for customer in crowd.customers))
            return await crowd.judged(outcome)
        finally:
            for task in (*helpers, *writing):
                task.cancel()
            await crowd.close()
            await evidence.close()


class Browsers:
    """Customers with the widget open."""

    def __init__(self, world: World, plan: Plan, evidence: Evidence) -> None:
        self.customers, self._evidence = [Customer(world, number, plan.seed) for number in range(plan.customers)], evidence

    async def unread(self) -> int:
        """How many messages their clients have not got yet."""
        lengths = await self._evidence.lengths()
        return sum(max(0, lengths.get(customer.conversation, 0) - customer.cursor) for customer in self.customers)

    async def collect(self) -> list[Conversation]:
        histories = {customer.conversation: await customer.history() for customer in self.customers}
        return await self._evidence.collect(self.customers, histories)

    async def judged(self, outcome: Outcome) -> Outcome:
        return outcome

    async def close(self) -> None:
        for customer in self.customers:
            await customer.close()


class Telephones:
    """Customers on WhatsApp."""

    def __init__(self, world: World, plan: Plan, evidence: Evidence, meta: FakeGraph) -> None:
        self.customers = [Telephone(world, meta, number, plan.seed) for number in range(plan.customers)]
        self._evidence, self._meta = evidence, meta

    async def unread(self) -> int:
        """How many messages are still to be carried to them."""
        return await self._evidence.undelivered()

    async def collect(self) -> list[Conversation]:
        of = await self._evidence.conversations()
        for customer in self.customers:
            customer.conversation = of.get(customer.phone, "")
        return await self._evidence.collect_telephones(self.customers)

    async def judged(self, outcome: Outcome) -> Outcome:
        """With what the telephones got."""
        found, repeats = check_telephones(await self._evidence.carried(), self._meta.sent)
        ours = outcome.findings
        whole = Findings(
            ours.lost + found.lost, ours.doubled + found.doubled, ours.disordered + found.disordered, ours.foreign + found.foreign
        )
        return replace(outcome, findings=whole, repeats=repeats)

    async def close(self) -> None:
        """Nothing is open."""


async def _strike(stage: Stage, world: World, say: Say) -> None:
    """Follow the plan of kills and hangs; the next one never waits until the last one has healed."""
    rng = Random(f"targets {stage.plan.seed}")
    for number, blow in enumerate(blows_of(stage.plan), start=1):
        while world.acknowledged < blow.after:  # noqa: ASYNC110 - a count that many raise
            await asyncio.sleep(0.02)
        victim = rng.choice(stage.of_kind(blow.kind))
        await (victim.hang() if blow.how == "hang" else victim.kill(rng))
        say(f"{blow.how} {number}: {victim.name} after {world.acknowledged} messages")


async def _until_written(world: World, work: list[asyncio.Task[None]]) -> None:
    """Wait until every message is acknowledged and every kill and hang done, or until nothing has moved for long."""
    running, moved = set(work), -1
    while running and moved != world.acknowledged:
        moved = world.acknowledged
        done, running = await asyncio.wait(running, timeout=STUCK_SECONDS, return_when=asyncio.ALL_COMPLETED)
        for task in done:
            task.result()


async def _report(world: World, plan: Plan, say: Say) -> None:
    while True:
        await asyncio.sleep(SAY_SECONDS)
        say(f"{world.acknowledged} of {plan.messages} acknowledged")


async def _until_quiet(evidence: Evidence, crowd: Browsers | Telephones, say: Say) -> float:
    """Wait until all is answered, read by its customer and applied, or until nothing has moved for long; when the last answer was read."""
    read_at: float | None = None
    last, since, said = "", time.monotonic(), 0.0
    while time.monotonic() - since < STUCK_SECONDS:
        try:
            unfinished, unread = await evidence.unfinished(), await crowd.unread()
        except DATABASE_ERRORS:
            state = "the database is away"
        else:
            state = f"{unfinished[0]} answers, {unfinished[1]} effects and {unread} messages unread"
            if not unfinished[0] and not unread:
                read_at = read_at or time.monotonic()
                if not unfinished[1]:
                    return read_at
        if state != last:
            last, since = state, time.monotonic()
        if time.monotonic() - said > SAY_SECONDS:
            said = time.monotonic()
            say(f"waiting for {state}")
        await asyncio.sleep(0.5)
    return read_at or time.monotonic()


def _outcome(stage: Stage, world: World, conversations: list[Conversation], seconds: float, longest_wait: float) -> Outcome:
    rows = [(one, row) for one in conversations for row in one.stored]
    kills: Counter[str] = Counter()
    hangs: Counter[str] = Counter()
    for service in stage.services:
        kills[service.kind] += service.kills
        hangs[service.kind] += service.hangs
    return Outcome(
        plan=stage.plan,
        folder=stage.folder,
        findings=check(conversations),
        acknowledged=world.acknowledged,
        answered=sum(row.shown.kind == "answer" for _, row in rows),
        seconds=seconds,
        longest_wait=longest_wait,
        kills=kills,
        hangs=hangs,
        own_ends={service.name: service.own_ends for service in stage.services if service.own_ends},
        effects=sum(len(row.effects) for _, row in rows),
        mails=sum(len(one.mails) for one in conversations),
        notices=sum(row.shown.kind == "notice" for _, row in rows),
        named=sum(row.shown.kind == "answer" and alias(one.customer) in row.shown.text for one, row in rows),
        counts=world.counts,
    )


def cores() -> int:
    """How many processor cores the run could use."""
    return len(os.sched_getaffinity(0))
