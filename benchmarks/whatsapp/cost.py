"""How many messages are paid for one answered question, with the whole assistant: the FAQ, an account, bursts, and lists of servers."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from benchmarks.whatsapp.questions import ACCOUNT, BURSTS, FAQ, LISTED
from bot.fake_whatsapp import inbound
from bot.fake_whatsapp.chats import Bubble
from bot.fake_whatsapp.people import Person
from harness.whatsapp import Stage

BETWEEN_SECONDS = 0.3
ANSWER_SECONDS = 60.0
QUIET_SECONDS = 3.0
"""Longer than a burst is gathered: what comes after it belongs to no question."""
LISTS = "C-1009"


@dataclass
class Cost:
    """By kind of question: how many were asked, and how many messages were paid for them."""

    asked: dict[str, int] = field(default_factory=dict)
    paid: dict[str, int] = field(default_factory=dict)
    unanswered: list[str] = field(default_factory=list)
    split: list[str] = field(default_factory=list)
    """Questions that cost more than one message."""

    def add(self, kind: str, question: str, messages: int) -> None:
        self.asked[kind] = self.asked.get(kind, 0) + 1
        self.paid[kind] = self.paid.get(kind, 0) + messages
        if not messages:
            self.unanswered.append(question)
        if messages > 1:
            self.split.append(question)

    @property
    def per_question(self) -> float:
        return sum(self.paid.values()) / max(1, sum(self.asked.values()) - len(self.unanswered))


async def measure(stage: Stage) -> Cost:
    """Ask everything, each customer one thing after the other, all customers at once."""
    cost = Cost()
    work: dict[str, list[tuple[str, Sequence[str]]]] = {desk: [] for desk in stage.customers if desk != LISTS}
    everything = [("faq", (one,)) for one in FAQ] + [("account", (one,)) for one in ACCOUNT] + [("burst", burst) for burst in BURSTS]
    for number, one in enumerate(everything):
        list(work.values())[number % len(work)].append(one)
    work[LISTS] = [("list", (one,)) for one in LISTED]
    await asyncio.gather(*(_customer(stage, stage.customers[desk], script, cost) for desk, script in work.items()))
    return cost


async def _customer(stage: Stage, person: Person, script: Sequence[tuple[str, Sequence[str]]], cost: Cost) -> None:
    for kind, texts in script:
        before = len(_answers(stage, person))
        for number, text in enumerate(texts):
            if number:
                await asyncio.sleep(BETWEEN_SECONDS)
            stage.fake.receives(person, inbound.text(text))
        answers = await _answered(stage, person, before)
        cost.add(kind, texts[-1], len(answers))
        if kind == "list" and answers and "list" in answers[-1].more:
            row = answers[-1].more["list"]["sections"][0]["rows"][0]
            stage.fake.receives(person, inbound.list_reply(row["id"], row["title"]), quote=answers[-1].id)
            cost.add("press", row["title"], len(await _answered(stage, person, before + len(answers))))


def _answers(stage: Stage, person: Person) -> list[Bubble]:
    return [bubble for bubble in stage.fake.chat(person).bubbles.values() if not bubble.mine]


async def _answered(stage: Stage, person: Person, before: int) -> list[Bubble]:
    """What has come once something came and nothing more follows."""
    deadline = time.monotonic() + ANSWER_SECONDS
    since, seen = time.monotonic(), before
    while time.monotonic() < deadline and (seen == before or time.monotonic() - since < QUIET_SECONDS):
        await asyncio.sleep(0.05)
        if (now := len(_answers(stage, person))) != seen:
            since, seen = time.monotonic(), now
    return _answers(stage, person)[before:]
