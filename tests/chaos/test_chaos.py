"""The chaos test in its short form: processes and the database are killed and hang under load, and nothing is lost, doubled or out of order."""

from __future__ import annotations

import json
import subprocess
import sys

from bot.settings import ROOT

HANG_SECONDS = 900
KILLS = 7
HANGS = 4


def chaos(*arguments: str) -> dict[str, object]:
    """What `python -m benchmarks.chaos` measured; fails with its words when it found anything."""
    command = [
        sys.executable,
        "-m",
        "benchmarks.chaos",
        "--messages",
        "500",
        "--customers",
        "20",
        "--kills",
        str(KILLS),
        "--hangs",
        str(HANGS),
        *arguments,
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=HANG_SECONDS, check=False)
    said = f"{done.stdout[-6000:]}\n{done.stderr[-6000:]}"
    assert done.returncode == 0, said
    result: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return result


def test_nothing_is_lost_doubled_or_out_of_order() -> None:
    """On SQLite, whose lock is the one that writers wait for; `make chaos` does the same on PostgreSQL."""
    result = chaos("--database", "sqlite", "--dialogues", "1")
    found = {name: result[name] for name in ("messages", "kills", "hangs", "lost", "doubled", "disordered", "foreign")}
    assert found == {"messages": 500, "kills": KILLS, "hangs": HANGS, "lost": 0, "doubled": 0, "disordered": 0, "foreign": 0}
    for struck in (result["killed"], result["hung"]):
        assert isinstance(struck, dict)
        assert all(struck.values()), struck
    assert isinstance(result["answers"], int)
    assert 250 < result["answers"] <= 500  # what was written while another answer was made has one together
    assert isinstance(result["longest_wait_s"], float)
    assert 0 < result["longest_wait_s"] < HANG_SECONDS
    assert isinstance(result["answers_naming_own_server"], int)
    assert result["answers_naming_own_server"] > result["answers"] / 3  # else "nobody else's" would say nothing
    assert isinstance(result["effects"], int)
    assert result["effects"] > 0
