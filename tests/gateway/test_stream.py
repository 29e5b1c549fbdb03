"""The event stream: every message once, in order, however often it is cut; moods without a number."""

from __future__ import annotations

import asyncio
import json
import sqlite3

import pytest

from tests.gateway.client import GUARD_SECONDS, Visitor, execute


async def take(events, wanted: int) -> list[dict]:
    """The next `wanted` messages."""
    messages = []
    async for event in events:
        if event["event"] == "message":
            messages.append(event)
            if len(messages) == wanted:
                break
    return messages


async def until(events, name: str, **fields) -> dict:
    async for event in events:
        if event["event"] == name and all(event["data"].get(key) == value for key, value in fields.items()):
            return event
    raise AssertionError(f"the stream ended before {name}")


async def test_messages_arrive_with_their_seq_as_id(visitor: Visitor) -> None:
    async with visitor.stream() as events:
        await visitor.send("hola")
        messages = await take(events, 3)
    assert [int(event["id"]) for event in messages] == [1, 2, 3] == [event["data"]["seq"] for event in messages]
    assert [event["data"] for event in messages] == await visitor.messages()


async def test_a_stream_that_is_cut_goes_on_without_a_gap_or_a_repetition(gateway, visitor: Visitor) -> None:
    seen: list[int] = []
    for n in range(6):
        await visitor.ask(f"n={n}")
    while len(seen) < 13:
        async with visitor.stream(since=seen[-1] if seen else 0) as events:
            seen += [int(event["id"]) for event in await take(events, 1)]  # read one, cut
    assert seen == list(range(1, 14))


async def test_last_event_id_wins_over_since(visitor: Visitor) -> None:
    await visitor.ask("hola")
    async with visitor.stream(0, **{"Last-Event-ID": "2"}) as events:
        (only,) = await take(events, 1)
    assert only["id"] == "3"


async def test_a_stream_begins_with_the_state_and_shows_that_an_answer_is_made(gateway, visitor: Visitor) -> None:
    gateway.dialogue.mode = "hang"
    async with visitor.stream() as events:
        state = await anext(events)
        assert (state["event"], state["data"]) == ("state", {"owner": "bot"})
        assert "id" not in state
        await visitor.send("hola")
        typing = await until(events, "typing", typing=True)
        assert "id" not in typing
        gateway.dialogue.mode = "ok"
        gateway.dialogue.release.set()
        await until(events, "message", kind="answer")
        await until(events, "typing", typing=False)


async def test_a_quiet_stream_is_kept_alive(visitor: Visitor) -> None:
    async with visitor.stream() as events:
        async for event in events:
            if event["event"] == "comment":
                return


async def test_log_out_ends_the_stream(visitor: Visitor) -> None:
    async with visitor.stream() as events:
        await visitor.call("POST", "/webchat/logout")
        assert [event async for event in events if event["event"] == "message"] == []


async def test_a_session_that_ends_ends_its_stream(gateway, visitor: Visitor) -> None:
    async with visitor.stream() as events:
        gateway.clock.forward(hours=13)
        assert [event async for event in events if event["event"] == "message"] == []


async def test_the_ninth_tab_ends_the_first(gateway, visitor: Visitor) -> None:
    async with visitor.stream() as first:
        await anext(first)
        async with asyncio.timeout(GUARD_SECONDS):
            streams = [visitor.stream() for _ in range(8)]
            for stream in streams:
                await stream.__aenter__()
            assert [event async for event in first if event["event"] == "message"] == []
            for stream in streams:
                await stream.__aexit__(None, None, None)


async def test_a_stopping_gateway_ends_its_streams(start) -> None:
    gateway = await start()
    async with Visitor(gateway.url("/")) as visitor:
        await visitor.open()
        async with visitor.stream() as events:
            await anext(events)
            async with asyncio.timeout(GUARD_SECONDS):
                await gateway.server.close()
                assert [event async for event in events if event["event"] == "message"] == []


async def test_an_answer_of_another_gateway_arrives_by_polling(start) -> None:
    one, other = await start(), await start()
    async with Visitor(one.url("/")) as here, Visitor(other.url("/")) as there:
        await here.open()
        there.session = here.session
        async with here.stream() as events:
            await there.send("hola desde la otra")
            messages = await take(events, 3)
    assert messages[-1]["data"]["text"] == "eco: hola desde la otra"


async def test_a_taken_over_conversation_changes_its_state(gateway, visitor: Visitor, tmp_path) -> None:
    async with visitor.stream() as events:
        await anext(events)
        await execute(tmp_path / "ledger.db", "UPDATE conversation SET owner = 'agent'")
        await until(events, "state", owner="agent")


async def test_reading_marks_what_was_delivered(visitor: Visitor, tmp_path) -> None:
    answer = await visitor.ask("hola")
    status, _ = await visitor.call("POST", "/webchat/read", json={"seq": answer["seq"]})
    assert status == 204
    assert (await visitor.call("POST", "/webchat/read", json={"seq": 1}))[0] == 204  # going back changes nothing
    with sqlite3.connect(tmp_path / "ledger.db") as ledger:
        assert ledger.execute("SELECT read_seq FROM conversation").fetchall() == [(answer["seq"],)]
    ledger.close()


@pytest.mark.parametrize("text", ["data: x\n\nevent: message", "a\nb\n\nc", "a\u2028b\u2029c", "id: 99"])
async def test_no_text_can_forge_an_event(visitor: Visitor, text: str) -> None:
    async with visitor.stream() as events:
        await visitor.send(text)
        messages = await take(events, 3)
    assert [int(event["id"]) for event in messages] == [1, 2, 3]
    assert messages[0]["data"]["text"] == json.loads(json.dumps(text)).strip()
