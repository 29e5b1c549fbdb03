"""Two gateways on one PostgreSQL: what one stores the other's streams show at once, told by NOTIFY and by nothing else.

Both poll once a minute, longer than any test waits, so that polling cannot be what found the news; where it shall, it is said.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import asyncpg
import pytest

from bot.conversations import feed
from bot.migrations import upgrade
from harness.dialogue import reply, result
from tests.gateway.client import GUARD_SECONDS, Visitor, all_answered, answers
from tests.gateway.conftest import FAST

ONLY_TOLD = replace(FAST, poll_seconds=60.0)
ALSO_POLLING = FAST
LISTENING = f"SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name = '{feed.CHANNEL}'"
FIXED = "00000000-0000-4000-8000-000000000001"
IDS_AND_NUMBERS = re.compile(r"[0-9a-f]{32} \d* [01](\n[0-9a-f]{32} \d* [01])*")


class Ledger:
    """The database itself, seen by a connection of the test's own."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self._connection = connection

    async def listening(self) -> set[int]:
        """Connections that hear news."""
        return {row["pid"] for row in await self._connection.fetch(LISTENING)}

    async def until_listening(self, wanted: Callable[[set[int]], bool]) -> set[int]:
        """Those connections, once they are as wanted."""
        async with asyncio.timeout(GUARD_SECONDS):
            while not wanted(pids := await self.listening()):  # noqa: ASYNC110 - the server tells nobody
                await asyncio.sleep(0.02)
        return pids

    async def cut(self, pids: set[int]) -> None:
        for pid in pids:
            await self._connection.execute("SELECT pg_terminate_backend($1)", pid)

    async def hear(self, heard: Callable[[str], None]) -> None:
        await self._connection.add_listener(feed.CHANNEL, lambda _connection, _process, _channel, payload: heard(payload))

    async def others(self) -> int:
        """How many connections to the database there are besides this one."""
        query = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        return int(await self._connection.fetchval(query))


@pytest.fixture
async def ledger(postgres_url: str) -> AsyncIterator[Ledger]:
    await asyncio.to_thread(upgrade, postgres_url, "ledger")
    connection = await asyncpg.connect(postgres_url.replace("postgresql+asyncpg", "postgresql"))
    yield Ledger(connection)
    await connection.close()


@asynccontextmanager
async def one_customer_at(*urls: str) -> AsyncIterator[list[Visitor]]:
    """The same customer's session at each of the gateways."""
    async with AsyncExitStack() as stack:
        visitors = [await stack.enter_async_context(Visitor(url)) for url in urls]
        await visitors[0].open()
        for visitor in visitors[1:]:
            visitor.session = visitors[0].session
        yield visitors


async def until(happened: Callable[[], object]) -> None:
    async with asyncio.timeout(GUARD_SECONDS):
        while not happened():  # noqa: ASYNC110 - it is in the hands of others
            await asyncio.sleep(0.01)


async def take(events: AsyncIterator[dict], wanted: int) -> list[dict]:
    """The next messages of a stream."""
    messages = []
    async for event in events:
        if event["event"] == "message":
            messages.append(event["data"])
            if len(messages) == wanted:
                return messages
    raise AssertionError("the stream ended")


async def test_a_stream_shows_what_the_other_gateway_accepts_and_answers(start, postgres_url: str, ledger: Ledger) -> None:
    here, there = [await start(timings=ONLY_TOLD, database_url=postgres_url) for _ in range(2)]
    await ledger.until_listening(lambda pids: len(pids) == 2)
    async with one_customer_at(here.url("/"), there.url("/")) as (reader, writer), reader.stream() as events:
        for n in range(3):  # each is read here before the next one is written there
            assert (await writer.send(f"n={n}"))[0] == 202
            said = await take(events, 2 if n else 3)
            assert said[0]["text"] == f"n={n}"
            assert said[-1]["text"] == f"eco: n={n}"


async def test_both_gateways_show_what_either_stores(start, postgres_url: str, ledger: Ledger) -> None:
    here, there = [await start(timings=ONLY_TOLD, database_url=postgres_url) for _ in range(2)]
    await ledger.until_listening(lambda pids: len(pids) == 2)
    async with one_customer_at(here.url("/"), there.url("/")) as visitors, visitors[0].stream() as first, visitors[1].stream() as second:
        for n in range(6):
            await visitors[n % 2].send(f"n={n}")
        stored = await visitors[0].until(all_answered)
        seen = [await take(events, len(stored)) for events in (first, second)]
    assert seen == [stored, stored]
    assert [message["seq"] for message in stored] == list(range(1, len(stored) + 1))


async def test_a_message_that_waits_is_taken_by_the_gateway_that_has_a_place(start, postgres_url: str, ledger: Ledger) -> None:
    busy = await start(timings=ONLY_TOLD, database_url=postgres_url, rate_turns_at_once=1)
    idle = await start(timings=ONLY_TOLD, database_url=postgres_url, rate_turns_at_once=1)
    await ledger.until_listening(lambda pids: len(pids) == 2)
    busy.dialogue.mode = "hang"
    async with one_customer_at(busy.url("/")) as (one,), one_customer_at(busy.url("/")) as (other,):
        assert (await one.send("la que ocupa"))[0] == 202
        await until(lambda: busy.dialogue.turns)
        busy.dialogue.mode = "ok"
        assert (await other.ask("la que espera"))["text"] == "eco: la que espera"
        assert answers(await one.messages()) == []  # its turn is still held: nobody else's place was needed
    idle.dialogue.release.set()


