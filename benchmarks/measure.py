"""The measurements, each on a system that runs. Times are wall time; beside them stands the processor time of the servers a turn.

The customers live in this process and take some of the same processors, for ours and for stock alike.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

from benchmarks.figures import percentile
from benchmarks.machine import Usage, cpu_a_turn, servers, usage
from benchmarks.ours import Ours, WebConversation
from benchmarks.system import Conversation, System
from benchmarks.workload import TURNS_A_SITTING, desk_of, questions

EARLY = range(6, 16)  # "around turn 10": one round of the ten questions
ACK_RATE = 50.0
ACK_CONVERSATIONS = 100
DRAIN_SECONDS = 120.0


@dataclass(frozen=True)
class Turns:
    """Milliseconds of each turn, in order, and processor milliseconds a turn by process."""

    milliseconds: list[float]
    cpu_ms: dict[str, float]
    seconds: float

    @property
    def p50(self) -> float:
        """Median."""
        return percentile(self.milliseconds, 50)

    @property
    def p95(self) -> float:
        """95th percentile."""
        return percentile(self.milliseconds, 95)

    @property
    def a_second(self) -> float:
        """Turns answered a second."""
        return len(self.milliseconds) / self.seconds


@dataclass(frozen=True)
class Depth:
    """Medians around turn 10 of fresh conversations and around turn `at` of a long one, taken in turns."""

    at: int
    early_ms: float
    late_ms: float
    early_cpu_ms: float
    late_cpu_ms: float

    @property
    def ratio(self) -> float:
        """How many times as long a late turn takes."""
        return self.late_ms / self.early_ms

    @property
    def cpu_ratio(self) -> float:
        """How many times as much processor time a late turn costs the servers."""
        return self.late_cpu_ms / self.early_cpu_ms


@dataclass
class Acknowledged:
    """Milliseconds from when each message was due to its acknowledgement, and how it went with the answers."""

    milliseconds: list[float] = field(default_factory=list)
    refused: int = 0
    answered: int = 0
    last_answer_s: float = 0.0
    """Seconds from the last message due until the last answer."""
    last_answer_at: float = 0.0
    another: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass
class _Block:
    """Rounds of turns: how long each took, and each process's time for them."""

    times: list[float] = field(default_factory=list)
    spent: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    seconds: float = 0.0

    async def take(self, system: System, conversation: Conversation, asked: Iterator[str], count: int) -> None:
        before, begun = usage(system.processes()), time.perf_counter()
        self.times += [await _timed(conversation, asked) for _ in range(count)]
        self.seconds += time.perf_counter() - begun
        after = usage(system.processes())
        for name, spent in after.cpu_s.items():
            self.spent[name] += spent - before.cpu_s[name]

    def turns(self) -> Turns:
        """All of them together."""
        return Turns(self.times, {name: round(1000 * spent / len(self.times), 2) for name, spent in self.spent.items()}, self.seconds)


async def one_customer(systems: Sequence[System], sittings: int, warm: int = 1) -> list[Turns]:
    """One customer of each system, who begins a new conversation every twenty turns; `warm` sittings before are not counted.

    The sittings of the systems alternate: a machine that is shared is now faster and now slower, and so all see the same of it.
    """
    blocks = [_Block() for _ in systems]
    for number in range(-warm, sittings):
        for system, block in zip(systems, blocks, strict=True):
            await _sitting(system, number, block if number >= 0 else _Block())
    return [block.turns() for block in blocks]


async def _sitting(system: System, number: int, block: _Block) -> None:
    async with system.converse(desk_of(number)) as conversation:
        await block.take(system, conversation, questions(number), TURNS_A_SITTING)


