"""Serves turns on one model and can change to another without losing a message.

The other model is loaded in a thread and warmed beside the one that serves; then new turns take it, while turns that run finish on
the old one. Whatever is wrong with the other model, the old one goes on.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import structlog

from bot.dialogue.engine import Engine
from bot.dialogue.models import ModelRefused, archive
from bot.protocol.turn import TurnRequest

log = structlog.get_logger()

Load = Callable[[Path], Engine]


class _Loaded:
    """A loaded model and how many turns run on it."""

    def __init__(self, engine: Engine, stamp: tuple[str, int, int]) -> None:
        self.engine, self.stamp = engine, stamp
        self.running = 0
        self.retired = False


class Serving:
    """`load` makes an engine from an archive (blocking, in a thread); without it the model cannot be changed."""

    def __init__(self, engine: Engine, load: Load | None = None) -> None:
        self._now, self._load = _Loaded(engine, _stamp(engine.model)), load
        self._changing = asyncio.Lock()

    @property
    def model(self) -> Path:
        """The archive that new turns are run on."""
        return self._now.engine.model

    @property
    def running(self) -> int:
        """Turns that run on it now."""
        return self._now.running

    async def warm(self) -> None:
        """No first customer pays for lazy imports. Raises ModelRefused."""
        try:
            await self._now.engine.warm()
        except Exception as error:
            raise ModelRefused(f"{self.model.name} is not served: its warm-up failed ({type(error).__name__})") from error

    async def run(self, request: TurnRequest) -> dict[str, Any]:
        """One turn on the model that serves when it begins, whatever is changed meanwhile."""
        loaded = self._now
        loaded.running += 1
        try:
            return await loaded.engine.run(request)
        finally:
            loaded.running -= 1
            await self._close_unused(loaded)

    async def change(self, name: str) -> Path:
        """Serve the archive `name` of the same folder; the one that served before. Raises ModelRefused, and then nothing has changed."""
        before = self.model
        path = archive(name, before.parent)
        if self._load is None:
            raise ModelRefused("this process was started with a model that cannot be changed")
        if self._changing.locked():
            raise ModelRefused("another model is being loaded at this moment")
        async with self._changing:
            stamp = _stamp(path)
            if self._now.stamp == stamp:
                return before
            loaded = _Loaded(await self._warmed(path, self._load), stamp)
            old, self._now = self._now, loaded
            old.retired = True
            log.info("model changed", model=path.name, before=before.name, turns_on_the_old=old.running)
            await self._close_unused(old)
        return before

    async def close(self) -> None:
        """Close what serves."""
        await self._now.engine.close()

    async def _warmed(self, path: Path, load: Load) -> Engine:
        engine = None
        try:
            engine = await asyncio.to_thread(load, path)
            await engine.warm()
        except Exception as error:
            log.warning("model refused", model=path.name, kind=type(error).__name__)
            if engine is not None:
                with contextlib.suppress(Exception):
                    await engine.close()
            step = "its warm-up failed" if engine else "it cannot be loaded"
            raise ModelRefused(f"{path.name} is not served: {step} ({type(error).__name__})") from None
        return engine

    async def _close_unused(self, loaded: _Loaded) -> None:
        if loaded.retired and not loaded.running:
            await loaded.engine.close()


def _stamp(path: Path) -> tuple[str, int, int]:
    """What tells an archive from another one under the same name."""
    found = path.stat()
    return path.name, found.st_mtime_ns, found.st_size
