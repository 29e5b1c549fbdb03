"""What `python -m bot doctor` looks at: each module is one part of the installation, each check tells in words what it found.

A check ends in time, never shows a secret or a customer's words, and when it cannot be made it says so instead of passing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Literal

CHECK_SECONDS = 15.0
Level = Literal["ok", "note", "wrong"]


@dataclass(frozen=True)
class Finding:
    """`level`: all is well, an operator should know, or something must be done (`todo`)."""

    level: Level
    about: str
    text: str
    todo: str = ""


Check = Callable[[], Awaitable[list[Finding]]]


def ok(about: str, text: str) -> Finding:
    """All is well."""
    return Finding("ok", about, text)


def note(about: str, text: str, todo: str = "") -> Finding:
    """Nothing is broken, but an operator should know."""
    return Finding("note", about, text, todo)


def wrong(about: str, text: str, todo: str) -> Finding:
    """Something is broken, and this is what to do."""
    return Finding("wrong", about, text, todo)


async def examine(checks: Sequence[tuple[str, Check]], seconds: float = CHECK_SECONDS) -> list[Finding]:
    """What all checks found, in their order; they run at once, each for at most `seconds`."""
    found = await asyncio.gather(*(_bounded(about, check, seconds) for about, check in checks))
    return [finding for findings in found for finding in findings]


async def _bounded(about: str, check: Check, seconds: float) -> list[Finding]:
    try:
        return await asyncio.wait_for(check(), seconds)
    except TimeoutError:
        return [wrong(about, f"could not be looked at within {seconds:.0f} s", "something hangs: look at that part first")]
    except Exception as error:  # its words may hold an address with a password
        return [wrong(about, f"could not be looked at ({type(error).__name__})", "look at that part by hand")]


def megabytes(number: float) -> str:
    """A size as people read it."""
    return f"{number / 1e6:,.0f} MB" if number < 1e9 else f"{number / 1e9:,.1f} GB"  # noqa: PLR2004