async def many_customers(system: System, customers: int, warm_seconds: float, seconds: float) -> Turns:
    """Each sends the next message when its answer has come; turns answered within the window count."""
    opens = time.perf_counter() + warm_seconds
    closes = opens + seconds
    times: list[float] = []

    async def customer(index: int) -> None:
        asked = questions(index)
        while time.perf_counter() < closes:
            async with system.converse(desk_of(index)) as conversation:
                for _ in range(TURNS_A_SITTING):
                    milliseconds = await _timed(conversation, asked)
                    now = time.perf_counter()
                    if now >= closes:
                        return
                    if now >= opens:
                        times.append(milliseconds)

    async def look(at: float) -> Usage:
        await asyncio.sleep(at - time.perf_counter())
        return usage(system.processes())

    async with asyncio.TaskGroup() as group:
        looks = [group.create_task(look(at)) for at in (opens, closes)]
        for index in range(customers):
            group.create_task(customer(index))
    before, after = (task.result() for task in looks)
    return Turns(times, cpu_a_turn(before, after, max(1, len(times))), seconds)


async def depth(system: System, at: int, rounds: int) -> Depth:
    """One conversation up to turn `at`; around it, ten of its turns alternate with turns 6 to 15 of a fresh conversation.

    Alternating, both see the same moments of the machine; rounds of ten, both ask the same questions.
    """
    early, late = _Block(), _Block()
    asked = questions()
    async with system.converse(desk_of(0)) as long:
        for _ in range(at - rounds * len(EARLY) // 2):
            await long.ask(next(asked))
        for _ in range(rounds):
            await late.take(system, long, asked, len(EARLY))
            async with system.converse(desk_of(0)) as fresh:
                fresh_asked = questions()
                for _ in range(1, EARLY.start):
                    await fresh.ask(next(fresh_asked))
                await early.take(system, fresh, fresh_asked, len(EARLY))
    first, last = early.turns(), late.turns()
    return Depth(at, first.p50, last.p50, servers(first.cpu_ms), servers(last.cpu_ms))


async def acknowledgement(ours: Ours, seconds: float) -> Acknowledged:
    """Messages on a fixed schedule, whatever becomes of the earlier ones; latency counts from when a message was due."""
    result = Acknowledged()
    async with AsyncExitStack() as open_conversations:
        conversations = [await open_conversations.enter_async_context(ours.converse(desk_of(n))) for n in range(ACK_CONVERSATIONS)]
        readers = [asyncio.create_task(_count_answers(conversation, result)) for conversation in conversations]
        try:
            due = time.perf_counter() + 0.1
            async with asyncio.TaskGroup() as group:
                for index in range(int(seconds * ACK_RATE)):
                    due += 1 / ACK_RATE
                    await asyncio.sleep(max(0.0, due - time.perf_counter()))
                    place = index % ACK_CONVERSATIONS
                    asked = questions(index // ACK_CONVERSATIONS + place)
                    group.create_task(_send(conversations[place], asked, due, result))
            with contextlib.suppress(TimeoutError):  # what is still unanswered then is told
                async with asyncio.timeout(DRAIN_SECONDS):
                    while result.answered < len(result.milliseconds):
                        result.another.clear()
                        await result.another.wait()
            result.last_answer_s = max(0.0, result.last_answer_at - due)
        finally:
            for reader in readers:
                reader.cancel()
            await asyncio.gather(*readers, return_exceptions=True)
    return result


async def _send(conversation: WebConversation, asked: Iterator[str], due: float, result: Acknowledged) -> None:
    if await conversation.try_post(next(asked)) is None:
        result.refused += 1
    else:
        result.milliseconds.append(1000 * (time.perf_counter() - due))


async def _count_answers(conversation: WebConversation, result: Acknowledged) -> None:
    while True:
        await conversation.next_answer()
        result.answered += 1
        result.last_answer_at = time.perf_counter()
        result.another.set()
        await conversation.mark_read()


async def _timed(conversation: Conversation, asked: Iterator[str]) -> float:
    text = next(asked)
    begun = time.perf_counter()
    await conversation.ask(text)
    passed = time.perf_counter() - begun
    if isinstance(conversation, WebConversation):  # not waited for by the customer, but work of the servers; stock Rasa knows no such thing
        await conversation.mark_read()
    return 1000 * passed
