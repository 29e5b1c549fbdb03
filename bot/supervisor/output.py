"""Where a child's output goes: a log file that stays small, and the last words. Nothing here may stop the child or us.

Whoever does not read a child's output stops it: its next line waits for ever once the pipe is full. So the output is always read,
in pieces of any shape, and a log that cannot be written loses what does not fit instead of ending the reading.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from pathlib import Path
from typing import IO

CHUNK_BYTES = 65_536
LAST_BYTES = 4_000
LAST_LINES = 12
MOST_LOG_BYTES = 50_000_000
"""A longer log becomes `<name>.1`, in the place of the one before: a child's logs take at most twice as much."""


class Output:
    """The output of one child, over all its starts; `say` is told once when the log cannot be written, and once when it can again."""

    def __init__(self, log: Path, say: Callable[[str], None], most_bytes: int = MOST_LOG_BYTES) -> None:
        self._path, self._say, self._most_bytes = log, say, most_bytes
        self._file: IO[bytes] | None = None
        self._last = b""
        self.dropped = 0
        """Bytes that the log misses since it could last be written."""

    @property
    def last_words(self) -> list[str]:
        """The end of what this start of the child said: at most 12 lines of at most 4,000 bytes in all."""
        return self._last.decode("utf-8", "replace").splitlines()[-LAST_LINES:]

    async def keep(self, stream: asyncio.StreamReader) -> None:
        """Read it to its end."""
        self._last = b""
        try:
            while chunk := await stream.read(CHUNK_BYTES):
                self.write(chunk)
        finally:
            self.close()

    def write(self, chunk: bytes) -> None:
        """Add to the log and the last words; never fails."""
        self._last = (self._last + chunk)[-LAST_BYTES:]
        try:
            self._append(chunk)
        except OSError as error:
            if not self.dropped:
                self._say(f"{self._path} cannot be written ({error.strerror}): what comes is dropped until it can")
            self.dropped += len(chunk)
            self.close()
        else:
            if self.dropped:
                self._say(f"{self._path} is written again; about {self.dropped} bytes were dropped")
            self.dropped = 0

    def _append(self, chunk: bytes) -> None:
        file = self._file = self._file or self._open()
        rest = memoryview(chunk)
        while rest:
            rest = rest[file.write(rest) :]
        if os.fstat(file.fileno()).st_size > self._most_bytes:
            self.close()
            self._path.replace(self._path.with_name(f"{self._path.name}.1"))

    def _open(self) -> IO[bytes]:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        return self._path.open("ab", buffering=0)

    def close(self) -> None:
        """Close the log until there is more to write."""
        file, self._file = self._file, None
        if file is not None:
            file.close()
