"""A child that lives and hangs is killed and started again; one that loads is left alone; stopping always ends."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import aiohttp
import psutil
import pytest

from bot.supervisor import process, pulse
from bot.supervisor.process import Child
from bot.supervisor.supervisor import StartFailed, Supervisor
from harness.ports import free_port
from tests.supervisor.programs import DEAF, LEAVES_A_CHILD, SERVES, write
from tests.support.hangs import eventually

PROBE_SECONDS = 0.3


def test_a_hung_process_is_found_within_ten_seconds() -> None:
    at_most = (pulse.MISSED_MOST + 1) * pulse.PROBE_SECONDS  # it may stop just after it answered
    assert at_most < 10


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pulse, "PROBE_SECONDS", PROBE_SECONDS)
    monkeypatch.setattr(process, "KILL_SECONDS", 1.0)


class Kept:
    """A supervisor with one child that serves; `pids` are its starts."""

    def __init__(self, folder: Path, loads: float = 0.0) -> None:
        port = free_port()
        write(folder, "serves", SERVES)
        self.child = Child("serves", "serves", (str(port), str(loads)), f"http://127.0.0.1:{port}", folder / "log")
        self.said: list[str] = []
        self.supervisor = Supervisor([self.child], folder, self.said.append)
        self._starts = folder / "starts"

    @property
    def pids(self) -> list[int]:
        return [int(line) for line in self._starts.read_text().split()] if self._starts.exists() else []

    async def started(self, times: int) -> None:
        """It serves, and the supervisor has seen it."""
        await eventually(lambda: "ready" in self.said and len(self.pids) >= times)
        async with aiohttp.ClientSession() as http:
            await eventually(lambda: self.child.is_ready(http))
        await asyncio.sleep(2 * pulse.POLL_SECONDS)


@pytest.fixture
async def keep(tmp_path: Path) -> AsyncIterator[Callable[..., Kept]]:
    running: list[asyncio.Task[None]] = []

    def begin(**changes: float) -> Kept:
        kept = Kept(tmp_path, **changes)
        kept.run = asyncio.create_task(kept.supervisor.run("ready"))
        running.append(kept.run)
        return kept

    yield begin
    for task in running:
        if not task.done():
            os.kill(os.getpid(), signal.SIGTERM)  # the supervisor's own way to be stopped
        await asyncio.wait([task], timeout=30)
        assert task.done()
        task.exception()


async def test_one_that_hangs_is_started_again(keep: Callable[..., Kept]) -> None:
    kept = keep()
    await kept.started(1)
    os.kill(kept.pids[0], signal.SIGSTOP)
    await kept.started(2)
    assert not psutil.pid_exists(kept.pids[0])
    assert any("lives and does not answer (asked 3 times) and was killed; starting it again" in line for line in kept.said)


async def test_one_that_hangs_as_soon_as_it_was_ready_is_seen_as_soon(keep: Callable[..., Kept], monkeypatch: pytest.MonkeyPatch) -> None:
    """What was seen ready does not load any more, though the watch has no answer of its own yet."""
    kept = keep()

    def say(line: str) -> None:
        kept.said.append(line)
        if line == "ready":
            os.kill(kept.pids[0], signal.SIGSTOP)

    monkeypatch.setattr(kept.supervisor, "_say", say)
    await eventually(lambda: len(kept.pids) == 2)
    assert any("lives and does not answer" in line for line in kept.said)


async def test_one_that_loads_longer_than_a_hang_takes_is_left_alone(keep: Callable[..., Kept]) -> None:
    kept = keep(loads=8 * PROBE_SECONDS)
    await kept.started(1)
    os.kill(kept.pids[0], signal.SIGKILL)  # now it loads under the eyes of the watch
    await eventually(lambda: len(kept.pids) == 2)
    await kept.started(2)
    assert len(kept.pids) == 2


async def test_a_short_pause_is_no_hang(keep: Callable[..., Kept]) -> None:
    kept = keep()
    await kept.started(1)
    os.kill(kept.pids[0], signal.SIGSTOP)
    await asyncio.sleep(PROBE_SECONDS)
    os.kill(kept.pids[0], signal.SIGCONT)
    await asyncio.sleep(4 * PROBE_SECONDS)
    assert len(kept.pids) == 1


async def test_hangs_count_as_deaths_do(keep: Callable[..., Kept]) -> None:
    kept = keep()
    for start in range(4):
        await kept.started(start + 1)
        os.kill(kept.pids[start], signal.SIGSTOP if start % 2 else signal.SIGKILL)
    with pytest.raises(StartFailed, match="for the 4th time in a minute"):
        await kept.run


async def child_of(folder: Path, program: str) -> Child:
    """A child that runs this and has said something."""
    write(folder, "program", program)
    child = Child("program", "program", (), "http://127.0.0.1:9", folder / "log")
    await child.start(folder)
    await eventually(lambda: bool(child.output.last_words))
    return child


async def test_stopping_one_that_does_not_listen(tmp_path: Path) -> None:
    child = await child_of(tmp_path, DEAF)
    await child.stop(0.2)
    assert child.why_it_ended() == "was ended by SIGKILL"


async def test_stopping_one_that_was_stopped(tmp_path: Path) -> None:
    child = await child_of(tmp_path, "import time\nprint('here', flush=True)\ntime.sleep(600)")
    assert child.process
    child.process.send_signal(signal.SIGSTOP)
    await child.stop(0.2)
    assert not child.running


async def test_stopping_one_whose_own_child_holds_its_output(tmp_path: Path) -> None:
    child = await child_of(tmp_path, LEAVES_A_CHILD)
    grandchild = psutil.Process(int(child.output.last_words[0]))
    await eventually(lambda: not child.running)
    started = time.monotonic()
    await child.stop(1)
    assert time.monotonic() - started < 10
    assert grandchild.is_running()
    assert child.process
    assert child.process._transport.is_closing()  # the pipe is let go of, though it is held
    grandchild.kill()
    await child.process.wait()
