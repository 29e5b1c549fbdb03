"""SIGTERM to `bot up` while a turn runs in a slow action: it is answered before the exit, or after the next start; once in any case."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from bot.settings import VAR
from harness.up import Up
from tests.gateway.client import Visitor

GUARD_SECONDS = 90


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The databases of one installation, which is started several times."""
    return tmp_path_factory.mktemp("drain")


@pytest.fixture
def up(folder: Path) -> Iterator[Up]:
    running = Up(folder).start().wait_ready()
    try:
        yield running
    finally:
        for child in running.children() if running.process.poll() is None else ():
            with contextlib.suppress(psutil.Error):
                child.resume()
        running.stop()


def until(what: Any, told: str) -> None:
    deadline = time.monotonic() + GUARD_SECONDS
    while not what():
        assert time.monotonic() < deadline, told
        time.sleep(0.05)


def rows(folder: Path, query: str) -> list[tuple[Any, ...]]:
    with contextlib.closing(sqlite3.connect(folder / "ledger.db", timeout=10)) as ledger:
        return ledger.execute(query).fetchall()


async def say(up: Up, text: str) -> None:
    async with Visitor(up.url) as visitor:
        await visitor.open()
        assert (await visitor.send(text))[0] == 202


def state(folder: Path, text: str) -> str:
    return rows(folder, f"SELECT state FROM message WHERE text = '{text}'")[0][0]


def answers_to(folder: Path, text: str) -> int:
    conversation = f"SELECT conversation_id FROM message WHERE text = '{text}'"
    return rows(folder, f"SELECT count(*) FROM message WHERE kind = 'answer' AND conversation_id = ({conversation})")[0][0]


def refuses(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def said_since(log: Path, start: int) -> str:
    with log.open("rb") as opened:
        opened.seek(start)
        return opened.read().decode("utf-8", "replace")


def test_what_runs_is_answered_before_the_exit(up: Up, folder: Path) -> None:
    sizes = {name: (VAR / "logs" / f"{name}.log").stat().st_size for name in ("gateway", "dialogue", "actions")}
    up.child("actions").suspend()
    asyncio.run(say(up, "muchas gracias"))
    until(lambda: state(folder, "muchas gracias") == "processing", "the turn does not begin")
    actions = up.child("actions")
    up.process.send_signal(signal.SIGTERM)
    until(lambda: refuses(up.port), "the gateway takes new work")
    assert state(folder, "muchas gracias") == "processing"
    actions.resume()
    assert up.wait_end() == 0
    assert state(folder, "muchas gracias") == "answered"
    assert answers_to(folder, "muchas gracias") == 1
    for name, size in sizes.items():
        assert '"stopping: no new' in said_since(VAR / "logs" / f"{name}.log", size)


def test_what_does_not_finish_waits_for_the_next_start(up: Up, folder: Path) -> None:
    actions, gateway = up.child("actions"), up.child("bot.gateway")
    actions.suspend()
    asyncio.run(say(up, "mil gracias"))
    until(lambda: state(folder, "mil gracias") == "processing", "the turn does not begin")
    up.process.send_signal(signal.SIGTERM)
    gateway.wait(GUARD_SECONDS)  # the dialogue gives the action up after 8 s, and the gateway the turn
    actions.resume()
    assert up.wait_end() == 0
    assert state(folder, "mil gracias") in {"received", "processing"}
    assert answers_to(folder, "mil gracias") == 0


def test_and_is_answered_then_once(up: Up, folder: Path) -> None:
    until(lambda: state(folder, "mil gracias") == "answered", "the message is lost")
    assert up.stop() == 0
    assert answers_to(folder, "mil gracias") == 1
    assert answers_to(folder, "muchas gracias") == 1
