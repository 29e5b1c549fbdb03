"""A stand-in for dialogue and actions in a thread of its own, so that it answers while a test waits for something else."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Any

from harness.dialogue import StandIn

PATIENCE_SECONDS = 120


@contextmanager
def in_a_thread() -> Iterator[StandIn]:
    """The stand-in, for as long as the block runs."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    def run(work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, loop).result(PATIENCE_SECONDS)

    standin = StandIn()
    run(standin.start())
    try:
        yield standin
    finally:
        run(standin.stop())
        loop.call_soon_threadsafe(loop.stop)
        thread.join(PATIENCE_SECONDS)
        loop.close()
