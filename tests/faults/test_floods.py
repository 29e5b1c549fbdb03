"""Too much at once: one customer's flood is told once and costs nobody else; a queue that is too deep takes nothing more in."""

from __future__ import annotations

import uuid

import pytest
from sqlalchemy import Connection, select, text

from bot.conversations import history, pressure
from bot.conversations.ledger import Ledger
from bot.conversations.tables import MESSAGE
from bot.database import open_database
from bot.migrations import upgrade
from bot.resources import RESOURCES
from bot.turns.backlog import FRESH_SECONDS
from tests.gateway.client import Visitor, all_answered, answers, each_answered_once, notices
from tests.support.hangs import eventually


async def post(visitor: Visitor, text: str, message_id: str | None = None) -> tuple[int, dict, str | None]:
    body = {"id": message_id or str(uuid.uuid4()), "text": text}
    async with visitor.http.post(f"{visitor.base}/webchat/messages", headers=visitor.headers, json=body) as response:
        return response.status, await response.json(), response.headers.get("Retry-After")


async def told(visitor: Visitor) -> int:
    """How often the conversation was told of a flood (a clock that jumps may also bring the notice of a delay)."""
    return sum("muchos mensajes tuyos" in notice["text"] for notice in notices(await visitor.messages()))


async def test_a_flood_is_told_once(start) -> None:
    gateway = await start(rate_messages_per_minute=5)
    async with Visitor(gateway.url("/")) as visitor, Visitor(gateway.url("/")) as other:
        await visitor.open()
        await other.open()
        replies = [await post(visitor, f"n={n}") for n in range(25)]
        assert [status for status, *_ in replies] == [202] * 5 + [429] * 20
        assert all(1 <= int(wait) <= 60 for _, _, wait in replies[5:])
        messages = await visitor.until(all_answered)
        assert each_answered_once(messages, *(f"n={n}" for n in range(5)))
        (notice,) = notices(messages)
        assert "A partir de las" in notice["text"] or "A partir de la " in notice["text"]
        assert "los envía solo" in notice["text"]
        assert [m["seq"] for m in messages] == list(range(1, len(messages) + 1))
        assert (await other.ask("hola"))["text"] == "eco: hola"
        assert notices(await other.messages()) == []


async def test_a_flood_that_goes_on_is_not_told_again_and_the_next_one_is(start) -> None:
    gateway = await start(rate_messages_per_minute=6)
    async with Visitor(gateway.url("/")) as visitor:
        await visitor.open()

        async def burst(number: int) -> int:
            return [(await post(visitor, "x"))[0] for _ in range(number)].count(429)

        assert await burst(10)
        for _ in range(5):
            gateway.clock.forward(seconds=30)  # some may go on, then too many again
            assert await burst(10)
        assert await told(visitor) == 1
        gateway.clock.forward(minutes=3)  # calm
        assert await burst(10)
        assert await told(visitor) == 2


async def test_two_gateways_tell_one_flood_once(start) -> None:
    one, other = await start(rate_messages_per_minute=3), await start(rate_messages_per_minute=3)
    async with Visitor(one.url("/")) as visitor:
        await visitor.open()
        for gateway in (one, other, one, other):
            visitor.base = gateway.url("/").rstrip("/")
            assert 429 in [(await post(visitor, "x"))[0] for _ in range(5)]
        assert len(notices(await visitor.messages())) == 1


async def test_what_was_refused_may_be_sent_again_with_its_id(start) -> None:
    gateway = await start(rate_messages_per_minute=2)
    message = str(uuid.uuid4())
    async with Visitor(gateway.url("/")) as visitor:
        await visitor.open()
        for n in range(2):
            await post(visitor, f"n={n}")
        status, _, wait = await post(visitor, "tercero", message)
        assert status == 429
        gateway.clock.forward(seconds=int(wait))
        assert (await post(visitor, "tercero", message))[0] == 202
        messages = await visitor.until(all_answered)
    assert each_answered_once(messages, "n=0", "n=1", "tercero")


async def test_a_queue_that_is_too_deep_takes_nothing_more_in(start) -> None:
    gateway = await start(rate_queue_most=6)
    gateway.dialogue.mode = "hang"
    async with Visitor(gateway.url("/")) as visitor, Visitor(gateway.url("/")) as other:
        await visitor.open()
        await other.open()
        assert [(await post(visitor, f"n={n}"))[0] for n in range(3)] == [202] * 3
        for one in (visitor, other):
            status, error, wait = await post(one, "de más")
            assert (status, error["error"], wait) == (429, "busy", "5")
            assert "muchas personas" in error["message"]
        assert notices(await other.messages()) == []  # it is not their doing
        gateway.dialogue.mode = "ok"
        gateway.dialogue.release.set()
        assert each_answered_once(await visitor.until(all_answered), "n=0", "n=1", "n=2")  # what was accepted is answered

        async def has_room() -> bool:
            return (await post(other, "ahora sí"))[0] == 202

        await eventually(has_room)
        await other.until(answers)
        text = (await visitor.call("GET", "/metrics"))[1].decode()
    assert 'gateway_refused_requests_total{limit="queue"}' in text


async def test_the_queue_is_not_counted_for_each_message(start, monkeypatch) -> None:
    from bot.turns import backlog

    counted: list[int] = []
    original = backlog.pressure.waiting

    async def waiting(ledger, most: int) -> tuple[int, int]:
        counted.append(most)
        return await original(ledger, most)

    monkeypatch.setattr(backlog.pressure, "waiting", waiting)
    monkeypatch.setattr(backlog, "FRESH_SECONDS", 10 * FRESH_SECONDS)
    gateway = await start(rate_queue_most=50)
    async with Visitor(gateway.url("/")) as visitor:
        await visitor.open()
        for n in range(20):
            assert (await post(visitor, f"n={n}"))[0] == 202
    assert counted == [50]


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
async def test_the_count_reads_only_the_index_of_open_messages(database, request, tmp_path) -> None:
    url = f"sqlite:///{tmp_path}/count.db" if database == "sqlite" else request.getfixturevalue("postgres_url")
    upgrade(url, "ledger")
    explain = "EXPLAIN QUERY PLAN" if database == "sqlite" else "EXPLAIN"
    ledger = Ledger(open_database(url))
    query = select(MESSAGE.c.id).where(pressure.OPEN).limit(9)

    def plan(connection: Connection) -> str:
        if database == "postgresql":
            connection.execute(text("SET enable_seqscan = off"))  # the table is empty: only whether an index can serve
        words = str(query.compile(connection, compile_kwargs={"literal_binds": True}))
        return "\n".join(str(row) for row in connection.execute(text(f"{explain} {words}")))

    chosen = await ledger.read(plan)
    await ledger.close()
    assert "ix_message_open" in chosen


async def test_a_session_that_was_logged_out_writes_no_notice(start) -> None:
    gateway = await start(rate_messages_per_minute=1)
    async with Visitor(gateway.url("/")) as visitor:
        await visitor.open()
        await visitor.ask("hola")
        assert (await visitor.call("POST", "/webchat/logout"))[0] == 204
        assert [(await post(visitor, "x"))[0] for _ in range(3)] == [401, 429, 429]
        messages = await history.messages_after(gateway.app[RESOURCES].ledger, visitor.conversation, 0)
    assert not any("muchos mensajes" in message.text for message in messages)
