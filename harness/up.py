"""A running `python -m bot up` on free ports and databases of its own, as a user starts it."""

from __future__ import annotations

from pathlib import Path

import psutil

from bot.supervisor.house import OwnHouse


class Up(OwnHouse):
    """A house whose processes can be looked at."""

    def __init__(self, folder: Path, **environment: str) -> None:
        super().__init__(folder, **{"RATE_SESSIONS_PER_MINUTE": "1000", **environment})

    def child(self, module: str) -> psutil.Process:
        """The child process that runs `python -m <module>`."""
        return next(child for child in psutil.Process(self.process.pid).children() if module in child.cmdline())

    def children(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)
