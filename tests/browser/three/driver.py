"""What a test needs of a browser, so that one set of tests runs in three; each browser is driven by what Debian or our packages have of it.

Chromium is driven by Playwright. Firefox by WebDriver BiDi, which it speaks itself (Playwright's own BiDi asks for commands that the ESR does
not know). WebKitGTK by the WebDriver that comes with it. The two protocols say in the same words what hands do, hence `pressed` and `clicked`.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator
from typing import Any, NamedTuple, Protocol

ZONE = "America/Mexico_City"
ENTER, ESCAPE, TAB = "\ue007", "\ue00c", "\ue004"
"""Keys by the private code points of WebDriver."""

TOLD = """(told) => { const { toJSON } = Array.prototype; delete Array.prototype.toJSON;
  try { return JSON.stringify(told ?? null); } finally { if (toJSON) Array.prototype.toJSON = toJSON; } }"""
"""What a function told, as JSON, also on a page whose old library gives arrays a way of their own to be written."""


class Size(NamedTuple):
    """Of the page, in CSS pixels."""

    width: int
    height: int


DESK, PHONE = Size(1280, 800), Size(390, 844)


class Tab(Protocol):
    """A tab, or a window of its own where the browser's driver can size nothing smaller."""

    async def goto(self, url: str) -> None:
        """Open this address, and wait until it is loaded."""

    async def reload(self) -> None:
        """Load the page again, and wait for it."""

    async def back(self) -> None:
        """To the page of before, and wait for it."""

    async def run(self, function: str, *arguments: Any) -> Any:
        """What this JavaScript function returns, or what it promises, as JSON."""

    async def click(self, x: float, y: float) -> None:
        """Press and let go of the mouse there."""

    async def type(self, keys: str) -> None:
        """Press these keys one after the other."""

    async def picture(self) -> bytes:
        """What is seen, as PNG."""


class Person(Protocol):
    """Somebody at a computer: what one tab keeps, the others find."""

    async def tab(self) -> Tab:
        """A new tab."""


class Browser(Protocol):
    """One process or more of a browser."""

    def person(self, size: Size) -> contextlib.AbstractAsyncContextManager[Person]:
        """Somebody new, whose windows are this large."""


def pressed(keys: str) -> list[dict[str, Any]]:
    """The input source of a keyboard on which these are pressed."""
    strokes = [{"type": kind, "value": key} for key in keys for kind in ("keyDown", "keyUp")]
    return [{"type": "key", "id": "keyboard", "actions": strokes}]


def clicked(x: float, y: float) -> list[dict[str, Any]]:
    """The input source of a mouse that is clicked there."""
    move = {"type": "pointerMove", "x": round(x), "y": round(y), "duration": 0}
    press = [{"type": kind, "button": 0} for kind in ("pointerDown", "pointerUp")]
    return [{"type": "pointer", "id": "mouse", "parameters": {"pointerType": "mouse"}, "actions": [move, *press]}]


@contextlib.asynccontextmanager
async def process(*command: str, **environment: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """A program that runs as long as the block. Only the first lines of its `stdout` may be read; what it complains of goes where the test's own does."""
    running = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE, env={**os.environ, "TZ": ZONE, **environment})
    try:
        yield running
    finally:
        with contextlib.suppress(ProcessLookupError):
            running.terminate()
        await running.communicate()
