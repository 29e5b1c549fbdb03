"""Fifty messages a second for a minute while one send in ten fails in one of eight ways; then every message is looked for at its telephone."""

from __future__ import annotations

import asyncio
import re
import statistics
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import aiohttp
from sqlalchemy import func, select

from bot.conversations.base import OPEN_STATES
from bot.conversations.models import Delivery, Message
from bot.database import open_database
from bot.fake_whatsapp import inbound
from bot.fake_whatsapp.fake import FakeGraph, Sent
from bot.fake_whatsapp.faults import Fault
from bot.fake_whatsapp.people import Person, with_phone
from harness.whatsapp import Stage

RATE = 50
SECONDS = 60.0
PEOPLE = 350
"""So many that each writes once in seven seconds: the platform takes one message in six for each."""
QUIET_SECONDS = 300.0
SHARES = {
    ("code", 130429): 0.02,
    ("code", 131056): 0.02,
    ("500", 0): 0.015,
    ("reset", 0): 0.01,
    ("slow", 0): 0.01,
    ("500 after", 0): 0.01,
    ("reset after", 0): 0.01,
    ("slow after", 0): 0.005,
}
"""Of all sends; one in ten in all. The last three are taken by the other side before they break."""
COUNTED = ("gateway_deliveries_total", "gateway_delivery_refusals_total", "whatsapp_updates_total", "whatsapp_refused_total")
TOKEN = re.compile(r"\bm(\d+)x(\d+)\b")


@dataclass(frozen=True)
class Load:
    """What became of every message: `lost`, `doubled` and `disordered` name it; `repeats` are sends of one delivery after the first.

    What came twice is no `doubled` where the ledger knows that the end of the first sending was not known. `unfinished`: still under way at
    the end of all patience.
    `reported`: those that did not arrive, and whose delivery the ledger keeps as ambiguous, which is not lost: an operator sees it.
    `struck`: how often each fault did; `counted`: what the gateway itself counts; `seconds`: from the first message to the last
    answer; `p50_s`, `p95_s` until the answer was taken.
    """

    said: int
    lost: list[str]
    doubled: list[str]
    disordered: list[str]
    reported: list[str]
    unfinished: list[str]
    repeats: int
    struck: dict[str, int]
    counted: dict[str, float]
    states: dict[str, int]
    seconds: float
    p50_s: float
    p95_s: float


async def measure(stage: Stage, seconds: float = SECONDS, rate: int = RATE) -> Load:
    """Say it all, wait until all is settled, judge."""
    fake = stage.fake
    faults = [fake.faults.add(Fault(kind, code, times=None, share=share)) for (kind, code), share in SHARES.items()]  # type: ignore[arg-type]
    people = [fake.people.add(with_phone(f"+5255{8_000_0000 + n}", f"Persona {n}")) for n in range(PEOPLE)]
    started = time.monotonic()
    said = await _say(fake, people, int(seconds * rate), rate)
    states, settled = await _until_quiet(stage)
    ended = time.monotonic()
    missing, twice, disordered = judge(said, fake.sent)
    known = await _known(stage)
    under_way = known["pending"] if settled else set(missing) - known["ambiguous"]  # what had no time is not lost
    waits = _waits(said, fake.sent)
    return Load(
        said=len(said),
        lost=[name for name in missing if name not in known["ambiguous"] | under_way],
        doubled=[name for name in twice if name not in known["repeated"]],
        disordered=disordered,
        reported=[name for name in missing if name in known["ambiguous"]],
        unfinished=[name for name in missing if name in under_way],
        repeats=_repeats(fake.sent),
        struck={f"{fault.kind} {fault.code or ''}".strip(): fault.struck for fault in faults},
        counted=await _counted(fake.hooks.url),
        states=states,
        seconds=ended - started,
        p50_s=statistics.median(waits) if waits else 0.0,
        p95_s=statistics.quantiles(waits, n=20)[-1] if len(waits) > 1 else 0.0,
    )


