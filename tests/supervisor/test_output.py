"""A child is never held up by what becomes of its output: a line without an end, a full disk, a log that cannot be opened."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.supervisor.output import LAST_BYTES, Output
from bot.supervisor.process import Child
from tests.supervisor.programs import SAYS, write
from tests.support.hangs import eventually

MEGABYTE = 1_000_000


async def says(folder: Path, output: str, log: Path) -> Child:
    """A child that has said this, and come through."""
    done = folder / "done"
    write(folder, "says", SAYS.format(output=output, done=str(done)))
    child = Child("says", "says", (), "http://127.0.0.1:9", log)
    await child.start(folder)
    await eventually(lambda: done.exists() and not child.running)
    await child.stop(1)
    return child


async def test_a_megabyte_without_a_newline(tmp_path: Path) -> None:
    child = await says(tmp_path, f"'x' * {MEGABYTE}", tmp_path / "log")
    assert (tmp_path / "log").read_bytes() == b"x" * MEGABYTE
    assert [len(line) for line in child.output.last_words] == [LAST_BYTES]
    assert child.why_it_ended() == "ended with exit code 0"


async def test_the_last_words_are_the_last_lines(tmp_path: Path) -> None:
    child = await says(tmp_path, r"'\n'.join(map(str, range(1000)))", tmp_path / "log")
    assert child.output.last_words == [str(number) for number in range(988, 1000)]


@pytest.mark.parametrize("log", ["/dev/full", "/dev/null/no/folder"])
async def test_a_log_that_cannot_be_written(tmp_path: Path, capfd: pytest.CaptureFixture[str], log: str) -> None:
    child = await says(tmp_path, f"'a line\\n' * {MEGABYTE // 7} + 'the end'", Path(log))
    assert child.output.last_words[-1] == "the end"
    assert child.output.dropped >= MEGABYTE - 7
    assert capfd.readouterr().err.count("cannot be written") == 1


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own with room for 64 kB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", disk], check=False, capture_output=True).returncode:
        pytest.skip("needs the right to mount a file system")
    yield disk
    subprocess.run(["umount", disk], check=True)


async def test_a_full_disk_that_is_cleared(tmp_path: Path, small_disk: Path) -> None:
    said: list[str] = []
    output = Output(small_disk / "log", said.append)
    stream = asyncio.StreamReader()
    reading = asyncio.create_task(output.keep(stream))
    stream.feed_data(b"x" * MEGABYTE)
    await eventually(lambda: output.dropped > 0)
    assert (small_disk / "log").stat().st_size <= 65_536
    stream.feed_data(b"y" * MEGABYTE)
    await eventually(lambda: output.dropped > MEGABYTE)
    (small_disk / "log").unlink()
    stream.feed_data(b"there is room again")
    stream.feed_eof()
    await reading
    assert (small_disk / "log").read_bytes().endswith(b"there is room again")
    assert len(said) == 2
    assert "No space left" in said[0]
    assert "is written again" in said[1]


def test_a_long_log_makes_room(tmp_path: Path) -> None:
    output = Output(tmp_path / "log", pytest.fail, most_bytes=1000)
    for number in range(100):
        output.write(b"%099d\n" % number)
    output.close()
    kept = (tmp_path / "log.1").read_bytes() + (tmp_path / "log").read_bytes()
    assert kept.splitlines()[-1] == b"%099d" % 99
    assert 1000 < len(kept) <= 2200
    assert sorted(path.name for path in tmp_path.iterdir()) == ["log", "log.1"]


def test_a_log_that_was_truncated_by_others_goes_on(tmp_path: Path) -> None:
    output = Output(tmp_path / "log", pytest.fail)
    output.write(b"before")
    (tmp_path / "log").write_bytes(b"")  # as logrotate's copytruncate does
    output.write(b"after")
    output.close()
    assert (tmp_path / "log").read_bytes() == b"after"
