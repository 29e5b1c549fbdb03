"""The run on a slow disk, short: real gateways on a PostgreSQL that waits at each flush."""

from __future__ import annotations

from benchmarks.scale import slow_disk
from benchmarks.scale.slow_disk import Pace, SlowDisk, SlowDiskRun
from tests.support.postgres import own_server


async def test_one_gateway_and_four_answer() -> None:
    with own_server():  # or the test is skipped
        pass
    said: list[str] = []
    run = await slow_disk.measure(1.5, said.append)
    assert run.few.answered
    assert run.many.answered
    assert [line.split(":")[0] for line in said] == ["slow disk, 1 gateway", "slow disk, 4 gateways"]


def test_postgresql_is_told_to_flush_and_to_wait() -> None:
    assert "fsync=off" not in SlowDisk.postgres_options
    assert {"fsync=on", "commit_delay=5000", "commit_siblings=0", "synchronous_commit=on"} <= set(SlowDisk.postgres_options)


def test_the_ratio_is_of_what_was_answered() -> None:
    run = SlowDiskRun(Pace(10.0, accepted=600, answered=500), Pace(10.0, accepted=1700, answered=1600))
    assert run.ratio == 3.2
    assert slow_disk.as_json(run) == {
        "slow_disk": {
            "one": {"accepted_a_second": 60.0, "answered_a_second": 50.0},
            "four": {"accepted_a_second": 170.0, "answered_a_second": 160.0},
        },
        "slow_disk_ratio": 3.2,
    }
    assert "3.2" in slow_disk.table_of(run)
