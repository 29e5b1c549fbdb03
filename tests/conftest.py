"""What runs beside what, and what every test run says at its end."""

from __future__ import annotations

import gc
import os
import shutil
import socket
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from tests.support.migrated import from_template, migrated, template
from tests.support.postgres import postgres, postgres_url

__all__ = ["from_template", "migrated", "postgres", "postgres_url", "template"]  # one server, and one of each database, for all folders

PROCESSES = frozenset(
    {"benchmarks", "browser", "chaos", "conversing", "crash", "endtoend", "faults", "operations", "supervisor", "whatsapp"}
)
"""Folders whose tests start servers or browsers. They go one after another, so that none starves another."""
ONE_HOUSE = frozenset({"conversations", "dialogue"})
"""Folders whose tests share one assistant with its model. Left between two of their files it is stopped, and started again for the next."""

MEMORY = Path("/dev/shm")
MEMORY_NEEDED = 6 * 2**30


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Files of tests live in memory where there is enough: other work on a machine may stop its disk for longer than a ledger waits."""
    if MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > MEMORY_NEEDED:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))
    hypothesis.settings.register_profile("no bounds of time", deadline=None)  # nor is any machine's moment of other work a fault of ours
    hypothesis.settings.load_profile("no bounds of time")
    _answer_at_once(config)


def pytest_collection_finish() -> None:
    """What 13,000 tests brought along stays to the end: Python need not look through it again and again for what could go."""
    gc.collect()
    gc.freeze()


def _answer_at_once(config: pytest.Config) -> None:
    """A worker tells the first process of each test's number of runs, and asks for the next one's, in pieces that TCP would hold back.

    Each test of a worker would wait 40 ms for that: eight minutes in all.
    """
    line = getattr(getattr(config, "failures_db", None), "sock", None)  # that of pytest-rerunfailures
    if line is not None:
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


class ByWhatTheyStart(LoadScopeScheduling):
    """With several workers (`make test`) one has all tests that start processes, and the others the rest, file by file or by the house."""

    def _split_scope(self, nodeid: str) -> str:
        _, folder, *_ = nodeid.partition("::")[0].split("/")
        return "processes" if folder in PROCESSES else folder if folder in ONE_HOUSE else nodeid.partition("::")[0]


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
    again = terminalreporter.stats.get("rerun", [])
    terminalreporter.write_line(f"failed once and run again (each is a fault to mend): {len(again) or 'nothing'}")
    for report in again:
        crash = getattr(report.longrepr, "reprcrash", None)
        terminalreporter.write_line(f"  {report.nodeid}: {crash.message if crash else report.longrepr}")
