"""The dialogue is asked while a message is being committed. When the COMMIT fails, the message is refused and its turn leaves no trace."""

from __future__ import annotations

import sqlite3
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event

from bot.gateway.keys import DISPATCHER, RESOURCES
from bot.migrations import upgrade
from tests.gateway.client import Visitor, answers
from tests.support.hangs import GUARD_SECONDS, eventually


@contextmanager
def failing_commits(gateway, *, once_asked: bool) -> Iterator[None]:
    """No COMMIT of the ledger succeeds; where it may block, not before the dialogue has been asked."""
    ledger = gateway.app[RESOURCES].ledger
    engine = ledger.engine.sync_engine if ledger.can_tell_news else ledger._transactions._engine

    def fail(_connection) -> None:
        deadline = time.monotonic() + GUARD_SECONDS
        while once_asked and not gateway.dialogue.turns and time.monotonic() < deadline:
            time.sleep(0.01)
        raise sqlite3.OperationalError("disk I/O error")

    event.listen(engine, "commit", fail)
    try:
        yield
    finally:
        event.remove(engine, "commit", fail)


async def refused_and_taken(gateway, mode: str, *, once_asked: bool) -> None:
    async with Visitor(gateway.url("/")) as visitor:
        await visitor.open()
        message_id = str(uuid.uuid4())
        gateway.dialogue.mode = mode
        with failing_commits(gateway, once_asked=once_asked):
            assert (await visitor.send("hola", message_id=message_id))[0] == 503
        assert bool(gateway.dialogue.turns) or not once_asked
        gateway.dialogue.mode = "ok"
        gateway.dialogue.release.set()
        await eventually(lambda: not gateway.app[DISPATCHER]._running)
        assert await visitor.messages() == []
        assert (await visitor.send("hola", message_id=message_id))[0] == 202  # as the widget does
        messages = await visitor.until(lambda all_of: len(answers(all_of)) == 1)
        assert [(m["seq"], m["text"]) for m in messages if m["kind"] != "notice"] == [(1, "hola"), (messages[-1]["seq"], "eco: hola")]
        counted = (await visitor.call("GET", "/metrics"))[1].decode()
        assert [line for line in counted.splitlines() if line.startswith("gateway_turns_total")] == [
            'gateway_turns_total{outcome="answered"} 1.0'
        ]


@pytest.mark.parametrize("mode", ["ok", "503", "422", "unreadable", "hang"])
async def test_on_sqlite(gateway, mode: str) -> None:
    await refused_and_taken(gateway, mode, once_asked=True)


@pytest.mark.parametrize("mode", ["ok", "hang"])
async def test_on_postgresql(start, postgres_url: str, mode: str) -> None:
    upgrade(postgres_url, "ledger")
    await refused_and_taken(await start(database_url=postgres_url), mode, once_asked=False)
