"""Log lines are JSON whatever stands in them, and hold nobody's words but our own."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from bot.settings import ROOT

SAYS = """
import asyncio, logging, structlog
from bot.logs import configure_logs

configure_logs({level!r})
log = structlog.get_logger()
logging.getLogger("aiohttp.server").warning('a "quoted" line\\nand another \\x00 %s', {{"k": 1}})
logging.getLogger("bot.tests").info("informed")
logging.getLogger("rasa.core").info("silenced CANARIO")
with structlog.contextvars.bound_contextvars(correlation="c0ffee"):
    log.info("turn", outcome="answered", ms=1.5)
    logging.getLogger("bot.tests").warning("bound")
    try:
        try:
            raise KeyError("CANARIO de un cliente")
        except KeyError as inner:
            raise ValueError("CANARIO de otro") from inner
    except ValueError:
        log.exception("request failed", kind="ValueError")
        logging.getLogger("aiohttp.server").exception("Error handling request")

async def lost():
    raise ValueError("CANARIO perdido")

async def main():
    task = asyncio.create_task(lost())
    await asyncio.sleep(0)
    del task

asyncio.run(main())
"""


def lines(level: str) -> tuple[list[dict], str]:
    """Every line that such a process writes, each of which must be JSON, and all of it."""
    done = subprocess.run(
        [sys.executable, "-c", SAYS.format(level=level)], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout == ""
    return [json.loads(line) for line in done.stderr.splitlines()], done.stderr


@pytest.fixture(scope="module")
def logged() -> list[dict]:
    found, written = lines("INFO")
    assert "CANARIO" not in written
    return found


def test_every_line_names_its_event_level_and_moment(logged: list[dict]) -> None:
    assert len(logged) == 7
    assert all({"event", "level", "timestamp"} <= set(line) for line in logged)


def test_quotes_and_line_breaks_stay_inside_their_line(logged: list[dict]) -> None:
    odd = next(line for line in logged if line.get("logger") == "aiohttp.server" and line["level"] == "warning")
    assert odd["event"] == 'a "quoted" line'
    assert {line["event"] for line in logged if line.get("logger") == "bot.tests"} == {"informed", "bound"}


def test_the_correlation_is_in_lines_of_both_kinds(logged: list[dict]) -> None:
    assert [line["event"] for line in logged if line.get("correlation") == "c0ffee"] == [
        "turn",
        "bound",
        "request failed",
        "Error handling request",
    ]


def test_an_exception_is_its_kinds_and_places(logged: list[dict]) -> None:
    for event in ("request failed", "Error handling request"):
        line = next(line for line in logged if line["event"] == event)
        assert line["exception"] == "ValueError from KeyError"
        assert line["places"]


def test_at_debug_an_exception_keeps_its_words() -> None:
    found, _ = lines("DEBUG")
    assert any("CANARIO de otro" in str(line.get("exception")) for line in found)
