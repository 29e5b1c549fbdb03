"""The gateway as a process of its own, and on PostgreSQL: the same answers."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sqlite3
import sys

import pytest

from harness.dialogue import SECRET
from tests.gateway.client import GUARD_SECONDS, Visitor, answers


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def environment(tmp_path, dialogue, port: int, **changes: str) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "DATABASE_URL": f"sqlite:///{tmp_path}/ledger.db",
        "ACCOUNTS_DATABASE_URL": f"sqlite:///{tmp_path}/accounts.db",
        "DIALOGUE_URLS": dialogue.url,
        "ACTIONS_URL": dialogue.url,
        "INTERNAL_SECRET": SECRET,
        "SESSION_SECRET": "session-secret-of-the-tests-0000001",
        "PORTAL_JWT_SECRET": "portal-secret-of-the-tests-00000001",
        "DEMO": "0",
        "BIND_PORT": str(port),
        **changes,
    }


async def spawn(environ: dict[str, str]) -> asyncio.subprocess.Process:
    pipe = asyncio.subprocess.PIPE
    return await asyncio.create_subprocess_exec(sys.executable, "-m", "bot.gateway", env=environ, stdout=pipe, stderr=pipe)


async def serving(process: asyncio.subprocess.Process, visitor: Visitor) -> None:
    async with asyncio.timeout(GUARD_SECONDS * 3):
        while process.returncode is None:
            try:
                await visitor.call("GET", "/health/live")
            except OSError:
                await asyncio.sleep(0.05)
            else:
                return
    raise AssertionError((await process.communicate())[1].decode())


async def test_it_answers_and_stops_politely(tmp_path, dialogue) -> None:
    port = free_port()
    process = await spawn(environment(tmp_path, dialogue, port))
    async with Visitor(f"http://127.0.0.1:{port}") as visitor:
        await serving(process, visitor)
        await visitor.open()
        assert (await visitor.ask("hola CANARIO"))["text"] == "eco: hola CANARIO"
        async with visitor.stream() as events:
            await anext(events)
            process.send_signal(signal.SIGTERM)
            async with asyncio.timeout(GUARD_SECONDS * 2):
                out, err = await process.communicate()
    assert process.returncode == 0
    logged = out.decode() + err.decode()
    assert "CANARIO" not in logged
    assert '"event": "turn"' in logged


async def test_a_killed_process_loses_nothing(tmp_path, dialogue) -> None:
    dialogue.mode = "hang"
    port = free_port()
    process = await spawn(environment(tmp_path, dialogue, port))
    async with Visitor(f"http://127.0.0.1:{port}") as visitor:
        await serving(process, visitor)
        await visitor.open()
        assert (await visitor.send("hola"))[0] == 202
        while not dialogue.turns:
            await visitor.messages()
        process.kill()
        await process.communicate()
        dialogue.mode = "ok"
        dialogue.release.set()
        with sqlite3.connect(tmp_path / "ledger.db") as ledger:  # the lease ends; the test does not wait for it
            ledger.execute("UPDATE conversation SET lease_until = '2000-01-01 00:00:00.000000'")
        ledger.close()
        process = await spawn(environment(tmp_path, dialogue, port))
        await serving(process, visitor)
        assert (await visitor.answer_to(1))["text"] == "eco: hola"
        assert len(answers(await visitor.messages())) == 1
        process.terminate()
        await process.communicate()


async def test_a_ledger_that_is_away_is_named(tmp_path, dialogue) -> None:
    away = "postgresql+asyncpg://nobody@127.0.0.1:9/nothing"
    process = await spawn(environment(tmp_path, dialogue, free_port(), DATABASE_URL=away))
    _, err = await process.communicate()
    assert process.returncode == 1
    assert err.decode().startswith("DATABASE_URL: the ledger cannot be opened")


async def test_a_taken_port_is_named(tmp_path, dialogue) -> None:
    process = await spawn(environment(tmp_path, dialogue, dialogue.port))
    _, err = await process.communicate()
    assert process.returncode == 1
    assert f"BIND_PORT: 127.0.0.1:{dialogue.port}" in err.decode()


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("SESSION_SECRET", "corto"),
        ("PORTAL_JWT_PUBLIC_KEY", "hola"),
        ("DATABASE_URL", "mysql://x/y"),
        ("SMTP_URL", "ftp://mail.example"),
        ("ALLOWED_ORIGINS", "https://*.example"),
    ],
)
async def test_a_bad_setting_stops_the_start_and_is_named(tmp_path, dialogue, variable: str, value: str) -> None:
    process = await spawn(environment(tmp_path, dialogue, free_port(), **{variable: value}))
    _, err = await process.communicate()
    assert process.returncode == 2
    assert variable in err.decode()
    assert "Traceback" not in err.decode()


async def test_on_postgresql(start, postgres_url) -> None:
    from bot.migrations import upgrade

    upgrade(postgres_url, "ledger")
    one, other = await start(database_url=postgres_url), await start(database_url=postgres_url)
    async with Visitor(one.url("/")) as visitor, Visitor(other.url("/")) as there:
        await visitor.open()
        there.session = visitor.session
        async with there.stream() as events:
            for n in range(6):
                await (visitor, there)[n % 2].ask(f"n={n}")
            seen = []
            async for event in events:
                if event["event"] == "message":
                    seen.append(int(event["id"]))
                if len(seen) == 13:
                    break
        messages = await visitor.messages()
    assert seen == list(range(1, 14))
    assert [m["text"] for m in answers(messages)] == [f"eco: n={n}" for n in range(6)]
    assert len(one.dialogue.turns) == 6


async def test_a_database_that_goes_away_refuses_and_comes_back(start, postgres, postgres_url) -> None:
    from bot.migrations import upgrade

    upgrade(postgres_url, "ledger")
    gateway = await start(database_url=postgres_url)
    async with Visitor(gateway.url("/")) as visitor:
        await visitor.open()
        await visitor.ask("uno")
        name = postgres_url.rsplit("/", 1)[1]
        postgres.run(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        postgres.run(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
        status, error = await visitor.send("dos")
        assert (status, error["error"]) == (503, "unavailable")
        assert (await visitor.call("GET", "/health/ready"))[0] == 503
        postgres.run(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
        assert (await visitor.ask("tres"))["text"] == "eco: tres"
        said = [m["text"] for m in await visitor.messages() if m["author"] == "customer"]
    assert said == ["uno", "tres"]  # what was refused was not stored
