"""What runs beside what, and what every test run says at its end."""

from __future__ import annotations

from typing import Any

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

PROCESSES = frozenset(
    {"benchmarks", "browser", "chaos", "conversing", "crash", "endtoend", "faults", "operations", "supervisor", "whatsapp"}
)
"""Folders whose tests start servers or browsers. They go one after another, so that none starves another."""


class ByWhatTheyStart(LoadScopeScheduling):
    """With several workers (`make test`) one has all tests that start processes, and the others the rest, file by file."""

    def _split_scope(self, nodeid: str) -> str:
        _, folder, *_ = nodeid.partition("::")[0].split("/")
        return "processes" if folder in PROCESSES else nodeid.partition("::")[0]


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByWhatTheyStart:
    """In place of xdist's own groups, whose marks pytest 9.2 does not pass on."""
    return ByWhatTheyStart(config, log)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Skipped tests and why, or that there were none: silence would not tell them apart."""
    skipped = terminalreporter.stats.get("skipped", [])
    terminalreporter.write_line(f"skipped: {len(skipped) or 'nothing'}")
    for report in skipped:
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        terminalreporter.write_line(f"  {report.nodeid}: {reason}")
