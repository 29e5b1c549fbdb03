"""How long a POST with 1,000 updates waits for its 200: messages of 1,000 people, and statuses of 1,000 messages.

Messages are what customers ask. Figures cost more, because each may be the rest of a card that somebody writes in pieces: batches in which
every message has some, of people who have just written others, are measured apart.
"""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from benchmarks.whatsapp.questions import ACCOUNT, BURSTS, FAQ
from bot.conversations.base import OPEN_STATES
from bot.conversations.models import Delivery, Message
from bot.database import open_database
from bot.fake_whatsapp import inbound
from bot.fake_whatsapp.hooks import Update, encode
from bot.fake_whatsapp.people import Person, with_phone
from harness.whatsapp import Stage

MOST = 1_000
ROUNDS = 9
QUIET_SECONDS = 300.0
PEOPLE = 1_000
OK = 200
ASKED = (*FAQ, *ACCOUNT, *(text for burst in BURSTS for text in burst))


@dataclass(frozen=True)
class Batches:
    """Milliseconds until the 200 of each batch; `stored`: how many messages the ledger holds at the end of those that were sent."""

    messages_ms: list[float]
    figures_ms: list[float]
    statuses_ms: list[float]
    sent: int
    stored: int

    @property
    def p50(self) -> float:
        return statistics.median(self.messages_ms)

    @property
    def figures_p50(self) -> float:
        return statistics.median(self.figures_ms) if self.figures_ms else 0.0

    @property
    def statuses_p50(self) -> float:
        return statistics.median(self.statuses_ms) if self.statuses_ms else 0.0


async def measure(stage: Stage, rounds: int = ROUNDS) -> Batches:
    """One batch after the other, each when all of the last one is answered: what is measured is the acknowledgement, not a queue."""
    fake = stage.fake
    fake.rates.enforced, fake.reports = False, None
    people = [fake.people.add(with_phone(f"+5255{7_000_0000 + n}", f"Persona {n}")) for n in range(PEOPLE)]
    messages, figures, statuses = [], [], []
    for number in range(rounds):
        messages.append(await _timed(stage, [_message(stage, people[n], ASKED[(n + number) % len(ASKED)]) for n in range(MOST)]))
        await _until_quiet(stage)
        told = [fake.report(sent.id, "delivered", send=False) for sent in fake.sent[-MOST:]]
        if len(told) == MOST:
            statuses.append(await _timed(stage, told))
    for number in range(rounds // 3):
        figures.append(await _timed(stage, [_message(stage, people[n], f"mensaje {number} {n}") for n in range(MOST)]))
        await _until_quiet(stage)
    return Batches(messages, figures, statuses, (rounds + rounds // 3) * MOST, await _stored(stage))


def _message(stage: Stage, person: Person, text: str) -> Update:
    return stage.fake.receives(person, inbound.text(text), send=False)


async def _timed(stage: Stage, updates: Sequence[Update]) -> float:
    body = encode(stage.fake.envelope(updates))
    started = time.perf_counter()
    status = await stage.fake.hooks.post(body)
    passed = (time.perf_counter() - started) * 1000
    if status != OK:
        raise RuntimeError(f"a batch of {len(updates)} was answered {status}")
    return passed


async def _until_quiet(stage: Stage) -> None:
    waiting = select(func.count()).select_from(Message).where(Message.state.in_(OPEN_STATES))
    carried = select(func.count()).select_from(Delivery).where(Delivery.state == "pending")
    async with open_database(stage.ledger) as database:
        deadline = time.monotonic() + QUIET_SECONDS
        while time.monotonic() < deadline:
            if not any([await database.read(lambda connection, q=query: connection.scalar(q)) for query in (waiting, carried)]):
                return
            await asyncio.sleep(0.5)
    raise RuntimeError("the messages of a batch were not all answered")


async def _stored(stage: Stage) -> int:
    said = select(func.count()).select_from(Message).where(Message.author == "customer")
    async with open_database(stage.ledger) as database:
        return await database.read(lambda connection: connection.scalar(said)) or 0
