"""A run from its first process to its verdict: customers write, processes die or hang, and when all is quiet every message is counted."""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random

import aiohttp

from benchmarks.chaos.check import Conversation, Findings, check
from benchmarks.chaos.customer import Customer, World
from benchmarks.chaos.desks import alias, desk_id
from benchmarks.chaos.evidence import Evidence
from benchmarks.chaos.plan import Plan, blows_of
from benchmarks.chaos.stage import Stage
from bot import clock
from bot.database import DATABASE_ERRORS
from bot.identity.portal import issue_portal_token

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

    @property
    def good(self) -> bool:
        """Nothing lost, doubled, disordered or told to another, and the run did what it was asked to."""
        struck = sum(self.kills.values()) == self.plan.kills and sum(self.hangs.values()) == self.plan.hangs
        return self.acknowledged == self.plan.messages and struck and not self.findings


async def run(plan: Plan, say: Say) -> Outcome:
    """Do it all. The folder of the outcome holds the logs (and the ledger, if it is a file)."""
    folder = Path(tempfile.mkdtemp(prefix="chaos-"))
    stage = Stage(plan, folder)
    good = False
    try:
        say(f"starting {plan.gateways} gateways, {plan.dialogues} dialogues, actions on {plan.database}; logs in {folder}")
        await stage.build()
        outcome = await _run_on(stage, say)
        good = outcome.good
        return outcome
    finally:
        await stage.close(keep=not good)


async def _run_on(stage: Stage, say: Say) -> Outcome:
    plan, settings = stage.plan, stage.settings
    evidence = Evidence(settings.database_url, settings.accounts_database_url, stage.folder / "outbox")
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
        world = World(http, stage.doors, lambda number: issue_portal_token(settings, desk_id(number), clock.now()))
        customers = [Customer(world, number, plan.seed) for number in range(plan.customers)]
        started = time.monotonic()
        helpers = [asyncio.create_task(_strike(stage, world, say)), asyncio.create_task(_report(world, plan, say))]
        writing = [asyncio.create_task(customer.live(plan.messages_of(customer.number))) for customer in customers]
        try:
            await _until_written(world, [*writing, helpers[0]])
            helpers[1].cancel()
            seconds = await _until_quiet(evidence, customers, say) - started
            histories = {customer.conversation: await customer.history() for customer in customers}
            conversations = await evidence.collect(customers, histories)
        finally:
            for task in (*helpers, *writing):
                task.cancel()
            for customer in customers:
                await customer.close()
            await evidence.close()
    return _outcome(stage, world, conversations, seconds, max(customer.longest_wait for customer in customers))


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


async def _until_quiet(evidence: Evidence, customers: list[Customer], say: Say) -> float:
    """Wait until all is answered, read by its customer and applied, or until nothing has moved for long; when the last answer was read."""
    read_at: float | None = None
    last, since, said = "", time.monotonic(), 0.0
    while time.monotonic() - since < STUCK_SECONDS:
        try:
            unfinished, lengths = await evidence.unfinished(), await evidence.lengths()
        except DATABASE_ERRORS:
            state = "the database is away"
        else:
            unread = sum(max(0, lengths.get(customer.conversation, 0) - customer.cursor) for customer in customers)
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