async def _say(fake: FakeGraph, people: Sequence[Person], number: int, rate: int) -> dict[str, float]:
    """Every message at its moment: its name and when it was said, by the stand-in's clock."""
    said: dict[str, float] = {}
    started = time.monotonic()
    for n in range(number):
        await asyncio.sleep(max(0.0, started + n / rate - time.monotonic()))
        name = f"m{n % len(people)}x{n // len(people)}"
        said[name] = fake.now().timestamp()
        fake.receives(people[n % len(people)], inbound.text(f"mensaje {name}"))
    return said


def judge(said: Iterable[str], sent: Sequence[Sent]) -> tuple[list[str], list[str], list[str]]:
    """Lost, doubled and disordered: the names of messages in the answers that reached telephones, person by person."""
    told: dict[str, list[int]] = defaultdict(list)
    for message in sent:
        for person, number in TOKEN.findall(message.text):
            told[person].append(int(number))
    counts = Counter(f"m{person}x{number}" for person, numbers in told.items() for number in numbers)
    lost = [name for name in said if not counts[name]]
    doubled = [name for name, times in counts.items() if times > 1]
    first_time = {person: list(dict.fromkeys(numbers)) for person, numbers in told.items()}
    disordered = [f"person {person}: {numbers}" for person, numbers in first_time.items() if numbers != sorted(numbers)]
    return lost, doubled, disordered


def _repeats(sent: Sequence[Sent]) -> int:
    deliveries = Counter(message.body.get("biz_opaque_callback_data") for message in sent)
    return sum(times - 1 for times in deliveries.values())


def _waits(said: dict[str, float], sent: Sequence[Sent]) -> list[float]:
    return [message.at.timestamp() - said[f"m{a}x{b}"] for message in sent for a, b in TOKEN.findall(message.text) if f"m{a}x{b}" in said]


async def _until_quiet(stage: Stage) -> tuple[dict[str, int], bool]:
    """Until every message is answered and every delivery settled, or patience ends; the deliveries by state, and whether all was settled."""
    waiting = select(func.count()).select_from(Message).where(Message.state.in_(OPEN_STATES))
    by_state = select(Delivery.state, func.count()).group_by(Delivery.state)
    deadline = time.monotonic() + QUIET_SECONDS
    async with open_database(stage.ledger) as database:
        while True:
            left = await database.read(lambda connection: connection.scalar(waiting)) or 0
            states = await database.read(lambda connection: dict(connection.execute(by_state).tuples().all()))
            settled = not left and not states.get("pending")
            if settled and await _carried(stage.fake):
                return states, True
            if time.monotonic() > deadline:
                return states, False
            await asyncio.sleep(1.0)


async def _known(stage: Stage) -> dict[str, set[str]]:
    """The messages whose answers the ledger keeps as ambiguous, still pending, or perhaps sent twice ("repeated")."""
    query = select(Message.text, Delivery.state, Delivery.unsettled).join(Delivery, Delivery.message_id == Message.id)
    known: dict[str, set[str]] = defaultdict(set)
    async with open_database(stage.ledger) as database:
        for text, state, unsettled in await database.read(lambda connection: connection.execute(query).tuples().all()):
            names = {f"m{person}x{number}" for person, number in TOKEN.findall(text)}
            known[state] |= names
            if unsettled > 1:
                known["repeated"] |= names
    return known


async def _carried(fake: FakeGraph) -> bool:
    try:
        await fake.hooks.settle(5.0)
    except TimeoutError:
        return False
    return True


async def _counted(webhook: str) -> dict[str, float]:
    """What the gateway's metrics say of deliveries and updates, by the line's name."""
    url = webhook.replace("/whatsapp/webhook", "/metrics")
    async with aiohttp.ClientSession() as http, http.get(url) as response:
        lines = (await response.text()).splitlines()
    wanted = (line.rsplit(" ", 1) for line in lines if line.startswith(COUNTED))
    return {name: float(value) for name, value in wanted}
