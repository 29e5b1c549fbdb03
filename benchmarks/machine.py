"""What the operating system says of the processes measured: memory and processor seconds, which other load on the machine does not blur."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import psutil

from bot.nlu.report import machine as described

MEGABYTE = 2**20
CUSTOMERS = "the customers (this benchmark)"


@dataclass(frozen=True)
class Usage:
    """Of each named process: resident memory now, and processor seconds since its start."""

    memory_mb: dict[str, float]
    cpu_s: dict[str, float]


def usage(processes: Mapping[str, psutil.Process]) -> Usage:
    """As it is now; a server counts with its children. This process, which plays the customers, stands beside them."""
    families = {name: [process, *process.children(recursive=True)] for name, process in processes.items()}
    families[CUSTOMERS] = [psutil.Process()]
    return Usage(
        {name: round(sum(one.memory_info().rss for one in family) / MEGABYTE, 1) for name, family in families.items()},
        {name: sum(map(_seconds, family)) for name, family in families.items()},
    )


def _seconds(process: psutil.Process) -> float:
    times = process.cpu_times()
    return times.user + times.system


def cpu_a_turn(before: Usage, after: Usage, turns: int) -> dict[str, float]:
    """Milliseconds of processor time each process spent on one turn."""
    return {name: round(1000 * (after.cpu_s[name] - before.cpu_s[name]) / turns, 2) for name in after.cpu_s}


def servers(cpu_ms: Mapping[str, float]) -> float:
    """Of all servers together, without the customers."""
    return sum(spent for name, spent in cpu_ms.items() if name != CUSTOMERS)


def stop(processes: Iterable[psutil.Popen], seconds: float) -> None:
    """SIGTERM, then SIGKILL after `seconds`."""
    running = [process for process in processes if process.poll() is None]
    for process in running:
        process.terminate()
    _, alive = psutil.wait_procs(running, timeout=seconds)
    for process in alive:
        process.kill()
    psutil.wait_procs(alive, timeout=seconds)


def size() -> str:
    """Processor, cores, memory, load and Python of this machine."""
    return f"{described()}, {psutil.virtual_memory().total / 2**30:.0f} GiB"
