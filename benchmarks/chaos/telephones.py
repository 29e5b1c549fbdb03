"""Chaos by WhatsApp: customers write on telephones of the stand-in, which stays alive, while the assistant's processes die and hang.

The ledger is judged as with the web chat. What the telephones got is judged here: every part of every message of ours once, in order, and
twice only where the ledger itself knows of a sending whose end nobody knows.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random

from benchmarks.chaos.check import Asked, Findings
from benchmarks.chaos.customer import MOST_AT_ONCE, PATIENCE_SECONDS, SENT_AGAIN_LATER, TWICE_AT_ONCE, World
from benchmarks.chaos.desks import FIRST
from benchmarks.chaos.plan import question
from bot.accounts.story import phone_of
from bot.fake_whatsapp import inbound
from bot.fake_whatsapp.fake import FakeGraph, Sent
from bot.fake_whatsapp.hooks import Update
from bot.fake_whatsapp.people import with_phone

RETRY_SECONDS = (0.0, 0.25, 0.5, 1.0, 2.0)
"""Sooner than Meta's, so that a run does not last for days."""
AT_SETTLED = frozenset({"ambiguous", "failed"})


class Telephone:
    """One customer with a telephone: the next message goes out when the one before was taken, as Meta's clock would order them."""

    def __init__(self, world: World, fake: FakeGraph, number: int, seed: int) -> None:
        self._world, self._fake, self.number, self._rng = world, fake, number, Random(f"telephone {seed} {number}")
        self.phone = phone_of(FIRST + number)
        self._person = fake.people.add(with_phone(self.phone, f"Cliente {number}"))
        self.conversation = ""
        self.refused: list[str] = []
        self.longest_wait = 0.0
        self._sent: list[tuple[str, str, Update]] = []

    def asked(self, seqs: Mapping[str, int]) -> tuple[Asked, ...]:
        """What was taken, in that order; `seqs` as the ledger numbers them."""
        return tuple(Asked(wamid, text, (seqs[wamid],) if wamid in seqs else ()) for wamid, text, _ in self._sent)

    async def live(self, messages: int) -> None:
        """Write that many messages in bursts."""
        await asyncio.sleep(self._rng.uniform(0, 2))
        left = messages
        while left:
            burst = min(left, self._rng.randint(1, MOST_AT_ONCE))
            before, started = self._answers(), time.monotonic()
            for _ in range(burst):
                await self._say(question(self._rng))
            left -= burst
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(PATIENCE_SECONDS):
                    while self._answers() == before:  # noqa: ASYNC110 - a chat that grows
                        await asyncio.sleep(0.05)
            if self._answers() > before:
                self.longest_wait = max(self.longest_wait, time.monotonic() - started)

    def _answers(self) -> int:
        return sum(not bubble.mine for bubble in self._fake.chat(self._person).bubbles.values())

    async def _say(self, text: str) -> None:
        update = self._fake.receives(self._person, inbound.text(text), send=False)
        taken = asyncio.Event()
        self._fake.hooks.put(update, taken.set)
        if self._rng.random() < TWICE_AT_ONCE:
            self._world.counts["twice_at_once"] += 1
            self._fake.hooks.put(update)
        await taken.wait()
        self._sent.append((update.value["messages"][0]["id"], text, update))
        self._world.acknowledged += 1
        if self._rng.random() < SENT_AGAIN_LATER:
            self._world.counts["sent_again_later"] += 1
            self._fake.hooks.put(self._rng.choice(self._sent)[2])


@dataclass(frozen=True)
class Carried:
    """A part of a message of ours as the ledger keeps it: whose, where it stands, how it ended, and how often its end was not known."""

    conversation: str
    seq: int
    part: int
    key: str
    state: str
    unsettled: int


def check_telephones(carried: Sequence[Carried], sent: Sequence[Sent]) -> tuple[Findings, int]:
    """What is wrong at the telephones, and how many sends were repeats that the ledger knows to be such."""
    findings, repeats = Findings(), 0
    arrived: dict[str, list[int]] = defaultdict(list)
    for place, message in enumerate(sent):
        arrived[str(message.body.get("biz_opaque_callback_data"))].append(place)
    of_conversation: dict[str, list[Carried]] = defaultdict(list)
    for one in sorted(carried, key=lambda each: (each.conversation, each.seq, each.part)):
        of_conversation[one.conversation].append(one)
        times = len(arrived.get(one.key, ()))
        if not times and one.state not in AT_SETTLED:
            findings.lost.append(f"{one.conversation} seq {one.seq} part {one.part} ({one.state}) came to no telephone")
        if times > 1 and one.unsettled > 1 and times <= one.unsettled:
            repeats += times - 1
        elif times > 1:
            findings.doubled.append(f"{one.conversation} seq {one.seq} part {one.part} came {times} times")
    for conversation, several in of_conversation.items():
        findings.disordered += _disordered(conversation, several, arrived)
    for key in arrived.keys() - {one.key for one in carried}:
        findings.foreign.append(f"a telephone got {key}, of which the ledger knows nothing")
    return findings, repeats


def _disordered(conversation: str, several: Sequence[Carried], arrived: Mapping[str, Sequence[int]]) -> Iterator[str]:
    last = -1
    for one in several:
        if places := arrived.get(one.key):
            if places[0] < last:
                yield f"{conversation} seq {one.seq} part {one.part} came before an earlier one"
            last = max(last, places[0])
