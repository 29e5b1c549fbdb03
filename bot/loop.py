"""The event loop of our servers: uvloop, which costs about half of what asyncio's own does for a request."""

from __future__ import annotations

import asyncio

import uvloop


def new_loop() -> asyncio.AbstractEventLoop:
    """For `aiohttp.web.run_app(loop=…)`."""
    return uvloop.new_event_loop()