async def test_a_listening_connection_that_is_cut_comes_back(start, postgres_url: str, ledger: Ledger) -> None:
    here, there = [await start(timings=ONLY_TOLD, database_url=postgres_url) for _ in range(2)]
    first = await ledger.until_listening(lambda pids: len(pids) == 2)
    async with one_customer_at(here.url("/"), there.url("/")) as (reader, writer), reader.stream() as events:
        await writer.send("antes")
        await take(events, 3)
        await ledger.cut(first)
        await ledger.until_listening(lambda pids: len(pids - first) == 2)
        await writer.send("después")
        said = await take(events, 2)
    assert [message["text"] for message in said] == ["después", "eco: después"]


async def test_nothing_is_missed_while_the_listening_connections_are_cut_again_and_again(start, postgres_url: str, ledger: Ledger) -> None:
    here, there = [await start(timings=ALSO_POLLING, database_url=postgres_url) for _ in range(2)]
    first = await ledger.until_listening(lambda pids: len(pids) == 2)
    cuts: set[int] = set()
    enough = asyncio.Event()

    async def keep_cutting() -> None:
        while not enough.is_set():
            pids = await ledger.listening()
            await ledger.cut(pids)
            cuts.update(pids)

    async with one_customer_at(here.url("/"), there.url("/")) as (reader, writer), reader.stream() as events:
        async with asyncio.TaskGroup() as group:
            group.create_task(keep_cutting())
            for n in range(20):
                await writer.ask(f"a ciegas {n}")
            said = await take(events, 41)
            enough.set()
        last = await ledger.until_listening(lambda pids: len(pids - cuts) == 2)
        await writer.send("de nuevo")
        said += await take(events, 2)
    assert first < cuts
    assert not last & first
    assert [message["seq"] for message in said] == list(range(1, 44))
    assert [message["text"] for message in answers(said)] == [
        f"eco: {text}" for text in (*(f"a ciegas {n}" for n in range(20)), "de nuevo")
    ]


async def test_what_is_told_are_ids_and_numbers_never_a_text(start, postgres_url: str, ledger: Ledger) -> None:
    gateway = await start(timings=ONLY_TOLD, database_url=postgres_url)
    heard: list[str] = []
    await ledger.hear(heard.append)
    async with one_customer_at(gateway.url("/")) as (visitor,):
        for text in ("mi RFC es CANARIO010101AB1", "CANARIO 1 1"):
            await visitor.ask(text)
        messages = await visitor.messages()
        await until(lambda: any(f"{visitor.conversation} {messages[-1]['seq']} " in payload for payload in heard))
    assert len(heard) >= 4  # each message and each answer
    assert [payload for payload in heard if not IDS_AND_NUMBERS.fullmatch(payload)] == []


@pytest.mark.parametrize("cut", [False, True], ids=["listening", "cut-while-draining"])
async def test_a_gateway_that_stops_leaves_no_connection_behind(start, postgres_url: str, ledger: Ledger, *, cut: bool) -> None:
    gateway = await start(timings=ONLY_TOLD, database_url=postgres_url)
    listening = await ledger.until_listening(lambda pids: len(pids) == 1)
    gateway.dialogue.mode = "hang"
    async with one_customer_at(gateway.url("/")) as (visitor,):
        await visitor.send("la que aún se contesta")
        await until(lambda: gateway.dialogue.turns)
    async with asyncio.timeout(GUARD_SECONDS), asyncio.TaskGroup() as group:
        group.create_task(gateway.server.close())
        if cut:
            await ledger.cut(listening)
        gateway.dialogue.mode = "ok"
        gateway.dialogue.release.set()
    async with asyncio.timeout(GUARD_SECONDS):
        while await ledger.others():  # noqa: ASYNC110 - the server notices a closed connection a moment later
            await asyncio.sleep(0.02)


async def test_what_was_rolled_back_is_told_to_nobody(start, postgres_url: str, ledger: Ledger) -> None:
    """A refused message and a commit that meets a taken folio: the others hear only of what is stored."""
    gateway = await start(timings=replace(ONLY_TOLD, back_off_first=timedelta(hours=1)), database_url=postgres_url)
    await ledger.until_listening(lambda pids: len(pids) == 1)
    heard: list[str] = []
    await ledger.hear(heard.append)
    case = {"kind": "escalate", "payload": {"reason": "r", "code": "SV-1", "summary": "s"}}
    gateway.dialogue.script["un asesor"] = result(reply("Tu folio es SV-1."), effects=[case])
    async with one_customer_at(gateway.url("/")) as (visitor,):
        await visitor.ask("hola", message_id=FIXED)
        assert (await visitor.send("otra cosa", message_id=FIXED))[0] == 409
        async with Visitor(gateway.url("/")) as first:
            await first.open()
            await first.ask("un asesor")
        await visitor.send("un asesor")  # the folio is that of the first one's case: the turn cannot be stored, and waits
        while 'outcome="postponed"' not in (await visitor.call("GET", "/metrics"))[1].decode():  # noqa: ASYNC110 - the page tells nobody
            await asyncio.sleep(0.01)
        async with Visitor(gateway.url("/")) as other:
            await other.open()
            await other.ask("la última")
            await until(lambda: f"{other.conversation} 3 " in "\n".join(heard))
        stored = [message["seq"] for message in await visitor.messages()]
    told = [line.split(" ")[1] for payload in heard for line in payload.split("\n") if line.startswith(visitor.conversation)]
    assert stored == [1, 2, 3, 4]
    assert set(told) <= {"2", "3", "4"}
    assert told[-1] == "4"
