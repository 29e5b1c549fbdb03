"""What systemd hears: each process says that it serves when it does, gives signs of life from its loop, and none when it hangs."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot import watchdog
from bot.migrations import upgrade
from bot.settings import ROOT
from harness.ports import free_port
from tests.operations.conftest import settings_in

WATCHDOG_SECONDS = 1.0
START_SECONDS = 90.0
MODULES = ["actions", "bot.dialogue", "bot.gateway"]


@pytest.fixture
def systemd(tmp_path: Path) -> Iterator[socket.socket]:
    """The socket that systemd reads."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as reading:
        reading.bind(str(tmp_path / "notify"))
        reading.settimeout(START_SECONDS)
        yield reading


@pytest.mark.parametrize("module", MODULES)
def test_a_process_under_systemd(tmp_path: Path, systemd: socket.socket, module: str) -> None:
    port = free_port()
    where = {"BIND_PORT": str(port), "DIALOGUE_URLS": f"http://127.0.0.1:{port}", "ACTIONS_URL": f"http://127.0.0.1:{port}"}
    told = {"NOTIFY_SOCKET": systemd.getsockname(), "WATCHDOG_USEC": str(int(WATCHDOG_SECONDS * 1_000_000))}
    environment = settings_in(tmp_path, **where, **told)
    upgrade(environment["ACCOUNTS_DATABASE_URL"], "accounts")
    with subprocess.Popen([sys.executable, "-m", module], cwd=ROOT, env=environment) as process:
        try:
            assert systemd.recv(100) == b"READY=1"
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/live", timeout=10) as response:  # it serves already
                assert response.status == 200
            started = time.monotonic()
            assert [systemd.recv(100) for _ in range(4)] == [b"WATCHDOG=1"] * 4
            assert time.monotonic() - started < 4 * WATCHDOG_SECONDS  # before systemd would lose patience
            process.send_signal(signal.SIGSTOP)
            systemd.settimeout(WATCHDOG_SECONDS)
            assert heard_within(systemd, 3 * WATCHDOG_SECONDS) <= 1  # what was on its way
        finally:
            process.kill()


def heard_within(systemd: socket.socket, seconds: float) -> int:
    time.sleep(seconds)
    return len(unread(systemd))


def unread(systemd: socket.socket) -> list[bytes]:
    systemd.setblocking(False)
    heard = []
    while True:
        try:
            heard.append(systemd.recv(100))
        except BlockingIOError:
            return heard


async def beats(systemd: socket.socket) -> list[bytes]:
    """What is told within a short while of serving."""
    watchdog.serving("")
    await asyncio.sleep(0.2)
    return unread(systemd)


async def test_a_unit_without_a_watchdog(systemd: socket.socket, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", systemd.getsockname())
    monkeypatch.delenv("WATCHDOG_USEC", raising=False)
    assert await beats(systemd) == [b"READY=1"]


async def test_a_watchdog_for_another_process(systemd: socket.socket, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", systemd.getsockname())
    monkeypatch.setenv("WATCHDOG_USEC", "100000")
    monkeypatch.setenv("WATCHDOG_PID", str(os.getpid() + 1))
    assert await beats(systemd) == [b"READY=1"]
    monkeypatch.setenv("WATCHDOG_PID", str(os.getpid()))
    assert len(await beats(systemd)) > 2


async def test_an_abstract_socket(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(f"\0servidor-virtual-test-{os.getpid()}")
        monkeypatch.setenv("NOTIFY_SOCKET", f"@servidor-virtual-test-{os.getpid()}")
        assert await beats(systemd) == [b"READY=1"]


@pytest.mark.parametrize("address", ["", "/nowhere/at/all"])
async def test_without_systemd(systemd: socket.socket, monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", address)
    monkeypatch.setenv("WATCHDOG_USEC", "100000")
    assert await beats(systemd) == []
