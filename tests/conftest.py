"""What runs beside what, and what every test run says at its end."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

TESTS = Path(__file__).parent
PROCESSES = frozenset(
    {"benchmarks", "browser", "chaos", "console", "conversing", "crash", "endtoend", "faults", "operations", "supervisor", "whatsapp"}
)
"""Folders whose tests start servers or browsers. They go one after another, so that none starves another."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """With several workers (`make test`) one has all that start processes, and the others the rest, file by file."""
    for item in items:
        folder, *_ = item.path.relative_to(TESTS).parts
        item.add_marker(pytest.mark.xdist_group("processes" if folder in PROCESSES else str(item.path)))


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Skipped tests and why, or that there were none: silence would not tell them apart."""
    skipped = terminalreporter.stats.get("skipped", [])
    terminalreporter.write_line(f"skipped: {len(skipped) or 'nothing'}")
    for report in skipped:
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        terminalreporter.write_line(f"  {report.nodeid}: {reason}")
